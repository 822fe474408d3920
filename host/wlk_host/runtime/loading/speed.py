"""How long a live step takes here: measured, or predicted from a model of another size."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from wlk_host.backends.checkpoints.shapes import read_whisper
from wlk_host.backends.whisper.layout import n_layers, width
from wlk_host.core.ports import AttentiveDecoder, Sound, Task, Token
from wlk_host.core.recognition import Pace
from wlk_host.core.refine import RefineOptions
from wlk_host.core.types import SAMPLE_RATE, TOKENS_PER_SECOND, Sample, seconds
from wlk_host.runtime.loading import cores

_WINDOW: Final[Sample] = 7 * SAMPLE_RATE
"""The sound that a step encodes while somebody speaks; see `LiveOptions.window`."""

_PREFIX: Final = " and so on, and so on, and so on, and so on, and so on"
"""About 20 tokens, as many as the committed words of a window have."""

_NEW_TOKENS: Final = 3
"""The tokens decoded in a step of 0.6 s: two or three of new words, and one that is held back."""

_ROUNDS: Final = 3
"""The shortest of several rounds counts, because other programs run as well."""

_STRETCH: Final[Sample] = (RefineOptions().least + RefineOptions().longest) // 2
"""The speech that one decode of the second pass makes final."""

_SECOND_WINDOW: Final[Sample] = RefineOptions().left + _STRETCH
"""The sound that it encodes for that."""

_BEAMS_TO_ONE: Final = 2
"""How much more a token costs with five beams than with one (`tests/bench/RESULTS.md`)."""

_OVERLOADED: Final = 1.5
"""The ratio of wall time to processor time from which a process counts as kept waiting."""


@dataclass(frozen=True, slots=True)
class StepTime:
    """Seconds of one live step: its window encoded, its words decoded.

    Attributes:
        refine_encode: the share of the time that the second pass encodes while somebody speaks.
        refine_decode: the share of the time that it decodes.
        shared: whether both passes use the same processor: a graphics card or a single core.
            Otherwise each has its own cores.
        provisional: whether the machine was overloaded, so that a step is probably faster.
    """

    encode_s: float
    decode_s: float
    refine_encode: float = 0.0
    refine_decode: float = 0.0
    shared: bool = False
    provisional: bool = False

    @property
    def live_load(self) -> float:
        """The share of the time that the live pass is busy while somebody speaks."""
        return (self.encode_s + self.decode_s) / seconds(Pace().step)

    @property
    def load(self) -> float:
        """The load of both passes together, or of the live pass alone if that is higher."""
        both = self.live_load + self.refine_encode + self.refine_decode
        return both if self.shared else max(self.live_load, both / 2)


@dataclass(frozen=True, slots=True)
class Size:
    """The dimensions on which the cost of a Whisper model depends."""

    width: int
    encoder_layers: int
    decoder_layers: int

    @property
    def encoder_work(self) -> float:
        """Proportional to the multiplications per frame. Attention is small in short windows."""
        return (self.encoder_layers + 1) * self.width**2

    @property
    def decoder_work(self) -> float:
        """Proportional to the multiplications per token: 14 matrices a layer and the vocabulary."""
        return 14 * self.decoder_layers * self.width**2 + 52_000 * self.width


def size_of(folder: Path) -> Size:
    """The size of a CTranslate2 model, from the headers of its weights.

    Raises:
        WlkError: `model_corrupt`.
    """
    variables = read_whisper(folder / "model.bin")
    return Size(width(variables), n_layers(variables, "encoder"), n_layers(variables, "decoder"))


def predicted(known: StepTime, of: Size, to: Size) -> StepTime:
    """How long a step of a model of size `to` takes, given one of a model of size `of`."""
    encoder, decoder = to.encoder_work / of.encoder_work, to.decoder_work / of.decoder_work
    return replace(
        known,
        encode_s=known.encode_s * encoder,
        decode_s=known.decode_s * decoder,
        refine_encode=known.refine_encode * encoder,
        refine_decode=known.refine_decode * decoder,
    )


class _Timer:
    """Times repeated work, and notes whether the machine was too busy for it.

    Args:
        wall: the wall clock, in seconds.
        processor: the processor time of all threads of this process, in seconds.
    """

    def __init__(self, wall: Callable[[], float], processor: Callable[[], float]) -> None:
        self._wall, self._processor = wall, processor
        self._passed = self._given = 0.0

    @property
    def was_kept_waiting(self) -> bool:
        """Whether much more time passed than the process could compute."""
        return self._passed > _OVERLOADED * self._given

    def shortest(self, do: Callable[[], object], rounds: int = _ROUNDS) -> float:
        """The time of the shortest round; processor time counts if a round was interrupted."""
        taken = []
        for _ in range(rounds):
            began, before = self._wall(), self._processor()
            do()
            passed, given = self._wall() - began, self._processor() - before
            self._passed += passed
            self._given += given
            taken.append(min(passed, given))
        return min(taken)


def time_step(
    model: AttentiveDecoder,
    wall: Callable[[], float] = time.perf_counter,
    processor: Callable[[], float] = time.process_time,
    *,
    on_card: bool = False,
) -> StepTime:
    """Measure a loaded model. Takes some tenths of a second if the model suits the machine.

    The load of other programs is left out as far as possible. If it was high, the result is
    `provisional`. The second pass is measured only if the live pass leaves time for it: its window
    is encoded, and its decoding is estimated from that of the live pass.

    Args:
        model: the model in memory.
        wall: the wall clock, in seconds.
        processor: the processor time of all threads of this process, in seconds.
        on_card: whether it runs on a graphics card, for which the process only waits.
    """
    pcm = np.random.default_rng(0).normal(0, 0.05, _SECOND_WINDOW).astype(np.float32)
    prefix = model.tokenizer.encode(_PREFIX)
    timer = _Timer(wall, wall if on_card else processor)
    stream = model.listen(0)
    # Features are computed as the sound arrives, and cost almost nothing compared to the rest.
    stream.feed(pcm)

    def encode() -> Sound:
        return stream.encode(0, _WINDOW)

    sound = encode()  # The first round also allocates memory.
    n_passes = _decode(sound, prefix, 1 + _NEW_TOKENS)
    encode_s = timer.shortest(encode)
    prefix_s = timer.shortest(lambda: _decode(sound, prefix, 1))
    all_s = timer.shortest(lambda: _decode(sound, prefix, n_passes))
    # A decoder that hears no words in noise ends early.
    token_s = max(0.0, (all_s - prefix_s) / (n_passes - 1) if n_passes > 1 else prefix_s)
    step = StepTime(
        encode_s,
        prefix_s + token_s * _NEW_TOKENS,
        refine_decode=token_s * _BEAMS_TO_ONE * TOKENS_PER_SECOND,
        shared=on_card or cores.n_allowed() == 1,
    )
    if step.load < 1:
        second_s = timer.shortest(lambda: stream.encode(0, _SECOND_WINDOW), rounds=1)
        step = replace(step, refine_encode=second_s / seconds(_STRETCH))
    return replace(step, provisional=timer.was_kept_waiting)


def _decode(sound: Sound, prefix: Sequence[Token], most: int) -> int:
    """Decode at most this many passes, the prefix being one; returns how many there were."""
    steps = sound.steps(Task("en"), (), prefix)
    for n in range(most):
        if next(steps, None) is None:
            return n + 1
    return most
