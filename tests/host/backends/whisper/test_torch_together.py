"""Several sessions read together on real weights: each is told what it is told alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fixtures.models import model
from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.whisper.halves import Branches
from wlk_host.backends.whisper.layout import Variables
from wlk_host.backends.whisper.torch.decoder import TorchDecoder
from wlk_host.backends.whisper.torch.encoder import TorchEncoder
from wlk_host.backends.whisper.torch.together import Read, SessionsReader, Text

pytestmark = [pytest.mark.model, pytest.mark.torch]

HEADS = [(0, 0), (2, 1), (3, 5)]
START = [50257, 50362]
WORDS = (770, 318, 257, 1332, 286, 262)


@pytest.fixture(scope="module")
def variables() -> Variables:
    return read_variables(model("tiny.en") / "model.bin")


@pytest.fixture(scope="module")
def decoder(variables: Variables) -> TorchDecoder:
    return TorchDecoder(variables, HEADS, int8=False)


@dataclass
class Session:
    """What a session reads, call by call: tokens, and which of the texts before each goes on."""

    n_frames: int
    calls: list[tuple[list[int], list[int] | None]]
    asks_logits: bool = False
    visible: NDArray[np.bool_] = field(default_factory=lambda: np.ones((1, 0), np.bool_))
    n_read: int = 0

    def windows(self) -> NDArray[np.float32]:
        rng = np.random.default_rng(self.n_frames)
        return rng.normal(size=(self.n_frames, 384)).astype(np.float32)

    def next(self) -> tuple[list[int], Branches | None] | None:
        """The next call; None at the end."""
        if not self.calls:
            return None
        tokens, parents = self.calls.pop(0)
        if parents is None:
            self.visible = np.ones((1, len(tokens)), np.bool_)
            return tokens, None
        own = np.eye(len(tokens), dtype=np.bool_)
        self.visible = np.concatenate([self.visible[parents], own], axis=1)
        self.n_read += 1
        return tokens, Branches(len(START) + self.n_read + 2, self.visible)


def session(n_frames: int, n_prefix: int, beams: Sequence[int], asks_logits: bool) -> Session:
    """A prefix, then as many tokens at once as `beams` says."""
    calls: list[tuple[list[int], list[int] | None]] = [([*START, *WORDS[:n_prefix]], None)]
    before = 1
    for n in beams:
        parents = [i % before for i in range(n)]
        calls.append(([WORDS[(i + n) % len(WORDS)] for i in range(n)], parents))
        before = n
    return Session(n_frames, calls, asks_logits)


SESSIONS = st.lists(
    st.builds(
        session,
        st.integers(5, 60),
        st.integers(0, len(WORDS)),
        st.lists(st.integers(1, 4), max_size=3),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
)


@given(sessions=SESSIONS)
@settings(deadline=None, max_examples=25)
def test_each_is_told_what_it_is_told_alone(decoder: TorchDecoder, sessions: list[Session]) -> None:
    reader = SessionsReader(decoder.weights)
    mask = np.zeros(len(decoder.weights.embedding), np.float32)
    mask[::2] = -np.inf
    there = torch.from_numpy(mask)
    windows = [one.windows() for one in sessions]
    seen = reader.windows([torch.from_numpy(one) for one in windows])
    memories = [decoder.cross_memory(one) for one in windows]
    texts = [(Text(448), decoder.cache()) for _ in sessions]
    while True:
        asked = [(i, call) for i, one in enumerate(sessions) if (call := one.next()) is not None]
        if not asked:
            return
        reads = []
        for i, (tokens, branches) in asked:
            rows = range(len(tokens)) if branches else [len(tokens) - 1]
            wanted = None if sessions[i].asks_logits else there
            reads.append(Read(tokens, texts[i][0], seen[i], rows, branches, wanted, 1 + i))
        for (i, (tokens, branches)), told in zip(asked, reader.read(reads), strict=True):
            cache, rows = texts[i][1], range(len(tokens)) if branches else [-1]
            if sessions[i].asks_logits:
                logits, looks = decoder.forward(tokens, cache, memories[i], rows, branches)
                assert told.logits is not None
                np.testing.assert_allclose(told.logits, logits, atol=2e-3, rtol=1e-3)
            else:
                best, looks = decoder.successors(tokens, cache, memories[i], mask, 1 + i, branches)
                assert told.best is not None
                np.testing.assert_array_equal(told.best.tokens, best.tokens)
                np.testing.assert_allclose(told.best.logprobs, best.logprobs, atol=1e-3)
            np.testing.assert_allclose(told.attention, looks, atol=1e-5)
            assert texts[i][0].length == cache.length


def test_windows_of_different_lengths_are_encoded_as_they_are_alone(variables: Variables) -> None:
    encoder = TorchEncoder(variables, "cpu", torch.float32)
    rng = np.random.default_rng(0)
    windows = [rng.normal(0, 0.3, (80, 2 * n)).astype(np.float32) for n in (40, 71, 71, 12)]
    for window, encoded in zip(windows, encoder.together(windows), strict=True):
        torch.testing.assert_close(encoded, encoder(window), atol=1e-3, rtol=1e-3)
