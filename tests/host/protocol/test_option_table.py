"""The options have one table, schema.json: everything else says the same of every one of them."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import msgspec
import pytest

from tools import generate_options
from wlk_host import cli, cli_options
from wlk_host.core.errors import WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.core.tab_options import HELP
from wlk_host.protocol import convert
from wlk_host.protocol.options import Options

SCHEMA: dict[str, Any] = json.loads(generate_options.TABLE.read_text("utf-8"))["$defs"]
TABLE: dict[str, dict[str, Any]] = SCHEMA["Options"]["properties"]

TEXTS = (("a", "a"), ("en", ""), ("3.1", ",3.1"))
"""For each pattern of the table a text that it allows, and by what this may go on. The first, where
there is none."""

COMMANDS = (["caption", "talk.mp4"], ["bench", "manifest.jsonl"], ["listen"])


def kinds_of(schema: dict[str, Any]) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def texts(schema: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Texts at the limits and one step beyond, and whether they are allowed."""
    pattern = schema.get("pattern", "")
    start, more = next(pair for pair in TEXTS if re.search(pattern, pair[0]))
    yield start, True
    if "maxLength" in schema:
        times = (schema["maxLength"] - len(start)) // len(more)
        yield start + more * times, True
        yield start + more * (times + 1), False
    if "minLength" in schema:
        yield "a" * schema["minLength"], True
        yield "a" * (schema["minLength"] - 1), False
    if pattern:
        yield "?", False


def cases(schema: dict[str, Any]) -> Iterator[tuple[object, bool]]:
    """Values at each limit of an option and one step beyond, and whether they are allowed."""
    if "enum" in schema:
        yield from ((value, True) for value in schema["enum"])
        yield f"{schema['enum'][0]}2", False
    elif "array" in kinds_of(schema):
        yield from (([text], fits) for text, fits in texts(schema["items"]))
        yield ["ab"] * schema["maxItems"], True
        yield ["ab"] * (schema["maxItems"] + 1), False
    elif "string" in kinds_of(schema):
        yield from texts(schema)
    elif "integer" in kinds_of(schema):
        least, most = schema["minimum"], schema["maximum"]
        yield from ((value, least <= value <= most) for value in (least - 1, least, most, most + 1))
    elif "boolean" in kinds_of(schema):
        yield from ((True, True), (False, True), (1, False))


CASES = [(name, value, fits) for name, schema in TABLE.items() for value, fits in cases(schema)]


def called(value: object) -> str:
    """A part of a test's name."""
    return str(value)[:20]


def flag_of(name: str) -> str:
    return cli_options.FLAGS.get(name, f"--{name.replace('_', '-')}")


def arguments_for(name: str, value: object) -> list[str]:
    """How that value is written on a command line; nothing where it cannot be."""
    flag = flag_of(name)
    if isinstance(value, list):
        return [f"{flag}={term}" for term in value]
    if isinstance(value, bool):
        return [flag] if value else []
    return [] if value is None else [f"{flag}={value}"]


WRITTEN_CASES = [
    (name, value, fits)
    for name, value, fits in CASES
    if name not in cli_options.NOT_FOR_FILES and arguments_for(name, value)
]


@pytest.mark.parametrize("path", [generate_options.CORE, generate_options.WIRE], ids=str)
def test_generated_modules_are_what_the_table_says(path: Path) -> None:
    hint = "run: python tests/tools/generate_options.py"
    assert path.read_text("utf-8") == generate_options.generate()[path], hint


@pytest.mark.parametrize("name", TABLE)
def test_every_option_is_tried_at_a_limit(name: str) -> None:
    outcomes = {fits for _, fits in cases(TABLE[name])}
    assert outcomes == {True, False}


@pytest.mark.parametrize(("name", "value", "fits"), CASES, ids=called)
def test_schema_and_types_draw_the_same_limits(name: str, value: object, fits: bool) -> None:
    table = {**SCHEMA["Options"], "$defs": SCHEMA}
    assert jsonschema.Draft202012Validator(table).is_valid({name: value}) is fits
    document = json.dumps({name: value}).encode()
    if fits:
        got = getattr(msgspec.json.decode(document, type=Options), name)
        assert got == (tuple(value) if isinstance(value, list) else value)
    else:
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(document, type=Options)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize(("name", "value", "fits"), WRITTEN_CASES, ids=called)
def test_the_command_line_draws_them_as_well(
    command: list[str],
    name: str,
    value: object,
    fits: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser = cli.argument_parser()
    written = arguments_for(name, value)
    if not fits:
        with pytest.raises((WlkError, SystemExit)) as refused:
            convert.chosen_options(vars(parser.parse_args([*command, *written])))
        if isinstance(refused.value, WlkError):
            assert refused.value.code == "option_invalid"
            assert name in refused.value.message
        else:
            assert flag_of(name) in capsys.readouterr().err
        return
    chosen = parser.parse_args([*command, *written])
    if name == "backend":
        assert chosen.wish == value
    else:
        got = getattr(convert.chosen_options(vars(chosen)), name)
        assert got == (tuple(value) if isinstance(value, list) else value)


def test_a_command_ends_where_an_option_is_beyond_its_limits(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["caption", "talk.mp4", "--translate", "?"]) == 2
    assert "option_invalid" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_defaults_are_the_same_everywhere(command: list[str]) -> None:
    defaults = {name: schema["default"] for name, schema in TABLE.items()}
    assert json.loads(msgspec.json.encode(Options())) == defaults
    assert convert.session_options(Options()) == SessionOptions()
    chosen = cli.argument_parser().parse_args(command)
    assert convert.chosen_options(vars(chosen)) == SessionOptions()
    assert chosen.wish == TABLE["backend"]["default"]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_every_option_has_its_flag_and_its_words(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        cli.argument_parser().parse_args([*command, "--help"])
    printed = " ".join(capsys.readouterr().out.split())
    for name, schema in TABLE.items():
        assert HELP[name] == schema["description"]
        assert (f" {flag_of(name)} " in printed) is (name not in cli_options.NOT_FOR_FILES), name


def test_sessions_take_every_option() -> None:
    taken = {field.name for field in fields(SessionOptions)}
    assert taken - {"prompt", "diart_models"} == set(TABLE) == set(Options.__struct_fields__)


def test_a_backend_that_is_told_of_is_one_that_can_be_chosen() -> None:
    told = SCHEMA["HostModels"]["properties"]["backends"]["items"]["$ref"].rsplit("/", 1)[1]
    names = SCHEMA[told]["properties"]["name"]["enum"]
    assert [*names, None] == TABLE["backend"]["enum"]
