"""The second pass on real weights."""

from itertools import pairwise

import numpy as np
import pytest

from fixtures.models import model
from fixtures.sound import TimedWord, english, english_words, noise
from wlk_host.backends.whisper.ct2 import model as ct2_model
from wlk_host.backends.whisper.ct2 import recognizer as ct2_recognizer
from wlk_host.backends.whisper.ct2.encoder import CTranslate2Encoder
from wlk_host.backends.whisper.ct2.recognizer import CTranslate2Recognizer
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.bench.scoring import error_rate, normalise
from wlk_host.core.language_odds import best_of
from wlk_host.core.ports import Task
from wlk_host.core.types import SAMPLE_RATE, Pcm, seconds

pytestmark = pytest.mark.model

TASK = Task("en")


def spoken_words() -> list[TimedWord]:
    return [word for word in english_words() if word[2] < 15]


def spoken_text() -> str:
    return " ".join(word for word, _, _ in spoken_words())


@pytest.fixture(scope="module")
def tokenizer() -> WhisperTokenizer:
    return WhisperTokenizer(model("base"))


@pytest.fixture(scope="module")
def encoder() -> CTranslate2Encoder:
    return CTranslate2Encoder(ct2_model.load(model("base"), threads=1))


@pytest.fixture(scope="module")
def recognizer(encoder: CTranslate2Encoder, tokenizer: WhisperTokenizer) -> CTranslate2Recognizer:
    return CTranslate2Recognizer(encoder.whisper, tokenizer)


def test_words_come_with_their_times(recognizer: CTranslate2Recognizer) -> None:
    pcm = english()[: round((spoken_words()[-1][2] + 0.2) * SAMPLE_RATE)]
    heard = recognizer.transcribe(pcm, TASK, (), ())
    text = "".join(word.text for word in heard.words)
    assert error_rate(spoken_text(), text, "en") <= 10
    assert all(a.start <= a.end <= b.start + 320 for a, b in pairwise(heard.words))
    assert heard.words[-1].end <= len(pcm) + 320
    starts = {word.text.strip().lower(): seconds(word.start) for word in heard.words}
    off = [abs(starts[w.lower()] - start) for w, start, _ in spoken_words() if w.lower() in starts]
    assert len(off) > 15
    assert np.median(off) < 0.3
    assert heard.logprob > -0.5
    assert heard.no_speech < 0.3


def test_a_prefix_is_taken_as_given_and_not_said_again(
    tokenizer: WhisperTokenizer, recognizer: CTranslate2Recognizer
) -> None:
    n = 19
    prefix = tokenizer.encode("".join(f" {word}" for word, _, _ in spoken_words()[:n]))
    pcm = english()[: round((spoken_words()[-1][2] + 0.2) * SAMPLE_RATE)]
    heard = recognizer.transcribe(pcm, TASK, (), prefix)
    expected = normalise(" ".join(word for word, _, _ in spoken_words()[n:]), "en")
    assert normalise("".join(word.text for word in heard.words), "en")[:4] == expected[:4]
    assert seconds(heard.words[0].start) == pytest.approx(spoken_words()[n][1], abs=0.4)


def test_silence_is_answered_without_harm(recognizer: CTranslate2Recognizer) -> None:
    for pcm in (np.zeros(SAMPLE_RATE, np.float32), noise(3, 0.001)):
        heard = recognizer.transcribe(pcm, TASK, (), ())
        assert all(0 <= w.start <= w.end for w in heard.words)


def test_a_very_short_sound_is_answered_without_harm(recognizer: CTranslate2Recognizer) -> None:
    heard = recognizer.transcribe(english()[8000:8500], TASK, (), ())
    assert len(heard.words) < 5


@pytest.fixture(scope="module")
def listener(encoder: CTranslate2Encoder, tokenizer: WhisperTokenizer) -> CTranslate2Recognizer:
    return CTranslate2Recognizer(encoder.whisper, tokenizer, beams=1, least_window=750)


def test_a_short_window_hears_as_well(listener: CTranslate2Recognizer) -> None:
    """It is encoded with some silence behind it, without which it may not end."""
    spoken = [word for word in spoken_words() if word[2] < 8]
    pcm = english()[: round((spoken[-1][2] + 0.1) * SAMPLE_RATE)]
    heard = listener.transcribe(pcm, TASK, (), ())
    text = "".join(word.text for word in heard.words)
    assert error_rate(" ".join(word for word, _, _ in spoken), text, "en") <= 15
    assert heard.words[-1].end <= len(pcm) + 320


def test_a_loop_in_a_short_window_is_cut(listener: CTranslate2Recognizer) -> None:
    """Told that it has begun one, the decoder goes on with it."""
    prefix = listener._tokenizer.encode(" no" * 40)
    heard = listener.transcribe(noise(1, 0.1), TASK, (), prefix)
    assert 20 < len(heard.words) < 40


def test_beams_look_for_an_end_in_the_full_window(
    encoder: CTranslate2Encoder, tokenizer: WhisperTokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said for good is worth the whole window; what is said live cannot wait for it."""
    spoken = english()[: 8 * SAMPLE_RATE]
    before = tokenizer.encode(2 * "".join(f" {word}" for word, _, _ in english_words()))
    for beams, expected in ((1, [1000, 1000, 1000]), (5, [1000, 1000, 1000, 3000])):
        recognizer = CTranslate2Recognizer(encoder.whisper, tokenizer, beams)
        windows = _encoded_by(recognizer, monkeypatch)
        recognizer.transcribe(spoken, TASK, (), ())
        recognizer.transcribe(spoken, TASK, before[-200:], ())  # It does not count as text.
        with monkeypatch.context() as patch:  # As if the decoder went round in circles.
            patch.setattr(ct2_recognizer, "MOST_TOKENS_PER_SECOND", 0)
            recognizer.transcribe(spoken, TASK, (), ())
        assert windows == expected


def test_a_full_window_is_searched_once(
    recognizer: CTranslate2Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ct2_recognizer, "MOST_TOKENS_PER_SECOND", 0)
    windows = _encoded_by(recognizer, monkeypatch)
    recognizer.transcribe(english()[: 30 * SAMPLE_RATE], TASK, (), ())
    assert windows == [3000]


def _encoded_by(recognizer: CTranslate2Recognizer, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The windows that it encodes from now on, as they come."""
    windows: list[int] = []
    encode = recognizer._encode

    def watched(pcm: Pcm, n_window: int) -> object:
        windows.append(n_window)
        return encode(pcm, n_window)

    monkeypatch.setattr(recognizer, "_encode", watched)
    return windows


def test_the_language_of_a_sound_is_detected(listener: CTranslate2Recognizer) -> None:
    odds = listener.languages(english()[: 5 * SAMPLE_RATE])
    language, probability = best_of(odds) or ("", 0.0)
    assert language == "en"
    assert 0.8 <= probability <= 1


def test_the_language_is_heard_in_padded_sound_unless_it_is_to_be_cheap(
    listener: CTranslate2Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows = _encoded_by(listener, monkeypatch)
    spoken = english()[: 2 * SAMPLE_RATE]
    listener.languages(spoken)
    listener.languages(spoken, padded=False)
    listener.transcribe(spoken, TASK, (), ()).languages()
    assert windows[0] == 1500 > windows[1] == windows[2]
