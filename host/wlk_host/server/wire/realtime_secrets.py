"""Requests for client secrets of OpenAI's transcription sessions, and their answers."""

from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct

from wlk_host.core.errors import WlkError
from wlk_host.server.wire.openai import JsonObject
from wlk_host.server.wire.realtime_settings import BetaWanted, Settings, Wanted

_LASTS_S: Final = 600
"""Where nothing else was asked for, as `ClientSecretCreateParams` has it."""

_LASTS_IN_THE_BETA_S: Final = 60
"""The same of the beta (`TranscriptionSession.ClientSecret`)."""

_Kind = TypeVar("_Kind")


class Expiry(Struct, frozen=True, forbid_unknown_fields=True):
    """`ExpiresAfter`."""

    anchor: Literal["created_at"] = "created_at"
    seconds: Annotated[int, Meta(ge=10, le=7200)] | None = None


class _Request(Struct, frozen=True, forbid_unknown_fields=True):
    """`ClientSecretCreateParams`."""

    expires_after: Expiry | None = None
    session: Raw = Raw(b'{"type": "transcription"}')


class _BetaSecret(Struct, frozen=True, forbid_unknown_fields=True):
    expires_at: Expiry | None = None


class _BetaRequest(BetaWanted, frozen=True, forbid_unknown_fields=True):
    """`TranscriptionSessionCreateParams`."""

    client_secret: _BetaSecret | None = None


class _Head(Struct, frozen=True):
    type: str


def asked(body: bytes, *, is_beta: bool) -> tuple[Settings, int]:
    """The settings that a session shall begin with, and the seconds that its secret lasts.

    Args:
        body: of the request.
        is_beta: whether it is one for `transcription_sessions`.

    Raises:
        WlkError: `message_invalid`, `option_invalid`, `option_not_served`, `format_unsupported`.
    """
    if is_beta:
        beta = _read(body or b"{}", _BetaRequest)
        expiry = None if beta.client_secret is None else beta.client_secret.expires_at
        wanted, usual = beta.as_wanted(), _LASTS_IN_THE_BETA_S
    else:
        request = _read(body or b"{}", _Request)
        expiry, usual = request.expires_after, _LASTS_S
        wanted = _session(request.session)
    seconds = None if expiry is None else expiry.seconds
    return Settings().updated(wanted), usual if seconds is None else seconds


def answer(
    settings: Settings, session_id: str, secret: str, expires: int, *, is_beta: bool
) -> JsonObject:
    """`ClientSecretCreateResponse`, or `TranscriptionSession` of the beta.

    Args:
        settings: of the session.
        session_id: of the session.
        secret: that was made for it.
        expires: seconds since 1970.
        is_beta: as of `asked`.
    """
    session = settings.told(session_id, is_beta=is_beta)
    told = {"value": secret, "expires_at": expires}
    return {**session, "client_secret": told} if is_beta else {**told, "session": session}


def _session(session: Raw) -> Wanted:
    # The fields of a session that talks are others, and should not be what is complained of.
    kind = _read(bytes(session), _Head).type
    return _read(bytes(session), Wanted) if kind == "transcription" else Wanted(kind)


def _read(body: bytes, kind: type[_Kind]) -> _Kind:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise WlkError(
            "option_invalid",
            f"got a field that is not allowed: {error}",
            "see OpenAI's reference of client secrets",
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WlkError(
            "message_invalid", f"got a body that is no JSON: {error}", "send an object as JSON"
        ) from error
