"""Tokens grouped into the words that people read."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import dropwhile
from typing import Final, Protocol
from unicodedata import east_asian_width

from wlk_host.core.ports import DecodeStep, Token
from wlk_host.core.types import Sample, Word

SENTENCE_ENDS: Final = (".", "?", "!", "…", "。", "？", "！")  # noqa: RUF001 - real punctuation
"""What the last word of a sentence ends with."""

CLAUSE_ENDS: Final = (*SENTENCE_ENDS, ",", ";", ":", "、", "，", "；")  # noqa: RUF001
"""The same of a clause."""

UNKNOWN: Final = "\ufffd"
"""What a decoder of tokens writes for the parts of a character."""

_CLOSING: Final = frozenset(".,!?;:…)]}%\"'”’»。，、！？；：）」』】")  # noqa: RUF001 - real punctuation


class Decode(Protocol):
    """Tokens to text."""

    def __call__(self, tokens: Sequence[Token], /) -> str:
        """The text of the tokens."""
        ...


def group_words(
    steps: Iterable[DecodeStep], decode: Decode, spaced: bool
) -> list[list[DecodeStep]]:
    """The steps of each word. Characters that span tokens stay whole.

    In spaced scripts a word begins with a space; in others each character is one.
    Closing punctuation goes with the word before it. A space alone, as decoders say it in pauses
    now and then, goes with the word behind it.
    """
    groups: list[list[DecodeStep]] = []
    pending: list[DecodeStep] = []
    for step in steps:
        pending.append(step)
        text = decode([s.token for s in pending])
        if text.endswith(UNKNOWN) or not text.strip():
            continue
        if groups and not begins_word(text, spaced):
            groups[-1].extend(pending)
        else:
            groups.append(pending)
        pending = []
    if pending and groups and not decode([s.token for s in pending]).strip():
        groups[-1].extend(pending)
    elif pending:
        groups.append(pending)
    return groups


def word_text(steps: Iterable[DecodeStep], decode: Decode) -> str:
    """The text of one word, with one space in front at the most and none behind."""
    text = decode([step.token for step in steps])
    return " " * text[:1].isspace() + " ".join(text.split())


def begins_word(text: str, spaced: bool) -> bool:
    """Whether text starts a new word rather than going on with the one before."""
    if is_closing(text):
        return False
    return text.startswith(" ") or not spaced


def is_closing(text: str) -> bool:
    """Whether text is nothing but closing punctuation."""
    return bool(text.strip()) and all(character in _CLOSING for character in text.strip())


def opening(words: Iterable[Word]) -> list[Word]:
    """The words from the first that is one: punctuation before it ends a word that is not here."""
    return list(dropwhile(lambda word: is_closing(word.text), words))


def is_whole(text: str) -> bool:
    """False while the last character's bytes are incomplete."""
    return not text.endswith(UNKNOWN)


def heard_from(start: Sample, words: Iterable[Word]) -> list[Word]:
    """The words of which sound from `start` on has the greater part.

    Where a word begins is a guess: one that seems to begin just before `start` is still heard.
    """
    heard = (word for word in words if word.start + word.end >= 2 * start)
    return [replace(word, start=max(word.start, start)) for word in heard]


def width_of(text: str) -> int:
    """Columns: East Asian wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
