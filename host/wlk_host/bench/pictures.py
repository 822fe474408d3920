"""The charts of a report, drawn with matplotlib as SVG."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from wlk_host import places
from wlk_host.bench.figures import Figures, Measured, figures, latencies
from wlk_host.bench.reading import CURVE_S, Reading, missing
from wlk_host.bench.scoring import Delay, percentile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Picture = tuple[str, str]
"""A chart's file name and its title."""

Line = Sequence[tuple[float, float]]

_GREY: Final = "#808080"
_MOST_NAMES: Final = 10
"""The most recordings or runs with a label in a chart. More would overlap."""

_SHORTEST_S: Final = 0.1
"""The start of the logarithmic latency axes. Words shown sooner are drawn there."""

_STEP_S: Final = 10.0
"""The stretch of a recording whose words make one point of a delay over time."""

_LEGEND_COLUMNS: Final = 3

_TICKS_S: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)


def of_run(folder: Path, measured: Sequence[Measured]) -> list[Picture]:
    """Draw the charts of one run; those whose figures are unknown are left out."""
    scores = [m.score for m in measured if m.score]
    delays = {
        "shown": latencies(scores, lambda s: s.shows),
        "committed": latencies(scores, lambda s: s.commits),
        "final, after its utterance": sorted(chain.from_iterable(m.final_s for m in measured)),
    }
    points = {m.reference.id: figures([m]) for m in measured}
    lag = [list(m.run.lag) for m in measured]
    drawn = [
        _accuracy(folder / "accuracy.svg", points, {}),
        _cumulative(folder / "latency.svg", "Latency", delays),
        _reading(folder / "reading.svg", {m.reference.id: _readings([m]) for m in measured}, {}),
        _over_time(
            folder / "lag.svg",
            "Lag over time",
            "speech received and not yet captioned, s",
            {"lag": _end_to_end(lag, measured)},
            measured,
        ),
    ]
    return [picture for picture in drawn if picture]


def of_comparison(
    folder: Path, live: Mapping[str, Sequence[Measured]], offline: Mapping[str, Sequence[Measured]]
) -> list[Picture]:
    """Draw the live runs in the same charts, with the offline runs as their limits."""
    scores = {name: [m.score for m in run if m.score] for name, run in live.items()}
    commits = {name: latencies(some, lambda s: s.commits) for name, some in scores.items()}
    delays = {
        name: _end_to_end([_coarse(m.score.commits if m.score else ()) for m in run], run)
        for name, run in live.items()
    }
    drawn = [
        _accuracy(
            folder / "comparison-accuracy.svg",
            {name: figures(run) for name, run in live.items()},
            {
                name: wer
                for name, run in offline.items()
                if (wer := figures(run)["final_wer"]) is not None
            },
        ),
        _cumulative(folder / "comparison-latency.svg", "Latency of committed words", commits),
        _reading(
            folder / "comparison-reading.svg",
            {name: _readings(run) for name, run in live.items()},
            {
                name: missed
                for name, run in offline.items()
                if (missed := figures(run)["unread_at_end"]) is not None
            },
        ),
        _over_time(
            folder / "comparison-delay.svg",
            "Delay of committed words over time",
            "seconds after the end of the word, median of 10 s",
            delays,
            next(iter(live.values()), ()),
            logarithmic=True,
        ),
    ]
    return [picture for picture in drawn if picture]


def _accuracy(
    path: Path, points: Mapping[str, Figures], limits: Mapping[str, float]
) -> Picture | None:
    """Word error rate against latency, for each name live (dot) and final (diamond)."""
    live = {name: (f["commit_p50"], f["commit_p95"], f["wer"]) for name, f in points.items()}
    final = {name: (f["final_p50"], f["final_p95"], f["final_wer"]) for name, f in points.items()}
    title = "Word error rate against latency"

    def draw(axes: "Axes") -> None:
        for number, name in enumerate(points):
            colour = f"C{number % 10}"
            for marker, kind, of in (("o", "live", live), ("D", "final", final)):
                p50, p95, wer = of[name]
                if p50 is None or p95 is None or wer is None:
                    continue
                near = max(_SHORTEST_S, p50)
                axes.plot([near, max(near, p95)], [wer, wer], color=colour, linewidth=1, alpha=0.5)
                label = f"{name}, {kind}" if len(points) <= _MOST_NAMES else None
                fill = colour if kind == "live" else "white"
                axes.plot(
                    near, wer, marker, color=colour, markerfacecolor=fill, markersize=8, label=label
                )
        for name, wer in limits.items():
            axes.axhline(wer, color=_GREY, linestyle="--", linewidth=1.2, label=f"{name} (offline)")
        _seconds(axes, "x", _known(live, 1) + _known(final, 1))
        axes.set_xlabel(
            "seconds after the word (live) or its utterance (final): median, line to p95"
        )
        axes.set_ylabel("word error rate, %")
        axes.set_ylim(0, 1.1 * max([*_known(live, 2), *_known(final, 2), *limits.values(), 1.0]))

    if not _known(live, 0):
        return None
    return _draw(path, title, draw)


def _cumulative(path: Path, title: str, delays: Mapping[str, Sequence[float]]) -> Picture | None:
    """The share of words (or utterances) that appeared within each delay."""
    known = {name: some for name, some in delays.items() if some}

    def draw(axes: "Axes") -> None:
        for name, some in known.items():
            xs = [max(_SHORTEST_S, delay) for delay in some]
            shares = [100 * (i + 1) / len(some) for i in range(len(some))]
            p50, p95 = percentile(some, 0.5), percentile(some, 0.95)
            axes.step(xs, shares, where="post", label=f"{name}: p50 {p50:.2f} s, p95 {p95:.2f} s")
        for share in (50, 95):
            axes.axhline(share, color=_GREY, linestyle=":", linewidth=1)
        _seconds(axes, "x", [some[-1] for some in known.values()])
        axes.set_xlabel("seconds after the end of the word")
        axes.set_ylabel("share, %")
        axes.set_ylim(0, 102)

    return _draw(path, title, draw) if known else None


def _readings(measured: Iterable[Measured]) -> list[Reading]:
    return [m.reading for m in measured if m.reading]


def _reading(
    path: Path, readings: Mapping[str, Sequence[Reading]], limits: Mapping[str, float]
) -> Picture | None:
    """The share of words right on the screen against the seconds after they were said.

    Args:
        path: the picture.
        readings: of each system, or of each recording. Many recordings become one curve.
        limits: the share of words, in percent, that offline runs have wrong at their end.
    """
    known = {name: some for name, some in readings.items() if some}
    if len(known) > _MOST_NAMES:
        known = {f"all ({len(known)})": list(chain.from_iterable(known.values()))}
    delays = sorted(CURVE_S)

    def draw(axes: "Axes") -> None:
        for name, some in known.items():
            shares = [100 - (missing(some, delay_s) or 0.0) for delay_s in delays]
            axes.plot(delays, shares, marker="o", markersize=3, label=name)
        for name, missed in limits.items():
            axes.axhline(
                100 - missed, color=_GREY, linestyle="--", linewidth=1.2, label=f"{name} (offline)"
            )
        _seconds(axes, "x", delays)
        axes.set_xlabel("seconds after the end of the word")
        axes.set_ylabel("words right on the screen, %")
        axes.set_ylim(0, 102)

    return _draw(path, "Right on the screen", draw) if known else None


def _over_time(
    path: Path,
    title: str,
    unit: str,
    lines: Mapping[str, Line],
    measured: Sequence[Measured],
    logarithmic: bool = False,
) -> Picture | None:
    """Lines over all recordings, laid end to end."""
    ends = _ends([m.run.duration_s for m in measured])

    def draw(axes: "Axes") -> None:
        for name, line in lines.items():
            axes.plot([t / 60 for t, _ in line], [y for _, y in line], linewidth=1.2, label=name)
        for m, begin, end in zip(measured, [0.0, *ends], ends, strict=False):
            axes.axvline(end / 60, color=_GREY, linewidth=0.6, alpha=0.5)
            if len(measured) <= _MOST_NAMES:
                axes.text(
                    (begin + end) / 120,
                    1.01,
                    m.reference.id,
                    fontsize="small",
                    ha="center",
                    transform=axes.get_xaxis_transform(),
                )
        axes.set_xlabel("minutes of sound, the recordings one after the other")
        axes.set_ylabel(unit)
        axes.set_xlim(0, ends[-1] / 60)
        if logarithmic:
            _seconds(axes, "y", [y for line in lines.values() for _, y in line])
        else:
            axes.set_ylim(bottom=0)

    return _draw(path, title, draw, legend=len(lines) > 1) if any(lines.values()) else None


def _draw(path: Path, title: str, draw: Callable[["Axes"], None], legend: bool = True) -> Picture:
    # Matplotlib's list of system fonts goes to our folder, unless the user has set one.
    cache = places.cache_folder() / "matplotlib"
    os.environ.setdefault("MPLCONFIGDIR", str(cache))
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4.8), layout="constrained")
    axes = figure.add_subplot()
    draw(axes)
    axes.set_title(title, loc="left", pad=18)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    handles, _ = axes.get_legend_handles_labels()
    if legend and handles:
        columns = min(len(handles), _LEGEND_COLUMNS)
        figure.legend(loc="outside lower center", ncols=columns, fontsize="small", frameon=False)
    # Without a date, and with ids derived from the content, the same logs give the same file.
    with rc_context({"svg.hashsalt": path.name}):
        figure.savefig(path, metadata={"Date": None})
    return path.name, title


def _seconds(axes: "Axes", which: Literal["x", "y"], values: Iterable[float]) -> None:
    """Make the axis logarithmic, in seconds, up to the largest of these values."""
    most = 1.2 * max([*values, 1.0])
    ticks = [tick for tick in _TICKS_S if tick <= most]
    names = [f"{tick:g}" if tick > _SHORTEST_S else f"< {tick:g}" for tick in ticks]
    axes.set(**{f"{which}scale": "log", f"{which}lim": (_SHORTEST_S * 0.9, most)})
    (axes.xaxis if which == "x" else axes.yaxis).set_ticks(ticks, labels=names)
    axes.minorticks_off()


def _known(of: Mapping[str, Sequence[float | None]], index: int) -> list[float]:
    return [value for row in of.values() if (value := row[index]) is not None]


def _coarse(delays: Sequence[Delay]) -> list[tuple[float, float]]:
    """The median delay of each stretch of the recording in which words end."""
    by_stretch: dict[int, list[float]] = {}
    for at, delay in delays:
        by_stretch.setdefault(int(at // _STEP_S), []).append(delay)
    return [
        ((stretch + 0.5) * _STEP_S, sorted(some)[len(some) // 2])
        for stretch, some in sorted(by_stretch.items())
    ]


def _end_to_end(lines: Sequence[Line], measured: Sequence[Measured]) -> list[tuple[float, float]]:
    """The lines of all recordings as one, each moved to the start of its recording."""
    begins = [0.0, *_ends([m.run.duration_s for m in measured])]
    return [
        (begin + t, value) for begin, line in zip(begins, lines, strict=False) for t, value in line
    ]


def _ends(durations: Sequence[float]) -> list[float]:
    ends, total = [], 0.0
    for duration in durations:
        total += duration
        ends.append(total)
    return ends
