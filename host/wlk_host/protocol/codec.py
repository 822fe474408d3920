"""Messages from JSON, and to it."""

import re
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from wlk_host.core.errors import WlkError, cut
from wlk_host.protocol.constants import ErrorCode
from wlk_host.protocol.messages import MOST_OF_AN_ID, ToExtension, ToHost
from wlk_host.version import __version__, is_newer

_MOST_QUOTED: Final = 300
"""Characters that an error says of a message that was not understood."""

_OF_SESSIONS: Final = (
    "start",
    "audio",
    "configure",
    "retranslate",
    "visibility",
    "cut",
    "stop",
    "remember",
)

_TYPES: Final = (
    "hello",
    *_OF_SESSIONS,
    "models",
    "download",
    "cancel",
    "remove",
    "speech",
    "export",
    "health",
    "forget",
    "voices",
    "translate",
    "remote",
    "probe",
)

_TYPES_OF_HOST: Final = (
    "hello",
    "captions",
    "status",
    "models",
    "progress",
    "speech",
    "exported",
    "health",
    "remote",
    "probed",
    "voices",
    "recognised",
    "translated",
    "error",
)

_to_host: Final = msgspec.json.Decoder[ToHost](ToHost)
_to_extension: Final = msgspec.json.Decoder[ToExtension](ToExtension)
_encoder: Final = msgspec.json.Encoder()


def decode(payload: bytes) -> ToHost:
    """One message from the extension.

    Raises:
        WlkError: `message_invalid`, with what was got and what was expected. The values are left
            out, because they can contain what was said.
    """
    try:
        message: ToHost = _to_host.decode(payload)
    except msgspec.ValidationError as error:
        reason = cut(str(error), _MOST_QUOTED)
        if reason.endswith("at `$.type`"):
            reason += f", expected one of {', '.join(_TYPES)}"
        raise _invalid(f"got a message that the protocol does not allow: {reason}") from error
    except (ValueError, RecursionError) as error:  # Malformed JSON, broken UTF-8, deep nesting.
        raise _invalid(f"got {len(payload)} bytes that are not JSON: {error}") from error
    return message


_UNKNOWN: Final = re.compile(
    r"Object contains unknown field `(?P<field>.+?)`(?: - at `\$(?P<path>[^`]*)`)?"
)
"""What msgspec says of a field that a structure does not have."""

_MOST_UNKNOWN: Final = 32
"""Fields that are left out of one message before it is given up."""


def decode_of_newer(payload: bytes) -> ToHost | None:
    """One message from an extension that is newer than this host, as far as it is understood.

    Fields that this host does not know are left out; of a message that it does not know nothing is
    left. The order of the protocol's versions makes this right: what changes the meaning of known
    fields also changes the protocol's number.

    Raises:
        WlkError: `message_invalid`.
    """
    try:
        value = msgspec.json.decode(payload)
    except (ValueError, RecursionError):
        return decode(payload)
    if isinstance(value, dict) and value.get("type") not in _TYPES:
        return None
    return decode(_without_unknown(value, ToHost))


def decode_from_host(payload: bytes | str, host: str = __version__) -> ToExtension | None:
    """One message from a host; None if only a newer version would know it.

    Args:
        payload: JSON.
        host: its version. What a newer one adds is left out, as in `decode_of_newer`.

    Raises:
        WlkError: `message_invalid`.
    """
    raw = payload.encode("utf-8", "replace") if isinstance(payload, str) else payload
    try:
        message: ToExtension = _to_extension.decode(raw)
    except (ValueError, RecursionError) as error:
        if not is_newer(host, __version__):
            raise _invalid("got a message that the protocol does not allow") from error
    else:
        return message
    try:
        value = msgspec.json.decode(raw)
        if isinstance(value, dict) and value.get("type") not in _TYPES_OF_HOST:
            return None
        message = _to_extension.decode(_without_unknown(value, ToExtension))
    except (ValueError, RecursionError) as error:
        raise _invalid("got a message that the protocol does not allow") from error
    return message


def _without_unknown(value: object, kind: object) -> bytes:
    """The same without fields that this kind of message does not have."""
    for _ in range(_MOST_UNKNOWN):
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            unknown = _UNKNOWN.fullmatch(str(error))
            if unknown is None:
                break
            _leave_out(
                value, re.findall(r"\w+|\[\.\.\.\]", unknown["path"] or ""), unknown["field"]
            )
        else:
            break
    return msgspec.json.encode(value)


def _leave_out(value: object, path: Sequence[str], field: str) -> None:
    """Remove a field from the object at a path, in which `[...]` is every item."""
    if isinstance(value, dict) and not path:
        value.pop(field, None)
    elif isinstance(value, dict) and path[0] in value:
        _leave_out(value[path[0]], path[1:], field)
    elif isinstance(value, list) and path:
        for item in value:
            _leave_out(item, path[1:], field)


class _Addressed(Struct):
    """What every message says of itself, whatever else is wrong with it."""

    type: str = ""
    session: str = ""


_addressed: Final = msgspec.json.Decoder(_Addressed)


def addressed_to(payload: bytes) -> tuple[str | None, str | None]:
    """The type of a message that cannot be decoded, and the session it is for.

    Each is None where the message has none that the protocol knows.
    """
    try:
        found = _addressed.decode(payload)
    except (ValueError, RecursionError):
        return None, None
    if found.type not in _TYPES:
        return None, None
    has_session = found.type in _OF_SESSIONS and 0 < len(found.session) <= MOST_OF_AN_ID
    return found.type, found.session if has_session else None


def encode(message: ToExtension | ToHost) -> bytes:
    """The JSON of one message, without its frame."""
    return _encoder.encode(message)


class _AnyHello(Struct, tag="hello"):
    """A hello of any protocol version, with any other fields."""

    protocol: int
    extension: str = ""


_any_hello: Final = msgspec.json.Decoder(_AnyHello)


def extension_of_hello(payload: bytes) -> str:
    """The extension's version in a hello; empty if it has none that can be read."""
    try:
        return _any_hello.decode(payload).extension
    except (ValueError, RecursionError):
        return ""


def protocol_of_hello(payload: bytes) -> int | None:
    """The protocol version of a hello, or None if the payload is not a hello."""
    try:
        return _any_hello.decode(payload).protocol
    except (ValueError, RecursionError):
        return None


def _invalid(message: str) -> WlkError:
    return WlkError(
        code=ErrorCode.MESSAGE_INVALID,
        message=message,
        hint="update the extension and wlk-host to the same version",
    )
