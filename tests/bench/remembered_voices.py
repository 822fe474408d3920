"""How often a remembered voice is recognised in another recording, and how often a stranger is.

    WLK_MODELS=... python tests/bench/remembered_voices.py FOLDER [--vectors FILE]

FOLDER holds the folders of recordings: `en_short`, `noisy` and `diarization` say who speaks;
`en_long` has one voice in each recording, `multilingual` strangers. Each voice is remembered from
the first half of what is heard of it, and looked for in the second. Everybody else is a stranger
to it. A voice that is looked for is the mean of its first windows (1.6 s, every 0.8 s).
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from der import read_rttm
from voices import stretches
from wlk_host.backends.voice_encoder import load_voice_encoder
from wlk_host.core.speakers.remembered import LEAST_WINDOWS, RECOGNISED
from wlk_host.models import store
from wlk_host.models.catalog import SPEAKERS

WINDOW_S: Final = 1.6
AMOUNTS: Final = (2, 4, 8, 12, 20)
"""Windows of the voice that is looked for."""
FEWEST: Final = 4
"""Windows without which nothing is remembered."""

Vectors = NDArray[np.float32]


def labelled(folder: Path) -> Iterator[tuple[dict[str, Any], Path]]:
    """The recordings that are used, each with a `speaker` or an `rttm`."""
    for name in ("en_short", "noisy", "diarization", "en_long", "multilingual"):
        at = folder / name
        for line in (at / "manifest.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            if row.get("rttm") and len({who for *_, who in read_rttm(at / row["rttm"])}) == 1:
                row |= {"rttm": None}
            if not row.get("rttm") and not row.get("speaker"):
                if name == "noisy":
                    continue
                row |= {"speaker": row["id"]}
            if name != "diarization" or not row["id"].startswith("sim"):
                yield row, at


def collect(folder: Path) -> dict[str, Vectors]:
    """The vectors of each voice, in the order in which they are heard."""
    encoder = load_voice_encoder(store.require(SPEAKERS))
    found: dict[str, list[Vectors]] = defaultdict(list)
    for row, at in labelled(folder):
        for one in stretches(row, at, WINDOW_S):
            voice = one.speaker if row.get("speaker") else f"{row['id']}:{one.speaker}"
            if at.name == "noisy":
                voice += ":noisy"
            found[voice].append(encoder.embed(one.pcm))
    return {voice: np.stack(vectors) for voice, vectors in found.items()}


def mean(vectors: Vectors) -> Vectors:
    """The voice that these windows are of, length 1."""
    total = vectors.sum(axis=0)
    return np.asarray(total / np.linalg.norm(total), np.float32)


def compare(found: dict[str, Vectors], amount: int) -> tuple[list[float], list[tuple[float, str]]]:
    """Cosines of remembered voices with themselves, and with strangers (and which these are)."""
    own: list[float] = []
    strange: list[tuple[float, str]] = []
    for voice, vectors in found.items():
        if len(vectors) < 2 * FEWEST or voice.endswith(":noisy"):
            continue
        half = len(vectors) // 2
        kept = mean(vectors[:half])
        for other, heard in found.items():
            name = other.removesuffix(":noisy")
            later = heard[half:] if other == voice else heard
            parts = [later[i : i + amount] for i in range(0, len(later) - amount + 1, amount)]
            cosines = [float(mean(part) @ kept) for part in parts]
            if name == voice:
                own += cosines
            else:
                strange += [(cosine, f"{voice} {other}") for cosine in cosines]
    return own, strange


def share(part: int, whole: int) -> str:
    """The count, and what share it is."""
    return f"{part} of {whole} ({100 * part / max(1, whole):.2f} %)"


def main() -> None:
    """Print a table: what is recognised, at which cosine."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--vectors", type=Path, help="keep the vectors there, or take them")
    arguments = parser.parse_args()
    if arguments.vectors and arguments.vectors.exists():
        found = dict(np.load(arguments.vectors))
    else:
        found = collect(arguments.folder)
        if arguments.vectors:
            by_name: dict[str, Any] = dict(found)
            np.savez(arguments.vectors, **by_name)
    print(f"{len(found)} voices; in use: {RECOGNISED} from {LEAST_WINDOWS} windows on\n")
    print("| windows | cosine | own recognised | strangers recognised | the strangers most alike |")
    print("|---|---|---|---|---|")
    for amount in AMOUNTS:
        own, strange = compare(found, amount)
        most = ", ".join(f"{who} {cosine:.2f}" for cosine, who in sorted(strange)[:-4:-1])
        for limit in (0.80, 0.82, 0.84, 0.86, 0.88, 0.90, 0.92):
            known = sum(cosine >= limit for cosine in own)
            taken = sum(cosine >= limit for cosine, _ in strange)
            print(
                f"| {amount} | {limit:.2f} | {share(known, len(own))} "
                f"| {share(taken, len(strange))} | {most} |"
            )


if __name__ == "__main__":
    main()
