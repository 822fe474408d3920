"""What of a file's sound could not be read."""

from typing import Final

from wlk_host.core.errors import WlkError

_APART_S: Final = 0.5
"""Missing stretches closer than this are named as one."""

_NAMED: Final = 5
"""So many stretches are named; a badly damaged file has hundreds."""


class Damage:
    """Collects the stretches of a file whose sound is missing, in seconds from its beginning."""

    def __init__(self) -> None:
        self._missing: list[tuple[float, float]] = []
        self._ends_early: tuple[float, float] | None = None

    def lose(self, start_s: float, end_s: float) -> None:
        """Note that there is nothing, or nothing that can be decoded."""
        self._missing.append((max(0.0, start_s), max(0.0, start_s, end_s)))

    def end_early(self, at_s: float, expected_s: float) -> None:
        """Note that the file breaks off, though it says that it is longer."""
        self._ends_early = (at_s, expected_s)

    @property
    def stretches(self) -> list[tuple[float, float]]:
        """What is missing within the file, in order; near stretches are joined."""
        joined: list[tuple[float, float]] = []
        for start, end in sorted(self._missing):
            if joined and start - joined[-1][1] < _APART_S:
                joined[-1] = (joined[-1][0], max(joined[-1][1], end))
            else:
                joined.append((start, end))
        return joined

    @property
    def problem(self) -> WlkError | None:
        """`sound_damaged`, naming the time that is missing; None if the file was whole."""
        stretches = self.stretches
        parts = []
        if stretches:
            total = sum(end - start for start, end in stretches)
            named = ", ".join(_span(*stretch) for stretch in stretches[:_NAMED])
            more = len(stretches) - _NAMED
            rest = f" and {more} more times" if more > 0 else ""
            parts.append(f"{total:.2f} s of sound are missing, at {named}{rest}")
        if self._ends_early is not None:
            at, expected = self._ends_early
            parts.append(f"the file breaks off at {_clock(at)} of {_clock(expected)}")
        if not parts:
            return None
        return WlkError(
            "sound_damaged",
            "; ".join(parts),
            "everything else is captioned; for the rest, get an undamaged copy of the file",
        )


def _span(start: float, end: float) -> str:
    return f"{_clock(start)} - {_clock(end)}"


def _clock(at_s: float) -> str:
    hundredths = round(100 * at_s)
    minutes, rest = divmod(hundredths, 6000)
    return f"{minutes:02}:{rest // 100:02}.{rest % 100:02}"
