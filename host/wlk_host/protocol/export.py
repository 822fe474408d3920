"""The messages by which a transcript becomes a file."""

from typing import Annotated, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

MOST_LINES_OF_A_MESSAGE: Final = 500

Milliseconds: TypeAlias = Annotated[int, Meta(ge=0, le=35_999_999_999)]
"""A time in the medium."""

_Id: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
_Language: TypeAlias = Annotated[str, Meta(max_length=64)]
_Text: TypeAlias = Annotated[str, Meta(max_length=10_000)]


class ExportWord(Struct, frozen=True, forbid_unknown_fields=True):
    """A word of a line. Its text begins with a space where its script writes one."""

    text: Annotated[str, Meta(max_length=1000)]
    start: Milliseconds
    end: Milliseconds
    probability: Annotated[float, Meta(ge=0, le=1)]


class ExportTranslation(Struct, frozen=True, forbid_unknown_fields=True):
    """The translation of a line."""

    text: _Text
    language: _Language


class ExportLine(Struct, frozen=True, forbid_unknown_fields=True):
    """A line of a transcript. `speaker` is the name to print."""

    start: Milliseconds
    end: Milliseconds
    text: _Text
    language: _Language | None
    speaker: Annotated[str, Meta(max_length=200)] | None
    translation: ExportTranslation | None
    words: Annotated[tuple[ExportWord, ...], Meta(max_length=1000)]
    bookmarked: bool
    note: _Text
    gap_before: bool


class Export(Struct, frozen=True, forbid_unknown_fields=True, tag="export"):
    """Asks for a transcript as a file. Its lines come in several messages of the same request."""

    request: _Id
    format: Literal["srt", "vtt", "txt", "md", "json", "csv"]
    content: Literal["original", "translation", "both"]
    title: Annotated[str, Meta(max_length=1000)]
    language: _Language | None
    lines: Annotated[tuple[ExportLine, ...], Meta(max_length=MOST_LINES_OF_A_MESSAGE)]
    last: bool


class Exported(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="exported"):
    """A part of the file. The first one has its name."""

    request: _Id
    text: str
    last: bool
    file_name: Annotated[str, Meta(min_length=1, max_length=255)] | UnsetType = UNSET

    @classmethod
    def of(cls, request: str, text: str, file_name: str | None, *, last: bool) -> "Exported":
        """The message for this part of the text; the name is None in all but the first one."""
        return cls(request, text, last, UNSET if file_name is None else file_name)
