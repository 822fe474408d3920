"""Whole models, on every backend, against CTranslate2 on the same weights and sound."""

from collections.abc import Sequence
from itertools import pairwise

import ctranslate2
import numpy as np
import pytest

from fixtures.engines import LOCAL
from fixtures.models import model
from fixtures.sound import TimedWord, english, english_words, hum
from wlk_host.backends.choice import Backend
from wlk_host.backends.graphs.session import products_overflow
from wlk_host.backends.whisper.mel import log_mel
from wlk_host.backends.whisper.model import Whisper
from wlk_host.bench.scoring import error_rate, normalise
from wlk_host.core.language_odds import best_of
from wlk_host.core.live.end_of_word import IntegrateAndFire
from wlk_host.core.ports import DecodeStep, Sound, Task
from wlk_host.core.types import ENCODER_FRAME, SAMPLE_RATE, Pcm

pytestmark = pytest.mark.model

TASK = Task("en")

TORCH = [("tiny.en", "torch"), *(("base", name) for name in LOCAL if name != "faster-whisper")]
ENGINES = [
    ("base", "faster-whisper"),
    *(pytest.param(pair, marks=pytest.mark.torch) for pair in TORCH),
]


@pytest.fixture(scope="module", params=ENGINES, ids=" ".join)
def which(request: pytest.FixtureRequest) -> tuple[str, Backend]:
    chosen: tuple[str, Backend] = request.param
    return chosen


@pytest.fixture(scope="module")
def engine(which: tuple[str, Backend]) -> Whisper:
    name, backend = which
    return Whisper(model(name), backend, threads=1)


def listened(engine: Whisper, pcm: Pcm) -> Sound:
    stream = engine.listen(0)
    for at in range(0, len(pcm), 1600):
        stream.feed(pcm[at : at + 1600])
    return stream.encode(0, len(pcm))


def sentence_words() -> Sequence[TimedWord]:
    """The second sentence of the clip: one breath, well articulated."""
    return english_words()[3:19]


def sentence() -> Pcm:
    start, end = sentence_words()[0][1] - 0.2, sentence_words()[-1][2] + 0.2
    return english()[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]


def said(engine: Whisper, steps: list[DecodeStep]) -> str:
    return engine.tokenizer.decode([step.token for step in steps])


def test_it_says_what_ctranslate2_says(which: tuple[str, Backend], engine: Whisper) -> None:
    pcm = english()[: round((english_words()[31][2] + 0.2) * SAMPLE_RATE)]
    ours = said(engine, list(listened(engine, pcm).steps(TASK, (), ())))
    features = log_mel(pcm, engine.n_mels, 100 * 13)
    whisper = ctranslate2.models.Whisper(str(model(which[0])), compute_type="int8")
    theirs = whisper.generate(
        ctranslate2.StorageView.from_array(np.ascontiguousarray(features[None])),
        [engine.tokenizer.task_tokens(TASK)],
        beam_size=1,
    )[0].sequences_ids[0]
    assert normalise(ours, "en") == normalise(engine.tokenizer.decode(theirs), "en")
    assert len(ours.split()) > 25


def test_the_attended_frames_go_through_a_sentence_with_its_words(
    engine: Whisper,
) -> None:
    sound = listened(engine, sentence())
    steps = list(sound.steps(TASK, (), ()))
    frames = [step.frame for step in steps]
    assert len(steps) >= len(sentence_words())
    assert all(later - earlier > -15 for earlier, later in pairwise(frames))
    assert all(0 <= frame < sound.n_frames for frame in frames)
    even = np.linspace(frames[0], frames[-1], len(frames))
    assert np.abs(even - frames).max() < 0.2 * sound.n_frames
    assert frames[0] < 0.15 * sound.n_frames
    assert frames[-1] > 0.8 * sound.n_frames


def test_a_prefix_is_gone_on_from(engine: Whisper) -> None:
    sound = listened(engine, sentence())
    whole = list(sound.steps(TASK, (), ()))
    rest = list(sound.steps(TASK, (), [step.token for step in whole[:6]]))
    # Activations are quantised by the call, so that now and then a comma differs.
    assert error_rate(said(engine, whole[6:]), said(engine, rest), "en") == 0
    assert rest[0].frame == pytest.approx(whole[6].frame, abs=15)


@pytest.mark.parametrize("beams", [1, 3])
def test_a_text_that_goes_on_does_not_end_with_its_prefix(engine: Whisper, beams: int) -> None:
    sound = listened(engine, sentence())
    prefix = [step.token for step in sound.steps(TASK, (), (), beams)]
    assert not list(sound.steps(TASK, (), prefix, beams))
    assert next(sound.steps(TASK, (), prefix, beams, goes_on=True), None) is not None


def test_a_step_costs_nothing_until_it_is_pulled(engine: Whisper) -> None:
    steps = listened(engine, sentence()).steps(TASK, (), ())
    first = next(steps)
    assert first.logprob <= 0
    assert normalise(engine.tokenizer.decode([first.token]), "en") == ["the"]


def test_a_beam_says_what_was_said_and_looks_where(engine: Whisper) -> None:
    sound = listened(engine, sentence())
    greedy, beam = (list(sound.steps(TASK, (), (), beams)) for beams in (1, 3))
    assert error_rate(said(engine, greedy), said(engine, beam), "en") <= 10
    same = [(a, b) for a, b in zip(greedy, beam, strict=False) if a.token == b.token]
    assert len(same) > 10
    assert all(abs(a.frame - b.frame) <= 5 for a, b in same)
    total = [np.mean([step.logprob for step in steps]) for steps in (greedy, beam)]
    # Int8 rounds three rows otherwise than one, twice as much where activations have seven bits.
    assert total[1] >= total[0] - (0.02 if products_overflow() else 0.01)


def test_a_beam_goes_on_from_a_prefix(engine: Whisper) -> None:
    sound = listened(engine, sentence())
    whole = list(sound.steps(TASK, (), (), 3))
    rest = list(sound.steps(TASK, (), [step.token for step in whole[:6]], 3))
    assert error_rate(said(engine, whole[6:]), said(engine, rest), "en") <= 10
    assert rest[0].frame == pytest.approx(whole[6].frame, abs=15)


def test_half_a_window_hears_the_first_words_only(engine: Whisper) -> None:
    pcm = english()[: round(sentence_words()[8][1] * SAMPLE_RATE)]
    text = said(engine, list(listened(engine, pcm).steps(TASK, (), ())))
    assert "welcome" in text
    assert "spoken" not in text


def test_a_window_may_begin_within_the_sound(engine: Whisper) -> None:
    stream = engine.listen(0)
    stream.feed(english()[: 8 * SAMPLE_RATE])
    start = round(sentence_words()[0][1] * 50 - 5) * ENCODER_FRAME
    stream.forget(start)
    sound = stream.encode(start, 7 * SAMPLE_RATE)
    text = normalise(said(engine, list(sound.steps(TASK, (), ()))), "en")
    assert text[:3] == ["the", "words", "you"]
    assert "welcome" not in text


def test_it_knows_speech_from_silence(engine: Whisper) -> None:
    silence = np.zeros(3 * SAMPLE_RATE, np.float32)
    assert listened(engine, sentence()).no_speech() < 0.2
    assert listened(engine, silence).no_speech() > 0.6


@pytest.mark.parametrize(("frames_before_the_end", "ends"), [(0, True), (10, False)])
def test_an_end_of_word_model_reads_the_encoder(
    engine: Whisper, frames_before_the_end: int, ends: bool
) -> None:
    encoded = listened(engine, sentence()[: 4 * SAMPLE_RATE]).encoded
    assert encoded.shape == (200, engine.decoder.width)
    # Fitted to this sound: nothing, but for three frames with 0.5, 0.6 and 0.9 of a word.
    logits = np.full(200, -20.0, np.float32)
    end = 200 - frames_before_the_end
    logits[end - 3 : end] = 0.0, 0.405, 2.197
    model = IntegrateAndFire(np.linalg.lstsq(encoded, logits)[0], bias=0.0)
    assert model(encoded) is ends


def test_it_knows_english_from_no_speech_by_its_probability() -> None:
    engine = Whisper(model("base"), threads=1)
    language, probability = best_of(listened(engine, sentence()).languages()) or ("", 0.0)
    assert (language, probability > 0.8) == ("en", True)
    assert max(listened(engine, hum(5)).languages().values()) < probability
