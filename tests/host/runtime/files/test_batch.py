"""What becomes of many files when one of them fails, in place of a model a script."""

from functools import partial
from pathlib import Path

import pytest

from fixtures.media import tones
from fixtures.sound import write_wav
from host.runtime.files.saying import Loader, Saying, at_step
from wlk_host.cli import argument_parser
from wlk_host.core.errors import DeviceError, WlkError
from wlk_host.runtime.files.batch import Batch, Job, Result
from wlk_host.runtime.files.captioner import Captioner, output_in
from wlk_host.runtime.files.media import SoundFile
from wlk_host.runtime.files.part_file import PartFile
from wlk_host.runtime.files.progress import Progress


class Run:
    """A batch of short files."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.folder = folder
        self.loader = Loader()
        arguments = argument_parser().parse_args(["caption", str(folder), "--beside"])
        captioner = Captioner(arguments, drafts=False, is_live=False, loader=self.loader)
        self.batch = Batch(captioner, Progress([None] * len(names)), many=True, force=False)
        self.jobs = []
        for name in names:
            path = folder / name
            if not path.exists():
                write_wav(path, tones((300, 500)))
            output = partial(output_in, "text", name, arguments)
            self.jobs.append(Job(name, partial(SoundFile, path), output, path.with_suffix(".txt")))

    def captioned(self) -> dict[str, int]:
        """The lines of each file of captions."""
        found = [*self.folder.glob("*.txt"), *self.folder.glob("*.part")]
        return {path.name: len(path.read_text().splitlines()) for path in sorted(found)}


NAMES = ("a.wav", "b.wav", "c.wav")
EVERY = 20
"""Chunks of a file, and so lines."""


def test_one_model_captions_all_files(tmp_path: Path) -> None:
    run = Run(tmp_path, *NAMES)
    run.batch.run(run.jobs)
    assert run.captioned() == {"a.txt": EVERY, "b.txt": EVERY, "c.txt": EVERY}
    assert (run.loader.n_loads, run.batch.result.exit_code) == (1, 0)
    assert run.batch.result.summary()[0].startswith("3 files: 3 captioned; 0:06 of sound in ")


def test_a_file_that_fails_in_its_middle_keeps_its_part(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(tmp_path, *NAMES)

    def fail_once(number: int, session: Saying) -> None:
        if number == 1:
            session.on_run = at_step(8, DeviceError("out_of_memory", "got no memory", "wait"))

    run.loader.on_open = fail_once
    run.batch.run(run.jobs)
    assert run.captioned() == {"a.txt": EVERY, "b.txt.part": 7, "c.txt": EVERY}
    assert run.batch.result.exit_code == 2
    assert run.batch.result.summary()[1] == "failed: b.wav (out_of_memory)"
    assert "b.wav: out_of_memory: got no memory (wait)\n" in capsys.readouterr().err
    run.batch.run(run.jobs)
    assert run.captioned() == {"a.txt": EVERY, "b.txt": EVERY, "c.txt": EVERY}


def test_ctrl_c_keeps_the_part_and_ends_everything(tmp_path: Path) -> None:
    run = Run(tmp_path, *NAMES)

    def interrupt(number: int, session: Saying) -> None:
        if number == 1:
            session.on_run = at_step(3, KeyboardInterrupt())

    run.loader.on_open = interrupt
    with pytest.raises(KeyboardInterrupt):
        run.batch.run(run.jobs)
    assert run.captioned() == {"a.txt": EVERY, "b.txt.part": 2}
    assert "3 files: 1 captioned, 2 left" in run.batch.result.summary()[0]


def test_without_a_model_no_other_file_is_tried(tmp_path: Path) -> None:
    run = Run(tmp_path, *NAMES)
    run.loader.problem = WlkError("model_missing", "there is none", "download one")
    with pytest.raises(WlkError, match="there is none"):
        run.batch.run(run.jobs)
    assert (run.loader.n_loads, run.captioned()) == (1, {})


def test_a_full_disk_ends_everything(tmp_path: Path) -> None:
    run = Run(tmp_path, *NAMES)
    (tmp_path / "a.txt.part").symlink_to("/dev/full")
    with pytest.raises(WlkError) as failed:
        run.batch.run(run.jobs)
    assert failed.value.code == "output_failed"
    assert run.loader.n_opened == 1


def test_a_place_that_takes_no_file_stops_no_other(tmp_path: Path) -> None:
    run = Run(tmp_path, *NAMES)
    (tmp_path / "b.txt.part").mkdir()
    run.batch.run(run.jobs)
    assert (tmp_path / "c.txt").exists()
    assert run.batch.result.failed == [("b.wav", "output_refused")]


def test_files_that_cannot_be_read_load_no_model(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("no sound")
    run = Run(tmp_path, "a.wav")
    run.batch.run(run.jobs)
    assert (run.loader.n_loads, run.captioned()) == (0, {})
    assert run.batch.result.failed == [("a.wav", "file_unreadable")]


def test_what_is_captioned_already_is_skipped_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.txt", "c.txt"):
        (tmp_path / name).write_text("my own\n")
    run = Run(tmp_path, *NAMES)
    run.batch.run(run.jobs)
    assert run.captioned() == {"a.txt": 1, "b.txt": EVERY, "c.txt": 1}
    told = capsys.readouterr().err
    assert told == "2 of 3 files have been captioned already (--force captions again)\n"
    assert run.batch.result.summary()[0].startswith("3 files: 1 captioned, 2 captioned before")


def test_a_long_list_of_failures_is_cut() -> None:
    result = Result(n_files=23, failed=[(f"{n}.wav", "file_unreadable") for n in range(23)])
    rows = result.summary()
    assert rows[0] == "23 files: 0 captioned, 23 failed"
    assert (len(rows), rows[-1]) == (22, "and 3 more")


def test_two_runs_over_one_folder_share_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the other run is writing is left to it, and what it has done meanwhile is not redone."""
    run = Run(tmp_path, *NAMES)
    other = PartFile(tmp_path / "a.txt")
    other.write("theirs\n")

    def end_the_third(number: int, _session: Saying) -> None:
        if number == 0:
            (tmp_path / "c.txt").write_text("theirs\n")

    run.loader.on_open = end_the_third
    run.batch.run(run.jobs)
    assert run.captioned() == {"a.txt.part": 1, "b.txt": EVERY, "c.txt": 1}
    result = run.batch.result
    assert (result.n_captioned, result.n_there) == (1, 1)
    assert result.failed == [("a.wav", "output_in_use")]
    assert "is being written by another run" in capsys.readouterr().err
    with other:
        pass
    assert (tmp_path / "a.txt").read_text() == "theirs\n"
