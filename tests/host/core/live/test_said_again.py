"""Phrases that are said several times, as both passes hear them."""

from wlk_host.core.live.said_again import with_repeats, without_copies
from wlk_host.core.types import SAMPLE_RATE, Word

S = SAMPLE_RATE


def said(text: str, start_s: float, word_s: float = 0.3) -> list[Word]:
    step = round(word_s * S)
    at = round(start_s * S)
    parts = text.split()
    return [Word(f" {p}", at + i * step, at + (i + 1) * step, 0.9) for i, p in enumerate(parts)]


def text(words: list[Word] | tuple[Word, ...]) -> str:
    return "".join(word.text for word in words).strip()


def test_a_sentence_that_the_second_pass_left_out_is_put_back() -> None:
    words = [*said("Please call Stella.", 0), *said("Please call Stella.", 2)]
    live = [w for i in range(4) for w in said("please call Stella .", 2 * i)]
    told = with_repeats(words, live)
    assert text(told) == " ".join(["Please call Stella."] * 4)
    assert [word.start for word in told[6:9]] == [word.start for word in live[8:11]]


def test_one_left_out_amid_the_others_is_put_back_at_its_place() -> None:
    words = [*said("Come here.", 0), *said("Come here.", 4), *said("Now.", 6)]
    live = [*said("come here", 0), *said("come here", 2), *said("come here", 4), *said("now", 6)]
    told = with_repeats(words, live)
    assert text(told) == "Come here. Come here. Come here. Now."
    starts = [word.start for word in told]
    assert starts == sorted(starts)


def test_a_word_drawn_out_over_the_missing_sentence_ends_where_that_begins() -> None:
    words = [*said("Please call", 0), Word(" Stella.", round(0.6 * S), 4 * S, 0.9)]
    live = [*said("please call Stella", 0), *said("please call Stella", 2)]
    told = with_repeats(words, live)
    assert text(told) == "Please call Stella. Please call Stella."
    assert told[2].end == told[3].start == 2 * S


def test_other_words_that_only_the_first_pass_heard_are_not_put_back() -> None:
    words = said("We are here.", 0)
    live = [*said("we are here", 0), *said("thanks for watching", 2)]
    assert with_repeats(words, live) == tuple(words)


def test_a_slip_of_the_tongue_is_not_put_back() -> None:
    words = said("I want to go.", 0.3)
    assert with_repeats(words, [*said("I", 0), *said("I want to go", 0.3)]) == tuple(words)


def test_words_heard_differently_are_not_put_back() -> None:
    words = said("a strawberry on the shock boy", 0)
    live = said("the straw berry on a stock boy", 0)
    assert with_repeats(words, live) == tuple(words)


def test_a_copy_in_no_time_is_left_out_before_or_behind_its_like() -> None:
    real, made_up = said("Please call Stella.", 2), said("Please call Stella.", 1, word_s=0.02)
    assert without_copies([*made_up, *real]) == real
    late = said("Please call Stella.", 3, word_s=0.02)
    assert without_copies([*real, *late]) in (real, late)


def test_what_was_really_said_twice_stays() -> None:
    words = [*said("Please call Stella.", 0, 0.2), *said("Please call Stella.", 2, 0.2)]
    assert without_copies(words) == words
