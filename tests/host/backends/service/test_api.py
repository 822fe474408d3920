"""The service's client and recogniser: against real answers, and hostile ones."""

import json
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from fixtures.sound import english
from fixtures.transcription_service import Answer, Asked, Service, serving, whisper
from wlk_host.backends.service.client import Client, Endpoint, endpoint
from wlk_host.backends.service.recognizer import ApiRecognizer, CodePoints, n_given
from wlk_host.bench.scoring import normalise
from wlk_host.core.errors import WlkError
from wlk_host.core.ports import Task
from wlk_host.core.types import SAMPLE_RATE, Pcm, seconds

TASK = Task("en")
TOKENS = CodePoints()


def recognizer(service: Service, key: str = "", timeout_s: float = 60.0) -> ApiRecognizer:
    return ApiRecognizer(Client(Endpoint(service.url, key, timeout_s=timeout_s)))


def sentence() -> Pcm:
    return english()[: 7 * SAMPLE_RATE]


@pytest.fixture(scope="module")
def base() -> Iterator[Service]:
    with serving(whisper()) as service:
        yield service


@pytest.mark.model
def test_what_is_heard_comes_with_times_and_punctuation(base: Service) -> None:
    heard = recognizer(base, "secret").transcribe(sentence(), TASK, TOKENS.encode("Well."), ())
    text = "".join(word.text for word in heard.words)
    assert normalise(text, "en")[-3:] == ["they", "were", "spoken"]
    assert text.startswith(" Hello")
    assert text.endswith("spoken.")
    assert all(0 <= w.start <= w.end <= len(sentence()) for w in heard.words)
    assert seconds(heard.words[-1].start) == pytest.approx(6.2, abs=0.6)
    assert 0.3 < heard.words[0].probability <= 1
    asked = base.asked[-1]
    assert asked.path == "/v1/audio/transcriptions"
    assert asked.authorization == "Bearer secret"
    assert asked.fields == {
        "model": "whisper-1",
        "response_format": "verbose_json",
        "timestamp_granularities[]": "word",
        "prompt": "Well.",
        "language": "en",
    }


@pytest.mark.model
def test_words_that_were_settled_are_not_told_again(base: Service) -> None:
    prefix = TOKENS.encode(" hello. And welcome, the words")
    heard = recognizer(base).transcribe(sentence(), TASK, (), prefix)
    words = normalise("".join(word.text for word in heard.words), "en")
    assert words[:3] == ["you", "are", "reading"]


@pytest.mark.model
def test_the_language_is_the_code_of_the_name_that_is_told(base: Service) -> None:
    assert recognizer(base).languages(sentence()) == {"en": 1.0}


@pytest.mark.model
def test_next_to_no_sound_is_not_sent(base: Service) -> None:
    before = len(base.asked)
    assert recognizer(base).transcribe(sentence()[:800], TASK, (), ()).words == ()
    assert len(base.asked) == before


@pytest.mark.parametrize(
    ("prefix", "words", "n"),
    [
        ("", "a b c", 0),
        ("a b", "a b c d", 2),
        ("a b", "A, b. c", 2),
        ("a b c", "a x c d", 3),
        ("a b c d", "b c d e", 3),
        ("a b", "oh a b c", 3),
        ("a b c", "", 0),
    ],
)
def test_where_the_new_words_begin(prefix: str, words: str, n: int) -> None:
    assert n_given(prefix.split(), words.split()) == n


def refused_with(answer: Answer, timeout_s: float = 60.0) -> WlkError:
    with serving(answer) as service, pytest.raises(WlkError) as caught:
        recognizer(service, "secret", timeout_s).transcribe(sentence(), TASK, (), ())
    assert "secret" not in str(caught.value)
    return caught.value


def said(content: object) -> Answer:
    return lambda _: (200, json.dumps(content).encode())


WORD = {"word": "a", "start": 0.0, "end": 0.1}


@pytest.mark.model
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda _: (500, b"boom"), "api_failed"),
        (lambda _: (429, b"{}"), "api_failed"),
        (lambda _: (401, b"{}"), "api_refused"),
        (lambda _: (404, b"{}"), "api_refused"),
        (lambda _: (302, b"http://127.0.0.1:1/elsewhere"), "api_refused"),
        (lambda _: (200, b"\xff\x00 private words"), "api_answer_invalid"),
        (lambda _: (200, b""), "api_answer_invalid"),
        (lambda _: (200, b"[" * 100_000), "api_answer_invalid"),
        (lambda _: (200, b"x" * (5 * 2**20)), "api_answer_invalid"),
        (said([]), "api_answer_invalid"),
        (said({"text": "private words"}), "api_answer_invalid"),
        (said({"text": 5}), "api_answer_invalid"),
        (said({"text": "a", "words": [{"word": "a"}]}), "api_answer_invalid"),
        (said({"text": "a", "words": [{**WORD, "start": "soon"}]}), "api_answer_invalid"),
    ],
)
def test_a_bad_answer_is_a_coded_error(answer: Answer, code: str) -> None:
    error = refused_with(answer)
    assert error.code == code
    assert "private" not in str(error)


@pytest.mark.model
def test_absurd_times_are_brought_into_the_sound() -> None:
    words = [{**WORD, "start": -5.0, "end": 1e300}, {**WORD, "start": 1e300, "end": -1.0}]
    with serving(said({"text": "a a", "words": words})) as service:
        heard = recognizer(service).transcribe(sentence(), TASK, (), ())
    assert all(0 <= w.start <= w.end <= len(sentence()) for w in heard.words)


@pytest.mark.model
def test_a_slow_service_is_given_up() -> None:
    over = threading.Event()

    def slow(_: Asked) -> tuple[int, bytes]:
        over.wait(60)
        return 200, b"{}"

    with serving(slow) as service:
        with pytest.raises(WlkError) as caught:
            recognizer(service, timeout_s=0.3).transcribe(sentence(), TASK, (), ())
        over.set()
    assert caught.value.code == "api_timeout"


@pytest.mark.model
def test_nobody_there_is_a_coded_error() -> None:
    with serving(said({})) as service:
        gone = service
    with pytest.raises(WlkError) as caught:
        recognizer(gone).transcribe(sentence(), TASK, (), ())
    assert caught.value.code == "api_unreachable"


def test_one_failure_is_tried_again() -> None:
    answers = iter([(503, b""), (200, b'{"text": "", "words": []}')])
    with serving(lambda _: next(answers)) as service:
        assert recognizer(service).transcribe(np.zeros(8000, np.float32), TASK, (), ()).words == ()
        assert len(service.asked) == 2


def test_without_an_address_nothing_is_sent() -> None:
    with pytest.raises(WlkError, match="WLK_API_URL") as caught:
        endpoint({})
    assert caught.value.code == "api_not_configured"
    with pytest.raises(WlkError) as caught:
        endpoint({"WLK_API_URL": "http://example.org/v1"})
    assert caught.value.code == "api_insecure"
    here = endpoint({"WLK_API_URL": "http://localhost:8000/v1/", "WLK_API_KEY": "secret"})
    assert (here.url, here.key, here.model) == ("http://localhost:8000/v1", "secret", "whisper-1")
    assert "secret" not in repr(here)
    with pytest.raises(WlkError, match="WLK_API_TIMEOUT is 'soon'"):
        endpoint({"WLK_API_URL": "http://localhost:8000/v1/", "WLK_API_TIMEOUT": "soon"})
