"""Why a server could not be had, in coded errors. None of them has the token or the address."""

import json
import ssl
from typing import Final

from wlk_host.core.errors import WlkError, cut
from wlk_host.remote.certificates import WrongCertificateError

_MOST_TOLD: Final = 300
"""Characters that are passed on of what a server says."""

_NO_PROBLEM_CODE: Final = "remote_refused"


def unreachable(error: OSError) -> WlkError:
    """The connection could not be opened."""
    if isinstance(error, WrongCertificateError):
        return WlkError(
            "remote_certificate_wrong",
            "the server shows another certificate than the one whose fingerprint was entered",
            "if its owner has renewed it, enter the new fingerprint; otherwise somebody listens",
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return WlkError(
            "remote_certificate_untrusted",
            f"this system does not trust the server's certificate: {error.verify_message}",
            "ask its owner for the certificate's fingerprint and enter it, or for another one",
        )
    if isinstance(error, ssl.SSLError):
        return WlkError(
            "remote_not_encrypted",
            "the server does not answer with TLS",
            "check the address and its port",
        )
    if isinstance(error, TimeoutError):
        return silent()
    return WlkError(
        "remote_unreachable",
        "the server cannot be reached",
        "check that it runs, its address and the network",
    )


def silent() -> WlkError:
    """It is there and says nothing."""
    return WlkError(
        "remote_silent", "the server does not answer", "check that it runs, or ask its owner"
    )


def only_here() -> WlkError:
    """What needs the session, which a server captions."""
    return WlkError(
        "captioned_elsewhere",
        "a server captions the session, and only this machine could do that",
        "caption on this machine for as long as you need it",
    )


def lost() -> WlkError:
    """The connection broke."""
    return WlkError(
        "remote_lost", "the connection to the server broke", "nothing: it is tried again"
    )


def ended() -> WlkError:
    """The server has closed the connection for a reason of its own."""
    return WlkError(
        "remote_refused", "the server has ended the connection", "ask its owner whether you may"
    )


def excessive() -> WlkError:
    """It says more than captions are."""
    return WlkError(
        "remote_excessive", "the server says more than captions are", "use another server"
    )


def slow() -> WlkError:
    """More is to be sent than goes through."""
    return WlkError(
        "remote_slow",
        "the network, or the server, takes less than is said",
        "use a faster connection, or caption fewer tabs there",
    )


def unintelligible(why: str) -> WlkError:
    """It says what cannot be understood."""
    return WlkError(
        "remote_unintelligible",
        f"the server says what this host does not understand: {why}",
        "check the address, and that both have the same version",
    )


def refused(status: int, body: bytes | bytearray | None) -> WlkError:
    """It answers a request for a WebSocket with this status of HTTP.

    What our own server says in its answer is passed on.
    """
    code, message, hint = _told(body)
    if status in (401, 403) and code == _NO_PROBLEM_CODE:
        return WlkError(
            "token_refused", "the server refuses the token", "enter the token that its owner gave"
        )
    if code != _NO_PROBLEM_CODE:
        return WlkError(code, message, hint)
    return WlkError(
        _NO_PROBLEM_CODE,
        f"the server refuses the connection (HTTP {status})",
        "check the address; one that ends with /asr is WhisperLiveKit's",
    )


def as_told(code: str, message: str, hint: str) -> WlkError:
    """An error of the server's, cut."""
    return WlkError(cut(code, 64), cut(message, _MOST_TOLD), cut(hint, _MOST_TOLD))


def _told(body: bytes | bytearray | None) -> tuple[str, str, str]:
    """Code, message and hint in an answer of our server's."""
    try:
        told = json.loads(body or b"")["error"]
        code, message = str(told["code"]), str(told["message"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return _NO_PROBLEM_CODE, "", ""
    plain = code.replace("_", "")
    if not (plain.isascii() and plain.isalpha() and plain.islower() and code[0] != "_"):
        return _NO_PROBLEM_CODE, "", ""
    error = as_told(code, message, "")
    return error.code, error.message, error.hint
