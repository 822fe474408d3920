"""`tests/bench/tabs.py`: how it reads what the host says."""

import sys
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tabs
from fixtures.models import model
from fixtures.sound import english
from served import Served
from start import Host
from wlk_host.core.types import SAMPLE_RATE, Sample
from wlk_host.runtime.files.conversion import CHUNK


def status(at: float, lag_ms: int, *, refining: bool = True) -> tuple[float, dict[str, Any]]:
    return at, {"type": "status", "lag_ms": lag_ms, "refining": refining}


def captions(
    at: float, *lines: tuple[Sample, Sample, str], draft: Sample | None = None
) -> tuple[float, dict[str, Any]]:
    told = [{"start": a, "end": b, "state": state, "text": "A"} for a, b, state in lines]
    message = {"type": "captions", "lines": told}
    return at, {**message, "draft": None if draft is None else {"end": draft}}


def heard(*log: tuple[float, dict[str, Any]], began: float = 0.0) -> tabs.Tab:
    tab = tabs.Tab(began)
    tab.hear(log)
    return tab


def test_lag_is_what_the_host_tells() -> None:
    assert heard(status(1, 200), status(2, 1400)).lags_s == [0.2, 1.4]


def test_delay_is_counted_when_new_words_are_shown() -> None:
    """From their end, on the clock of the tab's sound; not when older ones change."""
    s = SAMPLE_RATE
    tab = heard(
        captions(12, draft=s),
        captions(13, (0, s, "committed"), draft=2 * s),
        captions(14, (0, s, "final")),
        began=10,
    )
    assert tab.delays_s == [1, 1]


def test_speech_counts_as_refined_unless_the_host_says_otherwise_with_its_lines() -> None:
    tab = heard(
        status(0, 0),
        captions(1, (0, 100, "final"), (100, 150, "committed")),
        captions(2, (100, 300, "final")),
        status(2, 4000, refining=False),
        captions(3, (300, 600, "final")),
        captions(4, (600, 700, "final")),
        status(4, 0, refining=True),
    )
    assert (tab.settled, tab.refined) == (700, 200)


def test_a_recording_is_played_over_and_over_from_anywhere() -> None:
    chunk = CHUNK
    pcm = np.arange(3 * chunk + 7, dtype=np.float32)
    played = list(islice(tabs.endless(pcm, 2 * chunk + 3), 3))
    assert [int(part[0]) // chunk for part in played] == [2, 0, 1]
    assert {len(part) for part in played} == {chunk}


def test_its_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = tabs.arguments_of(["speech.wav", "--tabs", "1", "6", "--seconds", "20"])
    assert (arguments.speech, arguments.tabs) == (Path("speech.wav"), [1, 6])
    assert arguments.seconds == 20
    with pytest.raises(SystemExit):
        tabs.arguments_of(["speech.wav", "--tabs", "0"])
    assert "at least one tab" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.model
@pytest.mark.alone
@pytest.mark.parametrize("is_served", [False, True], ids=["host", "server"])
def test_tabs_are_measured_on_the_real_engine(
    is_served: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    name = str(model("tiny.en"))
    host = Served(2, name) if is_served else Host()
    result = tabs.measure(host, english(), 2, 4.0, name)
    assert len(result.tabs) == 2
    assert all(tab.lags_s and tab.delays_s for tab in result.tabs)
    assert 0 < result.cpu_s < 4 * result.played_s
    assert result.memory_mb > 100
    assert len(result.row().split("|")) == len(tabs.HEAD.splitlines()[0].split("|"))
