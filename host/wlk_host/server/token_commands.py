"""`wlk-host serve token`: who may use the server."""

import time
from datetime import UTC, datetime

from wlk_host import console
from wlk_host.server.tokens import Token, Tokens, new_token, stored, tokens_file


def add(name: str, days: float | None, sessions: int | None, hours_a_day: float | None) -> int:
    """Make a token and print it, once.

    Raises:
        WlkError: those of `Tokens.add`.
    """
    token = new_token()
    Tokens(tokens_file()).add(stored(token, name, time.time(), days, sessions, hours_a_day))
    console.write(f"{token}\n")
    return 0


def show_all() -> int:
    """Print the names of all tokens and when they expire.

    Raises:
        WlkError: `tokens_unreadable`.
    """
    tokens = Tokens(tokens_file()).all()
    for token in tokens:
        console.write(f"{_row(token, time.time())}\n")
    if not tokens:
        console.write("no tokens; add one with: wlk-host serve token add NAME\n")
    return 0


def revoke(name: str) -> int:
    """Forget a token.

    Raises:
        WlkError: those of `Tokens.revoke`.
    """
    Tokens(tokens_file()).revoke(name)
    console.write(f"revoked {name}\n")
    return 0


def _row(token: Token, now: float) -> str:
    parts = [token.name, f"since {_day(token.created)}"]
    if token.expires is not None:
        ended = token.expires <= now
        parts.append(f"{'expired' if ended else 'expires'} {_day(token.expires)}")
    if token.sessions is not None:
        parts.append(f"{token.sessions} sessions")
    if token.hours_a_day is not None:
        parts.append(f"{token.hours_a_day:g} h a day")
    return "  ".join(parts)


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
