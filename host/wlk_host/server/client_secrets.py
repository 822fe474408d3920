"""OpenAI's client secrets: what a page gets in place of a token, for a short time. None is kept."""

import base64
import binascii
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec import Struct

from wlk_host.core.errors import WlkError
from wlk_host.server.access import ANYBODY
from wlk_host.server.limits import User
from wlk_host.server.tokens import Tokens
from wlk_host.server.wire.realtime_settings import Settings

_PREFIX: Final = "ek_"
"""As OpenAI's begin."""

_MOST_BYTES: Final = 6 << 10
"""Of what is signed. A secret comes in a header, and HAProxy takes heads of 16 KiB."""

KEY_BYTES: Final = 32

_DIGEST: Final = "sha256"
_SIGNATURE_BYTES: Final = 32
_MARK_DIGITS: Final = 16


class _Signed(Struct, frozen=True, array_like=True):
    """What a secret says. Whoever has it can read it, as `session.created` says the same.

    Attributes:
        user: whose token it was made with.
        mark: the first digits of that token's hash, since a name can get another token.
        expires: seconds since 1970.
        settings: of the session.
    """

    user: str
    mark: str
    expires: int
    settings: Settings


@dataclass(frozen=True, slots=True)
class Grant:
    """Who opens a realtime session, and the settings that it begins with."""

    user: User
    settings: Settings


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """One that was made.

    Attributes:
        value: goes to the page.
        expires: seconds since 1970.
    """

    value: str
    expires: int


class ClientSecrets:
    """Signs secrets and checks them, so any process with the key can and nothing is remembered.

    Args:
        key: of this server, and of no other: `KEY_BYTES` of chance.
        tokens: that secrets are made with; None where none are needed.
        now: seconds since 1970.
    """

    def __init__(
        self, key: bytes, tokens: Tokens | None, now: Callable[[], float] = time.time
    ) -> None:
        self._key, self._tokens, self._now = key, tokens, now

    def make(self, user: User, settings: Settings, lasts_s: int) -> ClientSecret:
        """A secret for sessions of this user, for so many seconds.

        Raises:
            WlkError: `option_invalid`, `token_refused`, `tokens_unreadable`.
        """
        owner = self._owner(user.name)
        if owner is None:
            raise _refused("was made with a token that is revoked or expired")
        expires = int(self._now()) + lasts_s
        content = msgspec.json.encode(_Signed(user.name, owner[1], expires, settings))
        if len(content) > _MOST_BYTES:
            raise WlkError(
                "option_invalid",
                f"got settings of {len(content)} bytes, expected at most {_MOST_BYTES}",
                "shorten the prompt or the keywords, or send them with session.update",
            )
        value = base64.urlsafe_b64encode(self._sign(content) + content).decode().rstrip("=")
        return ClientSecret(f"{_PREFIX}{value}", expires)

    def granted(self, secret: str) -> Grant:
        """What a secret gives.

        Raises:
            WlkError: `token_refused`, `tokens_unreadable`.
        """
        signed = self._read(secret)
        if signed is None:
            raise _refused("this server did not make, or made before it was started again")
        if signed.expires <= self._now():
            raise _refused("has expired")
        owner = self._owner(signed.user)
        if owner is None or owner[1] != signed.mark:
            raise _refused("was made with a token that is revoked or expired")
        return Grant(owner[0], signed.settings)

    def _read(self, secret: str) -> _Signed | None:
        """What it says; None if it is not one of ours."""
        value = secret.removeprefix(_PREFIX)
        try:
            signed = base64.b64decode(f"{value}{'=' * (-len(value) % 4)}", b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        signature, content = signed[:_SIGNATURE_BYTES], signed[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(content)):
            return None
        try:
            return msgspec.json.decode(content, type=_Signed)
        except msgspec.DecodeError:  # Of another version, while replicas are replaced.
            return None

    def _owner(self, name: str) -> tuple[User, str] | None:
        """The user of that name, and the mark of their token; None if they have no good one."""
        if self._tokens is None:
            return ANYBODY, ""
        token = self._tokens.named(name)
        return None if token is None else (token.user, token.sha256[:_MARK_DIGITS])

    def _sign(self, content: bytes) -> bytes:
        return hmac.digest(self._key, content, _DIGEST)


def is_client_secret(token: str) -> bool:
    """Whether it looks like one."""
    return token.startswith(_PREFIX)


def _refused(why: str) -> WlkError:
    return WlkError(
        "token_refused",
        f"got a client secret that {why}",
        "make a new one (POST /v1/realtime/client_secrets)",
    )
