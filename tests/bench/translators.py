"""How well the installed translators translate: `python tests/bench/translators.py MANIFEST`.

The manifest's recordings have an English translation (`translation_en`). For each translator and
language it prints the chrF of both directions without case and punctuation, since the texts of some
recordings have none: of whole sentences, and of lines of at most 126 columns, each by itself and
joined. Then come how many names of a vocabulary are kept, and how many numbers.
"""

import argparse
import json
import random
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from wlk_host.bench.chrf import chrf
from wlk_host.core.translation.batches import Batch
from wlk_host.core.translation.names import keep_names
from wlk_host.runtime.translators import registry

LONG, LONGEST = 84, 126
"""Columns of a line; see `core.captions`."""

NAMES = [
    "Anthropic",
    "Kubernetes",
    "Rhea",
    "Wozniak",
    "Grafana",
    "Terraform",
    "Silva",
    "Nakamura",
    "PostgreSQL",
    "Kowloon",
    "Bieber",
    "Nextcloud",
    "Zürich",
    "Ananya",
    "Ming",
    "Okonkwo",
    "Vercel",
    "Booker",
    "Stone",
    "Swift",
    "Rust",
    "Python",
    "Oracle",
    "Word",
    "Apple",
]
ABOUT_NAMES = ("{} was founded in San Francisco.", "I asked {} about the meeting.", "{} is here.")
ABOUT_NUMBERS = (
    "It costs {} million dollars.",
    "The package weighs {} kg and is {} cm long.",
    "He was born in {} and died in {}.",
    "About {}% of the people voted against it.",
    "We drove {} miles in {} hours.",
)
NUMBERS = ("3.5", "12", "1,250", "45", "2019", "7", "0.8", "600", "100,000")

Translate = Callable[[Sequence[str], str, str], list[str]]


def lines_of(text: str) -> tuple[str, ...]:
    """The text as lines, cut as captions are."""
    lines: list[list[str]] = [[]]
    for word in text.split():
        line = " ".join(lines[-1])
        is_long = len(line) >= LONG and line.endswith((",", ";", ":"))
        if line and (is_long or len(line) + 1 + len(word) > LONGEST):
            lines.append([])
        lines[-1].append(word)
    return tuple(" ".join(line) for line in lines)


def plain(text: str) -> str:
    """Without case and punctuation."""
    return re.sub(r"[^\w\s]", "", text.lower())


def by_lines(translate: Translate, text: str, source: str, target: str, *, joined: bool) -> str:
    """The translation of a text that stands on lines, put together again."""
    lines = lines_of(text)
    groups = (len(lines),) if joined else (1,) * len(lines)
    ids = tuple(range(len(lines)))
    batch = Batch(ids, lines, groups, source, target, "", 0, "final")
    found = batch.by_line(translate(batch.texts, source, target))
    return " ".join(text or "" for text in found)


def show_scores(name: str, translate: Translate, rows: Iterable[dict[str, Any]], lang: str) -> None:
    """Print the chrF of both directions."""
    pairs = [(row["text"], row["translation_en"]) for row in rows]
    for source, target, texts in (
        (lang, "en", pairs),
        ("en", lang, [(english, text) for text, english in pairs]),
    ):
        began = time.monotonic()
        whole = chrf((plain(translate([a], source, target)[0]), plain(b)) for a, b in texts)
        each_ms = 1000 * (time.monotonic() - began) / len(texts)
        alone, joined = (
            chrf(
                (plain(by_lines(translate, a, source, target, joined=one)), plain(b))
                for a, b in texts
            )
            for one in (False, True)
        )
        print(
            f"{name} {source} into {target}: {len(texts)} texts, chrF {whole:.1f}, "
            f"lines alone {alone:.1f}, joined {joined:.1f}; {each_ms:.0f} ms a text"
        )


def show_kept(name: str, translate: Translate, target: str) -> None:
    """Print how many names and numbers survive from English."""
    about = [(each, form.format(each)) for each in NAMES for form in ABOUT_NAMES]
    lost = sum(each not in translate([text], "en", target)[0] for each, text in about)

    def once(texts: list[str], _context: str) -> list[str]:
        return translate(texts, "en", target)

    still = sum(each not in keep_names([text], [each], "", once)[0] for each, text in about)
    print(f"{name} into {target}: of {len(about)} names {lost} lost, {still} with placeholders")
    chance = random.Random(3)
    texts = [
        form.format(*(chance.choice(NUMBERS) for _ in range(form.count("{}"))))
        for form in ABOUT_NUMBERS
        for _ in range(12)
    ]
    wrong = sum(digits(text) != digits(translate([text], "en", target)[0]) for text in texts)
    print(f"{name} into {target}: numbers wrong in {wrong} of {len(texts)} sentences")


def digits(text: str) -> list[str]:
    """The numbers of a text, without what separates their digits."""
    return sorted(re.sub(r"\D", "", found) for found in re.findall(r"\d[\d.,]*", text))


def main() -> int:
    """Print all of it for each installed translator."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--translator", default="", help="only those whose name contains this")
    chosen = parser.parse_args()
    rows = [json.loads(row) for row in chosen.manifest.read_text("utf-8").splitlines()]
    rows = [row for row in rows if row.get("translation_en")]
    for entry in registry.own_translators():
        if not entry.is_installed() or chosen.translator not in entry.name:
            continue
        loaded = entry.load()

        def translate(texts: Sequence[str], source: str, target: str) -> list[str]:
            return loaded.translate(texts, source, target, "")  # noqa: B023 - used at once

        for lang in sorted({row["lang"] for row in rows} - {"en"}):
            if entry.supports(lang, "en") and entry.supports("en", lang):
                show_scores(entry.name, translate, [r for r in rows if r["lang"] == lang], lang)
                show_kept(entry.name, translate, lang)
    return 0


if __name__ == "__main__":
    sys.exit(main())
