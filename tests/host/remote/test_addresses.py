"""What the user types, and where that leads."""

import hashlib
import ssl
from pathlib import Path

import pytest

from wlk_host.core.errors import WlkError
from wlk_host.remote.address import endpoint, name_of
from wlk_host.remote.certificates import context_for, fingerprint_of

PEM = Path(__file__).parents[2] / "fixtures" / "tls" / "certificate.pem"


@pytest.mark.parametrize(
    ("address", "uri", "name"),
    [
        ("desk.example", "wss://desk.example:443/session", "desk.example"),
        (" desk.example:8443 ", "wss://desk.example:8443/session", "desk.example:8443"),
        ("https://desk.example/", "wss://desk.example:443/session", "desk.example"),
        ("wss://desk.example/captions/", "wss://desk.example:443/captions/session", "desk.example"),
        ("wss://desk.example/session", "wss://desk.example:443/session", "desk.example"),
        ("desk.example/asr?language=de", "wss://desk.example:443/asr?language=de", "desk.example"),
        ("http://localhost:8000", "ws://localhost:8000/session", "localhost:8000"),
        ("ws://127.0.0.1:8000/asr", "ws://127.0.0.1:8000/asr", "127.0.0.1:8000"),
        ("ws://[::1]:8000", "ws://[::1]:8000/session", "[::1]:8000"),
        ("desk", "wss://desk:443/session", "desk"),
    ],
)
def test_an_address_names_a_server(address: str, uri: str, name: str) -> None:
    found = endpoint(address)
    assert (found.uri, found.name) == (uri, name)
    assert found.kind == ("asr" if "/asr" in uri else "session")
    assert found.is_encrypted == uri.startswith("wss:")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "  ",
        "ftp://desk.example",
        "desk.example:99999",
        "https://",
        "desk example",
        "wss://ana:secret@desk.example",
        "desk.example/a b",
        "desk.example\r\nX-Evil: 1",
        "wss://[::1",
        "desk.example#part",
    ],
)
def test_anything_else_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(WlkError) as caught:
        endpoint(address)
    assert caught.value.code == "remote_address_invalid"
    assert "secret" not in str(caught.value)
    assert name_of(address) == ""


@pytest.mark.parametrize("address", ["ws://desk.example", "http://192.168.1.5:8000/asr"])
def test_without_encryption_only_this_machine_is_allowed(address: str) -> None:
    with pytest.raises(WlkError) as caught:
        endpoint(address)
    assert caught.value.code == "remote_unencrypted"


def test_a_fingerprint_is_read_as_openssl_writes_it() -> None:
    shown = hashlib.sha256(ssl.PEM_cert_to_DER_cert(PEM.read_text())).hexdigest()
    with_colons = ":".join(shown[at : at + 2].upper() for at in range(0, 64, 2))
    assert fingerprint_of(with_colons) == fingerprint_of(f"sha256:{shown}") == bytes.fromhex(shown)


@pytest.mark.parametrize("text", ["", "ab:cd", "x" * 64, "0" * 63])
def test_another_fingerprint_is_refused(text: str) -> None:
    with pytest.raises(WlkError) as caught:
        context_for(text)
    assert caught.value.code == "remote_fingerprint_invalid"
