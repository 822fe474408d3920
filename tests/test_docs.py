"""The README and the manual say what is so: links lead somewhere, commands and names exist."""

import argparse
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Final

import pytest

from wlk_host.cli import argument_parser
from wlk_host.models.catalog import LISTED

ROOT: Final = Path(__file__).resolve().parents[1]
MANUAL: Final = ROOT / "host/docs"
PAGES: Final = (ROOT / "README.md", *sorted(MANUAL.glob("*.md")))

_FENCED: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE: Final = re.compile(r"`([^`\n]+)`")
_TARGET: Final = re.compile(r"\]\(([^()\s]+)\)|\bsrc=\"([^\"]+)\"")
_ENDS: Final = frozenset({"&&", "||", "|", ";", ">", ">>"})


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A command line of the host that a page shows; `words` without the program's name."""

    page: str
    words: tuple[str, ...]
    fenced: bool


@cache
def text_of(page: Path) -> str:
    return page.read_text("utf-8")


def code_free(page: Path) -> str:
    return _INLINE.sub("", _FENCED.sub("", text_of(page)))


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    letters = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return letters.replace(" ", "-")


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#{1,6} (.+)$", _FENCED.sub("", text_of(page)), re.MULTILINE)
    return {slug(heading) for heading in headings}


def links(page: Path) -> list[str]:
    found = (first or second for first, second in _TARGET.findall(code_free(page)))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def commands_in(line: str) -> Iterator[tuple[str, ...]]:
    """What comes behind `wlk-host` in each command of a line of shell."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    rest = list(lexer)
    while rest:
        at = next((i for i, word in enumerate(rest) if word in _ENDS), len(rest))
        command, rest = rest[:at], rest[at + 1 :]
        while command and re.match(r"[A-Z_]+=", command[0]):
            del command[0]
        if command and PurePosixPath(command[0]).name == "wlk-host":
            yield tuple(command[1:])


def command_lines() -> list[CommandLine]:
    found = []
    for page in PAGES:
        name = page.relative_to(ROOT).as_posix()
        for language, block in _FENCED.findall(text_of(page)):
            assert language in ("sh", "json"), f"{name}: a block of {language!r}"
            for line in block.replace("\\\n", " ").splitlines() if language == "sh" else ():
                found += [CommandLine(name, words, True) for words in commands_in(line)]
        for line in _INLINE.findall(_FENCED.sub("", text_of(page))):
            if line.startswith("wlk-host "):
                found += [CommandLine(name, words, False) for words in commands_in(line)]
    return list(dict.fromkeys(found))


def parsers(
    parser: argparse.ArgumentParser, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Every command with its parser, from the program itself on."""
    yield path, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield from parsers(inner, (*path, name))


def refusal(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> str:
    """What the host says against a command line; empty where it takes it."""
    try:
        argument_parser().parse_args(words)
    except SystemExit as end:
        return "" if end.code == 0 else capsys.readouterr().err
    return ""


COMMANDS: Final = dict(parsers(argument_parser()))


def test_the_readme_takes_five_minutes() -> None:
    assert len(text_of(ROOT / "README.md").splitlines()) <= 160


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_and_picture_is_there(page: Path) -> None:
    for target in links(page):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        assert file.is_relative_to(ROOT), target
        assert not anchor or anchor in anchors(file), target


def test_the_index_names_every_page() -> None:
    pages = {page.name for page in MANUAL.glob("*.md")} - {"README.md"}
    assert pages <= set(links(MANUAL / "README.md"))


def test_every_picture_is_shown_somewhere() -> None:
    shown = {(page.parent / target).resolve() for page in PAGES for target in links(page)}
    assert set((ROOT / "extension/screenshots").glob("*.png")) <= shown


@pytest.mark.parametrize(
    "line", command_lines(), ids=lambda line: f"{line.page}: {' '.join(line.words)}"
)
def test_every_command_line_parses(line: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    if not line.fenced and line.words in COMMANDS:
        return  # Running text may name a command without what it needs.
    assert refusal(line.words, capsys) == ""


def test_there_are_command_lines_to_look_at() -> None:
    assert len([line for line in command_lines() if line.fenced]) > 40


@pytest.mark.parametrize("path", [path for path in COMMANDS if path], ids=" ".join)
def test_every_command_and_each_option_is_explained(path: tuple[str, ...]) -> None:
    pages = text_of(MANUAL / "options.md") + text_of(MANUAL / "files.md")
    known = pages + text_of(MANUAL / "models.md") + text_of(MANUAL / "translation.md")
    assert f"wlk-host {' '.join(path)}" in known
    for action in COMMANDS[path]._actions:
        for option in action.option_strings:
            assert option in ("-h", "--help") or f"`{option}`" in pages


@pytest.mark.parametrize("path", [path for path in COMMANDS if path], ids=" ".join)
def test_choices_and_defaults_of_options_are_true(path: tuple[str, ...]) -> None:
    sections = re.split(r"^### wlk-host ", text_of(MANUAL / "options.md"), flags=re.MULTILINE)
    section = next(s for s in sections if path[0] in s.partition("\n")[0].split(", "))
    rows = dict(re.findall(r"^\| `(--[\w-]+)` (\|.+\|)$", section, re.MULTILINE))
    for action in COMMANDS[path]._actions:
        row = rows.get(next(iter(action.option_strings), ""))
        if row is None:
            continue  # Of `caption` and `bench` alike, and told of the first.
        choices = list(action.choices or ())
        shown = [min(choices), max(choices)] if isinstance(action.choices, range) else choices
        given = [action.default] if action.default not in (None, False, "", []) else []
        missing = [value for value in (*shown, *given) if not re.search(rf"\b{value}\b", row)]
        assert not missing, f"{action.option_strings}: {missing}"


def test_the_options_of_the_quickstart_are_explained() -> None:
    """It takes its own and those of `wlk-host setup`."""
    sources = ("installers/quickstart.py", "host/wlk_host/setup/first_run.py")
    text = "".join(text_of(ROOT / source) for source in sources)
    options = set(re.findall(r"add_argument\(\s*\"(--[\w-]+)\"", text))
    explained = re.findall(r"^\| `(--[\w-]+)", text_of(MANUAL / "install.md"), re.MULTILINE)
    assert sorted(explained) == sorted(options)


def test_each_model_is_listed_with_its_size() -> None:
    rows = re.findall(
        r"^\| `([\w.-]+)` \| (\d+) MB \|", text_of(MANUAL / "models.md"), re.MULTILINE
    )
    assert rows == [(entry.name, f"{entry.size_bytes / 1e6:.0f}") for entry in LISTED]


def test_variables_and_findings_are_those_of_the_host() -> None:
    sources = "\n".join(text_of(file) for file in (ROOT / "host/wlk_host").rglob("*.py"))
    options = text_of(MANUAL / "options.md")
    for variable in re.findall(r"\"(WLK_[A-Z_]+)\"", sources):
        assert f"`{variable}`" in options
    for cell in re.findall(
        r"^\| ((?:`\w+`(?:, )?)+) \|", text_of(MANUAL / "troubleshooting.md"), re.M
    ):
        for code in _INLINE.findall(cell):
            assert f'"{code}"' in sources, code


def test_names_of_the_code_can_be_imported() -> None:
    for page in PAGES:
        for module, name in re.findall(r"`(wlk_host(?:\.\w+)+)\.([A-Z]\w+)`", text_of(page)):
            assert hasattr(import_module(module), name), f"{module}.{name}"
