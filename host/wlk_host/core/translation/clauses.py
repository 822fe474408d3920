"""Where text can be cut so that the parts make sense alone."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from wlk_host.core.words import width_of

_SPACED_ENDS: Final = frozenset(".?!…,;:")
"""An end only in front of a space: not in 3.5 or 10:30."""

_WIDE_ENDS: Final = frozenset("。？！、，；：")  # noqa: RUF001 - real punctuation

_LONG: Final = 48
"""Columns without a clause's end after which what is there will do."""

_SENTENCE: Final = re.compile(
    r"""[.?!…]+["'”’»)\]]*\s+(?=["'“‘«(¿¡]*[^\W_a-zà-ÿ])"""  # noqa: RUF001 - real punctuation
    r"""|[。？！]+[」』”]?\s*"""  # noqa: RUF001
)
"""The end of a sentence and the space after it; what follows begins with no small letter."""

_TITLES: Final = frozenset(
    ("mr", "mrs", "ms", "dr", "st", "prof", "jr", "sr", "sra", "vs", "mt", "gen", "col", "rev")
)
"""Words whose full stop ends no sentence."""


def whole_clauses(text: str) -> str:
    """The beginning of a growing line that is worth a translation already; can be empty.

    It ends with a clause, or with the last word when no clause has ended for long.
    """
    text = text.rstrip()
    end = _last_end(text)
    return text if width_of(text[end:]) > _LONG else text[:end]


def _last_end(text: str) -> int:
    for i in range(len(text) - 1, -1, -1):
        if text[i] in _WIDE_ENDS:
            return i + 1
        if text[i] in _SPACED_ENDS and text[i + 1 : i + 2].strip() == "":
            return i + 1
    return 0


def sentences_of(text: str) -> list[str]:
    """The sentences; joined they are the text, the space behind each included."""
    sentences, begin = [], 0
    for end in _SENTENCE.finditer(text):
        before = re.search(r"(\w+)$", text[begin : end.start()])
        is_title = before is not None and (
            before[1].lower() in _TITLES or (len(before[1]) == 1 and before[1].isupper())
        )
        if not (is_title and text[end.start()] == "."):
            sentences.append(text[begin : end.end()])
            begin = end.end()
    return [*sentences, text[begin:]] if text[begin:].strip() else sentences


def by_sentence(texts: Sequence[str], translate: Callable[[list[str]], list[str]]) -> list[str]:
    """Translate with a model trained on single sentences, which drops some when it gets two."""
    parts = [sentences_of(text) for text in texts]
    found = iter(translate([part.strip() for sentences in parts for part in sentences]))
    return [_joined([next(found).strip() for _ in sentences]) for sentences in parts]


def _joined(sentences: Sequence[str]) -> str:
    text = ""
    for sentence in sentences:
        space = "" if not text or text[-1] in _WIDE_ENDS else " "
        text += space + sentence
    return text
