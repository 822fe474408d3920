"""From captions to the items of OpenAI's transcription sessions. Performs no I/O."""

from dataclasses import dataclass
from typing import Protocol

from wlk_host.core.errors import WlkError
from wlk_host.core.types import Sample
from wlk_host.protocol.messages import CaptionLine, Captions
from wlk_host.server.wire import realtime_conversation as tell
from wlk_host.server.wire.openai import JsonObject
from wlk_host.server.wire.realtime_conversation import Conversation


class Items(Protocol):
    """What is told of one session of the engine."""

    def hear(self, update: Captions) -> list[JsonObject]:
        """Take an update."""
        ...

    def commit(self) -> list[JsonObject]:
        """The client says that an item ends here."""
        ...

    def end(self, until: Sample) -> list[JsonObject]:
        """All sound up to there is captioned, and no more comes."""
        ...

    def drop(self) -> list[JsonObject]:
        """Nothing more will be captioned, because the client does not want it."""
        ...

    def fail(self, error: WlkError) -> list[JsonObject]:
        """Nothing more can be captioned."""
        ...


@dataclass(slots=True)
class _Told:
    """An item that is open, and the words of it that were told."""

    item: str
    start: Sample
    end: Sample
    text: str = ""


class TurnItems:
    """Each line is an item.

    Without `is_early` an item is told of when its line is final, with the whole text. With it, an
    item is told of with its first committed words, and others follow; `completed` has the final
    text, which can differ.

    Args:
        conversation: that they belong to.
        begin: of the sound.
        is_early: as above.
    """

    def __init__(self, conversation: Conversation, begin: Sample, *, is_early: bool) -> None:
        self._conversation = conversation
        self._is_early = is_early
        self._open: dict[int, _Told] = {}
        self._announced: str | None = None
        """The item of which was only told that somebody began to speak."""
        self._spoken_until = begin
        self._owes_item = False

    def hear(self, update: Captions) -> list[JsonObject]:
        """See `Items`."""
        events: list[JsonObject] = []
        for line in sorted(update.lines, key=lambda line: line.id):
            self._spoken_until = max(self._spoken_until, line.end)
            if line.text and line.state == "final":
                events += self._final(line)
            elif line.text:
                events += self._live(line)
            elif line.id in self._open:
                events += self._complete(self._open.pop(line.id), "")
        if update.draft is not None:
            self._spoken_until = max(self._spoken_until, update.draft.end)
            if not self._open:
                events += self._announce(update.draft.start)
        return events

    def commit(self) -> list[JsonObject]:
        """See `Items`. The lines that are still to come are its items, or an empty one."""
        self._owes_item = True
        return []

    def end(self, until: Sample) -> list[JsonObject]:
        """See `Items`."""
        events = self.drop()
        if self._owes_item:
            told = _Told(self._conversation.new_id(), min(self._spoken_until, until), until)
            events += self._conversation.add(told.item, self._conversation.last)
            events += self._completed(told, "")
        return events

    def drop(self) -> list[JsonObject]:
        """See `Items`. What was told of an open item is its text."""
        events: list[JsonObject] = []
        for line in sorted(self._open):
            told = self._open.pop(line)
            events += self._complete(told, told.text)
        if self._announced is not None:
            events.append(tell.stopped(self._announced, self._spoken_until))
            self._announced = None
        return events

    def fail(self, error: WlkError) -> list[JsonObject]:
        """See `Items`."""
        return [tell.failed(self._open[line].item, error) for line in sorted(self._open)]

    def _live(self, line: CaptionLine) -> list[JsonObject]:
        if not self._is_early:
            return self._announce(line.start)
        events = self._begin(line)
        told = self._open[line.id]
        told.end = line.end
        if line.text != told.text and line.text.startswith(told.text):
            events.append(tell.delta(told.item, line.text.removeprefix(told.text)))
            told.text = line.text
        return events

    def _final(self, line: CaptionLine) -> list[JsonObject]:
        events = self._begin(line)
        told = self._open.pop(line.id)
        told.end = line.end
        if not self._is_early:
            # Only now it is sure that there is an item.
            events.append(tell.stopped(told.item, told.end))
            events += self._conversation.add(told.item, self._conversation.last)
            events.append(tell.delta(told.item, line.text))
            return [*events, *self._completed(told, line.text)]
        return [*events, *self._complete(told, line.text)]

    def _announce(self, start: Sample) -> list[JsonObject]:
        """Tell that somebody speaks, unless that was told."""
        if self._announced is not None:
            return []
        self._announced = self._conversation.new_id()
        return [tell.started(self._announced, start)]

    def _begin(self, line: CaptionLine) -> list[JsonObject]:
        """Open the item of a line."""
        if line.id in self._open:
            return []
        events = self._announce(line.start)
        item, self._announced = self._announced or self._conversation.new_id(), None
        before = max((other for other in self._open if other < line.id), default=None)
        after = self._conversation.last if before is None else self._open[before].item
        self._open[line.id] = _Told(item, line.start, line.end)
        return events + (self._conversation.add(item, after) if self._is_early else [])

    def _complete(self, told: _Told, text: str) -> list[JsonObject]:
        return [tell.stopped(told.item, told.end), *self._completed(told, text)]

    def _completed(self, told: _Told, text: str) -> list[JsonObject]:
        self._conversation.last = told.item
        self._owes_item = False
        return [tell.completed(told.item, text, told.end - told.start)]


class BufferItem:
    """All sound is one item, of which nothing is told before the client commits it.

    Args:
        conversation: that it belongs to.
        begin: of the sound.
        is_early: whether committed words are told, or final lines only.
    """

    def __init__(self, conversation: Conversation, begin: Sample, *, is_early: bool) -> None:
        self._conversation = conversation
        self._begin = begin
        self._is_early = is_early
        self._item: str | None = None
        self._live: dict[int, str] = {}
        self._final: list[str] = []
        self._told = ""
        self._waiting = ""

    def hear(self, update: Captions) -> list[JsonObject]:
        """See `Items`."""
        for line in sorted(update.lines, key=lambda line: line.id):
            if line.text and line.state == "final":
                self._final.append(line.text)
                if not self._is_early:
                    self._add(line.text)
            elif line.text and self._is_early:
                self._hear_live(line)
            elif not line.text:
                self._live.pop(line.id, None)
        return self._news()

    def commit(self) -> list[JsonObject]:
        """See `Items`."""
        self._item = self._conversation.new_id()
        after, self._conversation.last = self._conversation.last, self._item
        return [*self._conversation.add(self._item, after), *self._news()]

    def end(self, until: Sample) -> list[JsonObject]:
        """See `Items`."""
        if self._item is None:
            return []
        return [tell.completed(self._item, " ".join(self._final), until - self._begin)]

    def drop(self) -> list[JsonObject]:
        """See `Items`."""
        return []

    def fail(self, error: WlkError) -> list[JsonObject]:
        """See `Items`."""
        return [] if self._item is None else [tell.failed(self._item, error)]

    def _hear_live(self, line: CaptionLine) -> None:
        before = self._live.get(line.id, "")
        if not before:
            self._add(line.text)
        elif line.text.startswith(before):
            self._waiting += line.text.removeprefix(before)
        self._live[line.id] = line.text

    def _add(self, text: str) -> None:
        self._waiting += f" {text}" if self._told or self._waiting else text

    def _news(self) -> list[JsonObject]:
        if self._item is None or not self._waiting:
            return []
        delta, self._waiting = self._waiting, ""
        self._told += delta
        return [tell.delta(self._item, delta)]
