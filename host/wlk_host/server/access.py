"""Who may speak to the server: tokens, and pages that may not try."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from wlk_host.addresses import is_loopback
from wlk_host.core.errors import WlkError
from wlk_host.server.limits import User
from wlk_host.server.tokens import Tokens

ANYBODY: Final = User("local")
"""Whoever comes from this machine, where no tokens are needed."""

_SCHEMES: Final = ("bearer", "token")


@dataclass(frozen=True, slots=True)
class Access:
    """Decides about each request.

    Attributes:
        tokens: None where none are needed, because only this machine can connect.
        origins: of pages that may connect without being the server's own, as browsers name them.
    """

    tokens: Tokens | None
    origins: frozenset[str] = frozenset()

    def user(self, headers: Mapping[str, str], token: str | None = None) -> User:
        """Who sends this.

        Args:
            headers: with names in lower case.
            token: from the address, where the interface allows it there.

        Raises:
            WlkError: `token_missing`, `token_refused`, `origin_refused`, `tokens_unreadable`.
        """
        if self.tokens is None:
            _require_from_here(headers, self.origins)
            return ANYBODY
        token = token or token_in(headers)
        if token is None:
            raise WlkError(
                "token_missing",
                "got no token, expected the header Authorization: Bearer TOKEN",
                "ask the server's administrator for one (wlk-host serve token add NAME)",
            )
        user = self.tokens.user(token)
        if user is None:
            raise WlkError(
                "token_refused",
                "got a token that is unknown, revoked or expired",
                "ask the server's administrator for a new one (wlk-host serve token add NAME)",
            )
        return user

    def is_welcome(self, user: User) -> bool:
        """Whether a token of this user is still good."""
        return self.tokens is None or self.tokens.is_good(user.name)


def token_in(headers: Mapping[str, str]) -> str | None:
    """What `Authorization` gives; None without it. Names of headers are in lower case."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return (token.strip() or None) if scheme.lower() in _SCHEMES else None


def _require_from_here(headers: Mapping[str, str], origins: frozenset[str]) -> None:
    """Refuse what a page in this machine's browser sends: it comes from here, but not from us.

    A page may open a WebSocket to any address, and can give its own name this machine's address
    (DNS rebinding). So where no token is needed, both the name that was asked for and the page that
    asked must be this machine's.
    """
    host = _host(f"//{headers.get('host', '')}")
    origin = headers.get("origin")
    is_ours = origin is None or origin in origins or _same(origin, headers.get("host", ""))
    if not is_loopback(host) or not is_ours:
        raise WlkError(
            "origin_refused",
            f"got a request to {host or 'no host'} by the page {origin or 'of no origin'}, "
            "expected one to this machine by none of the web",
            "allow the page with --origin, or use tokens (--tokens)",
        )


def _same(origin: str, host: str) -> bool:
    """Whether a page of this origin came from that host and port."""
    try:
        return urlsplit(origin).netloc.lower() == host.lower() != ""
    except ValueError:
        return False


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
