"""schema.json and the Python types hold the same messages for valid."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import msgspec
import pytest

import wlk_host.protocol
from wlk_host.protocol import messages

FIXTURES = Path(__file__).parents[2] / "fixtures" / "protocol"
VALID = sorted((FIXTURES / "valid").glob("*.json"))
INVALID = sorted((FIXTURES / "invalid").glob("*.json"))


@cache
def schema() -> dict[str, Any]:
    text = Path(wlk_host.protocol.__path__[0], "schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def schema_accepts(document: bytes) -> bool:
    return bool(jsonschema.Draft202012Validator(schema()).is_valid(json.loads(document)))


def types_accept(document: bytes) -> bool:
    for kind in (messages.ToHost, messages.ToExtension):
        try:
            msgspec.json.decode(document, type=kind)
        except msgspec.ValidationError:
            continue
        return True
    return False


def name(path: Path) -> str:
    return path.stem


def test_the_schema_itself_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", VALID, ids=name)
def test_both_accept(path: Path) -> None:
    document = path.read_bytes()
    assert schema_accepts(document)
    assert types_accept(document)


@pytest.mark.parametrize("path", INVALID, ids=name)
def test_both_refuse(path: Path) -> None:
    document = path.read_bytes()
    assert not schema_accepts(document)
    assert not types_accept(document)


def test_both_refuse_more_sound_than_a_message_may_carry() -> None:
    longest = {"type": "audio", "session": "a", "seq": 0, "start": 0, "pcm": "A" * 1_048_576}
    longer = {**longest, "pcm": "A" * 1_048_577}
    for document, fits in ((longest, True), (longer, False)):
        encoded = json.dumps(document).encode()
        assert schema_accepts(encoded) is fits
        assert types_accept(encoded) is fits


def test_both_refuse_more_lines_than_a_message_may_carry() -> None:
    export = json.loads((FIXTURES / "valid" / "export.json").read_bytes())
    for count, fits in ((500, True), (501, False)):
        encoded = json.dumps({**export, "lines": export["lines"] * count}).encode()
        assert schema_accepts(encoded) is fits
        assert types_accept(encoded) is fits


@pytest.mark.parametrize("kind", ["ToHost", "ToExtension"])
def test_every_message_of_the_schema_has_a_valid_fixture(kind: str) -> None:
    documents = [json.loads(path.read_bytes()) for path in VALID]
    for choice in schema()["$defs"][kind]["oneOf"]:
        one = {**schema(), "oneOf": [choice]}
        validator = jsonschema.Draft202012Validator(one)
        assert any(validator.is_valid(document) for document in documents), choice
