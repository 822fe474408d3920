"""How a host has been lately, in numbers and codes. No word, title, address or name is among it."""

from typing import Annotated, Final, Literal, TypeAlias

from msgspec import Meta, Struct

_Count: TypeAlias = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""Also of seconds since 1970."""

_Code: TypeAlias = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]*$", max_length=64)]

MOST_MINUTES: Final = 60
MOST_CODES: Final = 20
MOST_RUNS: Final = 8

RunState: TypeAlias = Literal["running", "ended", "hung", "no_memory"]


class Minute(Struct, frozen=True, forbid_unknown_fields=True):
    """A minute in which captions ran.

    Attributes:
        at: when it began, in seconds since 1970.
        sessions: the most that were open at once.
        lag_ms: the most sound that waited in one session.
        skipped_ms: sound that was left out, in all of them.
        memory_mb: resident; None where the system does not tell.
    """

    at: _Count
    sessions: _Count
    lag_ms: _Count
    skipped_ms: _Count
    memory_mb: _Count | None


class Failure(Struct, frozen=True, forbid_unknown_fields=True):
    """How often an error came, and when it came last."""

    code: _Code
    count: _Count
    at: _Count


class Run(Struct, frozen=True, forbid_unknown_fields=True):
    """One host, from its start to its end.

    Attributes:
        host: its version.
        began: when its first session did; with `process` it names the run.
        process: its number.
        until: what is known ends here.
        state: `running` also where it ended without a chance to say so.
        minutes: the last ones with captions, the oldest first.
        failures: of the last codes that came, the newest last.
    """

    host: str
    began: _Count
    process: _Count
    until: _Count
    state: RunState
    minutes: Annotated[tuple[Minute, ...], Meta(max_length=MOST_MINUTES)]
    failures: Annotated[tuple[Failure, ...], Meta(max_length=MOST_CODES)]


class Health(Struct, frozen=True, forbid_unknown_fields=True, tag="health"):
    """Asks how the host has been lately."""


class HostHealth(Struct, frozen=True, forbid_unknown_fields=True, tag="health"):
    """The last hosts that captioned something, the newest first."""

    runs: Annotated[tuple[Run, ...], Meta(max_length=MOST_RUNS)]
