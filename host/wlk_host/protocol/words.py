"""The messages by which a user is told what a word of the captions means."""

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from wlk_host.core.errors import WlkError
from wlk_host.protocol.problem import Problem

_Id: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
_Language: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
_Target: TypeAlias = Annotated[
    str, Meta(pattern="^([a-z]{2,3}|[a-z]{5,8})(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$")
]


class Translate(Struct, frozen=True, forbid_unknown_fields=True, tag="translate"):
    """Asks what a word or a short phrase means. A source of None is what the session hears."""

    session: _Id
    request: _Id
    text: Annotated[str, Meta(min_length=1, max_length=200)]
    source: _Language | None
    target: _Target
    translator: Annotated[str, Meta(min_length=1, max_length=4096)] | None


class Translated(Struct, frozen=True, forbid_unknown_fields=True, tag="translated"):
    """The meaning of a word, or why there is none."""

    session: _Id
    request: _Id
    text: str | None
    problem: Problem | None

    @classmethod
    def of(cls, asked: Translate, answer: str | WlkError) -> "Translated":
        """The answer to that question."""
        if isinstance(answer, WlkError):
            return cls(asked.session, asked.request, None, Problem.of(answer))
        return cls(asked.session, asked.request, answer, None)
