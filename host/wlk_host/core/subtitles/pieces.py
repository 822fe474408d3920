"""The smallest parts of text that a row of subtitles can end behind, with their times."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from wlk_host.core.languages import UNSPACED, base_of
from wlk_host.core.subtitles.clean_text import clean
from wlk_host.core.subtitles.transcript import Milliseconds, TranscriptLine
from wlk_host.core.words import is_closing, width_of

COLUMNS: Final = 42
"""The widest row (BBC, Netflix). Wide characters take two columns, so 21 of them fit."""

Timed: TypeAlias = tuple[str, Milliseconds, Milliseconds]
"""Text, and when it is spoken."""

_OPENING: Final = frozenset("([{«„“‘¿¡「『（【《〈")  # noqa: RUF001 - real punctuation
"""A row does not end with one of these."""

_JOINER: Final = "\u200d"


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or a character of a script without spaces, with the punctuation that clings to it.

    Attributes:
        text: without spaces at its ends; at most `COLUMNS` wide.
        spaced: whether a space stands before it.
        start: when it begins, in milliseconds.
        end: when it ends; never before it begins.
    """

    text: str
    spaced: bool
    start: Milliseconds
    end: Milliseconds

    @property
    def width(self) -> int:
        """Its columns, without the space."""
        return width_of(self.text)


def text_of(pieces: Iterable[Piece]) -> str:
    """The pieces as one row of text."""
    return "".join(" " * piece.spaced + piece.text for piece in pieces).strip()


def fitting(text: str, columns: int) -> str:
    """As much of a text as fits into so many columns."""
    while width_of(text) > columns:
        text = text[:-1]
    return text.rstrip()


def of_spoken(line: TranscriptLine) -> list[Piece]:
    """The pieces of a line, with the times of its words.

    A corrected text is not made of the words: it is spread over the line's time. The first word has
    a space before it as in `of_text`, even if the line came without it, as over the port.
    """
    if not line.words or clean("".join(word.text for word in line.words)) != line.text:
        return of_text(line.text, line.start, line.end, line.language)
    spoken = [(word.text, word.start, word.end) for word in line.words]
    first, *rest = spoken
    if not _is_unspaced(line.text, line.language):
        first = (f" {first[0].lstrip()}", *first[1:])
    return pieces_of([first, *rest], line.language)


def of_translation(line: TranscriptLine) -> list[Piece]:
    """The pieces of a line's translation, spread over the line's time; empty without one."""
    if line.translation is None:
        return []
    return of_text(line.translation.text, line.start, line.end, line.translation.language)


def of_text(text: str, start: Milliseconds, end: Milliseconds, language: str | None) -> list[Piece]:
    """The pieces of a text whose words have no times: each gets time by its width.

    The first one has a space before it where its script writes one: another line can precede it.
    """
    text = text if _is_unspaced(text, language) else f" {text}"
    return pieces_of([(text, start, max(start, end))], language)


def _is_unspaced(text: str, language: str | None) -> bool:
    if language is None:
        return bool(text) and _is_wide(text[0])
    return base_of(language) in UNSPACED


def pieces_of(spoken: Iterable[Timed], language: str | None) -> list[Piece]:
    """The pieces of words with their times.

    Args:
        spoken: in order; a word that begins a new one starts with a space, as `Word.text` does.
        language: they are in.
    """
    unspaced = language is not None and base_of(language) in UNSPACED
    pieces: list[Piece] = []
    for text, start, end in spoken:
        for piece in _split(text, start, max(start, end), unspaced):
            if pieces and not piece.spaced and not _can_break(pieces[-1], piece, unspaced):
                before = pieces.pop()
                piece = replace(  # noqa: PLW2901 - it goes on as one
                    before, text=before.text + piece.text, end=max(before.end, piece.end)
                )
            pieces.append(piece)
    return [part for piece in pieces for part in _narrow(piece)]


def _split(text: str, start: Milliseconds, end: Milliseconds, unspaced: bool) -> Iterator[Piece]:
    """The parts of a text that are separate by its script, their time by their width."""
    spaced = text[:1].isspace()
    parts: list[tuple[str, bool]] = []
    for number, token in enumerate(clean(text).split()):
        for at, unit in enumerate(_units(token, unspaced)):
            parts.append((unit, at == 0 and (spaced or number > 0)))
    yield from _timed(parts, start, end)


def _timed(
    parts: Sequence[tuple[str, bool]], start: Milliseconds, end: Milliseconds
) -> Iterator[Piece]:
    whole = sum(max(1, width_of(text)) for text, _ in parts)
    done = 0
    for text, spaced in parts:
        begin = start + (end - start) * done // whole
        done += max(1, width_of(text))
        yield Piece(text, spaced, begin, start + (end - start) * done // whole)


def _units(token: str, unspaced: bool) -> list[str]:
    """The characters of a script without spaces, each with its marks; otherwise whole words."""
    if not unspaced and width_of(token) == len(token):
        return [token]
    units: list[str] = []
    for character in token:
        separate = (unspaced or _is_wide(character)) or (bool(units) and _is_wide(units[-1][-1]))
        if units and (_clings(units[-1], character) or not separate):
            units[-1] += character
        else:
            units.append(character)
    return units


def _can_break(before: Piece, piece: Piece, unspaced: bool) -> bool:
    if is_closing(piece.text[0]) or _clings(before.text, piece.text[0]):
        return False
    return unspaced or _is_wide(before.text[-1]) or _is_wide(piece.text[0])


def _clings(before: str, character: str) -> bool:
    """Whether nothing may part a character from the text before it."""
    is_mark = unicodedata.category(character).startswith("M")
    joins = _JOINER in (character, before[-1])
    is_number = character.isdigit() and before[-1].isdigit()
    return is_mark or joins or is_number or is_closing(character) or before[-1] in _OPENING


def _narrow(piece: Piece) -> Iterator[Piece]:
    """The piece, cut where it is wider than a row."""
    if piece.width <= COLUMNS:
        yield piece
        return
    parts, spaced = [""], piece.spaced
    for character in piece.text:
        if width_of(parts[-1] + character) > COLUMNS:
            parts.append("")
        parts[-1] += character
    yield from _timed([(p, spaced and n == 0) for n, p in enumerate(parts)], piece.start, piece.end)


def _is_wide(character: str) -> bool:
    return width_of(character) == 2
