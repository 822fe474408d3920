"""The progress of a bench: a bar on a terminal, lines elsewhere."""

import sys
import time
from collections.abc import Callable
from typing import Final, TextIO

_BAR: Final = 24
_REDRAW_S: Final = 0.1


class Progress:
    """Shows the progress of one recording after the other.

    Args:
        total: the number of recordings.
        stream: where to write. Only a terminal gets a bar that is redrawn.
        now: the seconds of any monotonic clock.
    """

    def __init__(
        self,
        total: int,
        stream: TextIO = sys.stderr,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._total = total
        self._stream = stream
        self._now = now
        self._live = stream.isatty()
        self._number = 0
        self._name = ""
        self._length_s: float | None = None
        self._position_s = 0.0
        self._began = self._drawn = 0.0

    def begin(self, name: str, length_s: float | None) -> None:
        """The next recording starts. Its length can be unknown."""
        self._number += 1
        self._name, self._length_s, self._position_s = name, length_s, 0.0
        self._began = self._drawn = self._now()
        if self._live:
            self._draw()
        else:
            self._stream.write(f"{self._heading()}\n")
            self._stream.flush()

    def heard(self, position_s: float) -> None:
        """The recording was played up to this position."""
        self._position_s = position_s
        if self._live and self._now() - self._drawn >= _REDRAW_S:
            self._drawn = self._now()
            self._draw()

    def end(self) -> None:
        """The recording has ended."""
        took = self._now() - self._began
        line = f"{self._heading()}  {self._position_s:.0f} s in {took:.0f} s{self._speed()}"
        self._stream.write(f"\r\x1b[K{line}\n" if self._live else f"{line}\n")
        self._stream.flush()

    def _draw(self) -> None:
        position = f"{self._position_s:.0f}"
        bar = ""
        if self._length_s:
            done = min(_BAR, int(_BAR * self._position_s / self._length_s))
            bar = "━" * done + "─" * (_BAR - done) + " "
            position += f" / {self._length_s:.0f}"
        self._stream.write(f"\r\x1b[K{self._heading()}  {bar}{position} s{self._speed()}")
        self._stream.flush()

    def _heading(self) -> str:
        return f"[{self._number}/{self._total}] {self._name}"

    def _speed(self) -> str:
        took = self._now() - self._began
        return f", {self._position_s / took:.1f} x real time" if took and self._position_s else ""
