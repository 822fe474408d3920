"""Captions of one file after the other: what fails does not stop the others."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from wlk_host import console
from wlk_host.core.errors import WlkError
from wlk_host.runtime.files.captioner import Captioner, Outcome, Reader, Session, nothing_said
from wlk_host.runtime.files.media import Sound
from wlk_host.runtime.files.output import Output
from wlk_host.runtime.files.part_file import PartFile
from wlk_host.runtime.files.progress import Progress, clock

_NAMED: Final = 20
"""So many failed files are listed again at the end."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something to caption.

    Attributes:
        name: what users call it.
        open: reads it; raises `WlkError` if it cannot be read.
        output: makes text of its captions.
        target: the file for them; None is standard output.
    """

    name: str
    open: Callable[[], Sound]
    output: Callable[[Session], Output]
    target: Path | None


@dataclass(slots=True)
class Result:
    """What came of all jobs.

    Attributes:
        n_files: in all.
        n_captioned: files.
        n_there: files that had been captioned before.
        failed: names and codes.
        n_untranslated: files with lines that were left untranslated.
        heard_s: seconds of sound.
        spent_s: seconds that it took.
    """

    n_files: int = 0
    n_captioned: int = 0
    n_there: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    n_untranslated: int = 0
    heard_s: float = 0.0
    spent_s: float = 0.0

    @property
    def exit_code(self) -> int:
        """0 if all went well, otherwise 2."""
        return 2 if self.failed or self.n_untranslated else 0

    def summary(self) -> list[str]:
        """A sentence about the files, and one about each that failed."""
        counts = [f"{self.n_captioned} captioned"]
        if self.n_there:
            counts.append(f"{self.n_there} captioned before")
        if self.failed:
            counts.append(f"{len(self.failed)} failed")
        if self.n_untranslated:
            counts.append(f"{self.n_untranslated} with untranslated lines")
        n_left = self.n_files - self.n_captioned - self.n_there - len(self.failed)
        if n_left:
            counts.append(f"{n_left} left")
        files = "1 file" if self.n_files == 1 else f"{self.n_files} files"
        sentence = f"{files}: {', '.join(counts)}"
        if self.heard_s and self.spent_s:
            speed = f"{self.heard_s / self.spent_s:.1f}x"
            sentence += f"; {clock(self.heard_s)} of sound in {clock(self.spent_s)} ({speed})"
        rows = [sentence, *(f"failed: {name} ({code})" for name, code in self.failed[:_NAMED])]
        more = len(self.failed) - _NAMED
        return [*rows, f"and {more} more"] if more > 0 else rows


class Batch:
    """Captions jobs in order.

    Args:
        captioner: of them all.
        progress: shows how far they are, and what is wrong.
        many: whether what is wrong needs the name of its file, and stops no other file.
        force: whether a target that is there is captioned again.

    Attributes:
        result: so far.
    """

    def __init__(
        self, captioner: Captioner, progress: Progress, *, many: bool, force: bool
    ) -> None:
        self._captioner = captioner
        self._progress = progress
        self._many = many
        self._force = force
        self.result = Result()

    def refuse(self, problem: WlkError) -> None:
        """Count something that is no file as failed."""
        self._progress.tell(str(problem))
        self.result.n_files += 1
        self.result.failed.append((problem.message, problem.code))

    def run(self, jobs: Sequence[Job]) -> None:
        """Caption all whose target is not there yet.

        Raises:
            WlkError: none of them can be captioned; or the only one cannot.
            KeyboardInterrupt: the user has had enough.
        """
        began = time.monotonic()
        self.result.n_files += len(jobs)
        try:
            for index, job in self._missing(jobs):
                # Another run over the same files may have done it meanwhile.
                if self._is_there(job):
                    self._progress.skip(index)
                    self.result.n_there += 1
                    continue
                try:
                    self._run(index, job)
                except WlkError as error:
                    self.result.failed.append((job.name, error.code))
                    if not self._many or self._stops(error):
                        raise
                    self._tell(job, str(error))
        finally:
            self.result.spent_s = time.monotonic() - began

    def _missing(self, jobs: Sequence[Job]) -> list[tuple[int, Job]]:
        missing = []
        for index, job in enumerate(jobs):
            if self._is_there(job):
                self._progress.skip(index)
            else:
                missing.append((index, job))
        n_there = self.result.n_there = len(jobs) - len(missing)
        if n_there:
            told = f"{n_there} of {len(jobs)} files have" if self._many else f"{jobs[0].name} has"
            self._progress.tell(f"{told} been captioned already (--force captions again)")
        return missing

    def _is_there(self, job: Job) -> bool:
        return job.target is not None and job.target.exists() and not self._force

    def _stops(self, error: WlkError) -> bool:
        """Whether no other file would fare better."""
        return self._captioner.is_broken or error.code == console.OUTPUT_FAILED

    def _run(self, index: int, job: Job) -> None:
        sound = job.open()
        self._progress.begin(index, job.name, sound.length_s)
        try:
            if sound.choice:
                self._tell(job, sound.choice)
            outcome = self._captioned(job, sound)
        finally:
            self.result.heard_s += self._progress.end()
        self.result.n_captioned += 1
        self.result.n_untranslated += outcome.untranslated is not None
        if not outcome.lines:
            self._progress.tell(str(nothing_said(job.name)))

    def _captioned(self, job: Job, sound: Sound) -> Outcome:
        if job.target is None:
            return self._written(job, sound, console.write)
        file = PartFile(job.target)
        try:
            with file:
                return self._written(job, sound, file.write)
        except (KeyboardInterrupt, WlkError):
            if file.kept is not None:
                self._tell(job, f"what was captioned is in {file.kept}")
            raise

    def _written(self, job: Job, sound: Sound, write: Callable[[str], None]) -> Outcome:
        reader = Reader(job.output, write, lambda sentence: self._tell(job, sentence))
        return self._captioner.caption(sound, reader, self._progress.heard)

    def _tell(self, job: Job, sentence: str) -> None:
        self._progress.tell(f"{job.name}: {sentence}" if self._many else sentence)
