"""How long a live step takes here, measured, or foretold from a model of another size."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from wlk_host.backends.ct2_container import read_variables
from wlk_host.core.ports import AttentiveDecoder, Sound, Task, Token
from wlk_host.core.session import Pace
from wlk_host.core.types import SAMPLE_RATE, Sample, seconds

_WINDOW: Final[Sample] = 7 * SAMPLE_RATE
"""What a step encodes while somebody speaks; see `LiveOptions.window`."""

_PREFIX: Final = " and so on, and so on, and so on, and so on, and so on"
"""Some 20 tokens, as many as the settled words of a window have."""

_NEW_TOKENS: Final = 3
"""Decoded in a step of 0.6 s: two or three of new words, one that is held back."""

_ROUNDS: Final = 3
"""The shortest of some: other programs run as well."""


@dataclass(frozen=True, slots=True)
class StepTime:
    """Seconds of one live step: its window encoded, its words decoded."""

    encode_s: float
    decode_s: float

    @property
    def load(self) -> float:
        """The share of time for which the engine is busy while somebody speaks."""
        return (self.encode_s + self.decode_s) / seconds(Pace().step)


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

    def layers(half: str) -> int:
        return sum(
            name.startswith(f"{half}/layer_") and name.endswith("/ffn/linear_0/weight")
            for name in variables
        )

    width = int(variables["decoder/embeddings/weight"].shape[1])
    return Size(width, layers("encoder"), layers("decoder"))


def foretold(known: StepTime, of: Size, to: Size) -> StepTime:
    """What a step of a model of size `to` takes where one of size `of` is known."""
    return StepTime(
        known.encode_s * to.encoder_work / of.encoder_work,
        known.decode_s * to.decoder_work / of.decoder_work,
    )


def time_step(
    model: AttentiveDecoder,
    wall: Callable[[], float] = time.perf_counter,
    processor: Callable[[], float] = time.process_time,
) -> StepTime:
    """Measure a model that is loaded. Takes some tenths of a second with one that suits.

    What other programs take of the machine is left out as far as it can be: of some rounds
    the shortest counts, and of a round that was interrupted its processor time.

    Args:
        model: in memory.
        wall: seconds that pass for everybody.
        processor: seconds that this process was given, of all its threads.
    """
    pcm = np.random.default_rng(0).normal(0, 0.05, _WINDOW).astype(np.float32)
    prefix = model.tokenizer.encode(_PREFIX)

    def shortest(do: Callable[[], object]) -> float:
        taken = []
        for _ in range(_ROUNDS):
            began, before = wall(), processor()
            do()
            taken.append(min(wall() - began, processor() - before))
        return min(taken)

    stream = model.listen(0)
    # The features of sound are computed as it comes, and are nothing beside the rest.
    stream.feed(pcm)

    def encode() -> Sound:
        return stream.encode(0, _WINDOW)

    sound = encode()  # The first time, memory is fetched.
    n_passes = _decode(sound, prefix, 1 + _NEW_TOKENS)
    encode_s = shortest(encode)
    prefix_s = shortest(lambda: _decode(sound, prefix, 1))
    all_s = shortest(lambda: _decode(sound, prefix, n_passes))
    # A decoder that hears nothing in noise has ended early.
    token_s = (all_s - prefix_s) / (n_passes - 1) if n_passes > 1 else prefix_s
    return StepTime(encode_s, prefix_s + max(0.0, token_s) * _NEW_TOKENS)


def _decode(sound: Sound, prefix: Sequence[Token], most: int) -> int:
    """Decode so many passes, the prefix being one; returns how many there were."""
    steps = sound.steps(Task("en"), (), prefix)
    for n in range(most):
        if next(steps, None) is None:
            return n + 1
    return most
