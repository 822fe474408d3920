"""The effect of a vocabulary on recordings with its names, and on recordings without them.

    python tests/bench/vocabulary.py MANIFEST [--model base] [--only TEXT] [--policy NAME]

The names come from the references: capitalised words inside a sentence that take more than one
token. Recordings with names are captioned without a vocabulary, and with all names of the manifest.
So are some recordings without names. English manifests only, because other languages capitalise
other words as well.
"""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Final, get_args

from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.bench.manifest import Recording, read_manifest
from wlk_host.bench.runner import Bench
from wlk_host.bench.scoring import error_rate, normalise
from wlk_host.core.options import SessionOptions
from wlk_host.core.tab_options import PolicyName
from wlk_host.models import store

_NAME: Final = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+\b")
"""A capitalised word that does not begin a sentence."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The accuracy of names and words in one recording."""

    n_names: int
    live_names: int
    final_names: int
    live_wer: float
    final_wer: float


def names_in(text: str, tokenizer: WhisperTokenizer) -> list[str]:
    """The rare capitalised words of a reference, each once."""
    found = dict.fromkeys(_NAME.findall(text))
    return [name for name in found if len(tokenizer.encode(f" {name}")) > 1]


def n_right(names: Sequence[str], text: str) -> int:
    """How many of the names are in the text."""
    said = normalise(text, "en")
    return sum(all(part in said for part in normalise(name, "en")) for name in names)


def caption(bench: Bench, recording: Recording, names: Sequence[str]) -> Heard:
    """Caption one recording and count its names."""
    shown, text = bench.run(recording).log[-1], recording.reference.text or ""
    return Heard(
        n_names=len(names),
        live_names=n_right(names, shown.committed),
        final_names=n_right(names, shown.final),
        live_wer=error_rate(text, shown.committed, "en"),
        final_wer=error_rate(text, shown.final, "en"),
    )


def row(title: str, heard: Sequence[Heard]) -> str:
    """One line of the table."""
    names = f"{sum(h.live_names for h in heard)} / {sum(h.final_names for h in heard)}"
    live, final = fmean(h.live_wer for h in heard), fmean(h.final_wer for h in heard)
    n_names = sum(h.n_names for h in heard)
    return f"| {title} | {len(heard)} | {n_names} | {names} | {live:.1f} / {final:.1f} |\n"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--model", help="a model's name or folder; default: the first installed")
    parser.add_argument("--only", default="", help="only recordings whose id contains this")
    parser.add_argument("--policy", choices=get_args(PolicyName), default="alignatt")
    parser.add_argument("--others", type=int, default=8, help="recordings without names")
    arguments = parser.parse_args()
    tokenizer = WhisperTokenizer(store.resolve(arguments.model))
    recordings = [r for r in read_manifest(arguments.manifest) if arguments.only in r.reference.id]
    named = {r: found for r in recordings if (found := names_in(r.reference.text or "", tokenizer))}
    others = dict.fromkeys([r for r in recordings if r not in named][: arguments.others], ())
    vocabulary = tuple(sorted({name for names in named.values() for name in names}))
    sys.stderr.write(f"vocabulary: {', '.join(vocabulary)}\n")
    head = "| recordings | number | names | right, live / final | mean WER %, live / final |\n"
    sys.stdout.write(head + "|---|---|---|---|---|\n")
    groups: dict[str, Mapping[Recording, Sequence[str]]] = {"with": named, "without": others}
    for title, group in groups.items():
        for words in ((), vocabulary):
            options = SessionOptions(
                model=arguments.model, policy=arguments.policy, vocabulary=words
            )
            bench = Bench(options, realtime=False)
            heard = [caption(bench, recording, names) for recording, names in group.items()]
            if not heard:
                continue
            given = "vocabulary" if words else "no vocabulary"
            sys.stdout.write(row(f"{title} names, {given}", heard))
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
