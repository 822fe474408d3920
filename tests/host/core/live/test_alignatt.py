"""What is settled and what waits, on steps written by hand."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.core.scripted import ScriptedTokenizer
from wlk_host.core.live.alignatt import Decision, decide
from wlk_host.core.ports import DecodeStep, Task

TOKENIZER = ScriptedTokenizer()
ENGLISH, JAPANESE = Task("en"), Task("ja")
INTO_ENGLISH = Task("ja", "translate")
Said = tuple[str | bytes, int]
"""A piece of text and the frame attended with it."""


def steps(*said: Said) -> list[DecodeStep]:
    return [DecodeStep(TOKENIZER.tokens(piece)[0], frame, -0.1) for piece, frame in said]


def settle(
    *said: Said,
    n_frames: int = 100,
    margin: int = 20,
    budget: int = 50,
    history: Sequence[Said] = (),
    task: Task = ENGLISH,
    hold_last: bool = False,
) -> Decision:
    before, decode = steps(*history), TOKENIZER.decode
    return decide(steps(*said), before, n_frames, margin, budget, decode, task, hold_last)


def texts(groups: list[list[DecodeStep]]) -> list[str]:
    return [TOKENIZER.decode([step.token for step in group]) for group in groups]


def test_what_attends_to_the_newest_sound_waits_and_all_behind_it() -> None:
    decision = settle((" a", 10), (" b", 30), (" c", 85), (" d", 40))
    assert texts(decision.committed) == [" a", " b"]
    assert texts(decision.draft) == [" c", " d"]


@pytest.mark.parametrize(("frame", "settled"), [(79, [" a", " b"]), (80, [" a"])])
def test_the_margin_counts_from_the_end_of_the_sound(frame: int, settled: list[str]) -> None:
    decision = settle((" a", 10), (" b", frame), (" c", 90))
    assert texts(decision.committed) == settled


def test_everything_is_settled_when_the_decoder_ends_before_the_margin() -> None:
    decision = settle((" a", 10), (" b", 30))
    assert texts(decision.committed) == [" a", " b"]
    assert decision.draft == []


def test_closing_settles_even_what_attends_to_the_end() -> None:
    decision = settle((" a", 10), (" b", 99), (" c", 99), margin=0)
    assert texts(decision.committed) == [" a", " b", " c"]


def test_a_word_is_settled_whole_or_not_at_all() -> None:
    decision = settle((" on", 10), (" cap", 60), ("tions", 90))
    assert texts(decision.committed) == [" on"]
    assert texts(decision.draft) == [" captions"]


def test_a_number_with_a_hyphen_is_not_split() -> None:
    decision = settle((" twenty", 20), ("-", 60), ("one", 90))
    assert decision.committed == []
    assert texts(decision.draft) == [" twenty-one"]


def test_punctuation_that_waits_does_not_hold_its_word_back() -> None:
    decision = settle((" done", 20), (".", 90))
    assert texts(decision.committed) == [" done"]


@pytest.mark.parametrize("newest", [(" c", 90), (" c", 60)])
def test_the_last_word_waits_where_it_may_go_on(newest: Said) -> None:
    said = [(" a", 10), (" b", 30), (".", 32), newest]
    decision = settle(*said, hold_last=True)
    settled = [" a", " b."] if newest[1] < 80 else [" a"]
    assert texts(decision.committed) == settled
    assert texts(decision.committed + decision.draft) == [" a", " b.", " c"]


def test_a_word_cut_in_two_by_the_margin_is_the_one_that_waits() -> None:
    decision = settle((" on", 10), (" cap", 60), ("tions", 90), hold_last=True)
    assert texts(decision.committed) == [" on"]


def test_words_before_a_loop_do_not_wait() -> None:
    decision = settle((" a", 10), (" no", 30), (" no", 31), hold_last=True)
    assert decision.looped
    assert texts(decision.committed) == [" a", " no"]


def test_bytes_of_half_a_character_wait_for_the_rest() -> None:
    first, second = "日".encode()[:2], "日".encode()[2:]
    decision = settle((" a", 10), (first, 40), (second, 90), task=JAPANESE)
    assert texts(decision.committed) == [" a"]
    assert texts(decision.draft) == ["日"]


@pytest.mark.parametrize("margin", [20, 0])
def test_a_character_that_is_never_completed_is_not_shown(margin: int) -> None:
    decision = settle((" a", 10), ("日".encode()[:2], 40), margin=margin, task=JAPANESE)
    assert texts(decision.committed) == [" a"]
    assert decision.draft == []


def test_an_emoji_of_several_tokens_is_settled_once_it_is_complete() -> None:
    raw = "🎉".encode()
    decision = settle((raw[:1], 10), (raw[1:3], 11), (raw[3:], 12), ("本", 90), task=JAPANESE)
    assert texts(decision.committed) == ["🎉"]


def test_characters_are_words_where_a_script_has_no_spaces() -> None:
    decision = settle(("日", 10), ("本", 30), ("語", 90), task=JAPANESE)
    assert texts(decision.committed) == ["日", "本"]
    assert texts(decision.draft) == ["語"]


def test_the_decoder_is_not_pulled_beyond_the_budget() -> None:
    pulled = []

    def endless() -> Iterator[DecodeStep]:
        for i in range(1000):
            pulled.append(i)
            yield from steps((f" w{i}", 10 + i))

    decision = decide(endless(), [], 5000, 20, 6, TOKENIZER.decode, ENGLISH)
    assert len(pulled) == 6
    assert texts(decision.committed) == [" w0", " w1", " w2", " w3", " w4"]
    assert texts(decision.draft) == [" w5"]  # Its word may go on.
    assert not decision.looped


def test_a_loop_is_cut_and_the_words_before_it_stay() -> None:
    said = [(" so", 10), (" it", 20), (" goes", 30), (" on", 40), (" it", 21), (" goes", 31)]
    decision = settle(*said, (" on", 41), (" it", 20))
    assert decision.looped
    assert texts(decision.committed) == [" so", " it", " goes", " on"]


def test_a_word_that_stands_still_is_a_loop() -> None:
    decision = settle((" no", 30), (" no", 31), (" no", 32))
    assert decision.looped
    assert texts(decision.committed) == [" no"]


def test_a_loop_is_known_across_steps_by_what_was_settled_before() -> None:
    history = [(" thank", 20), (" you", 30)]
    decision = settle((" thank", 21), (" you", 31), (" thank", 22), history=history)
    assert decision.looped
    assert decision.committed == []


def test_a_repetition_that_was_spoken_is_kept() -> None:
    said = [(" no", 10), (" no", 25), (" no", 40), (" I", 55), (" can", 60), (" not", 65)]
    decision = settle(*said)
    assert not decision.looped
    assert texts(decision.committed) == [text for text, _ in said]


def test_a_spoken_phrase_said_twice_is_kept() -> None:
    said = [(" wait", 10), (" a", 18), (" bit", 26), (" wait", 36), (" a", 46), (" bit", 56)]
    assert not settle(*said).looped


def test_a_phrase_is_not_repeated_for_ever_wherever_it_attends() -> None:
    said: list[Said] = [(" la", 10 * i) for i in range(1, 9)]
    decision = settle(*said)
    assert decision.looped
    assert 1 <= len(decision.committed) < 8


def test_a_decoder_that_goes_back_to_tell_the_sound_again_is_stopped() -> None:
    said = [(" and", 40), (" so", 50), (" it", 60), (" was", 12), (" once", 18), (" more", 25)]
    decision = settle(*said)
    assert decision.looped
    assert texts(decision.committed) == [" and", " so", " it"]


def test_what_was_settled_before_counts_for_going_back() -> None:
    decision = settle((" was", 12), (" once", 18), history=[(" so", 50), (" it", 60)])
    assert decision.looped
    assert decision.committed == []


def test_one_look_back_is_a_slip_and_costs_no_word() -> None:
    said = [(" and", 40), (" so", 50), (" it", 12), (" was", 55), (" fine", 60)]
    decision = settle(*said)
    assert not decision.looped
    assert texts(decision.committed) == [text for text, _ in said]


def test_a_translation_may_look_back_for_its_words_stand_in_another_order() -> None:
    said = [(" he", 10), (" sees", 70), (" a", 30), (" green", 34), (" tree", 40), (".", 72)]
    decision = settle(*said, task=INTO_ENGLISH)
    assert not decision.looped
    assert texts(decision.committed) == [" he", " sees", " a", " green", " tree."]


def test_a_translation_that_looks_back_for_the_same_words_is_stopped() -> None:
    told: list[Said] = [(" he", 10), (" sees", 70), (" a", 72), (" tree", 75)]
    decision = settle(*told, (" and", 76), *[(text, 20) for text, _ in told], task=INTO_ENGLISH)
    assert decision.looped
    assert texts(decision.committed)[:5] == [" he", " sees", " a", " tree", " and"]
    assert len(decision.committed) < 8


def test_a_translation_s_guess_at_what_is_not_heard_yet_may_repeat_itself() -> None:
    said: list[Said] = [(" he", 10), (" is", 90), (" a", 91), (" man", 92)]
    decision = settle(*said, (" is", 12), (" a", 12), (" man", 12), task=INTO_ENGLISH)
    assert not decision.looped
    assert texts(decision.committed) == [" he"]


def test_a_translation_from_japanese_has_whole_words() -> None:
    decision = settle((" Tai", 10), ("yi", 12), (" is", 90), task=INTO_ENGLISH)
    assert texts(decision.committed) == [" Taiyi"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([" a", " b", "c", ".", b"\xe6", b"\x97\xa5"]), st.integers(0, 99)
        ),
        max_size=30,
    ),
    st.integers(0, 40),
    st.booleans(),
)
def test_words_are_told_in_order_and_none_is_lost_without_a_loop(
    said: list[Said], margin: int, hold_last: bool
) -> None:
    pulled = steps(*said)
    decision = settle(*said, margin=margin, budget=20, hold_last=hold_last)
    told = [step for word in [*decision.committed, *decision.draft] for step in word]
    assert told == pulled[: len(told)]
    if not decision.looped:
        rest = TOKENIZER.decode([step.token for step in pulled[:20][len(told) :]])
        assert set(rest) <= {"\ufffd"}


def test_nothing_heard_is_nothing_settled() -> None:
    assert settle() == Decision([], [], looped=False)


def test_two_parts_of_a_character_are_no_repetition() -> None:
    """As text they look alike, and the decoder looks for both at the same place."""
    decision = settle((b"\xe9\xbb", 9), (b"\x9e", 9), ("好", 30), task=JAPANESE)
    assert texts(decision.committed) == ["點", "好"]
    assert not decision.looped


def test_a_character_said_again_in_no_time_is_a_repetition() -> None:
    decision = settle(
        (b"\xe9\xbb", 9), (b"\x9e", 9), (b"\xe9\xbb", 10), (b"\x9e", 10), task=JAPANESE
    )
    assert texts(decision.committed) == ["點"]
    assert decision.looped
