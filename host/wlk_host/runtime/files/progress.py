"""How far the captions of files are: one row at the bottom of a terminal.

Our own few lines: tqdm and Rich would have to be taught two positions, two kinds of remaining time
and messages in between, which is all there is here.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Final, TextIO

from wlk_host.core.words import width_of

_BAR: Final = 20
_REDRAW_S: Final = 0.1
_WORTH_A_GUESS_S: Final = 1.0
"""Before that much time of a file has passed, its speed says nothing."""

_LEAST_NAME: Final = 8


class Progress:
    """A bar with percent, speed and remaining time. Without a terminal, only messages.

    Args:
        lengths_s: of all files; None where it is unknown.
        stream: where to write; None: standard error.
        is_shown: whether there is a bar.
        now: the seconds of any monotonic clock.
        columns: of the terminal.
    """

    def __init__(
        self,
        lengths_s: Sequence[float | None],
        stream: TextIO | None = None,
        *,
        is_shown: bool = False,
        now: Callable[[], float] = time.monotonic,
        columns: Callable[[], int] | None = None,
    ) -> None:
        self._lengths = list(lengths_s)
        self._stream = stream or sys.stderr
        self._is_shown = is_shown
        self._now = now
        self._columns = columns or (lambda: _columns_of(self._stream))
        self._index = 0
        self._name = ""
        self._position_s = 0.0
        self._began = self._drawn_at = 0.0
        self._done_s = self._spent_s = 0.0
        self._is_drawn = False

    def begin(self, index: int, name: str, length_s: float | None) -> None:
        """The file of that index, from 0, is next."""
        self._index, self._name, self._position_s = index, name, 0.0
        self._lengths[index] = length_s
        self._began = self._now()
        self._draw()

    def heard(self, position_s: float) -> None:
        """The file was captioned up to this position."""
        self._position_s = position_s
        if self._now() - self._drawn_at >= _REDRAW_S:
            self._draw()

    def end(self) -> float:
        """The file has ended, one way or the other. Returns how many seconds were heard."""
        heard, self._position_s = self._position_s, 0.0
        self._done_s += heard
        self._spent_s += self._now() - self._began
        self._clear()
        return heard

    def skip(self, index: int) -> None:
        """Nothing is to be done for that file."""
        self._lengths[index] = 0.0

    def tell(self, sentence: str) -> None:
        """Write a row above the bar."""
        self._clear()
        self._stream.write(f"{sentence}\n")
        self._stream.flush()

    def _draw(self) -> None:
        if not self._is_shown:
            return
        self._drawn_at = self._now()
        room = self._columns() - 1
        figures = self._figures()
        head = f"[{self._index + 1}/{len(self._lengths)}] " if len(self._lengths) > 1 else ""
        name = _shortened(self._name, room - len(head) - len(figures))
        row = (head + name + figures)[:room]
        self._stream.write("\r" + row + " " * (room - width_of(row)))
        self._stream.flush()
        self._is_drawn = True

    def _clear(self) -> None:
        if self._is_drawn:
            self._stream.write("\r" + " " * (self._columns() - 1) + "\r")
            self._stream.flush()
            self._is_drawn = False

    def _figures(self) -> str:
        length = self._lengths[self._index]
        spent = self._now() - self._began
        parts = []
        if length:
            share = min(1.0, self._position_s / length)
            done = round(_BAR * share)
            parts += ["━" * done + "─" * (_BAR - done), f"{int(100 * share):3}%"]
        else:
            parts.append(clock(self._position_s))
        if spent >= _WORTH_A_GUESS_S and self._position_s > 0:
            parts.append(f"{self._position_s / spent:.1f}x")
            parts += self._remaining(length, self._position_s / spent)
        return "  " + "  ".join(parts)

    def _remaining(self, length: float | None, speed: float) -> list[str]:
        if not length:
            return []
        left = max(0.0, length - self._position_s) / speed
        parts = [f"{clock(left)} left"]
        later = self._lengths[self._index + 1 :]
        if any(later):
            # All files so far say more about the next ones than this one does.
            heard = self._done_s + self._position_s
            mean = heard / (self._spent_s + self._now() - self._began)
            parts.append(f"{clock(left + sum(one or 0.0 for one in later) / mean)} in all")
        return parts


def clock(length_s: float) -> str:
    """Minutes and seconds, and hours if there are any: "4:05", "1:02:03"."""
    minutes, rest = divmod(round(length_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def is_terminal(stream: TextIO) -> bool:
    """Whether a row there can be written over."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def _columns_of(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def _shortened(name: str, room: int) -> str:
    """The name, its middle left out if there is no room for it."""
    name = "".join(character if character.isprintable() else "�" for character in name)
    room = max(_LEAST_NAME, room)
    if width_of(name) <= room:
        return name
    head, tail = name, name
    while width_of(head) > (room - 1) // 2:
        head = head[:-1]
    while width_of(tail) > room - 1 - width_of(head):
        tail = tail[1:]
    return f"{head}…{tail}"
