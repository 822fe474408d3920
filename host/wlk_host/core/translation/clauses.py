"""Where text can be cut so that the parts make sense alone."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from wlk_host.core.sentences import ends_sentence
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
        is_end = text[i] in _SPACED_ENDS and text[i + 1 : i + 2].strip() == ""
        if is_end and (text[i] != "." or ends_sentence(text[: i + 1], text[i + 1 :])):
            return i + 1
    return 0


def sentences_of(text: str, language: str | None = None) -> list[str]:
    """The sentences; joined they are the text, the space behind each included.

    Args:
        text: one or more of them.
        language: it is in; None where that is not known.
    """
    sentences, begin = [], 0
    for end in _SENTENCE.finditer(text):
        stop = end.start() + 1
        if text[end.start()] != "." or ends_sentence(text[begin:stop], text[end.end() :], language):
            sentences.append(text[begin : end.end()])
            begin = end.end()
    return [*sentences, text[begin:]] if text[begin:].strip() else sentences


def by_sentence(
    texts: Sequence[str], translate: Callable[[list[str]], list[str]], language: str | None = None
) -> list[str]:
    """Translate with a model trained on single sentences, which drops some when it gets two."""
    parts = [sentences_of(text, language) for text in texts]
    found = iter(translate([part.strip() for sentences in parts for part in sentences]))
    return [_joined([next(found).strip() for _ in sentences]) for sentences in parts]


def _joined(sentences: Sequence[str]) -> str:
    text = ""
    for sentence in sentences:
        space = "" if not text or text[-1] in _WIDE_ENDS else " "
        text += space + sentence
    return text
