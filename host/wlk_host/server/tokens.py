"""Who may come in: tokens, of which only hashes are stored, in a file for the user alone."""

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec
from filelock import FileLock

from wlk_host import places
from wlk_host.core.errors import WlkError
from wlk_host.folders import make_private, replace_private
from wlk_host.server.limits import User

_PREFIX: Final = "wlk_"
"""So that whoever finds a token knows what it is; secret scanners, too."""

_SECRET_BYTES: Final = 32
"""With so much chance in it, a fast hash is enough: nobody can try them all."""

_MOST_BYTES: Final = 1 << 20
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


class Token(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is stored of a token.

    Attributes:
        name: of who has it.
        sha256: of the token, in hexadecimal digits.
        created: seconds since 1970.
        expires: the same; None for never.
        sessions: as `User.sessions`.
        hours_a_day: as `User.hours_a_day`.
    """

    name: str
    sha256: str
    created: int
    expires: int | None = None
    sessions: int | None = None
    hours_a_day: float | None = None

    @property
    def user(self) -> User:
        """Who has it."""
        return User(self.name, self.sessions, self.hours_a_day)


def tokens_file() -> Path:
    """Where they lie. It need not exist."""
    return places.data_folder() / "serve" / "tokens.json"


class Tokens:
    """The tokens in a file, which is read again whenever it has changed.

    Args:
        path: of the file.
        now: seconds since 1970.
    """

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._path = path
        self._now = now
        self._stamp: tuple[int, int, int] | None = None
        self._known: tuple[Token, ...] = ()

    def user(self, token: str) -> User | None:
        """Whose token it is; None if it is unknown, revoked or expired.

        Every stored hash is compared, in constant time, whichever fits.

        Raises:
            WlkError: `tokens_unreadable`.
        """
        mine = _hash(token)
        found: Token | None = None
        for known in self.all():
            if hmac.compare_digest(known.sha256, mine):
                found = known
        if found is None or self._has_expired(found):
            return None
        return found.user

    def is_good(self, name: str) -> bool:
        """Whether there is a token of that name that has not expired; no if none can be read."""
        with suppress(WlkError):
            return self.named(name) is not None
        return False

    def named(self, name: str) -> Token | None:
        """The token of that name; None if there is none, or it has expired.

        Raises:
            WlkError: `tokens_unreadable`.
        """
        known = (one for one in self.all() if one.name == name and not self._has_expired(one))
        return next(known, None)

    def _has_expired(self, token: Token) -> bool:
        return token.expires is not None and token.expires <= self._now()

    def all(self) -> Sequence[Token]:
        """All of them, expired ones included.

        Raises:
            WlkError: `tokens_unreadable`.
        """
        try:
            seen = self._path.stat()
        except FileNotFoundError:
            self._stamp, self._known = None, ()
            return ()
        except OSError as error:
            raise _unreadable(self._path, str(error)) from error
        stamp = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
        if stamp != self._stamp:
            self._known, self._stamp = _read(self._path, seen.st_size), stamp
        return self._known

    def add(self, token: Token) -> None:
        """Store one more.

        Raises:
            WlkError: `token_name_taken`, `token_name_invalid`, `tokens_unreadable`.
        """
        if not _NAME.fullmatch(token.name):
            raise WlkError(
                "token_name_invalid",
                f"got the name {token.name!r}, expected letters, digits and . _ @ -",
                "choose another name",
            )
        with self._locked():
            if any(known.name == token.name for known in self.all()):
                raise WlkError(
                    "token_name_taken",
                    f"there is a token for {token.name} already",
                    "revoke it first, or choose another name",
                )
            self._write([*self.all(), token])

    def revoke(self, name: str) -> None:
        """Forget the token of that name.

        Raises:
            WlkError: `token_unknown`, `tokens_unreadable`.
        """
        with self._locked():
            left = [known for known in self.all() if known.name != name]
            if len(left) == len(self.all()):
                raise WlkError(
                    "token_unknown",
                    f"there is no token for {name}",
                    "run: wlk-host serve token list",
                )
            self._write(left)

    def _locked(self) -> FileLock:
        make_private(self._path.parent)
        return FileLock(self._path.with_suffix(".lock"))

    def _write(self, tokens: Sequence[Token]) -> None:
        replace_private(self._path, msgspec.json.format(msgspec.json.encode(tokens), indent=2))


def new_token() -> str:
    """A token that nobody can guess. It is shown once."""
    return _PREFIX + secrets.token_urlsafe(_SECRET_BYTES)


def stored(
    token: str,
    name: str,
    created: float,
    days: float | None,
    sessions: int | None = None,
    hours_a_day: float | None = None,
) -> Token:
    """What is stored of a token."""
    expires = None if days is None else int(created + days * 86_400)
    return Token(name, _hash(token), int(created), expires, sessions, hours_a_day)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _read(path: Path, size: int) -> tuple[Token, ...]:
    if size > _MOST_BYTES:
        raise _unreadable(path, f"it has {size} bytes, expected at most {_MOST_BYTES}")
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[Token, ...])
    except (OSError, ValueError, RecursionError) as error:
        raise _unreadable(path, str(error)) from error


def _unreadable(path: Path, reason: str) -> WlkError:
    return WlkError(
        "tokens_unreadable",
        f"the tokens in {path} cannot be read: {reason}",
        "mend the file, or delete it and add the tokens again",
    )
