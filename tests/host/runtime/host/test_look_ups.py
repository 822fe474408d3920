"""Words that a user looks up: each is answered in time, or its session is over."""

import pytest

from host.runtime.port import Port, Scenes
from host.runtime.scripted import Held, Inline, ScriptedLoader, ScriptedSession, ScriptedTranslator
from wlk_host.core.errors import WlkError
from wlk_host.core.translation import choice
from wlk_host.core.types import Event, Work
from wlk_host.protocol.messages import Error, ToExtension
from wlk_host.protocol.words import Translated
from wlk_host.runtime.host import look_ups
from wlk_host.runtime.host.look_ups import MOST_WAITING, WITHIN_S
from wlk_host.runtime.stdio import Signal

LOADING = WlkError(choice.LOADING, "it is being loaded", "wait")
MISSING = WlkError("translator_missing", "no translator from es into en is installed", "run: get")


def ask(port: Port, text: str = "perro", **more: object) -> None:
    asked = {
        "session": "a", "request": text, "text": text, "source": "es", "target": "pt",
        "translator": None,
    }  # fmt: skip
    port.say(type="translate", **(asked | more))


def answers(port: Port) -> list[tuple[str, str | None]]:
    """Of each word, in the order of the answers: its meaning, or the code of its problem."""
    return [
        (heard.request, heard.text if heard.problem is None else heard.problem.code)
        for heard in port.heard
        if isinstance(heard, Translated)
    ]


def load(port: Port, others: Held) -> None:
    """The model is loaded, which wakes the loop."""
    others.do()
    port.inbox.put(Signal.WAKE)


def loader_of(*refusals: WlkError) -> tuple[ScriptedLoader, ScriptedTranslator]:
    loader = ScriptedLoader(ScriptedSession())
    model = loader.models.setdefault(None, loader.elsewhere)
    model.translator = ScriptedTranslator(*refusals)
    return loader, model.translator


def test_a_word_is_translated_by_the_translator_that_was_chosen(port: Port) -> None:
    loader, translator = loader_of()
    port.start("a")
    ask(port, translator="opus-es-pt")
    port.serve(lambda _threads: loader)
    assert answers(port) == [("perro", "PERRO")]
    [asked] = translator.asked
    assert (asked.translator, asked.source, asked.target) == ("opus-es-pt", "es", "pt")
    assert (asked.texts, asked.beside) == (("perro",), True)


@pytest.mark.parametrize(
    ("asked", "translation", "told"),
    [
        ("perro", "Cão.", "Cão"),
        ("¿Qué?", "O quê?", "O quê?"),
        ("Perro malo.", "Cão mau.", "Cão mau."),
        ("red", "Rede rede", "Rede"),
        ("red red", "Rede rede", "Rede rede"),
        ("...", "...", "..."),
        ("eh", " ", "word_unknown"),
    ],
)
def test_a_word_gets_nothing_that_it_does_not_have(
    port: Port, asked: str, translation: str, told: str
) -> None:
    loader, translator = loader_of()
    translator.translate = lambda request: [translation]  # type: ignore[method-assign]
    port.start("a")
    ask(port, asked)
    port.serve(lambda _threads: loader)
    assert answers(port) == [(asked, told)]


@pytest.mark.parametrize(("language", "source"), [("de", "de"), (None, "en")])
def test_without_a_language_it_is_in_the_one_that_is_spoken(
    port: Port, language: str | None, source: str
) -> None:
    loader, translator = loader_of()
    loader.sessions["a"].language = language
    port.start("a")
    ask(port, source=None)
    port.serve(lambda _threads: loader)
    assert [asked.source for asked in translator.asked] == [source]


def test_a_word_waits_for_a_translator_that_is_being_loaded(
    port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_ups, "TRY_AGAIN_S", 0.001)
    loader, translator = loader_of(LOADING, LOADING)
    port.start("a")
    ask(port)
    port.serve(lambda _threads: loader)
    assert answers(port) == [("perro", "PERRO")]
    assert len(translator.asked) == 3


@pytest.mark.parametrize(
    ("is_held", "refusals", "code"),
    [(True, [], "look_up_late"), (False, [LOADING] * 9, "translator_loading")],
)
def test_a_word_is_given_up_in_time(
    port: Port, is_held: bool, refusals: list[WlkError], code: str
) -> None:
    loader, translator = loader_of(*refusals)
    held = Held()
    if is_held:
        loader.elsewhere.translating = held
    now_s = 0.0
    waiting = Held()
    port.threads = Inline(waiting)

    def too_late() -> None:
        nonlocal now_s
        now_s = WITHIN_S
        while waiting.n_jobs:
            waiting.do()

    port.inbox = Scenes(
        lambda: port.start("a"),
        lambda: load(port, waiting),
        lambda: ask(port),
        too_late,
        port.hang_up,
    )
    port.serve_on(port.inbox, lambda _threads: loader, port.heard.append, 300, now=lambda: now_s)
    assert answers(port) == [("perro", code)]
    while held.n_jobs:
        held.do()
    assert not is_held or translator.asked == [], "what was given up is not translated"


@pytest.mark.parametrize(
    ("error", "target", "code", "hint"),
    [
        (MISSING, "pt", "translator_missing", "run: get"),
        (MISSING, "en-GB", "whisper_translates_no_words", "run: get"),
        (WlkError("translator_died", "it died", "wait"), "en", "translator_died", "wait"),
    ],
)
def test_what_keeps_a_word_from_being_translated_is_told(
    port: Port, error: WlkError, target: str, code: str, hint: str
) -> None:
    loader, _ = loader_of(error)
    port.start("a")
    ask(port, target=target)
    port.serve(lambda _threads: loader)
    [told] = [heard for heard in port.heard if isinstance(heard, Translated)]
    assert told.text is None
    assert told.problem is not None
    assert (told.problem.code, told.problem.hint) == (code, hint)
    assert port.states("a")[-1] == "ended"
    assert port.errors() == []


def test_whisper_is_asked_for_no_words(port: Port) -> None:
    loader, translator = loader_of()
    port.start("a")
    ask(port, translator="whisper", target="en")
    port.serve(lambda _threads: loader)
    assert answers(port) == [("perro", "whisper_translates_no_words")]
    assert translator.asked == []


def test_without_running_captions_a_word_is_refused_and_no_session_fails(port: Port) -> None:
    loader, _ = loader_of()
    port.threads = Inline(others := Held())

    port.inbox = Scenes(
        lambda: ask(port, "early", session="never there"),
        lambda: port.start("a"),
        lambda: ask(port, "soon"),
        lambda: load(port, others),
        port.hang_up,
    )
    port.serve_on(port.inbox, lambda _threads: loader, port.heard.append, 300)
    assert answers(port) == [
        ("early", "captions_not_running"),
        ("soon", "captions_not_running"),
    ]
    assert port.errors() == []


def test_only_so_many_words_wait(port: Port) -> None:
    loader, _ = loader_of()
    port.threads = Inline(later := Held())
    words = [f"w{n}" for n in range(MOST_WAITING + 1)]

    def look_up() -> None:
        for word in words:
            ask(port, word)

    def answer() -> None:
        while later.n_jobs:
            later.do()

    port.inbox = Scenes(
        lambda: port.start("a"), lambda: load(port, later), look_up, answer, port.hang_up
    )
    port.serve_on(port.inbox, lambda _threads: loader, port.heard.append, 300)
    assert answers(port) == [
        (words[-1], "look_ups_too_many"),
        *((word, word.upper()) for word in words[:-1]),
    ]


@pytest.mark.parametrize("end", ["stop", "failure", "hang up"])
def test_a_word_is_left_with_its_session(port: Port, end: str) -> None:
    loader, translator = loader_of()
    port.threads = Inline(later := Held())

    def fail(work: Work) -> list[Event]:
        raise WlkError("recognition_failed", "it failed", "start again")

    def finish() -> None:
        if end == "stop":
            port.say(type="stop", session="a")
        elif end == "failure":
            loader.sessions["a"].run = fail  # type: ignore[method-assign]
            port.audio("a")
        else:
            port.hang_up()

    def answer() -> None:
        while later.n_jobs:
            later.do()
        if end != "hang up":
            port.hang_up()

    port.inbox = Scenes(
        lambda: port.start("a"),
        lambda: load(port, later),
        lambda: ask(port),
        finish,
        answer,
        port.hang_up,
    )
    port.serve_on(port.inbox, lambda _threads: loader, port.heard.append, 300)
    assert answers(port) == []
    while later.n_jobs:
        later.do()
    assert translator.asked == []


def test_a_bug_in_a_look_up_is_an_error_of_its_request(port: Port) -> None:
    loader, translator = loader_of()

    def translate(request: object) -> list[str]:
        raise RuntimeError("a bug")

    translator.translate = translate  # type: ignore[method-assign]
    port.start("a")
    ask(port)
    heard: list[ToExtension] = port.heard
    port.serve(lambda _threads: loader)
    assert answers(port) == []
    [error] = [message for message in heard if isinstance(message, Error)]
    assert (error.code, error.session, error.request) == ("request_failed", None, "translate")
    assert port.states("a")[-1] == "ended"
