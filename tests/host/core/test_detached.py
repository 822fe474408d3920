"""A session on a thread of its own, whose second pass runs on yet another one."""

from dataclasses import replace

from host.core.scripted import sound_of
from host.core.stage import CHUNK, CLIP, S, Stage, text_of
from host.runtime.scripted import Held
from wlk_host.core.detached import DetachedSession
from wlk_host.core.session import Session
from wlk_host.core.types import AudioChunk, CaptionUpdate, Discontinuity, Event
from wlk_host.runtime.files.caption_log import CaptionLog


class Detached:
    """A detached session whose turns and second passes are done when the test says so."""

    def __init__(self) -> None:
        stage = Stage(CLIP)
        self.turns, self.second_passes = Held(), Held()
        recognition = replace(stage.recognitions["alignatt"], background=self.second_passes)
        captions = Session(recognition, stage.detector, stage.options)
        self.session = DetachedSession(captions, self.turns)
        self.events: list[Event] = []

    def take_turns(self) -> None:
        """All that are due, without a second pass ending meanwhile."""
        while self.turns.has_jobs:
            self.turns.do()
            self.tell()

    def tell(self) -> None:
        while (work := self.session.next_work()) is not None:
            self.events += self.session.run(work)

    def text(self) -> str:
        log = CaptionLog()
        updates = [event for event in self.events if isinstance(event, CaptionUpdate)]
        return [log.add(0.0, update) for update in updates][-1].final


def test_the_end_of_the_second_pass_begins_a_turn_and_nobody_waits_for_it() -> None:
    detached = Detached()
    pcm = sound_of(CLIP)
    for at in range(0, len(pcm), CHUNK):
        detached.session.feed(AudioChunk(at, pcm[at : at + CHUNK]))
        detached.take_turns()
    detached.session.finish()
    detached.take_turns()
    assert detached.session.next_work() is None
    assert not detached.session.finished()
    while detached.second_passes.has_jobs:
        detached.second_passes.do()
        detached.tell()
        detached.take_turns()
    assert detached.session.finished()
    assert detached.text() == text_of(CLIP).upper()


def test_a_break_is_told_with_the_events_of_its_turn() -> None:
    detached = Detached()
    detached.session.feed(AudioChunk(0, sound_of(CLIP)[: 2 * S]))
    assert detached.session.cut(40 * S) == []
    detached.take_turns()
    assert Discontinuity(40 * S) in detached.events
