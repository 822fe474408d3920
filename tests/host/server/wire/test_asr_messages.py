"""The states of `/asr` and their differences, without a socket."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.protocol.messages import (
    CaptionDraft,
    CaptionLine,
    Captions,
    CaptionTranslation,
)
from wlk_host.server.wire.asr_diff import Differences
from wlk_host.server.wire.asr_state import AsrState, clock


def line(
    number: int, text: str, state: str = "committed", speaker: str | None = None, **more: Any
) -> CaptionLine:
    return CaptionLine(
        id=number,
        start=number * 16_000,
        end=(number + 1) * 16_000,
        text=text,
        state=state,  # type: ignore[arg-type]
        language="en",
        speaker=speaker,
        translation=more.get("translation"),
    )


def said(*lines: CaptionLine, draft: str | None = None) -> Captions:
    shown = None if draft is None else CaptionDraft(lines[-1].id, draft, 0, 1)
    return Captions("it", 1, lines, shown, 0)


@pytest.mark.parametrize(
    ("at", "told"),
    [(0, "0:00:00.00"), (8000, "0:00:00.50"), (3661 * 16_000, "1:01:01.00"), (79, "0:00:00.00")],
)
def test_times_are_hours_minutes_seconds_and_hundredths(at: int, told: str) -> None:
    assert clock(at) == told


def test_full_mode_shows_what_grows_as_a_line_and_what_can_vanish_in_the_buffer() -> None:
    state = AsrState()
    state.hear(said(line(0, "One."), line(1, "Two"), draft=" three"))
    told = state.full()
    assert [one["text"] for one in told["lines"]] == ["One.", "Two"]
    assert told["buffer_transcription"] == " three"


def test_diff_mode_has_only_final_lines_and_the_rest_in_the_buffer() -> None:
    state = AsrState()
    state.hear(said(line(0, "One.", "final"), line(1, "Two"), draft=" three"))
    told = state.settled(is_over=False)
    assert [one["text"] for one in told["lines"]] == ["One."]
    assert told["buffer_transcription"] == " Two three"
    assert len(state.settled(is_over=True)["lines"]) == 2


def test_a_line_that_is_removed_is_gone() -> None:
    state = AsrState()
    state.hear(said(line(0, "One."), line(1, "Two")))
    state.hear(said(line(1, "")))
    assert [one["text"] for one in state.full()["lines"]] == ["One."]


@pytest.mark.parametrize(("speaker", "told"), [(None, 1), ("3", 3), ("2+3", 2), ("you", 1)])
def test_speakers_are_numbers(speaker: str | None, told: int) -> None:
    state = AsrState()
    state.hear(said(line(0, "One.", speaker=speaker)))
    assert state.full()["lines"][0]["speaker"] == told


def test_translations_stand_in_their_lines() -> None:
    state = AsrState()
    state.hear(said(line(0, "One.", translation=CaptionTranslation("Um.", "pt", "final"))))
    assert state.full()["lines"][0]["translation"] == "Um."


states = st.lists(
    st.lists(st.sampled_from("abcd"), max_size=6).map(
        lambda texts: {"status": "", "lines": [{"text": text} for text in texts]}
    ),
    min_size=1,
    max_size=8,
)


@given(states)
def test_a_client_that_prunes_and_appends_has_every_state(told: list[dict[str, Any]]) -> None:
    differences, lines = Differences(), list[dict[str, Any]]()
    for number, state in enumerate(told, 1):
        message = differences.message(state)
        assert message["seq"] == number
        if message["type"] == "snapshot":
            lines = list(message["lines"])
        else:
            del lines[: message.get("lines_pruned", 0)]
            lines += message.get("new_lines", [])
            assert message["n_lines"] == len(lines)
        assert lines == state["lines"]
