"""What the host loop does first. The whole conversation lies in the inbox before it runs."""

import logging
from functools import partial
from pathlib import Path

import pytest

from host.runtime.port import Journal, OneByOne, Port, WatchedInbox, pieces
from host.runtime.scripted import ScriptedLoader, ScriptedSession
from wlk_host.core.errors import WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.core.types import AudioSkipped, Event, LanguageDetected, Work
from wlk_host.protocol.messages import Captions, Error, HostSpeech, Status, ToExtension
from wlk_host.runtime.host import loop
from wlk_host.runtime.host.model_service import ModelService
from wlk_host.runtime.host.spoken_clip import spoken_clip
from wlk_host.runtime.stdio import BrowserGoneError, Signal


@pytest.fixture
def journal() -> Journal:
    return []


def test_a_session_is_loaded_fed_captioned_and_ended(port: Port) -> None:
    session = ScriptedSession()
    port.start("a", **{"from": 800}, options={"language": "de"})
    port.audio("a", start=800)
    port.say(type="stop", session="a")
    loader = ScriptedLoader(session)
    port.serve(lambda _threads: loader)
    assert loader.opened == [(SessionOptions(language="de"), 800)]
    assert [what for _, what in session.journal] == ["feed", "finish", "LIVE", "REFINE"]
    assert port.states("a") == ["loading", "listening", "ended"]
    assert isinstance(port.heard[-1], Status)
    captions = [message for message in port.heard if isinstance(message, Captions)]
    assert [update.revision for update in captions] == [1, 2]
    assert captions[-1].lines[0].text == " [(800, 2400)]"


def test_stop_does_all_that_is_left_before_it_says_ended(port: Port) -> None:
    session = ScriptedSession()
    session.due = [Work.REFINE, Work.LIVE, Work.REFINE]
    port.start("a")
    port.say(type="stop", session="a")
    port.serve(lambda _threads: ScriptedLoader(session))
    assert session.due == []
    assert port.states("a")[-1] == "ended"
    assert isinstance(port.heard[-2], Captions)


def test_live_comes_before_refinement_of_any_session(port: Port, journal: Journal) -> None:
    ended, live = ScriptedSession("ended", journal), ScriptedSession("live", journal)
    ended.due = [Work.REFINE]
    ended.on_run = lambda: port.inbox.put(None)
    port.start("ended")
    port.start("live", visible=False)
    port.audio("live")
    loader = ScriptedLoader(ended, live)
    port.serve_on(port.inbox, lambda _threads: loader, port.heard.append, 300)
    assert pieces(journal)[:2] == [("live", "LIVE"), ("ended", "REFINE")]


def test_visible_tabs_come_before_hidden_ones(port: Port, journal: Journal) -> None:
    sessions = [ScriptedSession(name, journal) for name in ("hidden", "shown", "turned")]
    port.start("hidden", visible=False)
    port.start("shown")
    port.start("turned", visible=False)
    for session in sessions:
        port.audio(session.name)
    port.say(type="visibility", session="turned", visible=True)
    port.serve(lambda _threads: ScriptedLoader(*sessions))
    lives = [name for name, what in journal if what == "LIVE"]
    assert lives == ["shown", "turned", "hidden"]


def test_of_equals_the_one_that_waits_longest_is_next(port: Port, journal: Journal) -> None:
    sessions = [ScriptedSession(name, journal) for name in ("a", "b")]
    for session in sessions:
        session.due = [Work.LIVE, Work.LIVE]
        port.start(session.name)
    port.serve(lambda _threads: ScriptedLoader(*sessions))
    lives = [name for name, what in journal if what == "LIVE"]
    assert lives == ["a", "b", "a", "b"]


def test_audio_that_arrives_during_a_slow_load_is_fed(port: Port) -> None:
    session = ScriptedSession()

    class SlowLoader(ScriptedLoader):
        def open(self, options: SessionOptions, start: int, context: str) -> ScriptedSession:
            for seq in range(50):
                port.audio("a", seq, start=1600 * seq)
            port.inbox.put(None)
            return super().open(options, start, context)

    port.start("a")
    port.serve_on(port.inbox, lambda _threads: SlowLoader(session), port.heard.append, 300)
    assert session.fed == [(1600 * seq, 1600 * (seq + 1)) for seq in range(50)]


def test_all_that_has_arrived_is_taken_between_two_pieces(port: Port, journal: Journal) -> None:
    session = ScriptedSession(journal=journal)

    def more_arrives() -> None:
        session.on_run = lambda: None
        port.audio("a", 1, start=1600)
        port.audio("a", 2, start=3200)
        port.inbox.put(None)

    session.on_run = more_arrives
    port.start("a")
    port.audio("a")
    port.serve_on(port.inbox, lambda _threads: ScriptedLoader(session), port.heard.append, 300)
    assert [what for _, what in journal[:4]] == ["feed", "LIVE", "feed", "feed"]


def test_a_request_for_the_whole_transcript_reaches_the_session(port: Port) -> None:
    session = ScriptedSession()
    port.start("a")
    line = {"id": 5, "start": 5, "end": 9, "text": "One.", "state": "final", "language": "en"}
    earlier = [{**line, "speaker": None, "translation": None}]
    port.say(type="retranslate", session="a", earlier=earlier)
    port.serve(lambda _threads: ScriptedLoader(session))
    assert session.journal[:1] == [("a", "retranslate One.")]


def test_speech_to_try_captions_with_is_asked_for_without_a_session(
    port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "spoken_clip", lambda: None)
    port.say(type="speech")
    port.serve(lambda _threads: ScriptedLoader())
    assert port.heard[-1] == HostSpeech(None)


@pytest.mark.parametrize(
    "content", ["{", "[]", "[" * 100_000, '{"words": 5}', '{"words": [["a"]]}']
)
def test_a_request_that_fails_is_told_as_that_and_the_port_goes_on(
    port: Port, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    clip = tmp_path / "english.wav"
    clip.write_bytes(b"")
    clip.with_suffix(".json").write_text(content)
    monkeypatch.setattr(loop, "spoken_clip", partial(spoken_clip, clip))
    port.say(type="speech")
    port.start("a")
    port.serve(lambda _threads: ScriptedLoader(ScriptedSession()))
    told = [message for message in port.heard if isinstance(message, Error)]
    assert [(e.code, e.session, e.request) for e in told] == [("speech_damaged", None, "speech")]
    assert port.states("a")[-1] == "ended"


def test_a_request_that_fails_unforeseen_is_told_as_that(
    port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_service: ModelService, _request: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(ModelService, "obey", fail)
    for request in ("models", "download", "cancel", "remove"):
        port.say(type=request, **({} if request == "models" else {"model": "base"}))
    port.serve(lambda _threads: ScriptedLoader())
    told = [(e.code, e.session, e.request) for e in port.heard if isinstance(e, Error)]
    assert told == [
        ("request_failed", None, request) for request in ("models", "download", "cancel", "remove")
    ]


def test_options_and_cuts_reach_the_session(port: Port) -> None:
    session = ScriptedSession()
    port.start("a")
    port.say(type="configure", session="a", options={"language": "fr", "model": "tiny.en"})
    port.say(type="cut", session="a", at=32000)
    port.serve(lambda _threads: ScriptedLoader(session))
    assert session.journal[:2] == [("a", "configure fr"), ("a", "cut 32000")]
    told = [message for message in port.heard if isinstance(message, Status)]
    assert told[-1].model == "base", "the one that is loaded, whatever was asked for since"


def test_a_session_that_cannot_open_is_told_and_may_start_again(port: Port) -> None:
    session = ScriptedSession()
    failures = [WlkError("model_missing", "no model", "download it")]

    class Loader(ScriptedLoader):
        def open(self, options: SessionOptions, start: int, context: str) -> ScriptedSession:
            if failures:
                raise failures.pop()
            return super().open(options, start, context)

    port.start("a")
    port.audio("a")
    port.start("a")
    loader = Loader(session)
    port.serve(lambda _threads: loader)
    assert port.heard[1] == Error("model_missing", "no model", "download it", "a")
    assert port.errors() == [("model_missing", "a")]
    assert port.states("a") == ["loading", "loading", "listening", "ended"]


@pytest.mark.parametrize("step", ["feed", "cut", "configure", "finish", "next_work", "run"])
def test_one_session_failing_leaves_the_others_alone(
    port: Port, step: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*arguments: object) -> list[Event]:
        raise ZeroDivisionError("something said")

    bad, good = ScriptedSession("bad"), ScriptedSession("good")
    monkeypatch.setattr(bad, step, fail)
    for name in ("bad", "good"):
        port.start(name)
        port.audio(name)
        port.say(type="cut", session=name, at=1600)
        port.say(type="configure", session=name, options={})
        port.audio(name, 1, 1600)
        port.say(type="stop", session=name)
    with caplog.at_level(logging.INFO):
        port.serve(lambda _threads: ScriptedLoader(bad, good))
    assert port.errors() == [("recognition_failed", "bad")]
    error = next(message for message in port.heard if isinstance(message, Error))
    assert "ZeroDivisionError" in error.message
    assert "wlk-host doctor" in error.hint
    assert [record.exc_info is not None for record in caplog.records] == [True]
    assert good.fed == [(0, 1600), (1600, 3200)]
    assert port.states("good")[-1] == "ended"
    assert "ended" not in port.states("bad")


def test_a_coded_error_passes_with_its_hint(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(work: Work) -> list[Event]:
        raise WlkError("language_unknown", "got xx", "choose another")

    session = ScriptedSession()
    monkeypatch.setattr(session, "run", fail)
    port.start("a")
    port.audio("a")
    port.serve(lambda _threads: ScriptedLoader(session))
    assert port.heard[-1] == Error("language_unknown", "got xx", "choose another", "a")


def test_a_language_is_understood_or_refused_at_the_start(port: Port) -> None:
    session = ScriptedSession("good")
    port.start("good", options={"language": "Deutsch"})
    port.start("bad", options={"language": "Germn"})
    loader = ScriptedLoader(session)
    port.serve(lambda _threads: loader)
    assert loader.opened == [(SessionOptions(language="de"), 0)]
    [error] = [message for message in port.heard if isinstance(message, Error)]
    assert (error.code, error.session) == ("language_unknown", "bad")
    assert error.hint == "did you mean German (de)?"
    assert port.states("good")[-1] == "ended"


def test_a_refused_message_is_told_and_the_port_goes_on(port: Port) -> None:
    session = ScriptedSession()
    port.inbox = OneByOne()
    port.start("a")
    port.inbox.put(b"{")
    port.audio("nobody")
    port.start("a")
    port.audio("a", seq=4)
    port.audio("a", seq=4, start=1600)
    port.serve(lambda _threads: ScriptedLoader(session))
    assert port.errors() == [
        ("message_invalid", None),
        ("session_unknown", "nobody"),
        ("session_exists", None),
        ("audio_out_of_order", "a"),
    ]
    assert session.fed == [(0, 1600)]


def test_lag_above_two_seconds_is_told_until_it_is_below_one(port: Port) -> None:
    session = ScriptedSession()
    lags = iter([2.5, 1.5, 2.1, 0.5, 0.5])

    def set_lag() -> None:
        session.lag = int(16000 * next(lags))

    session.due = [Work.LIVE] * 5
    session.on_run = set_lag
    session.finish = lambda: None  # type: ignore[method-assign]
    port.start("a")
    port.serve(lambda _threads: ScriptedLoader(session))
    assert port.states("a") == ["loading", "listening", "lagging", "listening", "ended"]


def test_a_lag_that_merely_moves_is_told_once_a_second(port: Port) -> None:
    class Lagging(ScriptedSession):
        def feed(self, chunk: object) -> list[Event]:
            self.lag += 100
            return []

    port.start("a")
    for seq in range(30):
        port.audio("a", seq, start=1600 * seq)
    port.serve(lambda _threads: ScriptedLoader(Lagging()))
    lags = [message.lag_ms for message in port.heard if isinstance(message, Status)]
    assert lags[:5] == [0, 0, 62, 125, 187]
    assert len(lags) == 6


def test_language_and_skipped_audio_are_told_at_once(port: Port) -> None:
    class Skipping(ScriptedSession):
        def feed(self, chunk: object) -> list[Event]:
            self.language, self.skipped = "en", 8000
            return [LanguageDetected("en", 0.9), AudioSkipped(0, 8000)]

    port.start("a")
    port.audio("a")
    port.serve(lambda _threads: ScriptedLoader(Skipping()))
    assert port.heard[2] == Status(
        "a", "listening", "base", "en", 0, 500, True, None, None, "cpu", None, None
    )


def test_models_are_freed_some_time_after_the_last_session(port: Port) -> None:
    loader = ScriptedLoader(ScriptedSession())
    released = []

    def note_release() -> None:
        released.append(True)
        port.start("a")
        port.inbox.put(None)

    loader.on_release = note_release
    port.start("a")
    port.say(type="stop", session="a")
    port.serve_on(port.inbox, lambda _threads: loader, port.heard.append, release_after_s=0.001)
    assert released == [True]
    assert len(loader.opened) == 2, "the models load again"
    assert [name for name, _ in loader.calls] == ["load", "release", "load"]
    [wait] = port.inbox.waits
    assert wait is not None
    assert 0 < wait <= 0.001


def test_nothing_is_polled(port: Port) -> None:
    """The loop sleeps without a timeout before, and while, a session is open."""

    class QuietInbox(WatchedInbox):
        """Gives one message whenever it is waited for."""

        def __init__(self) -> None:
            super().__init__()
            self.later: list[bytes | Signal | None] = []

        def get(self, block: bool = True, timeout: float | None = None) -> bytes | Signal | None:
            if block:
                self.put(self.later.pop(0))
            return super().get(block, timeout)

    inbox = QuietInbox()
    port.start("a")
    port.audio("a")
    port.audio("a", 1, 1600)
    while not port.inbox.empty():
        inbox.later.append(port.inbox.get())
    inbox.later.append(None)
    port.serve_on(inbox, lambda _threads: ScriptedLoader(ScriptedSession()), port.heard.append, 300)
    assert inbox.waits == [None] * 4
    assert port.states("a")[-1] == "ended"


def test_the_loop_ends_when_nobody_listens(port: Port) -> None:
    def send(message: ToExtension) -> None:
        raise BrowserGoneError

    port.start("a")
    with pytest.raises(BrowserGoneError):
        port.serve(lambda _threads: ScriptedLoader(ScriptedSession()), send)
