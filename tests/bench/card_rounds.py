"""How long the parts of a live step take on a card: as the host works alone, and as graphs.

A part is measured with the transfer of its answer to the processor, where texts are searched.
"""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch.autograd import DeviceType  # type: ignore[attr-defined]
from torch.profiler import ProfilerActivity, profile

from card_batches import SessionsDecoder, graphed, prefixes
from wlk_host.backends.whisper.halves import Branches
from wlk_host.backends.whisper.layout import LEAST_LIVE_WINDOW, Variables
from wlk_host.backends.whisper.scores import most_probable
from wlk_host.backends.whisper.torch.decoder import TorchDecoder
from wlk_host.backends.whisper.torch.encoder import TorchEncoder
from wlk_host.core.types import ENCODER_FRAME, MEL_FRAME, MelFrames

FEATURES: Final[MelFrames] = LEAST_LIVE_WINDOW // MEL_FRAME
N_FRAMES: Final = LEAST_LIVE_WINDOW // ENCODER_FRAME
PREFIX: Final = 31
LENGTHS: Final = (16, 31, 24, 20)
"""Of the prefixes of several sessions, in turn."""

BEAMS: Final = 3
PASSES: Final = 4
"""Of the decoder in a live step, behind the one that reads the prefix."""

_LEAST_ROUNDS: Final = 7
_PROFILED: Final = 5
_TOKEN: Final = 400


@dataclass(frozen=True, slots=True)
class Card:
    """A device, and how long each measurement on it lasts."""

    device: torch.device
    for_s: float

    def times(self, do: Callable[[], object], for_s: float | None = None) -> list[float]:
        """The seconds of each round, some at least and otherwise as many as fit into the time."""
        do()
        do()
        taken: list[float] = []
        self.wait()
        end = time.perf_counter() + (for_s or self.for_s)
        while len(taken) < _LEAST_ROUNDS or time.perf_counter() < end:
            began = time.perf_counter()
            do()
            self.wait()
            taken.append(time.perf_counter() - began)
        return taken

    def median_ms(self, do: Callable[[], object]) -> float:
        """The median in milliseconds."""
        return 1000 * statistics.median(self.times(do))

    def wait(self) -> None:
        """Until everything that was asked of the card is done."""
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def busy(self, do: Callable[[], object]) -> tuple[float, int] | None:
        """Milliseconds of a round in which the card computes or copies, and in how many pieces."""
        if self.device.type != "cuda":
            return None
        do()
        self.wait()
        with profile(activities=[ProfilerActivity.CUDA]) as profiler:
            for _ in range(_PROFILED):
                do()
            self.wait()
        pieces = [e for e in profiler.events() or () if e.device_type == DeviceType.CUDA]
        spent = sum(e.time_range.elapsed_us() for e in pieces)
        return spent / 1000 / _PROFILED, len(pieces) // _PROFILED


def parts_today(
    encoder: TorchEncoder, decoder: TorchDecoder, n_mels: int, vocabulary: int
) -> Iterable[tuple[str, Callable[[], object]]]:
    """The parts of a live step as the host asks for them, one session alone."""
    window = _noise(n_mels)
    encoded = encoder(window)
    memory = decoder.cross_memory(encoded)
    mask = np.zeros(vocabulary, np.float32)
    prefix = [_TOKEN] * PREFIX
    read = decoder.cache()
    decoder.successors(prefix, read, memory, mask, 1)
    visible = np.ones((BEAMS, PREFIX), np.bool_)
    branches = Branches(PREFIX, np.concatenate([visible, np.eye(BEAMS, dtype=np.bool_)], axis=1))
    logits = np.random.default_rng(0).normal(0, 1, (BEAMS, vocabulary)).astype(np.float32)

    def token(n: int, branches: Branches | None = None) -> object:
        read.length = PREFIX
        return decoder.successors([_TOKEN] * n, read, memory, mask, n + 1, branches)

    yield "encoder", lambda: encoder(window)
    yield "keys and values of the window", lambda: decoder.cross_memory(encoded)
    yield (
        f"prefix of {PREFIX} tokens",
        lambda: decoder.successors(prefix, decoder.cache(), memory, mask, BEAMS + 1),
    )
    yield "a token, 1 beam", lambda: token(1)
    yield f"a token, {BEAMS} beams", lambda: token(BEAMS, branches)
    yield (
        f"of it the choice of the best among {BEAMS} rows, on the processor",
        lambda: most_probable(logits, mask, BEAMS + 1),
    )


@dataclass(frozen=True, slots=True)
class Round:
    """Milliseconds of one live step of some sessions together, by its parts.

    Attributes:
        prefix: padded to the longest.
        token: of each session, with its beams.
    """

    n: int
    encode: float
    memory: float
    prefix: float
    token: float

    @property
    def total(self) -> float:
        """Of the whole step."""
        return self.encode + self.memory + self.prefix + PASSES * self.token


def time_round(
    card: Card,
    encoder: TorchEncoder,
    decoder: SessionsDecoder,
    n_mels: int,
    n: int,
) -> Round:
    """A live step of `n` sessions together, as graphs."""

    def prepared(do: Callable[[], Any]) -> Callable[[], Any]:
        return graphed(do, card.device)

    sessions = decoder.sessions(n, N_FRAMES)
    window = np.stack([_noise(n_mels)] * n)
    there = torch.from_numpy(window).to(card.device)
    encode = prepared(lambda: encoder(there))
    encoded = encode()
    memory = prepared(lambda: sessions.hear(encoded))
    mask = torch.zeros(len(decoder.embedding), device=card.device)
    tokens, positions, last = (
        torch.from_numpy(x).to(card.device) for x in prefixes(n, LENGTHS, _TOKEN)
    )
    beams = torch.full((n, BEAMS), _TOKEN, device=card.device)
    next_to = last + 1 + torch.arange(BEAMS, device=card.device)
    rows = torch.arange(BEAMS, device=card.device).expand(n, BEAMS)
    prefix = prepared(lambda: sessions.read(tokens, positions, last, mask, BEAMS + 1))
    token = prepared(lambda: sessions.read(beams, next_to, rows, mask, BEAMS + 1))

    def encode_fresh() -> None:
        there.copy_(torch.from_numpy(window))
        encode()

    return Round(
        n,
        card.median_ms(encode_fresh),
        card.median_ms(memory),
        card.median_ms(lambda: prefix().fetch()),
        card.median_ms(lambda: token().fetch()),
    )


def error_of(encoder: TorchEncoder, exact: TorchEncoder, n_mels: int) -> float:
    """The encoder's error against another one, relative to what that answers."""
    window = _noise(n_mels)
    right = exact(window).double()
    return float((encoder(window).double() - right).norm() / right.norm())


def halves(
    variables: Variables, heads: list[tuple[int, int]], device: str, dtype: torch.dtype
) -> tuple[TorchEncoder, SessionsDecoder]:
    """Both halves of a model for several sessions."""
    return (
        TorchEncoder(variables, device, dtype),
        SessionsDecoder(variables, heads, device, dtype),
    )


def _noise(n_mels: int) -> NDArray[np.float32]:
    return np.random.default_rng(0).normal(0, 0.3, (n_mels, FEATURES)).astype(np.float32)
