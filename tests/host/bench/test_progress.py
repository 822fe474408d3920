"""The bar, and the lines where nobody looks."""

import io
from dataclasses import dataclass

from wlk_host.bench.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@dataclass
class Time:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def drawn(terminal: Terminal) -> list[str]:
    """What stood in the line, one after the other."""
    return terminal.getvalue().split("\r\x1b[K")[1:]


def test_a_bar_grows_with_the_position() -> None:
    terminal, time = Terminal(), Time()
    progress = Progress(2, terminal, time)
    progress.begin("talk", 60.0)
    time.now = 10.0
    progress.heard(30.0)
    progress.end()
    begun, half, done = drawn(terminal)
    assert begun.startswith("[1/2] talk")
    assert half == f"[1/2] talk  {'━' * 12}{'─' * 12} 30 / 60 s, 3.0 x real time"
    assert done == "[1/2] talk  30 s in 10 s, 3.0 x real time\n"


def test_it_is_not_drawn_more_often_than_one_can_see() -> None:
    terminal, time = Terminal(), Time()
    progress = Progress(1, terminal, time)
    progress.begin("talk", 60.0)
    for step in range(100):
        time.now = step / 1000
        progress.heard(step)
    assert len(drawn(terminal)) == 1


def test_a_recording_of_unknown_length_shows_its_position() -> None:
    terminal, time = Terminal(), Time()
    progress = Progress(1, terminal, time)
    progress.begin("stream", None)
    time.now = 2.0
    progress.heard(4.0)
    assert drawn(terminal)[-1] == "[1/1] stream  4 s, 2.0 x real time"


def test_elsewhere_than_on_a_terminal_there_are_plain_lines() -> None:
    stream, time = io.StringIO(), Time()
    progress = Progress(2, stream, time)
    for name in ("a", "b"):
        progress.begin(name, 60.0)
        for second in range(60):
            time.now += 0.5
            progress.heard(second + 1.0)
        progress.end()
    assert stream.getvalue().splitlines() == [
        "[1/2] a",
        "[1/2] a  60 s in 30 s, 2.0 x real time",
        "[2/2] b",
        "[2/2] b  60 s in 30 s, 2.0 x real time",
    ]
