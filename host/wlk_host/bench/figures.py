"""The figures of one recording, or of many together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from wlk_host.bench.chrf import chrf
from wlk_host.bench.logs import Logged, Reference, Run
from wlk_host.bench.reading import DELAYS_S, Reading, missing, missing_at_end, read
from wlk_host.bench.scoring import Delay, Score, percentile, score, word_time_errors
from wlk_host.bench.simultaneous import measure_simultaneity

Figures = dict[str, float | None]
"""Figures by their names in `COLUMNS`; None if a figure is unknown."""

COLUMNS: Final = (
    ("wer", "live WER %"),
    ("final_wer", "final WER %"),
    ("live_chrf", "live chrF"),
    ("chrf", "final chrF"),
    ("false_words", "files with words"),
    *((f"unread_{delay_s:g}s", f"not right after {delay_s:g} s %") for delay_s in DELAYS_S),
    ("unread_at_end", "at the end %"),
    ("commit_p50", "committed p50 s"),
    ("commit_p95", "p95"),
    ("shown_p50", "shown p50 s"),
    ("final_p50", "final p50 s"),
    ("final_p95", "p95"),
    ("word_time", "word time error s"),
    ("erasure", "erasure"),
    ("translation_chrf", "translation chrF"),
    ("draft_translation_p50", "draft translation p50 s"),
    ("draft_translation_p95", "p95"),
    ("final_translation_p50", "final translation p50 s"),
    ("final_translation_p95", "p95"),
    ("translation_lag", "translation AL s"),
    ("translation_erasure", "translation erasure"),
    ("lag_worst", "worst lag s"),
    ("skipped_s", "skipped s"),
    ("cpu_per_s", "CPU s/s"),
    ("running_mb", "MB"),
    ("rss_mb", "with loading"),
)
"""Each figure's name and its title in a table.

WER is the character error rate in languages that are written without spaces. "Files with words"
counts recordings without speech for which captions appeared. "Final" latency is the time from the
end of an utterance until its lines no longer change. If the captions are translations, the delay of
a committed word starts at the end of its sound as the recogniser reports it. For translations
beside the captions see `delays.Delays`. "Not right" are the words that were not right on the screen
that long after they were said (`reading`), and those that are not right at the end.
"""

_BREATH_S: Final = 0.5
"""The end of an utterance, a trailing breath, that need not be final."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One recording, scored.

    Attributes:
        score: the score of its captions; None if its text is unknown.
        final_s: the time from the end of each utterance until its captions were final.
        word_time_errors_s: see `scoring.word_time_errors`.
        reading: how many words were right on the screen, and when; None if their times are unknown.
        live: whether it was captioned while it was playing.
    """

    reference: Reference
    run: Run
    score: Score | None
    final_s: tuple[float, ...] = ()
    word_time_errors_s: tuple[float, ...] = ()
    reading: Reading | None = None
    live: bool = True

    @property
    def final_text(self) -> str:
        """The text of the captions at the end."""
        return self.run.log[-1].final if self.run.log else ""

    @property
    def translation_text(self) -> str:
        """The text of the translations beside the captions at the end."""
        return self.run.log[-1].translation.replace("\n", " ") if self.run.log else ""

    @property
    def live_text(self) -> str:
        """The text that was committed live."""
        return self.run.log[-1].committed if self.run.log else ""


def measure(logged: Logged, live: bool = True) -> Measured:
    """Score one recording. It has no latencies if it was not captioned live."""
    reference, run = logged
    if reference.text is None:
        return Measured(reference, run, None, live=live)
    words = reference.words if live else ()
    return Measured(
        reference,
        run,
        score(run.log, reference.text, reference.language, words),
        final_latencies(reference, run) if live and run.final_until else (),
        tuple(word_time_errors(reference.words, run.words, reference.language)),
        read(run.log, reference.text, reference.language, reference.words)
        if reference.words
        else None,
        live,
    )


def final_latencies(reference: Reference, run: Run) -> tuple[float, ...]:
    """Seconds from the end of each utterance until its captions were final."""
    found = []
    for end in reference.utterance_ends_s:
        done = (t for t, until in run.final_until if until >= end - _BREATH_S)
        found.append(max(0.0, next(done, run.duration_s) - end))
    return tuple(found)


def figures(measured: Sequence[Measured]) -> Figures:
    """The figures of these recordings as if they were one: each word counts the same.

    All recordings are from one run, live or not.
    """
    live = all(m.live for m in measured)
    runs = [m.run for m in measured]
    scored = [(m, m.score) for m in measured if m.score]
    spoken = [s for m, s in scored if s.n_words and m.reference.task == "transcribe"]
    n_words = sum(s.n_words for s in spoken)
    silent = [s for m, s in scored if not s.n_words]
    translated = [m for m, s in scored if s.n_words and m.reference.task == "translate"]
    n_live = sum(s.n_live for _, s in scored) if live else 0
    return {
        "wer": _percent(sum(s.live_errors for s in spoken), n_words) if live else None,
        "final_wer": _percent(sum(s.final_errors for s in spoken), n_words),
        "live_chrf": chrf((m.live_text, m.reference.text or "") for m in translated if live),
        "chrf": chrf((m.final_text, m.reference.text or "") for m in translated),
        "false_words": sum(s.n_live + s.n_final > 0 for s in silent) if silent else None,
        **_readings(measured, live),
        **_latencies(measured, [s for _, s in scored]),
        "erasure": _ratio(sum(s.n_erased for _, s in scored), n_live),
        "translation_chrf": chrf(
            (m.translation_text, m.reference.translation)
            for m in measured
            if live and m.reference.translation
        ),
        **_translation_delays(runs),
        **_simultaneity(runs if live else []),
        "lag_worst": max((lag for run in runs for _, lag in run.lag), default=None),
        "skipped_s": sum(run.skipped_s for run in runs) or None,
        "cpu_per_s": _ratio(sum(r.cpu_s for r in runs), sum(r.duration_s for r in runs)),
        "running_mb": max((run.running_mb for run in runs if run.running_mb), default=None),
        "rss_mb": max((run.rss_mb for run in runs if run.rss_mb), default=None),
    }


def latencies(scores: Iterable[Score], which: Callable[[Score], Sequence[Delay]]) -> list[float]:
    """The delays of all words, sorted."""
    return sorted(delay for score in scores for _, delay in which(score))


def _latencies(measured: Sequence[Measured], scores: Sequence[Score]) -> Figures:
    reported = (m.run.delays.commits for m in measured if m.reference.task == "translate")
    commits = latencies(scores, lambda s: s.commits) or sorted(chain.from_iterable(reported))
    shows = latencies(scores, lambda s: s.shows)
    finals = sorted(chain.from_iterable(m.final_s for m in measured))
    off = sorted(chain.from_iterable(m.word_time_errors_s for m in measured))
    return {
        "commit_p50": percentile(commits, 0.5),
        "commit_p95": percentile(commits, 0.95),
        "shown_p50": percentile(shows, 0.5),
        "final_p50": percentile(finals, 0.5),
        "final_p95": percentile(finals, 0.95),
        "word_time": percentile(off, 0.5),
    }


def _readings(measured: Sequence[Measured], live: bool) -> Figures:
    readings = [m.reading for m in measured if m.reading]
    return {
        **{
            f"unread_{delay_s:g}s": missing(readings, delay_s) if live else None
            for delay_s in DELAYS_S
        },
        "unread_at_end": missing_at_end(readings),
    }


def _translation_delays(runs: Sequence[Run]) -> Figures:
    drafts = sorted(chain.from_iterable(run.delays.drafts for run in runs))
    finals = sorted(chain.from_iterable(run.delays.finals for run in runs))
    return {
        "draft_translation_p50": percentile(drafts, 0.5),
        "draft_translation_p95": percentile(drafts, 0.95),
        "final_translation_p50": percentile(finals, 0.5),
        "final_translation_p95": percentile(finals, 0.95),
    }


def _simultaneity(runs: Sequence[Run]) -> Figures:
    """Average lagging is the mean over the recordings, erasure a ratio of all their words."""
    found = [measure_simultaneity(run.log, run.duration_s) for run in runs]
    lags = [s.average_lagging_s for s in found if s.average_lagging_s is not None]
    return {
        "translation_lag": _ratio(sum(lags), len(lags)),
        "translation_erasure": _ratio(
            sum(s.n_erased for s in found), sum(s.n_words for s in found)
        ),
    }


def _ratio(count: float, total: float) -> float | None:
    return count / total if total else None


def _percent(errors: int, n_words: int) -> float | None:
    return 100 * errors / n_words if n_words else None
