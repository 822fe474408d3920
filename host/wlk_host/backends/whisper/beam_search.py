"""Beam search over next tokens, whatever decoder they come from. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from wlk_host.core.live.trust import goes_on_for_ever
from wlk_host.core.ports import Token

Successors: TypeAlias = Sequence[tuple[Token, float]]
"""The most probable next tokens of one text with their log probabilities, more than there
are beams."""

Extend: TypeAlias = Callable[[Sequence[int], Sequence[Token]], Sequence[Successors]]
"""Read one more token for each of some texts: which of the texts of the call before it
follows, and the token. Returns the successors of each."""

_LAG: Final = 6
"""Tokens after which texts that still differ are decided between (fixed-lag search)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A text and how it came about.

    Attributes:
        tokens: without end-of-text.
        logprobs: of each token.
        rows: of each token, its place in the call of `Extend` that read it.
        score: mean log probability, end-of-text included.
    """

    tokens: tuple[Token, ...]
    logprobs: tuple[float, ...]
    rows: tuple[int, ...]
    score: float


@dataclass(frozen=True, slots=True)
class _Beam:
    tokens: tuple[Token, ...] = ()
    logprobs: tuple[float, ...] = ()
    rows: tuple[int, ...] = ()
    total: float = 0.0

    def read_in(self, row: int) -> "_Beam":
        """The same text with its last token in another place of the call that reads it."""
        return replace(self, rows=(*self.rows[:-1], row))

    def found(self, total: float) -> Found:
        return Found(self.tokens, self.logprobs, self.rows, total / (len(self.tokens) + 1))

    def followed_by(self, token: Token, logprob: float, row: int) -> "_Beam":
        return _Beam(
            (*self.tokens, token),
            (*self.logprobs, logprob),
            (*self.rows, row),
            self.total + logprob,
        )


def beam_search(
    first: Successors, extend: Extend, end_of_text: Token, beams: int, most_tokens: int
) -> Found:
    """The most probable text per token.

    As openai/whisper decodes (`decoding.py`, `BeamSearchDecoder` with patience 1 and
    `MaximumLikelihoodRanker`): as many texts as there are beams are brought to their end,
    and the one of the best mean log probability wins. A text that goes round in circles
    is given up: to its end it would cost up to ten times what other sound does.

    Args:
        first: successors of what is given.
        extend: the decoder.
        end_of_text: the token that ends a text.
        beams: texts followed at the same time; 1 is greedy.
        most_tokens: length at which an unfinished text is cut.
    """
    alive, successors = [_Beam()], [first]
    finished: list[Found] = []
    for _ in range(most_tokens):
        parents, alive, ended = _grow(alive, successors, end_of_text, beams)
        finished += ended
        rows = [row for row, beam in enumerate(alive) if not goes_on_for_ever(beam.tokens)]
        if len(finished) >= beams or not rows:
            break
        parents = [parents[row] for row in rows]
        alive = [alive[row].read_in(place) for place, row in enumerate(rows)]
        successors = list(extend(parents, [beam.tokens[-1] for beam in alive]))
    if not finished or (len(finished) < beams and rows):
        finished += [beam.found(beam.total) for beam in alive]
    return max(finished, key=_score)


def lazy_beam_search(
    first: Successors, extend: Extend, end_of_text: Token, beams: int, most_tokens: int
) -> Iterator[tuple[Token, float, int]]:
    """The tokens of the best text as soon as they are certain, for whoever may stop early.

    A token is certain when all texts that are followed agree on it, or when the best has gone
    on for some tokens since; texts that differ from it are given up then. The search is over
    when an ended text is more probable than all that go on, as those only become less so. (By
    the mean of their tokens, texts that repeat themselves for ever would win.)

    Yields:
        token, log probability, and its place in the call of `Extend` that read it.
    """
    alive, successors = [_Beam()], [first]
    finished: list[Found] = []
    n = 0
    for _ in range(most_tokens):
        parents, alive, ended = _grow(alive, successors, end_of_text, beams)
        finished += ended
        texts = [*finished, *(beam.found(beam.total) for beam in alive)]
        best = max(texts, key=_total)
        if best in finished:
            break
        while _agree(texts, n) or len(best.tokens) - n > _LAG:
            yield best.tokens[n], best.logprobs[n], best.rows[n]
            n += 1
            texts = [text for text in texts if text.tokens[:n] == best.tokens[:n]]
        finished = [text for text in finished if text.tokens[:n] == best.tokens[:n]]
        rows = [row for row, beam in enumerate(alive) if beam.tokens[:n] == best.tokens[:n]]
        parents = [parents[row] for row in rows]
        alive = [alive[row].read_in(place) for place, row in enumerate(rows)]
        successors = list(extend(parents, [beam.tokens[-1] for beam in alive]))
    if texts := [*finished, *(beam.found(beam.total) for beam in alive)]:
        best = max(texts, key=_total)
        yield from zip(best.tokens[n:], best.logprobs[n:], best.rows[n:], strict=True)


def _grow(
    alive: Sequence[_Beam], successors: Sequence[Successors], end_of_text: Token, beams: int
) -> tuple[list[int], list[_Beam], list[Found]]:
    """The best texts one token longer, with the row each goes on from, and those that ended."""
    parents: list[int] = []
    grown: list[_Beam] = []
    ended: list[Found] = []
    candidates = sorted(
        (
            (beam.total + logprob, row, token, logprob)
            for row, beam in enumerate(alive)
            for token, logprob in successors[row]
        ),
        reverse=True,
    )
    for total, row, token, logprob in candidates:
        if token == end_of_text:
            ended.append(alive[row].found(total))
            continue
        grown.append(alive[row].followed_by(token, logprob, len(grown)))
        parents.append(row)
        if len(grown) == beams:
            break
    return parents, grown, ended


def _agree(texts: Sequence[Found], n: int) -> bool:
    """Whether all have the same token in that place."""
    return len({text.tokens[n : n + 1] for text in texts}) == 1 and len(texts[0].tokens) > n


def _total(found: Found) -> float:
    return found.score * (len(found.tokens) + 1)


def _score(found: Found) -> float:
    return found.score
