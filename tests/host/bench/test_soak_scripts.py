"""The scripts that play hours and too many tabs: they see what they are to see."""

from typing import Any

import numpy as np
import pytest

import soak_report
from soak_report import Sample
from soak_tab import MOST_LAG_S, Tab
from soak_tape import CHUNK, Tape
from wlk_host.core.types import SAMPLE_RATE


class Pipe:
    """A host that only listens."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []

    def say(self, **message: object) -> None:
        self.said.append(message)


def spoken_tab(pipe: Pipe) -> Tab:
    """One in which somebody speaks all the time."""
    tape = Tape(np.zeros(100 * CHUNK, np.float32), [True] * 100)
    tab = Tab("tab 1", tape, 0, "base")
    tab.attach(pipe)  # type: ignore[arg-type]
    return tab


def status(state: str, lag_ms: int = 0, skipped_ms: int = 0) -> dict[str, Any]:
    return {"type": "status", "state": state, "lag_ms": lag_ms, "skipped_ms": skipped_ms}


def captions(end_s: float, final_s: float = 0.0) -> dict[str, Any]:
    end, final = round(end_s * SAMPLE_RATE), round(final_s * SAMPLE_RATE)
    line = {"id": 0, "start": 0, "end": end, "text": " a word", "state": "committed"}
    return {"type": "captions", "lines": [line], "draft": None, "final_until": final}


def play(tab: Tab, seconds: float, begin: float = 0.0) -> float:
    now = begin
    for _ in range(round(seconds * 10)):
        tab.play(now)
        tab.look(now)
        now += 0.1
    return now


def test_speech_that_waits_while_all_seems_well_is_noticed() -> None:
    tab = spoken_tab(Pipe())
    tab.hear(status("listening"), 0.0)
    play(tab, MOST_LAG_S)
    assert tab.unannounced == []
    play(tab, 1.0, MOST_LAG_S + 0.2)
    assert tab.unannounced


@pytest.mark.parametrize("told", [status("lagging", 3000), status("loading")])
def test_speech_that_waits_is_announced_by_a_state(told: dict[str, Any]) -> None:
    tab = spoken_tab(Pipe())
    tab.hear(told, 0.0)
    play(tab, 3 * MOST_LAG_S)
    assert tab.unannounced == []


@pytest.mark.parametrize("said", [captions(9.9), captions(0, 10.0), status("listening")])
def test_captions_and_what_the_host_says_of_its_lag_cover_speech(said: dict[str, Any]) -> None:
    tab = spoken_tab(Pipe())
    tab.hear(status("lagging", 9000), 0.0)
    now = play(tab, 10.0)
    tab.hear(said, now)
    tab.hear(status("listening"), now)
    assert tab.worst_s == pytest.approx(10.0, abs=0.2)
    play(tab, 4.0, now)
    assert tab.unannounced == []


def test_a_new_host_is_given_what_is_not_final_with_the_text_before() -> None:
    tab = spoken_tab(Pipe())
    play(tab, 20.0)
    tab.hear(captions(8.0, 8.0), 20.0)
    tab.detach()
    play(tab, 1.0, 20.0)
    pipe = Pipe()
    tab.attach(pipe)  # type: ignore[arg-type]
    start, *audio = pipe.said
    assert (start["from"], start["context"]) == (8 * SAMPLE_RATE, "a word")
    assert [message["start"] for message in audio] == list(
        range(8 * SAMPLE_RATE, 21 * SAMPLE_RATE, CHUNK)
    )


def samples(memory_mb: list[float]) -> list[Sample]:
    """One a minute."""
    return [Sample(60 * n, 60 * n + 1000, mb, 8, 5, 0.1, n, 1.0) for n, mb in enumerate(memory_mb)]


def test_memory_counts_after_it_has_settled_and_not_soon_after_a_fault() -> None:
    memory = [100.0] * 10 + [300.0] * 5 + [900.0] + [310.0] * 4
    spans = list(soak_report.spans(samples(memory), [14.5 * 60], 600))
    assert [(span.memory_mb, span.counts) for span in spans] == [
        (100.0, False),
        (100.0, False),
        (300.0, True),
        (310.0, True),
    ]
