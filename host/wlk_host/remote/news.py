"""What a link says to the host loop's thread, and what it is told there."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from wlk_host.core.errors import WlkError
from wlk_host.protocol.connection import Sound
from wlk_host.protocol.messages import (
    Captions,
    Configure,
    Cut,
    Error,
    Retranslate,
    Start,
    Status,
    Stop,
    Visibility,
)

ToServer: TypeAlias = Start | Sound | Configure | Retranslate | Visibility | Cut | Stop


@dataclass(frozen=True, slots=True)
class Opened:
    """The server is there.

    Attributes:
        number: of the connection, from 1 on.
        version: of the server; None if it does not tell.
        models: that may be named.
        translators: that may be named.
        round_trip_ms: to it and back.
    """

    number: int
    version: str | None
    models: frozenset[str]
    translators: frozenset[str]
    round_trip_ms: int


@dataclass(frozen=True, slots=True)
class Said:
    """The server says something of a session, or of the connection."""

    number: int
    message: Captions | Status | Error


@dataclass(frozen=True, slots=True)
class Pinged:
    """It is still there."""

    number: int
    round_trip_ms: int


@dataclass(frozen=True, slots=True)
class Lost:
    """It is not there (any more). The link tries again by itself."""

    number: int
    error: WlkError


News: TypeAlias = Opened | Said | Pinged | Lost


class Link(Protocol):
    """Keeps a connection to one server. None of these waits."""

    def say(self, number: int, message: ToServer) -> None:
        """Send this, unless that connection is gone."""
        ...

    def drop(self, number: int, error: WlkError) -> None:
        """Give that connection up for this reason; another one is tried later."""
        ...

    def close(self) -> None:
        """End it. It says nothing more."""
        ...
