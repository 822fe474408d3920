"""Messages of one port, a line each: what they are, and in which order they come."""

import json
import zlib
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from fuzz import mutation
from wlk_host.core.errors import WlkError
from wlk_host.protocol import codec, convert
from wlk_host.protocol.connection import (
    MOST_SESSIONS,
    Command,
    Connection,
    FeedAudio,
    Refuse,
)
from wlk_host.protocol.messages import LAST_POSITION, Configure, Error, Start

_ROOT: Final = Path(__file__).resolve().parents[3]
_SCHEMA: Final = json.loads((_ROOT / "host/wlk_host/protocol/schema.json").read_text("utf-8"))
_TO_HOST: Final = Draft202012Validator({**_SCHEMA, "$ref": "#/$defs/ToHost"})
_ONE_IN: Final = 16
"""Checked against the schema, which takes longest."""


def _line(**message: Any) -> bytes:
    return json.dumps(message).encode()


_HELLO: Final = _line(type="hello", protocol=1, extension="1")
_A_SESSION: Final = (
    _line(type="start", session="a", options={"language": "en", "vocabulary": ["Ada"]}),
    _line(type="audio", session="a", seq=0, start=0, pcm="AAAAAAAA"),
    _line(type="audio", session="a", seq=1, start=3, pcm="AAAAAAAA"),
    _line(type="cut", session="a", at=500),
    _line(type="configure", session="a", options={"translate_to": "pt-BR", "speakers": True}),
    _line(type="audio", session="a", seq=2, start=500, pcm="AAAA"),
    _line(type="visibility", session="a", visible=False),
    _line(type="retranslate", session="a"),
    _line(type="stop", session="a"),
)


def _valid() -> list[bytes]:
    folder = _ROOT / "tests/fixtures/protocol/valid"
    return [
        json.dumps(json.loads(path.read_text("utf-8"))).encode()
        for path in sorted(folder.glob("*.json"))
        if path.stat().st_size < 20_000
    ]


CORPUS: Final = (
    b"\n".join((_HELLO, *_A_SESSION)),
    b"\n".join((_HELLO, _line(type="start", session="b", options={}), *_A_SESSION)),
    *(b"\n".join((_HELLO, _A_SESSION[0], line)) for line in _valid()),
)

MUTATORS: Final = (mutation.of_lines, mutation.of_lines, mutation.of_lines, mutation.of_bytes)


def try_one(data: bytes) -> None:
    """A port never raises, refuses in words that can be sent, and hands on what makes sense."""
    port = Connection()
    until: dict[str, int] = {}
    for payload in data.split(b"\n"):
        command = port.receive(payload)
        _check(command, until)
        if command is not None and not isinstance(command, Refuse):
            _check_schema(payload)
    assert len(port.end()) <= MOST_SESSIONS


def _check(command: Command | None, until: dict[str, int]) -> None:
    match command:
        case Refuse(error, session, request):
            codec.encode(Error.of(error, session, request))
        case Start() | Configure():
            if isinstance(command, Start):
                until[command.session] = command.start
            try:
                convert.session_options(command.options)
            except WlkError as error:
                codec.encode(Error.of(error, command.session))
        case FeedAudio():
            assert until[command.session] <= command.start
            end = convert.audio_chunk(command).end
            assert command.start <= end <= LAST_POSITION  # Empty: only the gap is passed on.
            until[command.session] = end
        case _:
            pass


def _check_schema(payload: bytes) -> None:
    if zlib.crc32(payload) % _ONE_IN == 0:
        found = next(_TO_HOST.iter_errors(json.loads(payload)), None)
        assert found is None, found
