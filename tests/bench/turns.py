"""Who speaks when, by an engine alone: its diarization error without a recogniser's words.

    python tests/bench/turns.py MANIFEST... [--diarizer embedded] [--told-after 6] [--only TEXT]

The engine is given all sound of each recording that has a reference (`rttm`, beside the audio), a
second at a time, as if all of it were speech. What it says of a moment is taken from when it knows
so many seconds more. Misses, false alarms and confusion are parts of the speech of the reference
(collar 0.25 s, overlap counted); voices of half a second and more are counted.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Final, get_args

import numpy as np

from der import DerScore, Turn, der, read_rttm
from wlk_host.core.options import SessionOptions
from wlk_host.core.sound.window import AudioBuffer
from wlk_host.core.speakers.diarizer import DiarizerModel
from wlk_host.core.speakers.turns import turns_in
from wlk_host.core.tab_options import DiarizerName
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, Pcm, Sample, seconds
from wlk_host.runtime.files.media import read_chunks
from wlk_host.runtime.loading import diarizers

_CELL: Final[Sample] = SAMPLE_RATE // 50
_KEPT: Final[Sample] = 10 * SAMPLE_RATE
"""Sound that is kept for the engine, as a session does."""


def turns_of(model: DiarizerModel, pcm: Pcm, told_after: float) -> list[Turn]:
    """What the engine says of sound that comes a second at a time."""
    diarizer, sound = model.open(), AudioBuffer()
    turns, told = list[Turn](), 0
    for start in range(0, len(pcm), SAMPLE_RATE):
        sound.append(AudioChunk(start, pcm[start : start + SAMPLE_RATE]))
        is_last = sound.end == len(pcm)
        diarizer.listen(sound, [(0, sound.end)], closing=is_last)
        until = sound.end - (0 if is_last else round(told_after * SAMPLE_RATE))
        cells = [(at, at + _CELL) for at in range(told, until - _CELL + 1, _CELL)]
        if cells:
            speaks = diarizer.evidence(cells).speaks
            for turn in turns_in(speaks, told, _CELL):
                turns.append((seconds(turn.start), seconds(turn.end), str(turn.voice)))
            told = cells[-1][1]
            diarizer.forget(told)
        sound.forget(sound.end - _KEPT)
    return turns


def n_voices(turns: Sequence[Turn]) -> int:
    """How many speak for half a second or more."""
    spoken: dict[str, float] = {}
    for start, end, name in turns:
        spoken[name] = spoken.get(name, 0.0) + end - start
    return sum(length >= 0.5 for length in spoken.values())


def row(title: str, scores: Sequence[DerScore], named: int, real: int) -> str:
    """One line of the table."""
    miss, false_alarm, confusion, total = np.sum([astuple(score) for score in scores], axis=0)
    parts = [100 * part / total for part in (miss, false_alarm, confusion)]
    shown = " + ".join(f"{part:.1f}" for part in parts)
    return f"| {title} | {sum(parts):.1f} | {shown} | {named} / {real} |"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("manifests", nargs="+", type=Path)
    parser.add_argument("--diarizer", choices=get_args(DiarizerName), help="the engine")
    parser.add_argument("--told-after", type=float, default=6.0, help="seconds")
    parser.add_argument("--only", default="", help="only recordings whose id contains this")
    asked = parser.parse_args()
    options = SessionOptions(speakers=True, diarizer=asked.diarizer)
    diarizers.require(options)
    model = diarizers.SharedDiarizers().model(options)
    assert model is not None
    print("| recording | DER % | miss + false alarm + confusion % | voices / real |")
    print("|---|---|---|---|")
    scores, counts = list[DerScore](), list[tuple[int, int]]()
    for manifest in asked.manifests:
        for line in manifest.read_text("utf-8").splitlines():
            recording = json.loads(line)
            if not recording.get("rttm") or asked.only not in recording["id"]:
                continue
            chunks = [chunk.pcm for chunk in read_chunks(manifest.parent / recording["audio"])]
            turns = turns_of(model, np.concatenate(chunks), asked.told_after)
            reference = read_rttm(manifest.parent / recording["rttm"])
            scores.append(der(turns, reference))
            counts.append((n_voices(turns), len({name for *_, name in reference})))
            print(row(recording["id"], scores[-1:], *counts[-1]), flush=True)
    if scores:
        print(row("together", scores, *np.sum(counts, axis=0)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
