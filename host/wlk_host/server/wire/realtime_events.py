"""What clients of OpenAI's transcription sessions say, and the frame of what they are told."""

from typing import Final, TypeAlias

import msgspec
from msgspec import Struct

from wlk_host.core.errors import WlkError
from wlk_host.server.wire.openai import JsonObject, problem
from wlk_host.server.wire.realtime_settings import BetaWanted, Wanted
from wlk_host.server.wire.statuses import kind_of

_MOST_OF_AN_ID: Final = 512
"""Of an `event_id`, as OpenAI has it."""


class _Event(Struct, frozen=True, forbid_unknown_fields=True):
    event_id: str | None = None


class Append(_Event, frozen=True, kw_only=True, tag="input_audio_buffer.append"):
    """Sound, as base64."""

    audio: str


class Commit(_Event, frozen=True, tag="input_audio_buffer.commit"):
    """The sound so far is an item."""


class Clear(_Event, frozen=True, tag="input_audio_buffer.clear"):
    """Forget the sound since the last item."""


class Update(_Event, frozen=True, kw_only=True, tag="session.update"):
    """Other settings."""

    session: Wanted


class BetaUpdate(_Event, frozen=True, kw_only=True, tag="transcription_session.update"):
    """Other settings, as the beta told them."""

    session: BetaWanted


ClientEvent: TypeAlias = Append | Commit | Clear | Update | BetaUpdate

_KINDS: Final[dict[str, type[ClientEvent]]] = {
    "input_audio_buffer.append": Append,
    "input_audio_buffer.commit": Commit,
    "input_audio_buffer.clear": Clear,
    "session.update": Update,
    "transcription_session.update": BetaUpdate,
}


class _Head(Struct, frozen=True):
    type: str
    event_id: str | None = None


def id_of(message: bytes) -> str | None:
    """The `event_id` of what may be an event, for the answer to it."""
    try:
        told = msgspec.json.decode(message, type=_Head).event_id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return None if told is None else told[:_MOST_OF_AN_ID]


def read(message: bytes) -> ClientEvent:
    """The event in a message.

    Raises:
        WlkError: `message_invalid`, `option_invalid`, `request_not_served`.
    """
    try:
        head = msgspec.json.decode(message, type=_Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WlkError(
            "message_invalid",
            f"got a message that is no event: {error}",
            "send JSON objects with a type, in text messages",
        ) from error
    kind = _KINDS.get(head.type)
    if kind is None:
        raise WlkError(
            "request_not_served",
            f"got {head.type[:100]!r}, expected one of {', '.join(_KINDS)}",
            "the server transcribes and does nothing else; leave this event out",
        )
    try:
        return msgspec.json.decode(message, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WlkError(
            "option_invalid",
            f"got {head.type} with a field that is not allowed: {error}",
            "see OpenAI's reference of transcription sessions",
        ) from error


def failed(error: WlkError, caused_by: str | None = None) -> JsonObject:
    """The event that reports an error, without the end of the connection.

    Args:
        error: to report.
        caused_by: the `event_id` of the client's event.
    """
    return {"type": "error", "error": {**details(error), "event_id": caused_by}}


def details(error: WlkError) -> JsonObject:
    """What an event says of an error."""
    told: JsonObject = problem(error, kind_of(error))["error"]
    return told
