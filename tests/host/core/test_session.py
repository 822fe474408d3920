"""A session with scripted parts: what comes of sound, whatever way it is handed in."""

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from host.core.scripted import (
    GUESS,
    ScriptedBackground,
    ScriptedDecoder,
    ScriptedDetector,
    ScriptedListener,
    ScriptedRecognizer,
    Spoken,
    sound_of,
    spoken,
)
from wlk_host.core.caption_log import CaptionLog, Shown
from wlk_host.core.end_of_word import never
from wlk_host.core.live import LiveOptions, LivePass
from wlk_host.core.local_agreement import AgreementOptions, LocalAgreement
from wlk_host.core.policy import OpenPolicy
from wlk_host.core.ports import Task
from wlk_host.core.refine import RefineOptions
from wlk_host.core.session import Engine, Pace, Session
from wlk_host.core.types import (
    SAMPLE_RATE,
    AudioChunk,
    AudioSkipped,
    CaptionUpdate,
    Event,
    LanguageDetected,
    Line,
    Pcm,
    PolicyName,
    Sample,
    SessionOptions,
    Word,
    Work,
)

S = SAMPLE_RATE
CHUNK = S // 10
GOLDEN = Path(__file__).parent / "golden"

# Written out, so that tuning the defaults changes no test.
LIVE = LiveOptions(
    margin=10,
    sure=0.4,
    patience=2 * S,
    draft_sure=0.5,
    window=12 * S,
    left=8 * S,
    longest=25 * S,
)
AGREEMENT = AgreementOptions(
    trim="sentence",
    window=12 * S,
    left=8 * S,
    longest=25 * S,
    sure=0.3,
    confident=0.95,
    fresh=S * 3 // 10,
    patience=3 * S,
    draft_sure=0.5,
)
REFINE = RefineOptions(least=5 * S, longest=20 * S, left=10 * S, pause=S)
PACE = Pace(
    step=S // 2,
    detect=3 * S,
    most=12 * S,
    overload=3 * S,
    backlog=60 * S,
    speech_pad=S * 3 // 10,
)

CLIP = spoken(
    "Here are the first words of a clip. 0.3 They go on for a while, 0.2 and then they stop. "
    "1.4 After a pause there is more, 0.1 and this is how it ends."
)


@dataclass
class Stage:
    """A session with its parts at hand, and what came of it."""

    script: Sequence[Spoken]
    options: SessionOptions = field(default_factory=SessionOptions)
    multilingual: bool = False
    language: tuple[str, float] = ("en", 0.9)
    start: Sample = 0
    context: str = ""
    live: LiveOptions = LIVE
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.detector = ScriptedDetector()
        self.decoder = ScriptedDecoder(self.script, self.multilingual, self.language)
        self.recognizer = ScriptedRecognizer(self.script, self.decoder.tokenizer)
        self.background = ScriptedBackground()
        tokenizer = self.decoder.tokenizer
        self.listener = ScriptedListener(self.script, tokenizer, self.language)
        listen: dict[PolicyName, OpenPolicy] = {
            "alignatt": partial(LivePass, self.decoder, options=self.live),
            "local_agreement": partial(LocalAgreement, self.listener, tokenizer, options=AGREEMENT),
        }
        self.engines: dict[PolicyName, Engine] = {
            policy: Engine(
                listen[policy],
                self.recognizer,
                tokenizer,
                self.multilingual,
                self.background,
                REFINE,
                PACE,
            )
            for policy in listen
        }
        engine = self.engines[self.options.policy]
        self.session = Session(engine, self.detector, self.options, self.start, self.context)

    def feed(self, pcm: Pcm, at: Sample) -> None:
        self.events += self.session.feed(AudioChunk(at, pcm))

    def work(self) -> None:
        while (work := self.session.next_work()) is not None:
            self.events += self.session.run(work)

    def finish(self) -> None:
        self.session.finish()
        self.work()
        assert self.session.finished()

    def play(self, pcm: Pcm, at: Sample = 0, chunk: Sample = CHUNK) -> None:
        """Chunk by chunk, everything done that is due after each."""
        for begin in range(0, len(pcm), chunk):
            self.feed(pcm[begin : begin + chunk], at + begin)
            self.work()

    @property
    def updates(self) -> list[CaptionUpdate]:
        return [event for event in self.events if isinstance(event, CaptionUpdate)]

    @property
    def shown(self) -> list[Shown]:
        log = CaptionLog()
        return [log.add(0.0, update) for update in self.updates]

    @property
    def live_words(self) -> list[Word]:
        """The words of all lines as they stood last while live."""
        lines: dict[Sample, Line] = {}
        for update in self.updates:
            lines |= {line.id: line for line in update.lines if line.state == "committed"}
        return [word for line_id in sorted(lines) for word in lines[line_id].words]


def text_of(script: Iterable[Spoken]) -> str:
    return "".join(word.text for word in script).strip()


def played(script: Sequence[Spoken], **options: Any) -> Stage:
    stage = Stage(script, **options)
    stage.play(sound_of(script))
    stage.finish()
    return stage


# -- what is promised of committed words ----------------------------------------------


@st.composite
def scripts(draw: st.DrawFn) -> list[Spoken]:
    """Some seconds of speech with pauses of all lengths. No word occurs twice."""
    gaps = st.sampled_from([0, 0, 0, 0, 320, 4 * 320, 20 * 320, 35 * 320, 60 * 320, 130 * 320])
    words, at = [], 0
    for i in range(draw(st.integers(1, 25))):
        at += draw(gaps)
        end = at + draw(st.integers(6, 30)) * 320
        words.append(Spoken(f" w{i}{draw(st.sampled_from(['', '', ',', '.']))}", at, end))
        at = end
    return words


POLICIES: list[PolicyName] = ["alignatt", "local_agreement"]


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=50, deadline=None, phases=set(Phase) - {Phase.shrink})
@given(
    scripts(),
    st.lists(st.integers(1, 2 * S), min_size=1, max_size=8),
    st.sampled_from([S // 5, S // 2, 3 * S]),
)
# The second pass over one utterance made the first pass forget those before it.
@example(spoken("one 1.2 two 1.2 three", word_s=0.12), [CHUNK], S // 5)
# Speech that ended before anything was read was left out of the second pass.
@example(spoken("one 1.2 two 1.2 three", word_s=0.12), [CHUNK], 3 * S)
def test_any_chunking_gives_the_same_captions(
    policy: PolicyName, script: list[Spoken], sizes: list[int], schedule: Sample
) -> None:
    """Under a fixed schedule of steps; and every word comes once, in order, on its time."""
    pcm = sound_of(script)
    options = SessionOptions(policy=policy)
    coarse, fine = Stage(script, options), Stage(script, options)
    cuts = np.cumsum(sizes * (len(pcm) // sum(sizes) + 1))
    for begin in range(0, len(pcm), schedule):
        end = min(begin + schedule, len(pcm))
        coarse.feed(pcm[begin:end], begin)
        edges = [begin, *(int(cut) for cut in cuts if begin < cut < end), end]
        for left, right in pairwise(edges):
            fine.feed(pcm[left:right], left)
        coarse.work()
        fine.work()
    coarse.finish()
    fine.finish()
    assert fine.events == coarse.events
    assert "".join(word.text for word in fine.live_words).strip() == text_of(script)
    assert fine.shown[-1].final == text_of(script).upper()
    assert_sound(fine)


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=50, deadline=None, phases=set(Phase) - {Phase.shrink})
@given(scripts(), st.lists(st.integers(0, 300), min_size=1, max_size=4), st.sampled_from(POLICIES))
def test_no_word_is_lost_or_said_twice_when_other_models_take_over(
    policy: PolicyName, script: list[Spoken], moments: list[int], other: PolicyName
) -> None:
    stage = Stage(script, SessionOptions(policy=policy))
    pcm = sound_of(script)
    for number, begin in enumerate(range(0, len(pcm), CHUNK)):
        stage.feed(pcm[begin : begin + CHUNK], begin)
        if number in moments:
            stage.session.adopt(stage.engines[other])
        stage.work()
    stage.finish()
    assert "".join(word.text for word in stage.live_words).strip() == text_of(script)
    assert stage.shown[-1].final == text_of(script).upper()
    assert_sound(stage)


def assert_sound(stage: Stage) -> None:
    """Committed text only grows, times are monotone, `final` is for ever."""
    for before, after in pairwise(stage.shown):
        assert after.committed.startswith(before.committed)
    for first, second in pairwise(stage.live_words):
        assert first.start <= first.end <= second.start
    finals: dict[Sample, Line] = {}
    final_until = stage.start
    for update in stage.updates:
        assert final_until <= update.final_until
        final_until = update.final_until
        for line in update.lines:
            assert line.id not in finals
            if line.state == "final":
                finals[line.id] = line


def test_guesses_are_shown_but_never_committed() -> None:
    stage = played(CLIP)
    drafts = "".join(update.draft.text for update in stage.updates if update.draft)
    assert GUESS.strip() in drafts
    assert GUESS not in stage.shown[-1].committed


def test_words_come_while_somebody_is_still_speaking() -> None:
    stage = Stage(CLIP)
    stage.play(sound_of(CLIP)[: 3 * S])
    assert stage.session._gate.is_open
    assert len(stage.shown[-1].committed.split()) >= 6


def test_the_last_words_come_without_silence_behind_them() -> None:
    stage = Stage(CLIP)
    stage.play(sound_of(CLIP, length=CLIP[-1].end))
    stage.finish()
    assert stage.shown[-1].committed == text_of(CLIP)
    assert stage.shown[-1].draft == ""


def test_a_pause_too_short_for_a_gap_in_the_text_ends_a_line_all_the_same() -> None:
    """The gate has closed: what comes next is another utterance."""
    stage = played(spoken("and so 0.9 on"))
    live = {line.id: line.text for u in stage.updates for line in u.lines if line.state != "final"}
    assert list(live.values()) == ["and so", "on"]


def test_nothing_is_left_in_the_draft_after_a_pause() -> None:
    stage = Stage(CLIP)
    stage.play(sound_of(CLIP))
    assert stage.shown[-1].draft == ""
    assert stage.session.lag == 0


def test_an_utterance_whose_closing_decode_loops_is_read_to_its_end() -> None:
    stage = Stage(CLIP)
    stage.decoder.loops_after = 3
    stage.play(sound_of(CLIP), chunk=12 * S)
    stage.finish()
    assert "".join(word.text for word in stage.live_words).strip() == text_of(CLIP)


def test_a_sound_of_minutes_is_captioned_whole_without_a_pause() -> None:
    letters = random.Random(0)
    words = ["".join(letters.choices("abcdefghijklmnopqrstuvwxyz", k=5)) for _ in range(400)]
    script = spoken(" ".join(f"{word}{',' if i % 9 == 8 else ''}" for i, word in enumerate(words)))
    stage = played(script)
    assert stage.shown[-1].committed == text_of(script)
    assert stage.shown[-1].final == text_of(script).upper()
    assert max(len(line.text) for update in stage.updates for line in update.lines) <= 126
    # Became final on the way, not only at the end.
    assert len({update.final_until for update in stage.updates}) > 4


def test_a_session_may_begin_anywhere() -> None:
    script = spoken(text_of(CLIP), start_s=0.5)
    stage = Stage(script, start=123_456)
    stage.play(sound_of(script), at=123_456)
    stage.finish()
    assert stage.shown[-1].committed == text_of(script)
    assert stage.live_words[0].start == pytest.approx(123_456 + S // 2, abs=320)
    assert min(line.id for update in stage.updates for line in update.lines) >= 123_456


# -- silence, holes, cuts ---------------------------------------------------------------


def test_silence_costs_the_detector_only() -> None:
    stage = Stage([])
    stage.play(np.zeros(60 * S, np.float32))
    stage.finish()
    assert stage.detector.n_blocks == 60 * S // 512
    assert stage.decoder.n_encoded == stage.recognizer.n_heard == 0
    assert stage.events == []


def test_no_sound_at_all_is_no_caption() -> None:
    stage = Stage([])
    stage.finish()
    assert stage.events == []


def test_a_short_hole_is_taken_for_silence() -> None:
    stage = Stage(CLIP)
    pcm = sound_of(CLIP)
    hole = next(b for a, b in pairwise(CLIP) if b.start - a.end > S).start - S
    stage.play(pcm[:hole])
    stage.play(pcm[hole + S // 2 :], at=hole + S // 2)
    stage.finish()
    assert stage.shown[-1].committed == text_of(CLIP)
    assert_sound(stage)


def test_a_long_hole_ends_what_came_before_and_begins_anew() -> None:
    stage = Stage(CLIP)
    pcm = sound_of(CLIP)
    stage.play(pcm[: CLIP[12].end])
    begin = 60 * S
    stage.play(pcm, at=begin)
    stage.finish()
    first = [word.text for word in stage.live_words if word.start < begin]
    second = [word for word in stage.live_words if word.start >= begin]
    assert "".join(first).strip() == text_of(CLIP[:13])
    assert "".join(word.text for word in second).strip() == text_of(CLIP)
    assert second[0].start == pytest.approx(begin + CLIP[0].start, abs=320)
    assert_sound(stage)


def test_a_cut_finishes_the_open_utterance_at_once() -> None:
    stage = Stage(CLIP)
    pcm = sound_of(CLIP)
    at = CLIP[6].end
    stage.play(pcm[:at])
    stage.events += stage.session.cut(at)
    last = stage.updates[-1]
    assert last.draft is None
    assert last.final_until >= at - PACE.speech_pad
    assert stage.shown[-1].committed == text_of(CLIP[:7])
    assert stage.shown[-1].final == text_of(CLIP[:7]).upper()


def test_after_a_cut_the_session_goes_on_there() -> None:
    stage = Stage(CLIP)
    pcm = sound_of(CLIP)
    stage.play(pcm[: CLIP[6].end])
    stage.events += stage.session.cut(40 * S)
    assert not stage.session.finished()
    stage.play(pcm, at=40 * S)
    stage.finish()
    assert stage.shown[-1].committed == f"{text_of(CLIP[:7])} {text_of(CLIP)}"
    assert_sound(stage)


def test_nothing_is_due_before_a_step_of_new_sound() -> None:
    stage = Stage(CLIP)
    pcm = sound_of(CLIP)
    stage.feed(pcm[: PACE.step - 600], 0)
    assert stage.session.next_work() is None
    stage.feed(pcm[PACE.step - 600 : PACE.step + 600], PACE.step - 600)
    assert stage.session.next_work() is Work.LIVE
    assert stage.session.lag > 0


# -- options ----------------------------------------------------------------------------


def languages(stage: Stage) -> list[LanguageDetected]:
    return [event for event in stage.events if isinstance(event, LanguageDetected)]


def test_a_language_is_detected_once_and_used() -> None:
    stage = played(CLIP, multilingual=True, language=("es", 0.8))
    assert languages(stage) == [LanguageDetected("es", 0.8)]
    assert {task.language for task in stage.decoder.tasks} == {"es"}
    assert {line.language for update in stage.updates for line in update.lines} == {"es"}
    assert stage.shown[-1].committed == text_of(CLIP)


def test_an_uncertain_language_waits_for_more_speech_and_no_word_is_lost() -> None:
    stage = Stage(CLIP, multilingual=True, language=("fr", 0.3))
    pcm = sound_of(CLIP)
    stage.play(pcm[: 2 * S])
    assert stage.events == []
    stage.play(pcm[2 * S :], at=2 * S)
    stage.finish()
    assert languages(stage) == [LanguageDetected("fr", 0.3)]
    assert stage.shown[-1].committed == text_of(CLIP)


def test_a_short_uncertain_utterance_is_captioned_when_it_is_over() -> None:
    script = spoken("Oui, oui.")
    stage = played(script, multilingual=True, language=("fr", 0.3))
    assert languages(stage) == [LanguageDetected("fr", 0.3)]
    assert stage.shown[-1].committed == text_of(script)


def test_a_chosen_language_is_not_detected() -> None:
    options = SessionOptions(language="it", task="translate")
    stage = played(CLIP, multilingual=True, language=("es", 0.9), options=options)
    assert languages(stage) == []
    assert set(stage.decoder.tasks) == {Task("it", "translate")}


def test_an_english_model_needs_no_detection() -> None:
    stage = played(CLIP, language=("es", 0.9))
    assert languages(stage) == []
    assert {task.language for task in stage.decoder.tasks} == {"en"}


def test_options_change_while_somebody_speaks() -> None:
    options = SessionOptions(language="en")
    stage = Stage(CLIP, multilingual=True, options=options)
    pcm = sound_of(CLIP)
    stage.play(pcm[: 3 * S])
    before = stage.shown[-1].committed
    n_tasks = len(stage.decoder.tasks)
    stage.session.configure(SessionOptions(language="de", task="translate"))
    stage.play(pcm[3 * S :], at=3 * S)
    stage.finish()
    assert set(stage.decoder.tasks[:n_tasks]) == {Task("en")}
    assert set(stage.decoder.tasks[n_tasks:]) == {Task("de", "translate")}
    assert stage.shown[-1].committed.startswith(before)
    assert stage.shown[-1].committed == text_of(CLIP)


# -- the second pass --------------------------------------------------------------------


def test_every_line_becomes_final_exactly_once() -> None:
    stage = played(CLIP)
    final = [line.id for update in stage.updates for line in update.lines if line.state == "final"]
    live = {line.id for update in stage.updates for line in update.lines}
    assert sorted(final) == sorted(live)
    assert stage.shown[-1].final == text_of(CLIP).upper()


def test_an_utterance_is_refined_in_the_pause_behind_it() -> None:
    stage = Stage(CLIP)
    pause = next(a.end for a, b in pairwise(CLIP) if b.start - a.end > S)
    stage.play(sound_of(CLIP)[: pause + REFINE.pause + 2 * CHUNK])
    assert stage.recognizer.n_heard == 1
    assert stage.shown[-1].final.isupper()
    assert stage.updates[-1].final_until >= pause


def test_live_work_goes_before_refining() -> None:
    stage = Stage(CLIP)
    stage.feed(sound_of(CLIP), 0)
    order = []
    stage.session.finish()
    while (work := stage.session.next_work()) is not None:
        order.append(work)
        stage.events += stage.session.run(work)
    assert order[0] is Work.LIVE
    assert Work.REFINE in order
    assert order == sorted(order, key=lambda work: work.value)
    assert stage.shown[-1].final == text_of(CLIP).upper()


def test_live_words_go_on_while_the_second_pass_takes_its_time() -> None:
    stage = Stage(CLIP)
    pcm = sound_of(CLIP)
    stage.background.busy = True
    stage.play(pcm)
    assert stage.shown[-1].committed == stage.shown[-1].final == text_of(CLIP)
    stage.background.busy = False
    stage.finish()
    assert stage.shown[-1].final == text_of(CLIP).upper()
    assert_sound(stage)


def test_what_is_left_of_the_second_pass_is_waited_for_at_the_end() -> None:
    stage = Stage(CLIP)
    stage.background.busy = True
    stage.play(sound_of(CLIP))
    stage.finish()
    assert stage.shown[-1].final == text_of(CLIP).upper()


def test_a_machine_that_lags_leaves_out_the_second_pass() -> None:
    """The live words become final then, and nothing is said to have been refined."""
    sentence = "a sentence of some length " * 4
    script = spoken(f"{sentence} 2.0 {sentence} 2.0 end")
    stage = Stage(script)
    pcm = sound_of(script)
    pause, again = script[19].end + S, script[39].start
    for at in range(0, pause, CHUNK):
        stage.feed(pcm[at : at + CHUNK], at)
        while stage.session.next_work() is Work.LIVE:
            stage.events += stage.session.run(Work.LIVE)
    assert stage.session.next_work() is Work.REFINE
    # Nothing is done while more is said.
    stage.feed(pcm[pause:again], pause)
    assert stage.session.lag > PACE.overload
    stage.events += stage.session.run(Work.REFINE)
    assert not stage.session.refining
    assert stage.recognizer.n_heard == 0
    stage.play(pcm[again:], at=again)
    stage.finish()
    assert stage.session.refining
    assert stage.shown[-1].committed == text_of(script)
    assert_sound(stage)


def test_sound_is_left_out_only_past_a_bound_and_said_so() -> None:
    letters = random.Random(1)
    words = ["".join(letters.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(300)]
    script = spoken(" ".join(words))
    stage = Stage(script)
    pcm = sound_of(script)
    at = 0
    while not stage.events and at < len(pcm):
        stage.feed(pcm[at : at + CHUNK], at)
        at += CHUNK
    (skipped,) = stage.events
    assert isinstance(skipped, AudioSkipped)
    assert at == pytest.approx(PACE.backlog, abs=S)
    assert stage.session.skipped == skipped.end - skipped.start > 0
    assert at - PACE.most <= skipped.end <= at
    stage.play(pcm[at:], at=at)
    stage.finish()
    committed = stage.shown[-1].committed.split()
    assert committed[-100:] == words[-100:]
    assert stage.live_words[0].start >= skipped.end - S
    assert_sound(stage)


def test_silence_before_speech_is_no_lag_and_is_not_left_out() -> None:
    """Nothing is read while nobody speaks, but nothing is missed either."""
    stage = Stage(spoken("before the pause 70.0 and after it there is more to say"))
    pcm = sound_of(stage.script)
    worst = 0
    for at in range(0, len(pcm), CHUNK):
        stage.feed(pcm[at : at + CHUNK], at)
        worst = max(worst, stage.session.lag)
        stage.work()
    stage.finish()
    assert worst <= PACE.step + PACE.speech_pad + S // 2
    assert stage.session.skipped == 0
    assert not any(isinstance(event, AudioSkipped) for event in stage.events)
    assert stage.shown[-1].committed == text_of(stage.script)


def test_music_that_makes_the_decoder_guess_is_not_captioned() -> None:
    stage = Stage(CLIP)
    stage.decoder.no_speech = 0.95
    stage.play(sound_of(CLIP))
    stage.finish()
    assert not any(update.lines for update in stage.updates)


def test_speech_in_noise_is_captioned() -> None:
    stage = Stage(CLIP)
    stage.decoder.no_speech = 0.8
    stage.play(sound_of(CLIP))
    stage.finish()
    assert stage.shown[-1].committed == text_of(CLIP)


def test_the_last_word_waits_for_the_next_where_that_is_wanted() -> None:
    usual, waiting = Stage(CLIP), Stage(CLIP, live=replace(LIVE, end_of_word=never))
    for stage in (usual, waiting):
        stage.play(sound_of(CLIP)[: 5 * S // 2])
    words = usual.shown[-1].committed.split()
    assert waiting.shown[-1].committed.split() == words[:-1]
    assert played(CLIP, live=waiting.live).shown[-1].committed == text_of(CLIP)


def test_a_prompt_stays_for_the_whole_session_and_vocabulary_follows_it() -> None:
    options = SessionOptions(prompt="A talk on caves. ", vocabulary=("Łódź",))
    stage = Stage(CLIP, options)
    stage.play(sound_of(CLIP))
    stage.session.configure(replace(options, vocabulary=()))
    stage.finish()
    decode = stage.decoder.tokenizer.decode
    assert {decode(p) for p in stage.decoder.prompts} == {" A talk on caves. Łódź."}
    assert decode(stage.decoder.prompts[0]) == decode(stage.recognizer.prompts[0])


def test_what_was_said_before_a_resumed_session_is_context_of_the_second_pass() -> None:
    stage = played(CLIP, context=" Said before.")
    decode = stage.decoder.tokenizer.decode
    assert [decode(p) for p in stage.decoder.prompts if p] == []
    assert decode(stage.recognizer.prompts[0]) == " Said before."


def test_words_that_left_the_window_are_a_prompt_where_that_is_wanted() -> None:
    script = spoken("one two three four five six seven eight nine ten " * 6)
    stage = played(script, live=replace(LIVE, rolling=5))
    prompts = [stage.decoder.tokenizer.decode(p).strip() for p in stage.decoder.prompts]
    said = text_of(script)
    assert prompts[0] == ""
    assert len(prompts[-1].split()) == 5
    assert all(prompt in said for prompt in prompts)


def test_a_cut_drops_what_was_said_before_a_resumed_session() -> None:
    stage = Stage(CLIP, context=" Said before.")
    stage.events += stage.session.cut(0)
    stage.play(sound_of(CLIP))
    stage.finish()
    assert not any(stage.recognizer.prompts)


def test_vocabulary_is_a_prompt_of_both_passes() -> None:
    stage = played(CLIP, options=SessionOptions(vocabulary=("Macháček", "Łódź")))
    assert {stage.decoder.tokenizer.decode(p) for p in stage.decoder.prompts} == {
        " Macháček, Łódź."
    }
    assert {stage.decoder.tokenizer.decode(p) for p in stage.recognizer.prompts} == {
        " Macháček, Łódź."
    }
    assert stage.shown[-1].committed == text_of(CLIP)


# -- golden -------------------------------------------------------------------------------


def written(event: Event) -> str:
    match event:
        case CaptionUpdate():
            draft = event.draft and [event.draft.line, event.draft.text]
            lines = [[line.id, line.state, line.text] for line in event.lines]
            return json.dumps([event.revision, lines, draft, event.final_until])
        case _:
            return json.dumps(repr(event))


@pytest.mark.parametrize("policy", POLICIES)
def test_the_events_of_a_session_are_those_of_the_golden_file(
    policy: PolicyName, tmp_path: Path
) -> None:
    """Scripted engines. A change that is meant replaces the file by the one written."""
    options = SessionOptions(policy=policy)
    stage = played(CLIP, multilingual=True, language=("en", 0.7), options=options)
    actual = tmp_path / f"{policy}.jsonl"
    actual.write_text("".join(f"{written(event)}\n" for event in stage.events), encoding="utf-8")
    golden = GOLDEN / f"{policy}.jsonl"
    assert actual.read_text("utf-8") == golden.read_text("utf-8"), f"{actual} is not {golden}"
