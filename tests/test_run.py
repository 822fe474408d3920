"""Which test runs when: `tests/run.py` and the markers it chooses by."""

import sys
from itertools import product
from pathlib import Path

import pytest

import run
from fixtures import models, speech
from fixtures.needs import MarkerMissingError

PYTHON = Path("python")


def expressions(*, quick: bool) -> list[str]:
    """What pytest is told to select, run by run."""
    commands = [gate.command for gate in run.gates(PYTHON, quick=quick) if gate.name == "pytest"]
    return [command[command.index("-m", 3) + 1] for command in commands]


def is_chosen(expression: str, **markers: bool) -> bool:
    return bool(eval(expression, {}, markers))


@pytest.mark.parametrize(("model", "browser", "alone"), list(product([False, True], repeat=3)))
def test_a_full_run_runs_each_test_once(model: bool, browser: bool, alone: bool) -> None:
    chosen = [
        expression
        for expression in expressions(quick=False)
        if is_chosen(expression, model=model, browser=browser, alone=alone)
    ]
    assert len(chosen) == 1, chosen


@pytest.mark.parametrize(("model", "browser", "alone"), list(product([False, True], repeat=3)))
def test_a_quick_run_has_no_model_and_no_browser(model: bool, browser: bool, alone: bool) -> None:
    chosen = [
        expression
        for expression in expressions(quick=True)
        if is_chosen(expression, model=model, browser=browser, alone=alone)
    ]
    assert len(chosen) == (0 if model or browser else 1), chosen


def test_what_a_test_is_not_marked_for_is_refused() -> None:
    for hand_out in (lambda: models.model("base"), speech.english_clip, speech.language_clips):
        with pytest.raises(MarkerMissingError, match=r"pytest\.mark\.model"):
            hand_out()


def gate(lane: run.Lane, script: str) -> run.Gate:
    return run.Gate("pytest", lane, (sys.executable, "-c", script), lane, run.COUNTS_OF_PYTEST)


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
    gates = [
        gate("alone", alone),
        gate("host", host + ended + PASSING),
        gate("models", other + ended + PASSING),
    ]
    outcomes = run.run_all(gates, {})
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
