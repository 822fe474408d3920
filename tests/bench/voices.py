"""How well voices are told apart: the equal error rate of two short stretches of speech.

    WLK_MODELS=... python tests/bench/voices.py MANIFEST [--window 1.6] [--only TEXT]

Stretches of recordings with a single `speaker` are compared across recordings. In recordings with
turns in an `rttm` file, stretches in which one person speaks alone are compared within the
recording. At the equal error rate, the share of same-voice pairs taken for two voices equals the
share of other pairs taken for one.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from der import Turn, read_rttm
from wlk_host.backends.voice_encoder import load_voice_encoder
from wlk_host.core.ports import VoiceEncoder
from wlk_host.core.types import SAMPLE_RATE, Pcm
from wlk_host.models import store
from wlk_host.models.catalog import SPEAKERS
from wlk_host.runtime.files.media import read_chunks

HOP_S: Final = 0.8
SPEECH: Final = 0.01
"""The root mean square below which a stretch of a reader's recording counts as a pause."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A short stretch of one voice.

    Attributes:
        among: a stretch is compared with others that have the same value.
        place: its recording and its number in it. Neighbours in a recording overlap.
    """

    speaker: str
    among: str
    place: tuple[str, int]
    pcm: Pcm


def stretches(
    row: dict[str, Any], folder: Path, window_s: float, hop_s: float = HOP_S
) -> Iterator[Stretch]:
    """The stretches of one row of a manifest."""
    pcm = np.concatenate([chunk.pcm for chunk in read_chunks(folder / row["audio"])])
    turns = read_rttm(folder / row["rttm"]) if row.get("rttm") else []
    if not turns and not row.get("speaker"):
        return
    size = round(window_s * SAMPLE_RATE)
    for number, at in enumerate(range(0, len(pcm) - size + 1, round(hop_s * SAMPLE_RATE))):
        sound, start_s = pcm[at : at + size], at / SAMPLE_RATE
        if not turns and np.sqrt(np.mean(sound**2)) >= SPEECH:
            # With the same number, stretches of one recording are not compared with each other.
            yield Stretch(row["speaker"], "", (row["id"], 0), sound)
        elif turns and (speaker := alone(turns, start_s, start_s + window_s)):
            yield Stretch(speaker, row["id"], (row["id"], number), sound)


def alone(turns: Sequence[Turn], start: float, end: float) -> str | None:
    """The person who speaks for nearly all of that time without interruption, if any."""
    heard: dict[str, float] = {}
    for from_s, to_s, name in turns:
        heard[name] = heard.get(name, 0.0) + max(0.0, min(end, to_s) - max(start, from_s))
    most = max(heard, key=lambda name: heard[name], default=None)
    others = sum(share for name, share in heard.items() if name != most)
    whole = most is not None and heard[most] >= 0.9 * (end - start)
    return most if whole and others < 0.05 * (end - start) else None


def likeness(
    encoder: VoiceEncoder, found: Sequence[Stretch], window_s: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The cosines of all pairs of the same voice, and of all pairs of different voices."""
    vectors = np.stack([encoder.embed(stretch.pcm) for stretch in found])
    cosines = vectors @ vectors.T
    near = int(np.ceil(window_s / HOP_S))
    same: list[float] = []
    other: list[float] = []
    for i, one in enumerate(found):
        for j in range(i + 1, len(found)):
            two = found[j]
            beside = one.place[0] == two.place[0] and abs(one.place[1] - two.place[1]) < near
            if one.among == two.among and not beside:
                (same if one.speaker == two.speaker else other).append(float(cosines[i, j]))
    return np.array(same, np.float32), np.array(other, np.float32)


def equal_error_rate(same: NDArray[np.float32], other: NDArray[np.float32]) -> tuple[float, float]:
    """The rate, and the cosine from which two stretches count as the same voice."""
    limits = np.unique(np.concatenate([same, other]))
    missed = np.searchsorted(np.sort(same), limits) / len(same)
    confused = 1 - np.searchsorted(np.sort(other), limits) / len(other)
    at = int(np.abs(missed - confused).argmin())
    return float(missed[at] + confused[at]) / 2, float(limits[at])


def main() -> None:
    """Print the equal error rate of the stretches in the manifest."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--window", type=float, default=1.6, metavar="SECONDS")
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="only recordings whose id contains it"
    )
    asked = parser.parse_args()
    encoder = load_voice_encoder(store.require(SPEAKERS))
    lines = asked.manifest.read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if asked.only in row["id"]]
    folder = asked.manifest.parent
    found = [one for row in rows for one in stretches(row, folder, asked.window)]
    same, other = likeness(encoder, found, asked.window)
    rate, limit = equal_error_rate(same, other)
    print(
        f"equal error rate {rate:.2%} at a cosine of {limit:.2f}: {len(found)} stretches of "
        f"{asked.window} s, {len(same)} pairs of one voice, {len(other)} of two"
    )


if __name__ == "__main__":
    main()
