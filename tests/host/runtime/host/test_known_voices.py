"""Whom a session has heard is known under its id; voices are kept when that is asked for."""

from pathlib import Path

import numpy as np
import pytest

from host.core.speakers.printed import PrintsModel, direction, heard_by, remembered
from host.runtime.port import Port
from host.runtime.scripted import ScriptedLoader, ScriptedModel, ScriptedSession
from wlk_host.core.options import SessionOptions
from wlk_host.core.speakers.remembered import LEAST_WINDOWS
from wlk_host.core.speakers.speakers import Speakers
from wlk_host.core.speakers.voices import VoicePrint
from wlk_host.core.types import Sample
from wlk_host.protocol.messages import Captions, Error, HostVoices, Recognised
from wlk_host.runtime.host import loop
from wlk_host.runtime.host.known_voices import KnownVoices
from wlk_host.runtime.host.voice_book import VoiceBook

ENOUGH = LEAST_WINDOWS


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VoiceBook:
    """The file that the host uses."""
    path = tmp_path / "voices.json"
    monkeypatch.setattr(loop, "voices_file", lambda: path)
    return VoiceBook(path)


def test_a_session_that_begins_anew_knows_whom_it_has_heard(book: VoiceBook) -> None:
    known = KnownVoices(book)
    speakers = known.of("a")
    assert known.of("b") is not speakers
    assert known.of("a") is speakers


def test_the_sessions_asked_for_longest_ago_are_forgotten(book: VoiceBook) -> None:
    known = KnownVoices(book)
    first, second = known.of("first"), known.of("second")
    for number in range(14):
        known.of(str(number))
    assert known.of("first") is first
    known.of("one more")
    assert known.of("first") is first
    assert known.of("second") is not second


class HearingModel(ScriptedModel):
    """Its sessions hear these voices in each live step."""

    def __init__(self, session: ScriptedSession, *heard: VoicePrint) -> None:
        super().__init__(lambda _options, _start, _context: session)
        self._session = session
        self._engine = PrintsModel(heard)

    def open(
        self, options: SessionOptions, start: Sample, context: str, speakers: Speakers
    ) -> ScriptedSession:
        speakers.use(self._engine)
        self._session.on_run = lambda: heard_by(speakers)
        return super().open(options, start, context, speakers)


def serve(port: Port, *heard: VoicePrint) -> None:
    """Have a session hear these voices, and then whatever the test has asked for."""
    session = ScriptedSession()
    loader = ScriptedLoader(session)
    loader.models[None] = HearingModel(session, *heard)
    port.serve(lambda _threads: loader)


def print_of(number: int, n_windows: int = ENOUGH) -> VoicePrint:
    return VoicePrint(direction(number), n_windows)


def test_a_voice_is_kept_when_that_is_asked_for_and_recognised_by_the_next_session(
    port: Port, book: VoiceBook
) -> None:
    port.start("a", known_voices=True)
    port.audio("a")
    port.say(type="remember", session="a", voices=["2"], name="Ana")
    port.say(type="stop", session="a")
    port.start("b", known_voices=True)
    port.audio("b")
    serve(port, print_of(3), print_of(0))
    told = [message for message in port.heard if isinstance(message, HostVoices)]
    assert [[voice.name for voice in message.voices] for message in told] == [["Ana"]]
    (kept,) = book.recall()
    assert np.array_equal(kept.vector, direction(0))
    assert Recognised("b", "2", "Ana") in port.heard


def test_nothing_is_kept_that_was_not_asked_for(port: Port, book: VoiceBook) -> None:
    port.start("a", known_voices=True)
    port.audio("a")
    serve(port, print_of(0))
    assert book.recall() == ()
    assert [one for one in port.heard if isinstance(one, Captions)]


def test_in_a_private_window_nobody_is_recognised_or_kept(port: Port, book: VoiceBook) -> None:
    book.remember(remembered("Ana", 0))
    port.start("a")
    port.audio("a")
    port.say(type="remember", session="a", voices=["1"], name="Eva")
    serve(port, print_of(0))
    assert [error.code for error in port.heard if isinstance(error, Error)] == ["voice_unknown"]
    assert not [one for one in port.heard if isinstance(one, Recognised)]
    assert [voice.name for voice in book.recall()] == ["Ana"]


@pytest.mark.parametrize(
    ("voices", "code"), [(["1"], "voice_too_short"), (["3"], "voice_unknown"), (["1", "2"], None)]
)
def test_parts_of_a_voice_are_kept_as_one_and_too_little_is_refused(
    port: Port, book: VoiceBook, voices: list[str], code: str | None
) -> None:
    port.start("a", known_voices=True)
    port.audio("a")
    port.say(type="remember", session="a", voices=voices, name="Ana")
    serve(port, print_of(0, ENOUGH - 1), print_of(0, 1))
    refusals = [error for error in port.heard if isinstance(error, Error)]
    assert [error.code for error in refusals] == ([] if code is None else [code])
    assert all((error.session, error.request) == (None, "remember") for error in refusals)
    assert len(book.recall()) == (0 if code else 1)
    assert [one for one in port.heard if isinstance(one, Captions)]


def test_a_voice_on_a_telephone_line_is_not_kept(port: Port, book: VoiceBook) -> None:
    port.start("a", known_voices=True)
    port.audio("a")
    port.say(type="remember", session="a", voices=["1"], name="Ana")
    serve(port, VoicePrint(direction(0), ENOUGH, n_narrow=ENOUGH))
    assert [error.code for error in port.heard if isinstance(error, Error)] == ["voice_narrow"]
    assert book.recall() == ()


def test_voices_are_listed_and_erased_one_or_all(port: Port, book: VoiceBook) -> None:
    for number, name in enumerate(["Ana", "Eva", "Ida"]):
        book.remember(remembered(name, number))
    port.say(type="voices")
    port.say(type="forget", name="Eva")
    port.say(type="forget", name=None)
    serve(port)
    told = [message for message in port.heard if isinstance(message, HostVoices)]
    named = [[voice.name for voice in message.voices] for message in told]
    assert named == [["Ana", "Eva", "Ida"], ["Ana", "Ida"], []]
