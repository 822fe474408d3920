"""Items of transcription sessions from captions, without a socket."""

from collections.abc import Sequence
from itertools import count
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.core.captions import Transcript
from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE, Spoken, Word
from wlk_host.protocol import convert
from wlk_host.protocol.messages import CaptionDraft, CaptionLine, Captions
from wlk_host.server.wire.realtime_conversation import Conversation
from wlk_host.server.wire.realtime_items import BufferItem, Items, TurnItems

COMPLETED = "conversation.item.input_audio_transcription.completed"
DELTA = "conversation.item.input_audio_transcription.delta"
FAILED = "conversation.item.input_audio_transcription.failed"
COMMITTED = "input_audio_buffer.committed"
STARTED = "input_audio_buffer.speech_started"
STOPPED = "input_audio_buffer.speech_stopped"

Kind = type[TurnItems] | type[BufferItem]


def line(second: int, text: str, state: Literal["committed", "final"] = "committed") -> CaptionLine:
    start = second * SAMPLE_RATE
    return CaptionLine(start, start, start + SAMPLE_RATE, text, state, "en", None, None)


def said(*lines: CaptionLine, draft: CaptionDraft | None = None) -> Captions:
    return Captions("it", 1, lines, draft, 0)


def conversation(*, is_beta: bool = False) -> Conversation:
    numbers = count(1)
    return Conversation(lambda: f"item{next(numbers)}", is_beta=is_beta)


def items_of(kind: Kind, *, is_early: bool = False) -> Items:
    return kind(conversation(), 0, is_early=is_early)


def short(events: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Each event's last name, its item, and its text."""
    told = []
    for event in events:
        item = event["item"]["id"] if "item" in event else event["item_id"]
        texts = [event[name] for name in ("delta", "transcript") if name in event]
        told.append((event["type"].split(".")[-1], item, *texts))
    return told


def of_type(events: Sequence[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["type"] == kind]


def test_committed_lines_are_only_announced() -> None:
    items = items_of(TurnItems)
    assert short(items.hear(said(line(0, "One")))) == [("speech_started", "item1")]
    assert items.hear(said(line(0, "One two"), line(1, "Three"))) == []
    assert short(items.hear(said(line(0, "One, two.", "final")))) == [
        ("speech_stopped", "item1"),
        ("committed", "item1"),
        ("added", "item1"),
        ("done", "item1"),
        ("delta", "item1", "One, two."),
        ("completed", "item1", "One, two."),
    ]


def test_a_draft_says_that_somebody_speaks() -> None:
    items = items_of(TurnItems)
    heard = items.hear(said(draft=CaptionDraft(0, "One", 8_000, 16_000)))
    assert [(event["type"], event["audio_start_ms"]) for event in heard] == [(STARTED, 500)]
    stopped = items.end(32_000)
    assert [(event["type"], event["audio_end_ms"]) for event in stopped] == [(STOPPED, 1000)]


def test_early_items_grow_with_their_lines() -> None:
    items = items_of(TurnItems, is_early=True)
    assert short(items.hear(said(line(0, "One")))) == [
        ("speech_started", "item1"),
        ("committed", "item1"),
        ("added", "item1"),
        ("done", "item1"),
        ("delta", "item1", "One"),
    ]
    assert short(items.hear(said(line(0, "One two")))) == [("delta", "item1", " two")]
    assert short(items.hear(said(line(0, "One, two.", "final")))) == [
        ("speech_stopped", "item1"),
        ("completed", "item1", "One, two."),
    ]


def test_early_lines_that_become_one_leave_an_empty_item() -> None:
    items = items_of(TurnItems, is_early=True)
    items.hear(said(line(0, "One"), line(1, "two")))
    heard = items.hear(said(line(0, "One, two.", "final"), line(1, "", "final")))
    assert [event["transcript"] for event in of_type(heard, COMPLETED)] == ["One, two.", ""]


def test_a_final_line_between_two_stands_between_them() -> None:
    items = items_of(TurnItems, is_early=True)
    items.hear(said(line(0, "One"), line(2, "three")))
    heard = items.hear(said(line(0, "One", "final"), line(1, "two", "final")))
    committed = of_type(heard, COMMITTED)
    assert [(one["item_id"], one["previous_item_id"]) for one in committed] == [("item3", "item1")]
    after = items.hear(said(line(2, "three", "final"), line(3, "four", "final")))
    assert [one["previous_item_id"] for one in of_type(after, COMMITTED)] == ["item2"]


def test_a_commit_that_brings_no_line_brings_an_empty_item() -> None:
    items = items_of(TurnItems)
    items.hear(said(line(0, "One", "final")))
    items.commit()
    heard = items.end(3 * SAMPLE_RATE)
    assert short(heard) == [
        ("committed", "item2"),
        ("added", "item2"),
        ("done", "item2"),
        ("completed", "item2", ""),
    ]
    assert heard[-1]["usage"] == {"type": "duration", "seconds": 2.0}


def test_what_was_told_of_an_item_is_its_text_when_the_rest_is_not_wanted() -> None:
    items = items_of(TurnItems, is_early=True)
    items.hear(said(line(0, "One")))
    assert short(items.drop()) == [("speech_stopped", "item1"), ("completed", "item1", "One")]
    assert items.drop() == []


def test_a_buffer_tells_nothing_before_it_is_committed() -> None:
    items = items_of(BufferItem)
    assert items.hear(said(line(0, "One.", "final"), line(1, "two"))) == []
    assert short(items.commit()) == [
        ("committed", "item1"),
        ("added", "item1"),
        ("done", "item1"),
        ("delta", "item1", "One."),
    ]
    assert short(items.hear(said(line(1, "Two.", "final")))) == [("delta", "item1", " Two.")]
    assert short(items.end(SAMPLE_RATE)) == [("completed", "item1", "One. Two.")]


def test_what_was_not_committed_ends_silently() -> None:
    items = items_of(BufferItem)
    items.hear(said(line(0, "One.", "final")))
    error = WlkError("engine_gone", "it has gone", "start it")
    assert (items.drop(), items.end(1), items.fail(error)) == ([], [], [])


@pytest.mark.parametrize(("kind", "is_early"), [(TurnItems, True), (BufferItem, False)])
def test_items_that_are_open_fail(kind: Kind, is_early: bool) -> None:
    items = items_of(kind, is_early=is_early)
    items.hear(said(line(0, "One")))
    items.commit()
    failed = items.fail(WlkError("engine_gone", "it has gone", "start it"))
    assert [(one["type"], one["error"]["code"]) for one in failed] == [(FAILED, "engine_gone")]
    assert failed[0]["error"]["message"] == "it has gone (start it)"


def test_the_beta_knows_items_that_are_created() -> None:
    told = conversation(is_beta=True).add("item1", None)
    assert [event["type"] for event in told] == [COMMITTED, "conversation.item.created"]


word_texts = st.sampled_from([" one", " two", " three", " four.", ","])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("commit"), st.lists(word_texts, min_size=1, max_size=4)),
        st.tuples(st.just("finalise"), st.lists(word_texts, max_size=6)),
        st.tuples(st.just("end line"), st.just([])),
        st.tuples(st.just("take back"), st.just([])),
    ),
    max_size=12,
)


class Speaking:
    """A transcript in which tests say and correct what they like, and what is told of it.

    Attributes:
        final: the texts of the final lines, in order.
        events: what was told.
    """

    def __init__(self, items: Items) -> None:
        self.final: list[str] = []
        self.events: list[dict[str, Any]] = []
        self._items = items
        self._transcript = Transcript()
        self._at = 0

    def do(self, what: str, texts: list[str]) -> None:
        match what:
            case "commit":
                self._transcript.commit(words(texts, self._at, self._at + SAMPLE_RATE), "en")
                self._at += SAMPLE_RATE
            case "finalise":
                begin = self._transcript.final_until
                said = words(texts, begin, self._at) if self._at > begin else ()
                self._transcript.finalise(self._at, Spoken(said), "en")
            case "end line":
                self._transcript.end_line()
            case "take back":
                self._transcript.take_back(self._transcript.final_until)
        if (update := self._transcript.update()) is not None:
            told = convert.captions("it", update)
            self.final += [one.text for one in told.lines if one.text and one.state == "final"]
            self.events += self._items.hear(told)

    def end(self) -> None:
        self.events += self._items.commit()
        self.do("finalise", [])
        self.events += self._items.end(self._at)


def words(texts: list[str], start: int, end: int) -> tuple[Word, ...]:
    step = (end - start) // max(1, len(texts))
    starts = [start + i * step for i in range(len(texts))]
    return tuple(Word(text, at, at + step, 0.5) for text, at in zip(texts, starts, strict=True))


@given(steps, st.booleans(), st.sampled_from([TurnItems, BufferItem]))
def test_whatever_lines_do_completed_items_are_the_final_text(
    done: list[tuple[str, list[str]]], is_early: bool, kind: Kind
) -> None:
    speaking = Speaking(items_of(kind, is_early=is_early))
    for what, texts in done:
        speaking.do(what, texts)
    speaking.end()
    events = speaking.events
    completed = of_type(events, COMPLETED)
    transcripts = [one["transcript"] for one in completed if one["transcript"]]
    assert " ".join(transcripts) == " ".join(speaking.final)
    ids = [one["item_id"] for one in completed]
    assert len(set(ids)) == len(ids)
    assert {one["item_id"] for one in of_type(events, COMMITTED)} == set(ids)
    for told in completed:
        deltas = [e["delta"] for e in of_type(events, DELTA) if e["item_id"] == told["item_id"]]
        assert is_early or "".join(deltas) == told["transcript"]
    started = [one["item_id"] for one in of_type(events, STARTED)]
    assert sorted(started) == sorted(one["item_id"] for one in of_type(events, STOPPED))
