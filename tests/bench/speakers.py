"""How well lines name their speakers, and how soon.

    python tests/bench/speakers.py MANIFEST [--model base] [--only TEXT] [--known]

Recordings of the manifest that have a reference of who speaks when (`rttm`, beside the audio) are
captioned on a clock that charges the measured work. A word is wrong if the reference has one
speaker at its middle and its line names another, or several (after the best assignment of names).
The diarization error uses the times of the words. So speech that the speech gate or the recogniser
skips counts as missed. With `--known` the host is told how many people speak.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, get_args

import numpy as np

from der import DerScore, Turn, der, most_in_common, read_rttm
from wlk_host.core.options import SessionOptions
from wlk_host.core.speakers import names
from wlk_host.core.tab_options import DiarizerName
from wlk_host.core.types import CaptionUpdate, Line, Sample, seconds
from wlk_host.runtime.files.clocks import VirtualClock
from wlk_host.runtime.files.media import read_chunks
from wlk_host.runtime.files.playback import play
from wlk_host.runtime.loading import diarizers
from wlk_host.runtime.loading.loader import ModelLoader

_PAUSE_S: Final = 0.5
"""Longer silence within a turn does not count as speech, as in the references."""


@dataclass(slots=True)
class Heard:
    """The result for one recording.

    Attributes:
        n_words: words at which the reference has one speaker.
        n_wrong: how many of them are in lines of another speaker or of none.
        n_named: speakers in the captions.
        n_speakers: speakers in the reference.
        named_s: for each line, the time from its first words to its first name.
        settled_s: the same to its final name.
    """

    n_words: int
    n_wrong: int
    n_named: int
    n_speakers: int
    score: DerScore
    named_s: list[float]
    settled_s: list[float]


@dataclass(slots=True)
class Shown:
    """The present lines, since when each has had a name, and since when the one it has."""

    lines: dict[Sample, Line] = field(default_factory=dict)
    began: dict[Sample, float] = field(default_factory=dict)
    named: dict[Sample, float] = field(default_factory=dict)
    settled: dict[Sample, float] = field(default_factory=dict)

    def add(self, t: float, update: CaptionUpdate) -> None:
        """Apply an update shown at `t`."""
        for line in update.lines:
            before = self.lines.get(line.id)
            self.began.setdefault(line.id, t)
            if line.speaker:
                self.named.setdefault(line.id, t)
            if before is None or before.speaker != line.speaker:
                self.settled[line.id] = t
            self.lines[line.id] = line

    def final(self) -> list[Line]:
        """The lines in order."""
        return [self.lines[i] for i in sorted(self.lines) if self.lines[i].text]


def wrong_words(lines: Sequence[Line], reference: Sequence[Turn]) -> tuple[int, int]:
    """How many words have one speaker in the reference, and how many are given to others."""
    pairs: list[tuple[str | None, str]] = []
    for line in lines:
        for word in line.words:
            middle = seconds(word.start + word.end) / 2
            heard = {name for start, end, name in reference if start <= middle < end}
            if len(heard) == 1:
                named = names.parts(line.speaker) if line.speaker else []
                pairs.append((named[0] if len(named) == 1 else None, heard.pop()))
    ours = sorted({name for name, _ in pairs if name is not None})
    theirs = sorted({name for _, name in pairs})
    common = np.zeros((len(ours), len(theirs)), np.int64)
    for name, speaking in pairs:
        if name is not None:
            common[ours.index(name), theirs.index(speaking)] += 1
    return len(pairs), len(pairs) - most_in_common(common)


def turns_of(lines: Sequence[Line]) -> list[Turn]:
    """The turns: words of the same speaker that no pause separates. Several can speak at once."""
    turns: list[Turn] = []
    latest: dict[str, int] = {}
    for line in lines:
        for word in line.words if line.speaker else ():
            start, end = seconds(word.start), seconds(word.end)
            for name in names.parts(line.speaker or ""):
                at = latest.get(name)
                if at is not None and start - turns[at][1] < _PAUSE_S:
                    turns[at] = (turns[at][0], end, name)
                else:
                    latest[name] = len(turns)
                    turns.append((start, end, name))
    return turns


def caption(audio: Path, reference: Sequence[Turn], options: SessionOptions) -> Heard:
    """Caption one recording."""
    clock, shown = VirtualClock(), Shown()
    session = ModelLoader(clock).open(options)
    for t, event in play(session, read_chunks(audio), clock):
        if isinstance(event, CaptionUpdate):
            shown.add(t, event)
    lines = shown.final()
    turns = turns_of(lines)
    n_words, n_wrong = wrong_words(lines, reference)
    return Heard(
        n_words,
        n_wrong,
        len({name for _, _, name in turns}),
        len({name for _, _, name in reference}),
        der(turns, reference),
        [shown.named[line.id] - shown.began[line.id] for line in lines if line.speaker],
        [shown.settled[line.id] - shown.began[line.id] for line in lines if line.speaker],
    )


def row(title: str, heard: Sequence[Heard]) -> str:
    """One line of the table."""
    n_words, n_wrong = sum(h.n_words for h in heard), sum(h.n_wrong for h in heard)
    spoken = sum(h.score.total for h in heard)
    miss, false_alarm, confusion = (
        100 * sum(getattr(h.score, part) for h in heard) / spoken
        for part in ("miss", "false_alarm", "confusion")
    )
    first = _quantiles(wait for h in heard for wait in h.named_s)
    last = _quantiles(wait for h in heard for wait in h.settled_s)
    named = f"{sum(h.n_named for h in heard)} / {sum(h.n_speakers for h in heard)}"
    return (
        f"| {title} | {named} | {n_wrong} / {n_words} | {100 * n_wrong / max(1, n_words):.1f} "
        f"| {miss:.1f} + {false_alarm:.1f} + {confusion:.1f} | {first} | {last} |\n"
    )


def _quantiles(waits: Iterable[float]) -> str:
    """The median and the 95th percentile, seconds."""
    ordered = sorted(waits) or [0.0]
    return " / ".join(f"{ordered[int(share * (len(ordered) - 1))]:.1f}" for share in (0.5, 0.95))


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--model", help="a model's name or folder; default: the first installed")
    parser.add_argument("--diarizer", choices=get_args(DiarizerName), help="the engine")
    parser.add_argument("--known", action="store_true", help="tell how many people speak")
    parser.add_argument("--only", default="", help="only recordings whose id contains this")
    arguments = parser.parse_args()
    diarizers.require(SessionOptions(diarizer=arguments.diarizer))
    sys.stdout.write(
        "| recording | speakers named / real | words wrong | % | miss + false alarm + confusion % "
        "| named after p50 / p95 s | for good |\n|---|---|---|---|---|---|---|\n"
    )
    folder, heard = arguments.manifest.parent, []
    for line in arguments.manifest.read_text("utf-8").splitlines():
        recording = json.loads(line)
        if "rttm" not in recording or arguments.only not in recording["id"]:
            continue
        reference = read_rttm(folder / recording["rttm"])
        options = SessionOptions(
            model=arguments.model,
            language=recording["lang"],
            policy="alignatt",
            speakers=True,
            diarizer=arguments.diarizer,
            num_speakers=len({name for _, _, name in reference}) if arguments.known else 0,
        )
        heard.append(caption(folder / recording["audio"], reference, options))
        sys.stdout.write(row(recording["id"], heard[-1:]))
        sys.stdout.flush()
    sys.stdout.write(row("together", heard))
    return 0


if __name__ == "__main__":
    sys.exit(main())
