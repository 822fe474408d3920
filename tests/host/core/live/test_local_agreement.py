"""LocalAgreement: which words two decodes settle, and what the next one is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from host.core.scripted import OneByOne, ScriptedTokenizer
from wlk_host.core.live.agreement_pass import AgreementOptions, LocalAgreement, Trim
from wlk_host.core.live.policy import Heard
from wlk_host.core.ports import Hypothesis, LanguageOdds, Task, Token
from wlk_host.core.types import SAMPLE_RATE, Pcm, Sample, Spoken, Word

S = SAMPLE_RATE
TASK = Task("en")
BEGIN = 7 * S


def words(text: str, start_s: float = 0.0, word_s: float = 0.5, sure: float = 0.8) -> list[Word]:
    """The words of `text`, one after the other; "word?" is hardly heard, "word!" surely."""
    found = []
    for i, part in enumerate(text.split()):
        at = round((start_s + i * word_s) * S)
        probability = {"?": 0.1, "!": 0.99}.get(part[-1], sure)
        found.append(Word(f" {part.rstrip('?!')}", at, at + round(word_s * S), probability))
    return found


@dataclass
class Answering(OneByOne):
    """A recogniser whose answers are set, and which notes what it was asked."""

    answer: list[Word] = field(default_factory=list)
    english: list[Word] = field(default_factory=list)
    asked_in_english: list[str] = field(default_factory=list)
    asked: list[tuple[int, str, tuple[Token, ...]]] = field(default_factory=list)
    tokenizer: ScriptedTokenizer = field(default_factory=ScriptedTokenizer)

    def transcribe(
        self, pcm: Pcm, task: Task, prompt: Sequence[Token], prefix: Sequence[Token]
    ) -> Hypothesis:
        if task.kind == "translate":
            self.asked_in_english.append(self.tokenizer.decode(prefix))
            return Hypothesis(tuple(self.english), -0.1, 0.0)
        self.asked.append((len(pcm), self.tokenizer.decode(prefix), tuple(prompt)))
        return Hypothesis(tuple(self.answer), -0.1, 0.0)

    def languages(self, pcm: Pcm, *, padded: bool = True) -> LanguageOdds:
        return {"en": len(pcm) / S}


class Stage:
    """A policy that has heard 100 s, to be asked step by step."""

    def __init__(self, options: AgreementOptions | None = None, start: Sample = 0) -> None:
        self.recognizer = Answering()
        self.policy = LocalAgreement(
            self.recognizer, self.recognizer.tokenizer, start, (), options or AgreementOptions()
        )
        self.policy.feed(np.zeros(100 * S, np.float32))

    def step(self, end_s: float, answer: str | list[Word], closing: bool = False) -> Heard:
        """What comes of a decode that ends there; times of the answer from the window's start."""
        self.recognizer.answer = words(answer) if isinstance(answer, str) else answer
        return self.policy.listen(round(end_s * S), 0).read(TASK, closing)

    def step_in_english(
        self, end_s: float, answer: list[Word], english: list[Word], closing: bool = False
    ) -> tuple[Heard, Heard]:
        """The same with the English of it."""
        self.recognizer.answer, self.recognizer.english = answer, english
        window = self.policy.listen(round(end_s * S), 0)
        heard = window.read(Task("de"), closing, in_english=True)
        return heard, window.translate("de", closing)


def text(found: Sequence[Word]) -> str:
    return "".join(word.text for word in found).strip()


def test_what_two_decodes_begin_with_is_settled() -> None:
    stage = Stage()
    first = stage.step(2, "the cat sad")
    assert (text(first.committed), text(first.draft)) == ("", "the cat sad")
    second = stage.step(3, "the cat sat on")
    assert (text(second.committed), text(second.draft)) == ("the cat", "sat on")


def test_case_and_punctuation_do_not_count_and_the_newer_ones_are_taken() -> None:
    stage = Stage()
    stage.step(2, "well then")
    assert text(stage.step(3, "Well, then. He").committed) == "Well, then."


def test_the_end_of_an_utterance_settles_everything() -> None:
    stage = Stage()
    stage.step(2, "the cat sad")
    heard = stage.step(3, "the dog sat", closing=True)
    assert (text(heard.committed), heard.draft, heard.complete) == ("the dog sat", (), True)
    assert stage.policy.settled_until == 3 * S


def test_the_end_of_an_utterance_that_is_read_and_settled_asks_nothing() -> None:
    """Decoders that have nothing to say any more repeat themselves."""
    stage = Stage()
    stage.step(2, "the cat")
    stage.step(3, "the cat")
    asked = len(stage.recognizer.asked)
    assert stage.step(3.1, "the cat", closing=True) == Heard((), (), complete=True)
    assert len(stage.recognizer.asked) == asked
    assert stage.policy.settled_until == round(3.1 * S)


def test_an_utterance_not_read_to_its_end_is_read_then() -> None:
    stage = Stage()
    stage.step(2, "the cat")
    stage.step(3, "the cat")
    late = words("sat", start_s=3)
    assert text(stage.step(4, late, closing=True).committed) == "sat"


def test_the_next_decode_is_told_the_settled_words() -> None:
    stage = Stage()
    stage.step(2, "the cat sad")
    stage.step(3, "the cat sat")
    stage.step(4, words("sat on", start_s=1))
    assert [prefix for _, prefix, _ in stage.recognizer.asked] == ["", "", " the cat"]


def test_a_prompt_is_passed_on() -> None:
    stage = Stage()
    stage.policy.prompt = (1, 2)
    stage.step(2, "the")
    assert stage.recognizer.asked[0][2] == (1, 2)


# -- confidence -------------------------------------------------------------------------


def test_a_word_beyond_doubt_does_not_wait_for_the_second_decode() -> None:
    heard = Stage().step(3, "the! cat! sat")
    assert (text(heard.committed), text(heard.draft)) == ("the cat", "sat")


def test_it_waits_where_that_is_switched_off() -> None:
    assert Stage(AgreementOptions(confident=None)).step(3, "the! cat!").committed == ()


def test_a_word_that_ends_the_window_waits_however_sure() -> None:
    """It may be the beginning of a longer one."""
    heard = Stage().step(1.0, "the! inter!")
    assert (text(heard.committed), text(heard.draft)) == ("the", "inter")


def test_an_improbable_word_waits_though_it_is_said_twice_but_not_for_ever() -> None:
    stage = Stage(AgreementOptions(patience=3 * S))
    answer = "the cat? sat"
    stage.step(2, answer)
    assert text(stage.step(2.5, answer).committed) == "the"
    rest = words("cat? sat", start_s=0.5)
    assert stage.step(3, rest).committed == ()
    assert text(stage.step(4, rest).committed) == "cat sat"


def test_an_improbable_draft_is_shown_from_the_second_time_on() -> None:
    stage = Stage()
    assert text(stage.step(2, "the cat? sat").draft) == "the"
    assert text(stage.step(2.5, "the cat? sad").draft) == "cat sad"


# -- in English as well ---------------------------------------------------------------


def test_english_is_settled_by_its_own_agreement() -> None:
    stage = Stage()
    stage.step_in_english(2, words("die Katze"), words("the dog"))
    spoken, english = stage.step_in_english(3, words("die Katze sitzt"), words("the cat sits"))
    assert (text(spoken.committed), text(english.committed)) == ("die Katze", "the")
    rest = words("sitzt da", start_s=1.0)
    spoken, english = stage.step_in_english(4, rest, words("cat sits there", start_s=0.5))
    assert (text(spoken.committed), text(english.committed)) == ("sitzt", "cat sits")
    assert stage.recognizer.asked_in_english == ["", "", " the"]


def test_the_end_of_an_utterance_settles_the_english_even_where_all_was_said() -> None:
    stage = Stage()
    stage.step_in_english(2, words("die Katze"), words("the cat"))
    stage.step_in_english(3, words("die Katze"), words("the dog"))
    n_asked = len(stage.recognizer.asked)
    late = words("dog", start_s=0.5)
    spoken, english = stage.step_in_english(3.1, [], late, closing=True)
    assert (text(spoken.committed), text(english.committed)) == ("", "dog")
    assert len(stage.recognizer.asked) == n_asked


def test_english_words_are_told_though_their_times_leave_no_room_for_them() -> None:
    """Word order differs, so a word can be told of sound before that of the settled ones."""
    stage = Stage()
    late = words("it is there", start_s=2.0)
    stage.step_in_english(4, [], late)
    _, english = stage.step_in_english(5, [], late)
    assert text(english.committed) == "it is there"
    early = words("on the tip of it", start_s=0.5, word_s=0.1)
    _, english = stage.step_in_english(6, [], early, closing=True)
    assert text(english.committed) == "on the tip of it"


def test_english_that_is_not_asked_for_costs_nothing() -> None:
    stage = Stage()
    stage.step(2, "the cat")
    assert stage.recognizer.asked_in_english == []


def test_a_decoder_that_begins_afresh_does_so_in_english_too() -> None:
    stage = Stage()
    loop = [*words("a long story"), *words("of of of", start_s=1.5, word_s=0.05)]
    stage.step_in_english(1, [], words("one two"))
    stage.step_in_english(1.5, [], words("one two"))
    spoken, english = stage.step_in_english(9, loop, words("three", start_s=1), closing=True)
    assert (text(spoken.committed)[:12], spoken.complete) == ("a long story", False)
    assert stage.recognizer.asked_in_english[-1] == " one two"
    assert english.committed == ()  # The second pass tells it.
    stage.step_in_english(9, words("told", start_s=1), words("three"), closing=True)
    assert stage.recognizer.asked_in_english[-1] == ""


def test_better_english_is_gone_on_from() -> None:
    stage = Stage()
    stage.step_in_english(2, words("die Katze"), words("the cat"))
    stage.step_in_english(3, words("die Katze"), words("the cat"))
    stage.policy.replace(0, 2 * S, Spoken(tuple(words("Die Katze")), tuple(words("The tomcat"))))
    stage.step_in_english(4, words("sitzt", start_s=2), words("sits", start_s=2))
    assert stage.recognizer.asked[-1][1] == " Die Katze"
    assert stage.recognizer.asked_in_english[-1] == " The tomcat"


# -- what was not said ------------------------------------------------------------------


def test_first_words_after_silence_that_are_guessed_are_noise() -> None:
    stage = Stage()
    heard = stage.step(3, "thanks? for? watching?", closing=True)
    assert (heard.committed, heard.draft) == ((), ())


def test_a_guess_in_the_silence_behind_an_utterance_is_left_out() -> None:
    stage = Stage()
    answer = [*words("so it ends"), Word(" You", round(2.9 * S), 3 * S, 0.3)]
    assert text(stage.step(3, answer, closing=True).committed) == "so it ends"


def test_a_sentence_said_again_in_no_time_is_left_out() -> None:
    stage = Stage()
    again = words("he went home so late", start_s=2.5, word_s=0.15)
    heard = stage.step(3.5, [*words("he went home so late"), *again], closing=True)
    assert text(heard.committed) == "he went home so late"


def test_a_sentence_that_was_really_said_twice_stays() -> None:
    stage = Stage()
    heard = stage.step(4.2, "row your boat row your boat very very", closing=True)
    assert text(heard.committed) == "row your boat row your boat very very"


def test_a_decoder_stopped_amid_an_utterance_goes_on_without_its_context() -> None:
    stage = Stage()
    loop = [*words("a long story"), *words("of of of", start_s=1.5, word_s=0.05)]
    heard = stage.step(9, loop, closing=True)
    assert (text(heard.committed)[:12], heard.complete) == ("a long story", False)
    begin = stage.policy.settled_until
    heard = stage.step(9, words("told", start_s=1), closing=True)
    assert (text(heard.committed), heard.complete) == ("told", True)
    assert stage.recognizer.asked[-1][:2] == (9 * S - begin, "")


def test_half_a_character_is_never_shown() -> None:
    answer = [*words("你好", sure=0.99), Word(" \ufffd", S // 2, S, 0.99)]
    heard = Stage().step(3, answer, closing=True)
    assert text(heard.committed) == "你好"


# -- the window -------------------------------------------------------------------------


@dataclass
class Reciting(Answering):
    """Hears the words of `answer` that lie in the window, which begins at `start`."""

    start: Sample = 0

    def transcribe(
        self, pcm: Pcm, task: Task, prompt: Sequence[Token], prefix: Sequence[Token]
    ) -> Hypothesis:
        super().transcribe(pcm, task, prompt, prefix)
        end = self.start + len(pcm)
        heard = [word for word in self.answer if self.start <= word.start and word.end <= end]
        n_said = len(self.tokenizer.decode(prefix).split())
        assert text(heard[:n_said]) == self.tokenizer.decode(prefix).strip()
        rest = [replace(w, start=w.start - self.start, end=w.end - self.start) for w in heard]
        return Hypothesis(tuple(rest[n_said:]), -0.1, 0.0)


def recited(options: AgreementOptions, spoken: list[Word]) -> list[tuple[int, str]]:
    """Length and first word of the window at each second of endless speech."""
    recognizer = Reciting(spoken)
    policy = LocalAgreement(recognizer, recognizer.tokenizer, 0, (), options)
    policy.feed(np.zeros(60 * S, np.float32))
    for end in range(2, 60):
        window = policy.listen(end * S, 0)
        recognizer.start = window.start
        window.read(TASK, False)
    return [(length, (prefix.split() or [""])[0]) for length, prefix, _ in recognizer.asked]


SENTENCES = words(" ".join(f"Then a{i} b{i} c{i} d{i}." for i in range(24)))
SEGMENTS = [w for i in range(30) for w in words(f"Then a{i} b{i}", start_s=2 * i)]


@pytest.mark.parametrize(("trim", "spoken"), [("sentence", SENTENCES), ("segment", SEGMENTS)])
def test_the_window_slides_to_the_beginning_of_a_sentence_or_segment(
    trim: Trim, spoken: list[Word]
) -> None:
    windows = recited(AgreementOptions(trim=trim, window=10 * S, left=5 * S), spoken)
    assert max(length for length, _ in windows) <= 10 * S
    assert min(length for length, _ in windows[5:]) >= 5 * S
    assert {first for _, first in windows if first} == {"Then"}


def test_where_none_begins_it_slides_to_a_word() -> None:
    windows = recited(
        AgreementOptions(window=10 * S, left=5 * S), words(" ".join(f"on{i}" for i in range(120)))
    )
    assert max(length for length, _ in windows) <= 10 * S
    assert min(length for length, _ in windows[5:]) >= 5 * S - S // 2


def test_where_nothing_is_ever_agreed_on_the_window_is_bounded_all_the_same() -> None:
    stage = Stage(AgreementOptions(patience=1000 * S, longest=20 * S))
    for end in range(2, 60):
        stage.step(end, f"noise{end} um")
    assert max(length for length, _, _ in stage.recognizer.asked) <= 20 * S


# -- positions --------------------------------------------------------------------------


def test_word_times_are_positions_in_the_session_and_never_go_back() -> None:
    stage = Stage(start=BEGIN)
    stage.step(9, "the cat")
    first = stage.step(9.5, "the cat").committed
    assert (first[0].start, first[1].end) == (BEGIN, BEGIN + S)
    # Warping has put the next word onto the sound of those before.
    (late,) = stage.step(12, words("sat", start_s=0.2), closing=True).committed
    assert (late.start, late.end) == (BEGIN + S, BEGIN + S)


def test_better_words_are_gone_on_from() -> None:
    stage = Stage()
    stage.step(2, "the cad")
    stage.step(3, "the cad")
    stage.policy.replace(0, 2 * S, Spoken(tuple(words("The cat"))))
    stage.step(4, words("sat", start_s=2))
    assert stage.recognizer.asked[-1][1] == " The cat"


def test_skipping_gives_up_what_was_not_settled() -> None:
    stage = Stage()
    stage.step(2, "the cat")
    stage.policy.skip_to(20 * S)
    heard = stage.step(22, "the cat")
    assert heard.committed == ()
    assert stage.recognizer.asked[-1][:2] == (2 * S, "")
    assert heard.draft[0].start == 20 * S


def test_the_language_is_that_of_the_stretch_asked_for() -> None:
    stage = Stage()
    assert stage.policy.languages(3 * S, 5 * S, padded=True) == {"en": 2.0}
