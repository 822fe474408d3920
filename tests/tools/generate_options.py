"""Writes the host's two forms of the options from their one table, `Options` in schema.json.

Run: python tests/tools/generate_options.py
"""

import json
import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

Schema: TypeAlias = Mapping[str, Any]

_HOST: Final = Path(__file__).parents[2] / "host" / "wlk_host"
TABLE: Final = _HOST / "protocol" / "schema.json"
CORE: Final = _HOST / "core" / "tab_options.py"
WIRE: Final = _HOST / "protocol" / "options.py"

_MADE: Final = "Generated from schema.json by tests/tools/generate_options.py. Do not edit."

_LIMITS: Final = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "maxItems": "max_length",
    "minimum": "ge",
    "maximum": "le",
    "pattern": "pattern",
}
"""JSON Schema's names for limits, and msgspec's."""

_PLAIN: Final = {"string": "str", "boolean": "bool", "integer": "int", "number": "float"}


def generate() -> dict[Path, str]:
    """What each generated module must contain."""
    table = json.loads(TABLE.read_text("utf-8"))["$defs"]["Options"]
    return {CORE: _formatted(_core(table)), WIRE: _formatted(_wire(table))}


def _core(table: Schema) -> str:
    options: Schema = table["properties"]
    enums = {name: schema["enum"] for name, schema in options.items() if "enum" in schema}
    lines = [
        f'"""The options of a tab, as `core` takes them.\n\n{_MADE}\n"""',
        "from dataclasses import dataclass",
        "from typing import Final, Literal, TypeAlias",
        *(f"{_alias(name)}: TypeAlias = {_literal(enum)}" for name, enum in enums.items()),
        "@dataclass(frozen=True, slots=True)",
        "class TabOptions:",
        f'    """{table["description"]}"""',
        *(
            f"    {name}: {_type(name, schema)} = {_default(schema)}"
            for name, schema in options.items()
        ),
        "HELP: Final = {",
        *(f"{name!r}: {_text(schema['description'])}," for name, schema in options.items()),
        "}",
        '"""What each option means, in one line."""',
    ]
    return "\n".join(lines)


def _wire(table: Schema) -> str:
    options: Schema = table["properties"]
    aliases = [_alias(name) for name, schema in options.items() if "enum" in schema]
    lines = [
        f'"""The options of a tab on the wire, with their limits.\n\n{_MADE}\n"""',
        "from typing import Annotated\n",
        "from msgspec import Meta, Struct\n",
        f"from wlk_host.core.tab_options import {', '.join(sorted(aliases))}",
        "class Options(Struct, frozen=True, forbid_unknown_fields=True):",
        f'    """{table["description"]}"""',
        *(
            f"    {name}: {_type(name, schema, limited=True)} = {_default(schema)}"
            for name, schema in options.items()
        ),
    ]
    return "\n".join(lines)


def _alias(name: str) -> str:
    """What the values of that option are called: "PolicyName"."""
    return name.title().replace("_", "") + "Name"


def _literal(values: Sequence[object]) -> str:
    return f"Literal[{', '.join(repr(value) for value in values if value is not None)}]"


def _type(name: str, schema: Schema, *, limited: bool = False) -> str:
    """The annotation; None is one of its values where the schema says so."""
    if "enum" in schema:
        plain, is_optional = _alias(name), None in schema["enum"]
    else:
        kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        plain, is_optional = _plain(kinds[0], schema, limited=limited), "null" in kinds
    return f"{plain} | None" if is_optional else plain


def _plain(kind: str, schema: Schema, *, limited: bool) -> str:
    if kind == "array":
        plain = f"tuple[{_type('', schema['items'], limited=limited)}, ...]"
    else:
        plain = _PLAIN[kind]
    limits = [f"{ours}={schema[name]!r}" for name, ours in _LIMITS.items() if name in schema]
    return f"Annotated[{plain}, Meta({', '.join(limits)})]" if limited and limits else plain


def _default(schema: Schema) -> str:
    default = schema["default"]
    return repr(tuple(default) if isinstance(default, list) else default)


def _text(words: str) -> str:
    """A string literal that fits into the lines."""
    pieces = textwrap.wrap(words, 77, drop_whitespace=False)
    literal = " ".join(repr(piece) for piece in pieces)
    return f"({literal})" if len(pieces) > 1 else literal


def _formatted(source: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--line-length", "100", "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=True)
    return done.stdout


if __name__ == "__main__":
    for path, text in generate().items():
        path.write_text(text, encoding="utf-8")
