"""How long a live step takes here, measured, or foretold from a model of another size."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.whisper.layout import n_layers, width
from wlk_host.core.ports import AttentiveDecoder, Sound, Task, Token
from wlk_host.core.recognition import Pace
from wlk_host.core.refine import RefineOptions
from wlk_host.core.types import SAMPLE_RATE, TOKENS_PER_SECOND, Sample, seconds
from wlk_host.runtime.loading import cores

_WINDOW: Final[Sample] = 7 * SAMPLE_RATE
"""What a step encodes while somebody speaks; see `LiveOptions.window`."""

_PREFIX: Final = " and so on, and so on, and so on, and so on, and so on"
"""Some 20 tokens, as many as the settled words of a window have."""

_NEW_TOKENS: Final = 3
"""Decoded in a step of 0.6 s: two or three of new words, one that is held back."""

_ROUNDS: Final = 3
"""The shortest of some: other programs run as well."""

_STRETCH: Final[Sample] = (RefineOptions().least + RefineOptions().longest) // 2
"""Speech that the second pass makes final at a time."""

_SECOND_WINDOW: Final[Sample] = RefineOptions().left + _STRETCH
"""What it encodes for that."""

_BEAMS_TO_ONE: Final = 2
"""What a token costs that is searched with five beams, beside one that is not
(`tests/bench/RESULTS.md`)."""

_OVERLOADED: Final = 1.5
"""So much more time than it is given passes for a process that has to wait for others."""


@dataclass(frozen=True, slots=True)
class StepTime:
    """Seconds of one live step: its window encoded, its words decoded.

    Attributes:
        refine_encode: the share of time for which the second pass encodes while somebody speaks.
        refine_decode: and for which it decodes.
        shared: whether both passes wait for the same processor: a graphics card, or a single
            core. Else each has cores of its own.
        provisional: whether the machine was overloaded meanwhile, so that it may be quicker.
    """

    encode_s: float
    decode_s: float
    refine_encode: float = 0.0
    refine_decode: float = 0.0
    shared: bool = False
    provisional: bool = False

    @property
    def live_load(self) -> float:
        """The share of time for which the engine is busy while somebody speaks."""
        return (self.encode_s + self.decode_s) / seconds(Pace().step)

    @property
    def load(self) -> float:
        """The same of both passes: of the busier one, and of all that they work on."""
        both = self.live_load + self.refine_encode + self.refine_decode
        return both if self.shared else max(self.live_load, both / 2)


@dataclass(frozen=True, slots=True)
class Size:
    """What the cost of a Whisper model depends on."""

    width: int
    encoder_layers: int
    decoder_layers: int

    @property
    def encoder_work(self) -> float:
        """In proportion to the multiplications for a frame; attention is small in short windows."""
        return (self.encoder_layers + 1) * self.width**2

    @property
    def decoder_work(self) -> float:
        """In proportion to those for a token: 14 matrices a layer, and the vocabulary."""
        return 14 * self.decoder_layers * self.width**2 + 52_000 * self.width


def size_of(folder: Path) -> Size:
    """Read from the headers of a CTranslate2 folder's weights.

    Raises:
        WlkError: `model_corrupt`.
    """
    variables = read_variables(folder / "model.bin")
    return Size(width(variables), n_layers(variables, "encoder"), n_layers(variables, "decoder"))


def foretold(known: StepTime, of: Size, to: Size) -> StepTime:
    """What a step of a model of size `to` takes where one of size `of` is known."""
    encoder, decoder = to.encoder_work / of.encoder_work, to.decoder_work / of.decoder_work
    return replace(
        known,
        encode_s=known.encode_s * encoder,
        decode_s=known.decode_s * decoder,
        refine_encode=known.refine_encode * encoder,
        refine_decode=known.refine_decode * decoder,
    )


class _Timer:
    """Times what is done some times over, and notes whether the machine had time for it.

    Args:
        wall: seconds that pass for everybody.
        processor: seconds that this process was given, of all its threads.
    """

    def __init__(self, wall: Callable[[], float], processor: Callable[[], float]) -> None:
        self._wall, self._processor = wall, processor
        self._passed = self._given = 0.0

    @property
    def was_kept_waiting(self) -> bool:
        """Whether much more time passed than this process was given."""
        return self._passed > _OVERLOADED * self._given

    def shortest(self, do: Callable[[], object], rounds: int = _ROUNDS) -> float:
        """Of some rounds the shortest, and of one that was interrupted its processor time."""
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
    """Measure a model that is loaded. Takes some tenths of a second with one that suits.

    What other programs take of the machine is left out as far as it can be; where it was much,
    the figures are `provisional`. The second pass is measured where the live one leaves it time:
    its window encoded, and its words by those of the live pass.

    Args:
        model: in memory.
        wall: seconds that pass for everybody.
        processor: seconds that this process was given, of all its threads.
        on_card: whether it runs on a graphics card, for which the process waits.
    """
    pcm = np.random.default_rng(0).normal(0, 0.05, _SECOND_WINDOW).astype(np.float32)
    prefix = model.tokenizer.encode(_PREFIX)
    timer = _Timer(wall, wall if on_card else processor)
    stream = model.listen(0)
    # The features of sound are computed as it comes, and are nothing beside the rest.
    stream.feed(pcm)

    def encode() -> Sound:
        return stream.encode(0, _WINDOW)

    sound = encode()  # The first time, memory is fetched.
    n_passes = _decode(sound, prefix, 1 + _NEW_TOKENS)
    encode_s = timer.shortest(encode)
    prefix_s = timer.shortest(lambda: _decode(sound, prefix, 1))
    all_s = timer.shortest(lambda: _decode(sound, prefix, n_passes))
    # A decoder that hears nothing in noise has ended early.
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
    """Decode so many passes, the prefix being one; returns how many there were."""
    steps = sound.steps(Task("en"), (), prefix)
    for n in range(most):
        if next(steps, None) is None:
            return n + 1
    return most
