"""The second pass: what it is given, and what is made of its answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from host.core.scripted import OneByOne, ScriptedTokenizer
from wlk_host.core.ports import Hypothesis, LanguageOdds, Task, Token
from wlk_host.core.refine import RefineOptions, RefinePass
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, Pcm, Sample, Spoken, Word

S = SAMPLE_RATE
TASK = Task("en")
LIVE = Spoken((Word(" live", S, 2 * S, 0.9),))


@dataclass
class NotingRecognizer(OneByOne):
    """Answers what it is told to and notes what it was asked."""

    answer: Hypothesis = field(default_factory=lambda: Hypothesis((), 0.0, 0.0))
    asked: list[tuple[float, int, tuple[Token, ...]]] = field(default_factory=list)
    prompts: list[tuple[Token, ...]] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)

    def languages(self, pcm: Pcm, *, padded: bool = True) -> LanguageOdds:
        return {}

    def transcribe(
        self, pcm: Pcm, task: Task, prompt: Sequence[Token], prefix: Sequence[Token]
    ) -> Hypothesis:
        self.tasks.append(task)
        self.prompts.append(tuple(prompt))
        self.asked.append((float(pcm[0]), len(pcm), tuple(prefix)))
        return self.answer


@pytest.fixture
def recognizer() -> NotingRecognizer:
    return NotingRecognizer()


@pytest.fixture
def tokenizer() -> ScriptedTokenizer:
    return ScriptedTokenizer()


@pytest.fixture
def refiner(recognizer: NotingRecognizer, tokenizer: ScriptedTokenizer) -> RefinePass:
    """A pass that has heard 100 s, each sample being its position."""
    return pass_with(recognizer, tokenizer, right=0)


def pass_with(
    recognizer: NotingRecognizer, tokenizer: ScriptedTokenizer, right: Sample
) -> RefinePass:
    refiner = RefinePass(recognizer, tokenizer, 0, RefineOptions(left=10 * S, right=right))
    refiner.feed(AudioChunk(0, np.arange(100 * S, dtype=np.float32)))
    return refiner


GUESSED = Hypothesis((Word(" perhaps", 1000, 2000, 0.3),), -1.2, 0.1)
TRANSLATE = Task("ja", "translate")


def test_an_improbable_translation_is_taken_all_the_same(
    refiner: RefinePass, recognizer: NotingRecognizer
) -> None:
    recognizer.answer = GUESSED
    assert refiner.prepare(20 * S, 25 * S, LIVE, TRANSLATE, ())().words[0].text == " perhaps"
    assert refiner.prepare(20 * S, 25 * S, LIVE, TASK, ())().words == LIVE.words


def test_an_improbable_translation_of_silence_is_not(
    refiner: RefinePass, recognizer: NotingRecognizer
) -> None:
    recognizer.answer = replace(GUESSED, no_speech=0.7)
    assert refiner.prepare(20 * S, 25 * S, LIVE, TRANSLATE, ())().words == LIVE.words


def test_english_is_asked_of_the_same_sound_after_what_was_told_of_it(
    refiner: RefinePass, recognizer: NotingRecognizer, tokenizer: ScriptedTokenizer
) -> None:
    refiner.settle(
        20 * S,
        Spoken((Word(" schon", 15 * S, 16 * S, 0.9),), (Word(" already", 15 * S, 16 * S, 0.9),)),
    )
    recognizer.answer = Hypothesis((Word(" word", 6 * S, 7 * S, 0.9),), -0.2, 0.0)
    refined = refiner.prepare(20 * S, 25 * S, LIVE, Task("de"), (), in_english=True)()
    (spoken_from, *_, first), (english_from, *_, second) = recognizer.asked
    assert spoken_from == english_from
    assert (first, second) == tuple(tuple(tokenizer.encode(t)) for t in (" schon", " already"))
    assert recognizer.tasks == [Task("de"), Task("de", "translate")]
    assert [word.text for word in refined.english] == [" word"]


def test_word_times_are_positions_in_the_session(
    refiner: RefinePass, recognizer: NotingRecognizer
) -> None:
    recognizer.answer = Hypothesis((Word(" better", 1000, 2000, 0.9),), -0.2, 0.0)
    (word,) = refiner.prepare(20 * S, 25 * S, LIVE, TASK, ())().words
    begin = int(recognizer.asked[0][0])
    assert begin <= 20 * S
    assert (word.text, word.start, word.end) == (" better", begin + 1000, begin + 2000)


def test_earlier_sound_comes_with_its_final_words(
    refiner: RefinePass, recognizer: NotingRecognizer, tokenizer: ScriptedTokenizer
) -> None:
    far, near = Word(" far", 2 * S, 3 * S, 0.9), Word(" near", 18 * S, 19 * S, 0.9)
    refiner.settle(20 * S, Spoken((far, near)))
    refiner.prepare(20 * S, 25 * S, LIVE, TASK, ())()
    begin, n_samples, prefix = recognizer.asked[0]
    assert tokenizer.decode(prefix) == " near"
    assert 17 * S < begin <= 18 * S
    assert begin + n_samples == 25 * S


def test_sound_that_follows_is_heard_but_not_its_words(
    recognizer: NotingRecognizer, tokenizer: ScriptedTokenizer
) -> None:
    words = [Word(f" w{i}", i * S, (i + 1) * S, 0.9) for i in range(8)]
    recognizer.answer = Hypothesis(tuple(words), -0.2, 0.0)
    refiner = pass_with(recognizer, tokenizer, right=2 * S)
    refined = refiner.prepare(20 * S, 25 * S, LIVE, TASK, ())()
    begin, n_samples, _ = recognizer.asked[0]
    assert begin + n_samples == 27 * S
    assert [word.text for word in refined.words] == [f" w{i}" for i in range(5)]


def test_no_more_is_heard_than_there_is(
    recognizer: NotingRecognizer, tokenizer: ScriptedTokenizer
) -> None:
    refiner = pass_with(recognizer, tokenizer, right=2 * S)
    refiner.prepare(95 * S, 99 * S, LIVE, TASK, ())()
    refiner.prepare(60 * S, 88 * S, LIVE, TASK, ())()
    (begin, n_samples, _), (_, n_of_a_window, _) = recognizer.asked
    assert begin + n_samples == 100 * S
    assert n_of_a_window <= 29 * S


@pytest.mark.parametrize(("task", "in_english"), [(TRANSLATE, False), (Task("de"), True)])
def test_for_a_translation_no_later_sound_is_heard(
    recognizer: NotingRecognizer, tokenizer: ScriptedTokenizer, task: Task, in_english: bool
) -> None:
    refiner = pass_with(recognizer, tokenizer, right=2 * S)
    refiner.prepare(20 * S, 25 * S, LIVE, task, (), in_english=in_english)()
    begin, n_samples, _ = recognizer.asked[0]
    assert begin + n_samples == 25 * S


def test_words_are_a_prompt_where_no_sound_of_them_is_left(
    recognizer: NotingRecognizer, tokenizer: ScriptedTokenizer
) -> None:
    recognizer.answer = Hypothesis(LIVE.words, -0.2, 0.0)
    options = RefineOptions(left=10 * S, rolling=3)
    refiner = RefinePass(recognizer, tokenizer, 0, options, context=" Before it all.")
    refiner.feed(AudioChunk(0, np.zeros(60 * S, np.float32)))
    asked = []
    for start in (0, 20 * S, 40 * S):
        refiner.prepare(start, start + 15 * S, LIVE, TASK, tokenizer.encode(" Jargon."))()
        prompt, without = recognizer.prompts[-2:]
        asked.append((tokenizer.decode(prompt), tokenizer.decode(recognizer.asked[-1][2])))
        assert without == ()
        words = [
            Word(f" w{i}", start + i * S, start + i * S, 0.9) for i in ((1, 12) if start else (1,))
        ]
        refiner.settle(start + 20 * S, Spoken(tuple(words)))
    assert asked == [
        (" Jargon. Before it all.", ""),
        (" Jargon. it all. w1", ""),
        (" Jargon.", " w12"),
    ]


def test_a_prompt_is_never_of_another_language(
    recognizer: NotingRecognizer, tokenizer: ScriptedTokenizer
) -> None:
    refiner = RefinePass(recognizer, tokenizer, 0, RefineOptions(rolling=50), context=" Vorher.")
    refiner.feed(AudioChunk(0, np.zeros(60 * S, np.float32)))
    refiner.settle(20 * S, Spoken((Word(" Wort", S, 2 * S, 0.9),)))
    refiner.drop_context(20 * S)
    refiner.prepare(20 * S, 25 * S, LIVE, TASK, ())()
    assert recognizer.prompts == [()]


def test_sound_and_context_fit_into_one_window(
    refiner: RefinePass, recognizer: NotingRecognizer
) -> None:
    refiner.settle(
        50 * S, Spoken(tuple(Word(f" {i}", i * S, (i + 1) * S, 0.9) for i in range(30, 50)))
    )
    refiner.prepare(50 * S, 75 * S, LIVE, TASK, ())()
    assert recognizer.asked[0][1] <= 30 * S


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Hypothesis((Word(" mumble", 0, S, 0.1),), -1.5, 0.0), id="improbable"),
        pytest.param(Hypothesis((), -0.1, 0.0), id="silent"),
        pytest.param(
            Hypothesis(tuple(Word(" thanks for", i, i + 1, 0.9) for i in range(40)), -0.1, 0.0),
            id="repeating",
        ),
    ],
)
def test_the_first_pass_stands_where_the_second_fails(
    refiner: RefinePass, recognizer: NotingRecognizer, answer: Hypothesis
) -> None:
    recognizer.answer = answer
    assert refiner.prepare(0, 5 * S, LIVE, TASK, ())().words == LIVE.words


SAID = tuple(Word(f" word{i}", i * S, (i + 1) * S, 0.9) for i in range(10))


def heard(n: int) -> Hypothesis:
    return Hypothesis(SAID[:n], -0.2, 0.0)


def test_a_phrase_copied_at_the_end_in_no_time_is_left_out(
    refiner: RefinePass, recognizer: NotingRecognizer
) -> None:
    copy = [Word(word.text, 10 * S, 10 * S + 320, 0.9) for word in SAID]
    recognizer.answer = Hypothesis((*SAID, *copy), -0.2, 0.0)
    assert refiner.prepare(0, 12 * S, Spoken(SAID), TASK, ())().words == SAID


def test_the_first_pass_stands_where_the_second_ends_too_early(
    refiner: RefinePass, recognizer: NotingRecognizer
) -> None:
    texts = [word.text for word in SAID]
    for n, taken in ((10, 10), (7, 7), (5, 10), (1, 10)):
        recognizer.answer = heard(n)
        refined = refiner.prepare(0, 10 * S, Spoken(SAID), TASK, ())()
        assert [word.text for word in refined.words] == texts[:taken]


@dataclass
class EndingEarly(NotingRecognizer):
    """Hears `n` words where it is given a prompt, and `n_without` where it is not."""

    n: int = 0
    n_without: int = 0

    def transcribe(
        self, pcm: Pcm, task: Task, prompt: Sequence[Token], prefix: Sequence[Token]
    ) -> Hypothesis:
        super().transcribe(pcm, task, prompt, prefix)
        return heard(self.n if prompt else self.n_without)


@pytest.mark.parametrize(
    ("with_prompt", "without", "taken"),
    [
        pytest.param(10, 9, 10, id="with a prompt all was heard"),
        pytest.param(9, 10, 9, id="nearly all"),
        pytest.param(3, 9, 9, id="with a prompt it ended early"),
        pytest.param(8, 7, 8, id="no more was said"),
        pytest.param(3, 4, 10, id="it ends early anyhow"),
    ],
)
def test_a_prompt_never_ends_it_early(
    tokenizer: ScriptedTokenizer, with_prompt: int, without: int, taken: int
) -> None:
    recognizer = EndingEarly(n=with_prompt, n_without=without)
    refiner = RefinePass(recognizer, tokenizer, 0, RefineOptions())
    refiner.feed(AudioChunk(0, np.zeros(20 * S, np.float32)))
    refined = refiner.prepare(0, 10 * S, Spoken(SAID), TASK, tokenizer.encode(" Jargon."))()
    assert len(refined.words) == taken


@dataclass
class Suggestible(NotingRecognizer):
    """Hears one text where it is given a prompt, and another where it is not."""

    told: str = ""
    plain: str = ""

    def transcribe(
        self, pcm: Pcm, task: Task, prompt: Sequence[Token], prefix: Sequence[Token]
    ) -> Hypothesis:
        words = (self.told if prompt else self.plain).split()
        return Hypothesis(
            tuple(Word(f" {word}", i * S, (i + 1) * S, 0.9) for i, word in enumerate(words)),
            -0.2,
            0.0,
        )


@pytest.mark.parametrize(
    ("told", "plain", "taken"),
    [
        pytest.param("by Peter Schoeffer", "by Peter Shuffer", "told", id="a name is heard"),
        pytest.param("how Schochter was", "how shocked I was", "plain", id="none was said"),
        pytest.param("a Van Eyck, here", "Avon Ike here", "told", id="a name of two words"),
        pytest.param("Schoeffer went,", "Schoeffer went", "plain", id="heard without it, too"),
    ],
)
def test_a_vocabulary_is_heeded_where_its_words_are_heard(
    tokenizer: ScriptedTokenizer, told: str, plain: str, taken: str
) -> None:
    refiner = RefinePass(Suggestible(told=told, plain=plain), tokenizer, 0, RefineOptions())
    refiner.feed(AudioChunk(0, np.zeros(20 * S, np.float32)))
    names = ("Schoeffer", "van Eyck")
    prompt = tokenizer.encode(f" {', '.join(names)}.")
    refined = refiner.prepare(0, 10 * S, Spoken(), TASK, prompt, vocabulary=names)()
    text = "".join(word.text for word in refined.words).strip()
    assert text == {"told": told, "plain": plain}[taken]


def test_settling_moves_on_and_forgets(refiner: RefinePass, recognizer: NotingRecognizer) -> None:
    refiner.settle(60 * S, Spoken((Word(" old", 5 * S, 6 * S, 0.9),)))
    with pytest.raises(ValueError, match="is not within"):
        refiner.audio.slice(10 * S, 11 * S)
    refiner.prepare(60 * S, 65 * S, LIVE, TASK, ())()
    assert recognizer.asked[0][2] == ()
