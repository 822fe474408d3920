"""Sessions on a service."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import TypeVar

import pytest

from fixtures.sound import english, english_words
from fixtures.transcription_service import Asked, serving, whisper
from host.runtime.scripted import Held, ScriptedTranslator
from wlk_host.backends.service.client import endpoint
from wlk_host.bench.scoring import error_rate
from wlk_host.core.errors import WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.core.translation.session import TranslatedSession
from wlk_host.core.translation.translators import TranslationRequest
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, CaptionUpdate, Pcm
from wlk_host.runtime.files.caption_log import CaptionLog, Shown
from wlk_host.runtime.files.clocks import SoundClock
from wlk_host.runtime.files.playback import play
from wlk_host.runtime.host.main import default_loader
from wlk_host.runtime.loading.loader import ModelLoader
from wlk_host.runtime.ports import Urgency
from wlk_host.runtime.workers import Workers

T = TypeVar("T")

OPTIONS = SessionOptions(policy="local_agreement")
LIVE = Urgency.VISIBLE


def chunks(pcm: Pcm) -> Iterator[AudioChunk]:
    for at in range(0, len(pcm), 1600):
        yield AudioChunk(at, pcm[at : at + 1600])


def played(session: TranslatedSession, pcm: Pcm) -> Shown:
    events = play(session, chunks(pcm), SoundClock())
    log = CaptionLog()
    return [log.add(t, event) for t, event in events if isinstance(event, CaptionUpdate)][-1]


@pytest.mark.model
def test_the_clip_is_captioned_by_a_service(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(whisper()) as service:
        monkeypatch.setenv("WLK_API_URL", service.url)
        monkeypatch.setenv("WLK_API_TIMEOUT", "300")
        loader = ModelLoader(SoundClock(), service=endpoint())
        shown = played(loader.open(OPTIONS), english()[: 13 * SAMPLE_RATE])
        loader.release_all()
    text = " ".join(word for word, _, end in english_words() if end < 13)
    assert error_rate(text, shown.committed, "en") <= 15
    assert error_rate(text, shown.final, "en") <= 10


def test_it_is_refused_what_only_a_decoder_can_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WLK_API_URL", "http://127.0.0.1:1/v1")
    loader = ModelLoader(SoundClock(), service=endpoint())
    with pytest.raises(WlkError, match="attention") as caught:
        loader.open(SessionOptions(policy="alignatt"))
    assert caught.value.code == "policy_unsupported"


def test_words_are_looked_up_by_the_translator_of_its_lines_after_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WLK_API_URL", "http://127.0.0.1:1/v1")
    lines, words, translator = Held(), Held(), ScriptedTranslator()
    loader = ModelLoader(lines, lines, words=words, translator=translator, service=endpoint())
    word = TranslationRequest(None, "es", "pt", ("perro",), beside=True)
    told = loader.load(OPTIONS).after_lines(lambda service: service.translate(word))
    assert (lines.n_jobs, words.n_jobs, translator.asked) == (0, 1, [])
    words.do()
    assert (told.result(), translator.asked) == (["PERRO."], [word])


def test_the_host_has_lines_translated_before_words() -> None:
    taken: list[str] = []

    class Noting(Held):
        def take(self, turn: Callable[[], T], urgency: Urgency) -> Future[T]:
            taken.append("line")
            return super().take(turn, urgency)

    translations = Noting()
    loader = default_loader(Held(translations))
    assert isinstance(loader, ModelLoader)
    services = loader._shared()
    services.words.submit(lambda: None)
    assert (taken, translations.n_jobs) == ([], 1)
    services.translating.submit(lambda: None)
    assert (taken, translations.n_jobs) == (["line"], 2)


@pytest.mark.model
def test_nobody_waits_for_a_slow_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a session on this machine, nor another one on the service."""
    reached, over = threading.Event(), threading.Event()

    def slow(_: Asked) -> tuple[int, bytes]:
        reached.set()
        over.wait(300)
        return 500, b""

    threads = Workers(1)
    with serving(slow) as service:
        monkeypatch.setenv("WLK_API_URL", service.url)
        monkeypatch.setenv("WLK_API_TIMEOUT", "300")
        remote = ModelLoader(threads, threads, service=endpoint()).load(OPTIONS)
        waiting = remote.open(OPTIONS)

        def caption() -> None:
            for _ in play(waiting, chunks(english()[: 6 * SAMPLE_RATE]), SoundClock()):
                pass

        turn = remote.place(threads).take(caption, LIVE)
        assert reached.wait(300)
        # The service has the sound, and does not answer.
        for place in (threads, remote.place(threads)):
            assert place.take(lambda: "done", LIVE).result() == "done"
        assert threads.submit(lambda: "done").result() == "done"
        assert not turn.done()
        over.set()
        with pytest.raises(WlkError) as caught:
            turn.result()
    assert caught.value.code == "api_failed"
