"""The search over scripted next-token probabilities."""

from collections.abc import Iterator, Mapping, Sequence
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.backends.whisper.beam_search import Found, Successors, beam_search, lazy_beam_search
from wlk_host.core.live.trust import goes_on_for_ever

END = 0
A, B, C, D = 1, 2, 3, 4

Script = Mapping[tuple[int, ...], Mapping[int, float]]
"""The probabilities of what follows each text; where nothing is said, the text ends."""


class Scripted:
    """A decoder by script, which follows the texts as a real one does its cache."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.texts: list[tuple[int, ...]] = [()]
        self.calls: list[list[tuple[int, ...]]] = []

    def successors(self, text: tuple[int, ...]) -> Successors:
        following = self.script.get(text, {END: 1.0})
        return [(token, log(p)) for token, p in following.items()]

    def extend(self, parents: Sequence[int], tokens: Sequence[int]) -> list[Successors]:
        self.texts = [(*self.texts[row], token) for row, token in zip(parents, tokens, strict=True)]
        self.calls.append(self.texts)
        return [self.successors(text) for text in self.texts]

    def search(self, beams: int, most_tokens: int = 10) -> Found:
        return beam_search(self.successors(()), self.extend, END, beams, most_tokens)

    def lazy_search(self, beams: int, most_tokens: int = 10) -> Iterator[tuple[int, float, int]]:
        return lazy_beam_search(self.successors(()), self.extend, END, beams, most_tokens)


GARDEN_PATH: Script = {
    (): {A: 0.6, B: 0.4},
    (A,): {C: 0.3, D: 0.3, END: 0.4},
    (B,): {C: 0.95, END: 0.05},
}
"""The better beginning has the worse end."""


def test_one_beam_takes_the_best_token_each_time() -> None:
    found = Scripted({(): {A: 0.6, B: 0.4}, (A,): {C: 0.5, D: 0.4}}).search(beams=1)
    assert found.tokens == (A, C)
    assert found.logprobs == pytest.approx((log(0.6), log(0.5)))


def test_more_beams_find_the_text_that_is_better_in_the_end() -> None:
    assert Scripted(GARDEN_PATH).search(beams=1).tokens == (A,)
    assert Scripted(GARDEN_PATH).search(beams=2).tokens == (B, C)


def test_the_score_is_the_mean_over_all_tokens_and_the_end() -> None:
    found = Scripted(GARDEN_PATH).search(beams=2)
    assert found.score == pytest.approx((log(0.4) + log(0.95)) / 3)


def test_a_longer_text_is_not_worse_for_being_longer() -> None:
    script: Script = {(): {A: 0.5, END: 0.4}, (A,): {B: 0.9, END: 0.1}, (A, B): {C: 1.0}}
    assert Scripted(script).search(beams=3).tokens == (A, B, C)


def test_a_text_may_be_empty() -> None:
    found = Scripted({(): {END: 0.9, A: 0.1}, (A,): {END: 0.1, B: 0.2}}).search(beams=1)
    assert (found.tokens, found.rows) == ((), ())
    assert found.score == pytest.approx(log(0.9))


def test_no_more_texts_are_followed_than_there_are_beams() -> None:
    wide: Script = {(): dict.fromkeys((A, B, C, D), 0.25)}
    decoder = Scripted(wide)
    decoder.search(beams=3)
    assert [len(texts) for texts in decoder.calls] == [3]


def test_a_text_that_does_not_end_is_cut() -> None:
    endless: Script = {(A,) * n: {A: 1.0} for n in range(20)}
    found = Scripted(endless).search(beams=1, most_tokens=6)
    assert found.tokens == (A,) * 6


def test_with_no_room_nothing_is_said() -> None:
    assert Scripted(GARDEN_PATH).search(beams=2, most_tokens=0).tokens == ()


def test_each_token_is_found_in_the_call_that_read_it() -> None:
    decoder = Scripted(GARDEN_PATH)
    found = decoder.search(beams=2)
    read = [texts[row] for texts, row in zip(decoder.calls, found.rows, strict=False)]
    assert read == [found.tokens[: n + 1] for n in range(len(found.tokens))]


# -- for whoever may stop early -----------------------------------------------------------


def test_a_lazy_search_finds_the_text_that_is_better_in_the_end() -> None:
    assert [token for token, _, _ in Scripted(GARDEN_PATH).lazy_search(beams=2)] == [B, C]


def test_a_token_is_told_once_all_texts_agree_on_it() -> None:
    script: Script = {(): {A: 0.9}, (A,): {B: 0.5, C: 0.5}, (A, B): {D: 1.0}, (A, C): {D: 0.8}}
    decoder = Scripted(script)
    search = decoder.lazy_search(beams=2)
    assert next(search)[0] == A
    assert len(decoder.calls) == 0
    assert [token for token, _, _ in search] == [B, D]


def test_texts_that_differ_for_long_are_decided_between() -> None:
    forked: Script = {(first, *(C,) * n): {C: 1.0} for first in (A, B) for n in range(60)}
    decoder = Scripted({(): {A: 0.6, B: 0.4}, **forked})
    search = decoder.lazy_search(beams=2, most_tokens=50)
    assert next(search)[0] == A
    assert len(decoder.calls) < 10
    assert [token for token, _, _ in search][-1] == C
    assert {text[0] for text in decoder.calls[-1]} == {A}


def test_a_lazy_search_ends_with_the_text_and_not_with_the_others() -> None:
    endless: Script = {(B,) * n: {B: 0.5, C: 0.5} for n in range(1, 40)}
    decoder = Scripted({(): {A: 0.9, B: 0.1}, **endless})
    assert [token for token, _, _ in decoder.lazy_search(beams=2, most_tokens=40)] == [A]
    assert len(decoder.calls) <= 2


def test_a_lazy_search_without_room_says_nothing() -> None:
    assert list(Scripted(GARDEN_PATH).lazy_search(beams=2, most_tokens=0)) == []


@given(
    st.dictionaries(
        st.lists(st.sampled_from([A, B, C]), max_size=4).map(tuple),
        st.dictionaries(st.sampled_from([END, A, B, C]), st.floats(0.01, 1), min_size=1),
        max_size=40,
    ),
    st.integers(1, 4),
)
def test_what_is_told_was_read_where_it_is_said_to_be(script: Script, beams: int) -> None:
    decoder = Scripted(script)
    told: tuple[int, ...] = ()
    for n, (token, _, row) in enumerate(decoder.lazy_search(beams, most_tokens=8)):
        told = (*told, token)
        if n < len(decoder.calls):
            assert decoder.calls[n][row] == told


class Circling(Scripted):
    """A decoder that says two tokens in turn for ever, and with a small chance something else."""

    def __init__(self, escape: float = 0.0) -> None:
        super().__init__({})
        self.escape = escape

    def successors(self, text: tuple[int, ...]) -> Successors:
        following = {A if len(text) % 2 else B: 1.0}
        if self.escape and not set(text) & {C}:
            following[C] = self.escape
        if set(text) & {C}:
            following = {END: 1.0}
        return [(token, log(p)) for token, p in following.items()]


def test_a_text_that_goes_round_in_circles_is_given_up() -> None:
    decoder = Circling()
    found = decoder.search(beams=5, most_tokens=300)
    assert goes_on_for_ever(found.tokens)
    assert len(decoder.calls) < 100


def test_an_ended_text_wins_over_one_that_goes_round_in_circles() -> None:
    decoder = Circling(escape=0.01)
    found = decoder.search(beams=200, most_tokens=300)
    assert found.tokens[-1] == C
    assert not goes_on_for_ever(found.tokens)
    assert len(decoder.calls) < 100


def test_the_rows_are_those_of_texts_that_go_on() -> None:
    """Where one text was given up, the others have other places in the next call."""
    steps = 70
    circling = tuple([A] * steps)
    script: dict[tuple[int, ...], dict[int, float]] = {(): {A: 0.6, B: 0.4}}
    for n in range(1, steps):
        script[circling[:n]] = {A: 1.0}
        other = (B, *(10 + i for i in range(n - 1)))
        script[other] = {10 + n - 1: 1.0}
    decoder = Scripted(script)
    found = decoder.search(beams=2, most_tokens=steps)
    assert found.tokens[0] == B
    read = [texts[row] for texts, row in zip(decoder.calls, found.rows, strict=False)]
    assert read == [found.tokens[: n + 1] for n in range(len(read))]
