"""Figures of one recording and of many, from logs written by hand."""

from dataclasses import replace

import pytest

from wlk_host.bench.figures import COLUMNS, Figures, Measured, figures, measure
from wlk_host.bench.logs import Reference, Run
from wlk_host.runtime.files.caption_log import Shown

TEXT = "red green"
WORDS = (("red", 0.0, 1.0), ("green", 1.0, 2.0))
REFERENCE = Reference("a", TEXT, words=WORDS, utterance_ends_s=(2.0,))
RUN = Run(
    log=(Shown(1.5, "red", "grin", "red"), Shown(3.0, "red green", "", "red green")),
    duration_s=4.0,
    cpu_s=1.0,
    rss_mb=300.0,
    running_mb=250.0,
    words=(("red", 0.1, 1.0), ("green", 1.0, 2.3)),
    final_until=((1.5, 0.0), (3.5, 1.6)),
    lag=((0.0, 0.2), (1.0, 0.7)),
)


def one(reference: Reference = REFERENCE, run: Run = RUN) -> Figures:
    return figures([measure((reference, run))])


def said(text: str) -> Run:
    """A run that showed this at its end."""
    return replace(RUN, log=(Shown(3.0, text, "", text),))


def test_every_figure_has_its_column() -> None:
    assert list(one()) == [key for key, _ in COLUMNS]


def test_the_figures_of_a_run() -> None:
    found = one()
    assert (found["wer"], found["final_wer"]) == (0, 0)
    assert (found["commit_p50"], found["shown_p50"]) == (1.0, 1.0)
    assert found["erasure"] == 0.5
    assert found["cpu_per_s"] == 0.25
    assert (found["running_mb"], found["rss_mb"]) == (250, 300)
    assert found["lag_worst"] == 0.7
    assert found["word_time"] == pytest.approx(0.1)
    # "green" came with the second entry, one second after it was said.
    assert (found["unread_1s"], found["unread_5s"], found["unread_at_end"]) == (0, 0, 0)


def test_what_is_on_the_screen_too_late_counts_as_missing() -> None:
    late = replace(RUN, log=(Shown(1.5, "red", "", "red"), Shown(3.5, "red green", "", TEXT)))
    found = one(run=late)
    assert (found["unread_1s"], found["unread_2s"]) == (50, 0)


def test_an_utterance_is_final_when_all_but_its_last_breath_is() -> None:
    assert one()["final_p50"] == pytest.approx(1.5)


def test_an_utterance_that_never_is_final_counts_to_the_end() -> None:
    assert one(run=replace(RUN, final_until=((1.5, 1.0),)))["final_p50"] == pytest.approx(2.0)


def test_many_recordings_count_by_words_not_by_recordings() -> None:
    long = Reference("b", "blue " * 8)
    measured = [measure((REFERENCE, said("red"))), measure((long, said("blue " * 8)))]
    assert figures(measured)["wer"] == pytest.approx(10.0)
    assert figures(measured)["rss_mb"] == 300
    assert figures(measured)["cpu_per_s"] == 0.25


def test_recordings_without_words_are_counted_when_they_show_some() -> None:
    silent = Reference("s", "")
    measured = [measure((silent, said(text))) for text in ("", "thank you", "you")]
    assert figures(measured)["false_words"] == 2
    assert figures(measured)["wer"] is None
    assert one()["false_words"] is None


def test_what_is_said_in_silence_does_not_count_as_wrong_words_elsewhere() -> None:
    measured = [measure((REFERENCE, RUN)), measure((Reference("s", ""), said("thank you")))]
    assert figures(measured)["wer"] == 0


def test_a_text_that_nobody_knows_leaves_cost_and_lag() -> None:
    found = one(Reference("u", None))
    assert found["wer"] is None
    assert found["false_words"] is None
    assert found["cpu_per_s"] == 0.25
    assert found["lag_worst"] == 0.7


def test_a_translation_is_scored_by_chrf_alone() -> None:
    found = one(Reference("t", "red green", task="translate"), said("red green"))
    assert (found["chrf"], found["live_chrf"]) == (100, 100)
    assert found["wer"] is None
    assert one()["chrf"] is None


def test_characters_count_where_no_spaces_are_written() -> None:
    assert one(Reference("z", "今日は雨", "zh"), said("今日は雪"))["final_wer"] == 25


def test_what_was_not_live_has_no_latencies() -> None:
    found = figures([measure((REFERENCE, RUN), live=False)])
    assert found["commit_p50"] is found["shown_p50"] is found["final_p50"] is None
    assert found["wer"] is found["erasure"] is found["unread_5s"] is None
    assert found["unread_at_end"] == 0
    assert found["final_wer"] == 0


def test_sound_left_out_is_told_when_there_is_some() -> None:
    assert one()["skipped_s"] is None
    assert one(run=replace(RUN, skipped_s=2.5))["skipped_s"] == 2.5


def test_nothing_shown_reads_nothing() -> None:
    empty: Measured = measure((REFERENCE, replace(RUN, log=())))
    assert (empty.live_text, empty.final_text) == ("", "")
    assert figures([empty])["wer"] == 100
