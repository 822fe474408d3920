"""Where a server is, from what the user typed."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias
from urllib.parse import SplitResult, urlsplit

from wlk_host.addresses import is_loopback
from wlk_host.core.errors import WlkError

Kind: TypeAlias = Literal["session", "asr"]
"""Which interface of it is used: our own protocol, or WhisperLiveKit's."""

_SCHEMES: Final = {"": True, "wss": True, "https": True, "ws": False, "http": False}
"""Whether each is encrypted. Without one, the connection is."""

_USUAL_PORTS: Final = {True: 443, False: 80}
_ASR: Final = "/asr"
_SESSION: Final = "/session"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to connect.

    Attributes:
        uri: of the WebSocket.
        name: what the user reads: the host, and the port if it is not the usual one.
        kind: what is spoken there.
        is_encrypted: by TLS.
        is_here: on this machine.
    """

    uri: str
    name: str
    kind: Kind
    is_encrypted: bool
    is_here: bool


def endpoint(address: str) -> Endpoint:
    """The server at this address.

    `desk.example`, `https://desk.example:8443` and `wss://desk.example/session` name a server of
    our own; an address that ends with `/asr` one of WhisperLiveKit's.

    Raises:
        WlkError: `remote_address_invalid`, `remote_unencrypted`.
    """
    parts, host, port = _parsed(address)
    is_here = is_loopback(host)
    is_encrypted = _SCHEMES[parts.scheme]
    if not is_encrypted and not is_here:
        raise WlkError(
            "remote_unencrypted",
            "got an address without encryption, which only servers on this computer may have",
            "begin the address with wss://",
        )
    path = parts.path.rstrip("/")
    kind: Kind = "asr" if path.endswith(_ASR) else "session"
    if kind == "session" and not path.endswith(_SESSION):
        path += _SESSION
    bracketed = f"[{host}]" if ":" in host else host
    usual = _USUAL_PORTS[is_encrypted]
    name = bracketed if port in (None, usual) else f"{bracketed}:{port}"
    scheme = "wss" if is_encrypted else "ws"
    query = f"?{parts.query}" if parts.query and kind == "asr" else ""
    uri = f"{scheme}://{bracketed}:{port or usual}{path}{query}"
    return Endpoint(uri, name, kind, is_encrypted, is_here)


def name_of(address: str) -> str:
    """How the server at this address is called; empty where the address is none."""
    try:
        return endpoint(address).name
    except WlkError:
        return ""


def _parsed(address: str) -> tuple[SplitResult, str, int | None]:
    text = address.strip()
    if "://" not in text:
        text = f"//{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _invalid("it cannot be read") from error
    if parts.scheme not in _SCHEMES:
        raise _invalid("it begins with an unknown scheme")
    if parts.username is not None or parts.password is not None:
        raise _invalid("it has a user name or a password in it")
    if parts.fragment or not _is_host(host) or not re.fullmatch(r"[!-~]*", parts.path):
        raise _invalid("it names no host")
    return parts, host, port


def _is_host(host: str) -> bool:
    if re.fullmatch(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,250}[A-Za-z0-9_.])?", host):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host


def _invalid(why: str) -> WlkError:
    return WlkError(
        "remote_address_invalid",
        f"got an address that cannot be used: {why}",
        "write it like desk.example:8000 or wss://desk.example/asr",
    )
