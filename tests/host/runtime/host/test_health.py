"""How the host has been: numbers and codes, by the minute, in a small file."""

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.core.errors import WlkError
from wlk_host.protocol.health import MOST_CODES, MOST_MINUTES, MOST_RUNS, Failure, Minute, Run
from wlk_host.protocol.messages import Error, State, Status
from wlk_host.protocol.problem import Problem
from wlk_host.runtime.host.health import HealthLog
from wlk_host.runtime.host.health_file import keep, read
from wlk_host.runtime.host.memory import resident_mb

BEGAN = 1_796_000_040
"""The beginning of a minute."""

SECRET = "xylophone"


class Clock:
    def __init__(self) -> None:
        self.now = float(BEGAN)

    def __call__(self) -> float:
        return self.now


class Kept:
    """A log whose runs are written here."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.written: list[Run] = []
        self.log = HealthLog(self.written.append, self.clock, lambda: 500)

    @property
    def now(self) -> Run:
        run = self.log.run()
        assert run is not None
        return run


def status(
    session: str = "a",
    lag_ms: int = 0,
    skipped_ms: int = 0,
    state: State = "listening",
    problem: str | None = None,
) -> Status:
    return Status(
        session=session,
        state=state,
        model=SECRET,
        language="en",
        lag_ms=lag_ms,
        skipped_ms=skipped_ms,
        refining=True,
        translation_delay_ms=None,
        translation_problem=None,
        device="cpu",
        smaller_model=None,
        model_problem=None if problem is None else Problem(problem, SECRET, SECRET),
    )


def error(code: str, session: str | None = "a") -> Error:
    return Error.of(WlkError(code=code, message=SECRET, hint=SECRET), session)


def run(began: int = BEGAN, process: int = 1) -> Run:
    return Run("0.1.0", began, process, began, "ended", (), ())


def test_a_minute_has_the_worst_lag_and_all_that_was_left_out() -> None:
    kept = Kept()
    for lag_ms, skipped_ms in [(300, 0), (2500, 400), (100, 1000)]:
        kept.log.note(status(lag_ms=lag_ms, skipped_ms=skipped_ms))
    kept.log.note(status("b", skipped_ms=50))
    assert kept.now.minutes == (Minute(BEGAN, 2, 2500, 1050, 500),)


def test_each_minute_counts_for_itself() -> None:
    kept = Kept()
    kept.log.note(status(lag_ms=900, skipped_ms=400))
    kept.clock.now += 61
    kept.log.note(status(lag_ms=200, skipped_ms=500))
    assert kept.now.minutes == (
        Minute(BEGAN, 1, 900, 400, 500),
        Minute(BEGAN + 60, 1, 200, 100, 500),
    )


@pytest.mark.parametrize("end", [status(state="ended"), error("step_hung")])
def test_a_session_that_is_over_does_not_count_in_later_minutes(end: Status | Error) -> None:
    kept = Kept()
    kept.log.note(status(skipped_ms=70))
    kept.log.note(end)
    kept.clock.now += 60
    kept.log.note(status("b"))
    assert kept.now.minutes[-1].sessions == 1
    kept.log.note(status(skipped_ms=30))
    assert kept.now.minutes[-1].skipped_ms == 30


def test_errors_are_counted_by_their_codes() -> None:
    kept = Kept()
    kept.log.note(error("model_missing"))
    kept.log.note(error("step_hung"))
    kept.clock.now += 5
    kept.log.note(error("model_missing", session=None))
    assert kept.now.failures == (
        Failure("step_hung", 1, BEGAN),
        Failure("model_missing", 2, BEGAN + 5),
    )


def test_a_problem_of_a_running_session_counts_once_however_often_it_is_told() -> None:
    kept = Kept()
    for _ in range(3):
        kept.log.note(status(problem="model_too_slow"))
    kept.log.note(status())
    kept.log.note(status(problem="model_too_slow"))
    assert kept.now.failures == (Failure("model_too_slow", 2, BEGAN),)


def test_what_is_kept_has_bounds() -> None:
    kept = Kept()
    for n in range(3 * MOST_MINUTES):
        kept.clock.now += 60
        kept.log.note(status(str(n)))
        kept.log.note(error(f"code_{n}", str(n)))
    assert len(kept.now.minutes) == MOST_MINUTES
    assert [f.code for f in kept.now.failures] == [
        f"code_{n}" for n in range(3 * MOST_MINUTES - MOST_CODES, 3 * MOST_MINUTES)
    ]


def test_it_is_written_at_once_then_once_a_minute_and_in_the_end() -> None:
    kept = Kept()
    for _ in range(119):
        kept.log.note(status())
        kept.clock.now += 1
    assert [one.until for one in kept.written] == [BEGAN, BEGAN + 60]
    kept.log.end("hung")
    assert (kept.written[-1].state, kept.written[-1].until) == ("hung", BEGAN + 119)


def test_a_clock_that_was_put_back_does_not_keep_it_from_being_written() -> None:
    kept = Kept()
    kept.log.note(status())
    kept.clock.now -= 3600
    kept.log.note(status())
    assert len(kept.written) == 2


def test_a_host_without_a_session_leaves_nothing() -> None:
    kept = Kept()
    kept.log.end("ended")
    assert kept.log.run() is None
    assert kept.written == []


@given(texts=st.lists(st.text(min_size=1, max_size=64)))
def test_no_text_of_a_message_is_kept(texts: list[str]) -> None:
    kept = Kept()
    for text in texts:
        kept.log.note(status(f"{SECRET}{text}"[:64], problem="model_too_slow"))
        kept.log.note(error("model_missing", f"{SECRET}{text}"[:64]))
    assert SECRET not in str(kept.log.run())


# -- the file -------------------------------------------------------------------------


def test_what_was_kept_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "log" / "health.json"
    keep(file, run(process=1))
    keep(file, run(process=2))
    keep(file, run(process=1))
    assert [one.process for one in read(file).runs] == [1, 2]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_the_file_is_for_the_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "log" / "health.json"
    before = os.umask(0)
    try:
        keep(file, run())
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["health.json"]


def test_only_the_last_hosts_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "health.json"
    for n in range(MOST_RUNS + 3):
        keep(file, run(BEGAN + n))
    assert [one.began for one in read(file).runs] == [
        BEGAN + n for n in reversed(range(3, MOST_RUNS + 3))
    ]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[]", b'{"type": "health", "runs": [{"host": 1}]}']
)
def test_a_file_that_is_none_is_replaced(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "health.json"
    file.write_bytes(content)
    assert read(file).runs == ()
    keep(file, run())
    assert read(file).runs == (run(),)


def test_another_host_that_writes_just_now_is_not_disturbed(tmp_path: Path) -> None:
    file, part = tmp_path / "health.json", tmp_path / "health.part"
    part.write_bytes(b"half")
    keep(file, run())
    assert part.read_bytes() == b"half"
    assert not file.exists()


def test_what_a_killed_host_left_is_removed(tmp_path: Path) -> None:
    file, part = tmp_path / "health.json", tmp_path / "health.part"
    part.write_bytes(b"half")
    os.utime(part, (BEGAN - 10**6, BEGAN - 10**6))
    keep(file, run())
    assert read(file).runs == (run(),)
    assert not part.exists()


def test_a_folder_that_cannot_be_made_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file where the folder should be")
    keep(tmp_path / "log" / "health.json", run())
    assert read(tmp_path / "log" / "health.json").runs == ()


def test_the_largest_file_fits_into_a_message(tmp_path: Path) -> None:
    file = tmp_path / "health.json"
    most = 2**53 - 1
    for n in range(MOST_RUNS):
        minutes = (Minute(most, most, most, most, most),) * MOST_MINUTES
        failures = (Failure("a" * 64, most, most),) * MOST_CODES
        keep(file, Run("0.1.0", n, most, most, "running", minutes, failures))
    assert len(read(file).runs) == MOST_RUNS
    assert file.stat().st_size < 200_000
    assert json.loads(file.read_bytes())["type"] == "health"


def test_the_memory_of_this_process_is_known_where_it_can_be() -> None:
    found = resident_mb()
    assert found is None if os.name == "nt" else (found or 0) > 10
