"""What an unsupported Python is told, asked of real ones where the machine has them."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

import python_version
from tools.lock import ROOT

QUICKSTART = ROOT / "installers/quickstart.py"


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 9), (3, 13, 1), (3, 14, 8)])
def test_a_supported_one_is_told_nothing(version: tuple[int, ...]) -> None:
    assert python_version.sentence(version, "linux", "x86_64") is None


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ((3, 9, 2), "got Python 3.9.2, expected 3.11 to 3.14"),
        ((3, 15, 0), "not ready for yours yet"),
        ((4, 0, 0), "not ready for yours yet"),
    ],
)
def test_another_one_is_told_what_is_wrong_and_what_to_do(
    version: tuple[int, ...], said: str
) -> None:
    text = python_version.sentence(version, "linux", "x86_64")
    assert text is not None
    assert text.startswith("python_unsupported: ")
    assert said in text
    assert "-> run this with one of those, for example: python3.13 " in text


def test_intels_macs_are_told_of_the_last_python_with_their_libraries() -> None:
    assert python_version.sentence((3, 13, 1), "darwin", "x86_64") is None
    text = python_version.sentence((3, 14, 1), "darwin", "x86_64")
    assert text is not None
    assert "expected 3.11 to 3.13" in text
    assert python_version.sentence((3, 14, 1), "darwin", "arm64") is None


def test_its_grammar_is_that_of_an_old_python() -> None:
    source = (ROOT / "installers/python_version.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 6))
    head = (ROOT / "installers/quickstart.py").read_text(encoding="utf-8")
    before, check, after = head.partition("python_version.check()\n")
    assert check
    assert "import python_version" in before
    assert re.findall(r"^(?:from|import) .+", before, re.MULTILINE) == ["import python_version"]
    assert "import argparse" in after


OLD = sorted(Path.home().glob(".pyenv/versions/3.[6-9].*/bin/python3"))
"""Those of this machine, if any."""


def test_an_old_python_gets_as_far_as_the_sentence() -> None:
    for python in OLD:
        result = subprocess.run([python, QUICKSTART], capture_output=True, text=True, check=False)
        assert result.returncode == 1
        assert result.stderr.startswith("python_unsupported: got Python 3.")
