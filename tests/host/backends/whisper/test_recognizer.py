"""The second pass on real weights."""

import functools
from itertools import pairwise

import ctranslate2
import numpy as np
import pytest

from fixtures.engines import ENGINES
from fixtures.models import model
from fixtures.sound import TimedWord, english, english_words, noise
from wlk_host.backends.whisper.mel import log_mel
from wlk_host.backends.whisper.model import Whisper
from wlk_host.backends.whisper.recognizer import AttentiveRecognizer
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.bench.scoring import error_rate, normalise
from wlk_host.core.language_odds import best_of
from wlk_host.core.ports import Task
from wlk_host.core.types import SAMPLE_RATE, Pcm, Word, seconds

pytestmark = pytest.mark.model

TASK = Task("en")


def spoken_words() -> list[TimedWord]:
    return [word for word in english_words() if word[2] < 15]


def spoken_text() -> str:
    return " ".join(word for word, _, _ in spoken_words())


@pytest.fixture(scope="module", params=ENGINES)
def whisper(request: pytest.FixtureRequest) -> Whisper:
    return Whisper(model("base"), request.param, threads=1)


@pytest.fixture(scope="module")
def recognizer(whisper: Whisper) -> AttentiveRecognizer:
    return AttentiveRecognizer(whisper)


def spoken() -> Pcm:
    return english()[: round((spoken_words()[-1][2] + 0.2) * SAMPLE_RATE)]


def text_of(words: tuple[Word, ...]) -> str:
    return "".join(word.text for word in words)


def test_words_come_with_their_times(recognizer: AttentiveRecognizer) -> None:
    pcm = spoken()
    heard = recognizer.transcribe(pcm, TASK, (), ())
    assert error_rate(spoken_text(), text_of(heard.words), "en") <= 10
    assert all(a.start <= a.end <= b.start + 320 for a, b in pairwise(heard.words))
    assert heard.words[-1].end <= len(pcm) + 320
    starts = {word.text.strip().lower(): seconds(word.start) for word in heard.words}
    off = [abs(starts[w.lower()] - start) for w, start, _ in spoken_words() if w.lower() in starts]
    assert len(off) > 15
    assert np.median(off) < 0.2
    assert heard.logprob > -0.5
    assert heard.no_speech < 0.3


def test_it_hears_what_ctranslate2_hears_with_the_same_search(
    recognizer: AttentiveRecognizer,
) -> None:
    """In a full window, as that one is always given."""
    full = AttentiveRecognizer(recognizer._whisper, least_window=3000)
    ours = text_of(full.transcribe(spoken(), TASK, (), ()).words)
    assert error_rate(heard_by_ctranslate2(), ours, "en") <= 5


@functools.cache
def heard_by_ctranslate2() -> str:
    theirs = ctranslate2.models.Whisper(str(model("base")), compute_type="float32")
    tokenizer = WhisperTokenizer(model("base"))
    features = log_mel(spoken(), 80, 3000)
    result = theirs.generate(
        ctranslate2.StorageView.from_array(np.ascontiguousarray(features[None])),
        [tokenizer.task_tokens(TASK)],
        beam_size=5,
    )[0]
    return tokenizer.decode(result.sequences_ids[0])


def test_a_prefix_is_taken_as_given_and_not_said_again(recognizer: AttentiveRecognizer) -> None:
    n = 19
    encode = recognizer._whisper.tokenizer.encode
    prefix = encode("".join(f" {word}" for word, _, _ in spoken_words()[:n]))
    heard = recognizer.transcribe(spoken(), TASK, (), prefix)
    expected = normalise(" ".join(word for word, _, _ in spoken_words()[n:]), "en")
    assert normalise(text_of(heard.words), "en")[:4] == expected[:4]
    assert seconds(heard.words[0].start) == pytest.approx(spoken_words()[n][1], abs=0.4)


def test_a_prompt_is_not_said_again_however_long(recognizer: AttentiveRecognizer) -> None:
    prompt = recognizer._whisper.tokenizer.encode(" It was a long story." * 80)
    assert len(prompt) > 448
    heard = recognizer.transcribe(spoken(), TASK, prompt, ())
    assert error_rate(spoken_text(), text_of(heard.words), "en") <= 20


def test_silence_is_answered_without_harm(recognizer: AttentiveRecognizer) -> None:
    for pcm in (np.zeros(SAMPLE_RATE, np.float32), noise(3, 0.001)):
        heard = recognizer.transcribe(pcm, TASK, (), ())
        assert all(0 <= w.start <= w.end for w in heard.words)
        assert heard.no_speech > 0.3


def test_a_very_short_sound_is_answered_without_harm(recognizer: AttentiveRecognizer) -> None:
    heard = recognizer.transcribe(english()[8000:8500], TASK, (), ())
    assert len(heard.words) < 5


@pytest.fixture(scope="module")
def listener(whisper: Whisper) -> AttentiveRecognizer:
    return AttentiveRecognizer(whisper, beams=1, least_window=750)


def test_a_short_window_hears_as_well(listener: AttentiveRecognizer) -> None:
    """It is encoded with some silence behind it, without which it may not end."""
    spoken = [word for word in spoken_words() if word[2] < 8]
    pcm = english()[: round((spoken[-1][2] + 0.1) * SAMPLE_RATE)]
    heard = listener.transcribe(pcm, TASK, (), ())
    assert error_rate(" ".join(word for word, _, _ in spoken), text_of(heard.words), "en") <= 15
    assert heard.words[-1].end <= len(pcm) + 320


def test_a_loop_in_a_short_window_is_cut(listener: AttentiveRecognizer) -> None:
    """Told that it has begun one, the decoder goes on with it."""
    prefix = listener._whisper.tokenizer.encode(" no" * 40)
    heard = listener.transcribe(noise(1, 0.1), TASK, (), prefix)
    assert 20 < len(heard.words) < 40


def test_the_language_of_a_sound_is_detected(listener: AttentiveRecognizer) -> None:
    odds = listener.languages(english()[: 5 * SAMPLE_RATE])
    language, probability = best_of(odds) or ("", 0.0)
    assert language == "en"
    assert 0.8 <= probability <= 1
