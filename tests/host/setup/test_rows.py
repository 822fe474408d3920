"""How long lines are broken on a terminal."""

import os
import pty
import subprocess
import sys

import pytest

from wlk_host.setup.findings import Finding, Level, to_text
from wlk_host.setup.rows import hanging

TEXT = "the quick brown fox jumps over the lazy dog and is gone"


def test_further_rows_stand_below_the_first_one() -> None:
    assert hanging("ok  ", TEXT, 40) == (
        "ok  the quick brown fox jumps over the\n    lazy dog and is gone"
    )


@pytest.mark.parametrize("width", [None, 30])
def test_nothing_is_broken_without_a_terminal_or_on_a_narrow_one(width: int | None) -> None:
    assert hanging("ok  ", TEXT, width) == f"ok  {TEXT}"


def test_a_long_path_is_not_torn() -> None:
    path = "/home/ada/" + "very" * 20
    assert path in hanging("ok  ", f"it lies in {path} now", 60).split()


def test_a_remedy_stays_on_one_line_to_be_copied() -> None:
    finding = Finding("code", Level.FAIL, "host", TEXT, f"run: {TEXT}")
    message, *_, remedy, _, _ = to_text([finding], 45).split("\n")
    assert message == "FAIL  host  the quick brown fox jumps over"
    assert remedy.endswith(f"-> run: {TEXT}  [code]")


def test_the_width_is_that_of_the_terminal() -> None:
    ours, theirs = pty.openpty()
    ask = [sys.executable, "-c", "from wlk_host.setup import rows; print(rows.columns())"]
    variables = {**os.environ, "COLUMNS": "77"}
    subprocess.run(ask, stdout=theirs, env=variables, check=True)
    assert os.read(ours, 100).strip() == b"77"
    os.close(ours)
    os.close(theirs)
    piped = subprocess.run(ask, capture_output=True, env=variables, check=True, text=True)
    assert piped.stdout == "None\n"
