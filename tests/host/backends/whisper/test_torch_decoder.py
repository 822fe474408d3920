"""The torch decoder against CTranslate2 on the same weights and sound."""

from itertools import pairwise

import ctranslate2
import numpy as np
import pytest
import torch

from fixtures.engines import HAS_MLX
from fixtures.models import model
from fixtures.sound import english, english_words, hum
from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.choice import Backend
from wlk_host.backends.whisper.halves import Branches
from wlk_host.backends.whisper.mel import log_mel
from wlk_host.backends.whisper.model import Whisper
from wlk_host.backends.whisper.torch.decoder import TorchDecoder
from wlk_host.backends.whisper.torch.layers import Int8Linear
from wlk_host.bench.scoring import error_rate, normalise
from wlk_host.core.language_odds import best_of
from wlk_host.core.live.end_of_word import IntegrateAndFire
from wlk_host.core.ports import DecodeStep, Sound, Task
from wlk_host.core.types import ENCODER_FRAME, SAMPLE_RATE, Pcm

TASK = Task("en")
SENTENCE = english_words()[3:19]
"""The second sentence of the clip: one breath, well articulated."""
THIRD_SENTENCE = english_words()[19:32]


ENGINES = [("tiny.en", "torch"), ("base", "torch"), ("base", "faster-whisper")]
ENGINES += [("base", "mlx")] if HAS_MLX else []


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


def sentence() -> Pcm:
    start, end = SENTENCE[0][1] - 0.2, SENTENCE[-1][2] + 0.2
    return english()[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]


def said(engine: Whisper, steps: list[DecodeStep]) -> str:
    return engine.tokenizer.decode([step.token for step in steps])


def test_it_says_what_ctranslate2_says(which: tuple[str, Backend], engine: Whisper) -> None:
    pcm = english()[: round((THIRD_SENTENCE[-1][2] + 0.2) * SAMPLE_RATE)]
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


def test_one_token_at_a_time_is_the_same_as_all_at_once() -> None:
    variables = read_variables(model("tiny.en") / "model.bin")
    decoder = TorchDecoder(variables, [(0, 0), (3, 5)], int8=False)
    encoded = torch.from_numpy(np.random.default_rng(0).normal(size=(50, 384)).astype(np.float32))
    tokens = [50257, 50362, 770, 318, 257]
    with torch.inference_mode():
        memory = decoder.cross_memory(encoded)
        at_once, attention = decoder.forward(tokens, decoder.cache(), memory, rows=range(5))
        cache = decoder.cache()
        single = [decoder.forward([token], cache, memory) for token in tokens]
    for i, (logits, weights) in enumerate(single):
        torch.testing.assert_close(logits[0], at_once[i], atol=1e-3, rtol=1e-3)
        torch.testing.assert_close(weights[:, 0], attention[:, i], atol=1e-5, rtol=1e-3)
    assert attention.shape == (2, 5, 50)
    torch.testing.assert_close(attention.sum(dim=2), torch.ones(2, 5))


def test_texts_that_share_a_cache_do_not_see_each_other() -> None:
    variables = read_variables(model("tiny.en") / "model.bin")
    decoder = TorchDecoder(variables, [(0, 0), (3, 5)], int8=False)
    encoded = torch.from_numpy(np.random.default_rng(0).normal(size=(50, 384)).astype(np.float32))
    given, texts = [50257, 50362], [[770, 318], [770, 257], [318, 257]]
    with torch.inference_mode():
        memory = decoder.cross_memory(encoded)
        alone = [decoder.forward([*given, *text], decoder.cache(), memory) for text in texts]
        cache = decoder.cache()
        decoder.forward(given, cache, memory)
        # Two first tokens, of which one goes on in two ways.
        visible = torch.tensor([[1, 1, 1, 0], [1, 1, 0, 1]]).bool()
        decoder.forward([770, 318], cache, memory, range(2), Branches(2, visible))
        parents = torch.tensor([[1, 1, 1, 0], [1, 1, 1, 0], [1, 1, 0, 1]]).bool()
        visible = torch.cat([parents, torch.eye(3).bool()], dim=1)
        together, attention = decoder.forward(
            [318, 257, 257], cache, memory, range(3), Branches(3, visible)
        )
    for i, (logits, weights) in enumerate(alone):
        torch.testing.assert_close(together[i], logits[0], atol=1e-3, rtol=1e-3)
        torch.testing.assert_close(attention[:, i], weights[:, -1], atol=1e-5, rtol=1e-3)


def test_quantised_weights_change_little() -> None:
    variables = read_variables(model("tiny.en") / "model.bin")
    encoded = np.random.default_rng(0).normal(size=(50, 384)).astype(np.float32)
    logits = []
    for int8 in (False, True):
        decoder = TorchDecoder(variables, [(0, 0)], int8=int8)
        with torch.inference_mode():
            memory = decoder.cross_memory(torch.from_numpy(encoded))
            logits.append(decoder.forward([50257, 50362], decoder.cache(), memory)[0][0])
    similarity = torch.nn.functional.cosine_similarity(logits[0], logits[1], dim=0)
    assert float(similarity) > 0.995


def test_the_attended_frames_go_through_a_sentence_with_its_words(
    engine: Whisper,
) -> None:
    sound = listened(engine, sentence())
    steps = list(sound.steps(TASK, (), ()))
    frames = [step.frame for step in steps]
    assert len(steps) >= len(SENTENCE)
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
    assert total[1] >= total[0] - 0.01


def test_a_beam_goes_on_from_a_prefix(engine: Whisper) -> None:
    sound = listened(engine, sentence())
    whole = list(sound.steps(TASK, (), (), 3))
    rest = list(sound.steps(TASK, (), [step.token for step in whole[:6]], 3))
    assert error_rate(said(engine, whole[6:]), said(engine, rest), "en") <= 10
    assert rest[0].frame == pytest.approx(whole[6].frame, abs=15)


def test_half_a_window_hears_the_first_words_only(engine: Whisper) -> None:
    pcm = english()[: round(SENTENCE[8][1] * SAMPLE_RATE)]
    text = said(engine, list(listened(engine, pcm).steps(TASK, (), ())))
    assert "welcome" in text
    assert "spoken" not in text


def test_a_window_may_begin_within_the_sound(engine: Whisper) -> None:
    stream = engine.listen(0)
    stream.feed(english()[: 8 * SAMPLE_RATE])
    start = round(SENTENCE[0][1] * 50 - 5) * ENCODER_FRAME
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


def test_a_wide_layer_packed_in_blocks_is_that_of_its_rows() -> None:
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(40_000, 64, generator=generator).half()
    bias = torch.randn(40_000, generator=generator)
    x = torch.randn(3, 64, generator=generator)
    whole = Int8Linear(weight, bias)(x)
    rows = [0, 16_383, 16_384, 39_999]
    alone = torch.cat([Int8Linear(weight[i : i + 1], bias[i : i + 1])(x) for i in rows], dim=-1)
    torch.testing.assert_close(whole[:, rows], alone)
    exact = x @ weight.float().T + bias
    assert float((whole - exact).abs().max()) < 0.5
