"""A session with scripted parts: what comes of sound, whatever way it is handed in."""

import json
import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from host.core.scripted import GUESS, ScriptedWord, sound_of, spoken
from host.core.stage import CHUNK, CLIP, PACE, S, Stage, assert_sound, played, text_of
from wlk_host.core.options import SessionOptions
from wlk_host.core.tab_options import PolicyName
from wlk_host.core.types import CaptionUpdate, Discontinuity, Event, Sample, Work

GOLDEN = Path(__file__).parent / "golden"


# -- what is promised of committed words ----------------------------------------------


@st.composite
def scripts(draw: st.DrawFn) -> list[ScriptedWord]:
    """Some seconds of speech with pauses of all lengths. No word occurs twice."""
    gaps = st.sampled_from([0, 0, 0, 0, 320, 4 * 320, 20 * 320, 35 * 320, 60 * 320, 130 * 320])
    words, at = [], 0
    for i in range(draw(st.integers(1, 25))):
        at += draw(gaps)
        end = at + draw(st.integers(6, 30)) * 320
        words.append(ScriptedWord(f" w{i}{draw(st.sampled_from(['', '', ',', '.']))}", at, end))
        at = end
    return words


POLICIES: list[PolicyName] = ["alignatt", "local_agreement"]


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=50, deadline=None, phases=set(Phase) - {Phase.shrink})
@given(
    scripts(),
    st.lists(st.integers(S // 100, 2 * S), min_size=1, max_size=8),
    st.sampled_from([S // 5, S // 2, 3 * S]),
)
# The second pass over one utterance made the first pass forget those before it.
@example(spoken("one 1.2 two 1.2 three", word_s=0.12), [CHUNK], S // 5)
# Speech that ended before anything was read was left out of the second pass.
@example(spoken("one 1.2 two 1.2 three", word_s=0.12), [CHUNK], 3 * S)
# Sample by sample; drawn ones would be as short for a minute of sound.
@example(spoken("one 0.1 two", word_s=0.12), [1], S // 5)
def test_any_chunking_gives_the_same_captions(
    policy: PolicyName, script: list[ScriptedWord], sizes: list[int], schedule: Sample
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


SHORT_BEFORE_KEPT: list[tuple[Sample, Sample]] = [
    *((6400, 9280), (10560, 19840), (26240, 31360), (31680, 35200), (35200, 37440)),
    *((37440, 40320), (40320, 43200), (43200, 52800), (52800, 61760), (61760, 69760)),
    *((76160, 82560), (82560, 90240), (90240, 98880), (105280, 111680), (153280, 159040)),
]
"""Beginnings and ends of words."""


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=50, deadline=None, phases=set(Phase) - {Phase.shrink})
@given(scripts(), st.lists(st.integers(0, 300), min_size=1, max_size=4), st.sampled_from(POLICIES))
# Most of a short word lay in the lead of the first one kept, and was heard there.
@example(
    [ScriptedWord(f" w{i}", *span) for i, span in enumerate(SHORT_BEFORE_KEPT)],
    [39, 72],
    "alignatt",
)
def test_no_word_is_lost_or_said_twice_when_other_models_take_over(
    policy: PolicyName, script: list[ScriptedWord], moments: list[int], other: PolicyName
) -> None:
    stage = Stage(script, SessionOptions(policy=policy))
    pcm = sound_of(script)
    for number, begin in enumerate(range(0, len(pcm), CHUNK)):
        stage.feed(pcm[begin : begin + CHUNK], begin)
        if number in moments:
            stage.session.adopt(stage.recognitions[other])
        stage.work()
    stage.finish()
    assert "".join(word.text for word in stage.live_words).strip() == text_of(script)
    assert stage.shown[-1].final == text_of(script).upper()
    assert_sound(stage)


def test_guesses_are_shown_but_never_committed() -> None:
    stage = played(CLIP)
    drafts = "".join(update.draft.text for update in stage.updates if update.draft)
    assert GUESS.strip() in drafts
    assert GUESS not in stage.shown[-1].committed


def test_words_come_while_somebody_is_still_speaking() -> None:
    stage = Stage(CLIP)
    stage.play(sound_of(CLIP)[: 3 * S])
    assert any(word.start <= 3 * S <= word.end for word in CLIP)
    assert len(stage.shown[-1].committed.split()) >= 6


def test_speech_after_a_pause_is_shown_though_the_decoder_takes_it_for_silence() -> None:
    script = spoken("A sentence that ends. 1.2 Another one that goes on and on and on for long.")
    shown = {}
    for shy_s in (0.0, 6.0):
        stage = Stage(script)
        stage.decoder.shy_s = shy_s
        stage.play(sound_of(script)[: script[4].end + 3 * S // 2])
        shown[shy_s] = stage.shown[-1].committed
    assert shown[6.0] == shown[0.0]
    assert "Another one" in shown[6.0]


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


def test_an_utterance_after_which_the_decoder_says_nothing_is_read_without_the_words_before() -> (
    None
):
    """It is told a sentence, and hears it once more."""
    script = spoken("You didn't want to come. 0.8 You didn't want to come.")
    stage = Stage(script)
    stage.decoder.is_silenced = True
    stage.play(sound_of(script))
    stage.finish()
    assert stage.shown[-1].committed == text_of(script)


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


def test_after_a_cut_the_rest_of_the_open_utterance_is_due_at_once() -> None:
    stage = Stage(CLIP)
    pcm = sound_of(CLIP)
    at = CLIP[6].end
    stage.play(pcm[:at])
    assert stage.session.cut(at) == [Discontinuity(at)]
    stage.work()
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
    """Scripted models. A change that is meant replaces the file with the one written."""
    options = SessionOptions(policy=policy)
    stage = played(CLIP, multilingual=True, language=("en", 0.9), options=options)
    actual = tmp_path / f"{policy}.jsonl"
    actual.write_text("".join(f"{written(event)}\n" for event in stage.events), encoding="utf-8")
    golden = GOLDEN / f"{policy}.jsonl"
    assert actual.read_text("utf-8") == golden.read_text("utf-8"), f"{actual} is not {golden}"


# -- what is left out, because it would bring nothing ----------------------------------


def test_an_utterance_read_to_its_end_is_not_encoded_again_when_it_closes() -> None:
    """Speech until 1.2 s, read at 0.5, 1.0 and 1.5 s; the pause is known at 1.8 s."""
    stage = played(spoken("one two three four"))
    assert len(stage.decoder.tasks) == 4
    assert stage.decoder.n_encoded == 3
    assert stage.shown[-1].final == "ONE TWO THREE FOUR"


def test_a_pause_is_waited_for_instead_of_a_step_into_it() -> None:
    """Speech until 1.0 s. At 1.5 s half a second of silence says that its end will be known."""
    stage = played(spoken("one two", word_s=0.5))
    assert len(stage.decoder.tasks) == stage.decoder.n_encoded == 3
    assert stage.shown[-1].final == "ONE TWO"


def test_speech_that_goes_on_after_a_short_silence_is_read_at_once() -> None:
    script = spoken("one two 0.45 three", word_s=0.5)
    stage, pcm = Stage(script), sound_of(script)
    stage.play(pcm[: 16 * CHUNK])
    assert len(stage.decoder.tasks) == 3, "the step that was due at 1.5 s"
