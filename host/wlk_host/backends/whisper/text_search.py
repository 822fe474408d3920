"""Beam search over the texts of an encoded window."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.whisper.beam_search import Found, Successors, beam_search, lazy_beam_search
from wlk_host.backends.whisper.halves import Best, Branches, Decoder, Memory
from wlk_host.backends.whisper.scores import most_probable, softmax
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.core.live.attention import AttentionTracker
from wlk_host.core.pauses import give_way
from wlk_host.core.ports import DecodeStep, Token
from wlk_host.core.types import EncoderFrames


class Searched(Protocol):
    """What a search needs of a model.

    Attributes:
        decoder: reads the texts.
        tokenizer: of the model.
        mask: added to the logits, shape (vocabulary,), float32: -inf for what is never text.
        mask_at_start: the same for the first token of a text.
    """

    decoder: Decoder
    tokenizer: WhisperTokenizer
    mask: NDArray[np.float32]
    mask_at_start: NDArray[np.float32]


class TextSearch:
    """One beam search. All texts share one cache, in which each sees those it goes on from.

    So nothing is copied when one text takes another's place.
    """

    def __init__(
        self,
        whisper: Searched,
        memory: Memory,
        beams: int,
        given: Sequence[Token],
        most_tokens: int,
    ) -> None:
        self._whisper = whisper
        self._memory = memory
        self._beams = beams
        self._given = given
        self._most_tokens = most_tokens
        # More than there are beams: one of them may be the end.
        self._n_best = beams + 1
        self._cache = whisper.decoder.cache(len(given) + beams * most_tokens)
        self._visible = np.ones((1, len(given)), np.bool_)
        self._attention: list[NDArray[np.float32]] = []
        self._no_speech = 0.0

    def run(self, at_start: bool) -> Found:
        """The best text; `at_start` tells that nothing of it is given."""
        first, end = self._begin_with_no_speech(at_start), self._whisper.tokenizer.end_of_text
        return beam_search(first, self._extend, end, self._beams, self._most_tokens)

    def steps(self, at_start: bool, n_frames: EncoderFrames) -> Iterator[DecodeStep]:
        """The best text token by token, as soon as each is certain."""
        first, end = self._begin(at_start), self._whisper.tokenizer.end_of_text
        tracker = AttentionTracker(n_frames)
        found = lazy_beam_search(first, self._extend, end, self._beams, self._most_tokens)
        looks_from = slice(None)
        for call, (token, logprob, row) in enumerate(found):
            # A token is looked for from the one before it.
            attention = self._attention[call][:, looks_from]
            yield DecodeStep(token, tracker.read(attention), logprob)
            looks_from = slice(row, row + 1)

    def no_speech(self) -> float:
        """How sure the decoder is, before anything else, that nobody speaks. Told by `run`."""
        return self._no_speech

    def attention(self, found: Found) -> NDArray[np.float32]:
        """Where each token of the text looked, given ones included, (heads, tokens, frames)."""
        steps = zip(self._attention[1:], found.rows, strict=False)
        own = [attention[:, row : row + 1] for attention, row in steps]
        return np.concatenate([self._attention[0], *own], axis=1)

    def _begin_with_no_speech(self, at_start: bool) -> Successors:
        """Read what is given, and take down whether anybody speaks, which its start tells."""
        give_way()
        whisper = self._whisper
        start = self._given.index(whisper.tokenizer.start)
        logits, attention = whisper.decoder.forward(
            self._given, self._cache, self._memory, (start, -1)
        )
        self._attention.append(attention)
        self._no_speech = float(softmax(logits[0])[whisper.tokenizer.no_speech])
        return _listed(most_probable(logits[1:], self._mask(at_start), self._n_best))[0]

    def _begin(self, at_start: bool) -> Successors:
        """Read what is given."""
        return self._read(self._given, self._mask(at_start))[0]

    def _extend(self, parents: Sequence[int], tokens: Sequence[Token]) -> list[Successors]:
        give_way()
        own = np.eye(len(tokens), dtype=np.bool_)
        self._visible = np.concatenate([self._visible[list(parents)], own], axis=1)
        position = len(self._given) + len(self._attention) - 1
        return self._read(tokens, self._whisper.mask, Branches(position, self._visible))

    def _read(
        self,
        tokens: Sequence[Token],
        mask: NDArray[np.float32],
        branches: Branches | None = None,
    ) -> list[Successors]:
        best, attention = self._whisper.decoder.successors(
            tokens, self._cache, self._memory, mask, self._n_best, branches
        )
        self._attention.append(attention)
        return _listed(best)

    def _mask(self, at_start: bool) -> NDArray[np.float32]:
        return self._whisper.mask_at_start if at_start else self._whisper.mask


def _listed(best: Best) -> list[Successors]:
    """For each row pairs of token and log probability."""
    rows = zip(best.tokens.tolist(), best.logprobs.tolist(), strict=True)
    return [list(zip(*row, strict=True)) for row in rows]
