"""Which test runs when: `tests/run.py` and the markers it chooses by."""

import dataclasses
import sys
from itertools import product
from pathlib import Path

import pytest

import gates
import run
from fixtures import models, speech
from fixtures.needs import MarkerMissingError

PYTHON, LEAN = Path("python"), Path("lean")

MARKERS = ("model", "browser", "alone", "torch")

EVERY_KIND = [dict(zip(MARKERS, kind, strict=True)) for kind in product([False, True], repeat=4)]


def chosen(kind: dict[str, bool], *, quick: bool) -> list[str]:
    """The interpreters that a test with those markers runs with."""
    commands = [g.command for g in gates.gates(PYTHON, LEAN, quick=quick) if g.name == "pytest"]
    return [
        command[0] for command in commands if eval(command[command.index("-m", 3) + 1], {}, kind)
    ]


@pytest.mark.parametrize("kind", EVERY_KIND, ids=str)
def test_a_full_run_runs_each_test_once(kind: dict[str, bool]) -> None:
    refused = kind["torch"] and (kind["browser"] or kind["alone"])  # fixtures/needs.py
    expected = [] if refused else ["python" if kind["torch"] else "lean"]
    assert chosen(kind, quick=False) == expected


@pytest.mark.parametrize("kind", EVERY_KIND, ids=str)
def test_a_quick_run_has_no_model_and_no_browser(kind: dict[str, bool]) -> None:
    refused = kind["torch"] and kind["alone"]
    assert len(chosen(kind, quick=True)) == (
        0 if kind["model"] or kind["browser"] or refused else 1
    )


def test_gates_with_torch_are_told_apart() -> None:
    needy = [gate.command[0] for gate in gates.gates(PYTHON, LEAN) if gate.needs_torch]
    assert needy == ["python", "python"]


def test_what_a_test_is_not_marked_for_is_refused() -> None:
    for hand_out in (lambda: models.model("base"), speech.english_clip, speech.language_clips):
        with pytest.raises(MarkerMissingError, match=r"pytest\.mark\.model"):
            hand_out()


def gate(lane: gates.Lane, script: str) -> gates.Gate:
    command = (sys.executable, "-c", script)
    return gates.Gate("pytest", lane, command, lane, gates.COUNTS_OF_PYTEST)


PASSING = "print('0.50s call     tests/test_a.py::test_slow'); print('=== 3 passed in 0.51s ===')"
FAILING = "print('=== 1 failed, 2 passed in 0.51s ==='); raise SystemExit(1)"


def test_lanes_run_side_by_side_and_what_is_alone_after_them(tmp_path: Path) -> None:
    meet = (
        "import pathlib, time\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n"
        "def meet(mine, other):\n"
        "    (folder / mine).touch()\n"
        "    deadline = time.monotonic() + 20\n"
        "    while not (folder / other).exists():\n"
        "        assert time.monotonic() < deadline\n"
        "        time.sleep(0.01)\n"
    )
    host, other = meet + "meet('host', 'models')\n", meet + "meet('models', 'host')\n"
    ended = "(folder / 'ended').open('a').write('x');"
    alone = meet + "assert (folder / 'ended').read_text() == 'xx'\n" + PASSING
    lanes = [
        gate("alone", alone),
        gate("host", host + ended + PASSING),
        gate("models", other + ended + PASSING),
    ]
    outcomes = run.run_all(lanes, {})
    assert [outcome.succeeded for outcome in outcomes] == [True, True, True]
    assert outcomes[-1].gate.lane == "alone"


def test_the_report_names_the_slowest_tests_and_counts_all(
    capsys: pytest.CaptureFixture[str],
) -> None:
    outcomes = run.run_all([gate("host", PASSING), gate("models", FAILING)], {})
    assert run.report(outcomes, 90.0) == 1
    told = capsys.readouterr().out
    assert "     0.5 s  tests/test_a.py::test_slow" in told
    assert "SOME GATES FAILED after 1.5 min." in told
    assert told.splitlines()[-1] == "5 passed, 1 failed"


def test_a_gate_that_ran_no_test_has_not_passed() -> None:
    [outcome] = run.run_all([gate("host", "print('no tests ran in 0.51s')")], {})
    assert not outcome.succeeded


FAILED_ONCE = (
    "print('FAILED tests/test_a.py::test_slow - late')\n"
    "print('=== 1 failed, 2 passed in 0.51s ==='); raise SystemExit(1)"
)
PASSED_NOW = "print('=== 1 passed in 0.51s ===')"


def gate_with_second_try(first: str, second: str) -> gates.Gate:
    return dataclasses.replace(gate("host", first), again=(sys.executable, "-c", second))


def test_a_test_that_passes_alone_has_passed_and_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    outcomes = run.run_all([gate_with_second_try(FAILED_ONCE, PASSED_NOW)], {})
    assert run.report(outcomes, 90.0) == 0
    told = capsys.readouterr().out
    assert "passed on the second try: tests/test_a.py::test_slow - late" in told
    assert told.splitlines()[-1] == "3 passed, 0 failed"


def test_a_test_that_fails_twice_has_failed_and_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    again = "print('=== 1 failed in 0.51s ==='); raise SystemExit(1)"
    outcomes = run.run_all([gate_with_second_try(FAILED_ONCE, again)], {})
    assert run.report(outcomes, 90.0) == 1
    told = capsys.readouterr().out
    assert "\ntests/test_a.py::test_slow - late" in told
    assert told.splitlines()[-1] == "2 passed, 1 failed"


def test_a_second_try_that_runs_fewer_tests_shows_nothing() -> None:
    first = FAILED_ONCE.replace("1 failed", "2 failed")
    [outcome] = run.run_all([gate_with_second_try(first, PASSED_NOW)], {})
    assert not outcome.succeeded


def test_many_failures_are_no_accident() -> None:
    first = FAILED_ONCE.replace("1 failed", "6 failed")
    second = PASSED_NOW.replace("1 passed", "6 passed")
    [outcome] = run.run_all([gate_with_second_try(first, second)], {})
    assert not outcome.succeeded
