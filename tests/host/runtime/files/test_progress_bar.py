"""One row says how far the captions of files are."""

import io
from functools import partial

from wlk_host.runtime.files.progress import Progress, clock, is_terminal


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def last_row(stream: io.StringIO) -> str:
    return stream.getvalue().rsplit("\r", 1)[-1].rstrip()


def test_a_row_says_which_file_how_far_how_fast_and_how_long() -> None:
    stream, time = io.StringIO(), Time()
    progress = Progress([60.0, 120.0], stream, is_shown=True, now=time, columns=lambda: 100)
    progress.begin(0, "a.mp4", 60.0)
    time.now = 3.0
    progress.heard(30.0)
    bar = "━" * 10 + "─" * 10
    assert last_row(stream) == f"[1/2] a.mp4  {bar}   50%  10.0x  0:03 left  0:15 in all"
    time.now = 6.0
    progress.heard(60.0)
    assert "100%" in last_row(stream)
    assert progress.end() == 60.0
    assert last_row(stream) == ""
    progress.begin(1, "b.mp4", 120.0)
    time.now = 18.0
    progress.heard(60.0)
    assert last_row(stream).endswith("50%  5.0x  0:12 left")


def test_it_is_drawn_ten_times_a_second_at_most() -> None:
    stream, time = io.StringIO(), Time()
    progress = Progress([100.0], stream, is_shown=True, now=time, columns=lambda: 80)
    progress.begin(0, "a.mp4", 100.0)
    for step in range(1, 1001):
        time.now = step / 1000
        progress.heard(step / 10)
    assert stream.getvalue().count("\r") <= 11


def test_without_a_length_it_says_the_time() -> None:
    stream, time = io.StringIO(), Time()
    progress = Progress([None], stream, is_shown=True, now=time, columns=lambda: 80)
    progress.begin(0, "standard input", None)
    time.now = 10.0
    progress.heard(65.0)
    assert last_row(stream) == "standard input  1:05  6.5x"


def test_every_row_fits_into_the_terminal() -> None:
    name = "a very long name 日本語日本語日本語 of a talk\x1b[2J.mp4"
    for columns in (20, 60, 61, 62, 100):
        stream = io.StringIO()
        progress = Progress(
            [60.0], stream, is_shown=True, now=Time(), columns=partial(int, columns)
        )
        progress.begin(0, name, 60.0)
        row = stream.getvalue().removeprefix("\r")
        wide = sum(2 if character > "\u2e80" else 1 for character in row if character != "�")
        assert wide + row.count("�") <= columns - 1
        assert "\x1b" not in row


def test_messages_stand_above_the_row() -> None:
    stream = io.StringIO()
    progress = Progress([60.0], stream, is_shown=True, now=Time(), columns=lambda: 40)
    progress.begin(0, "a.mp4", 60.0)
    progress.tell("b.mp4: file_missing")
    assert stream.getvalue().endswith("\r" + " " * 39 + "\rb.mp4: file_missing\n")


def test_without_a_terminal_only_messages_are_written() -> None:
    stream = io.StringIO()
    progress = Progress([60.0], stream, now=Time())
    progress.begin(0, "a.mp4", 60.0)
    progress.heard(30.0)
    progress.tell("told")
    progress.end()
    assert stream.getvalue() == "told\n"
    assert not is_terminal(stream)


def test_skipped_files_take_no_time() -> None:
    stream, time = io.StringIO(), Time()
    progress = Progress([60.0, 600.0], stream, is_shown=True, now=time, columns=lambda: 100)
    progress.skip(1)
    progress.begin(0, "a.mp4", 60.0)
    time.now = 3.0
    progress.heard(30.0)
    assert last_row(stream).endswith("10.0x  0:03 left")


def test_times_are_read_like_a_clock() -> None:
    assert [clock(at) for at in (0, 59.6, 245, 3723)] == ["0:00", "1:00", "4:05", "1:02:03"]
