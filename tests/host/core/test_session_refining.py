"""A session with scripted parts: its second pass, and what a slow machine leaves out."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest

from host.core.scripted import sound_of, spoken
from host.core.stage import CHUNK, CLIP, PACE, REFINE, S, Stage, assert_sound, played, text_of
from wlk_host.core.types import AudioSkipped, Work


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


def test_a_short_utterance_does_not_wait_for_the_end_of_a_long_one() -> None:
    script = spoken("Yes. 1.0 " + "A long sentence follows and does not end " * 4)
    stage = Stage(script)
    patience_ends = script[0].end + PACE.speech_pad + REFINE.patience
    pcm = sound_of(script)
    stage.play(pcm[: patience_ends - 2 * CHUNK])
    assert stage.updates[-1].final_until == 0
    stage.play(
        pcm[patience_ends - 2 * CHUNK : patience_ends + 2 * CHUNK], patience_ends - 2 * CHUNK
    )
    assert stage.updates[-1].final_until >= script[0].end
    assert stage.shown[-1].final.startswith("YES. A long")


def test_a_line_in_running_speech_is_final_before_the_speaker_stops() -> None:
    sentence = "these are some words of a sentence that ends. "
    stage = Stage(spoken(sentence * 5), refine=replace(REFINE, line=4 * S))
    stage.play(sound_of(stage.script)[: stage.script[-1].end])
    assert stage.updates[-1].final_until > 4 * S
    assert stage.recognizer.n_heard > 1
    stage.finish()
    # What was heard for context alone is in the next line once.
    assert stage.shown[-1].final == text_of(stage.script).upper()
    assert_sound(stage)


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


def test_at_the_end_nothing_is_due_until_the_second_pass_is_done() -> None:
    stage = Stage(CLIP)
    stage.background.busy = True
    stage.play(sound_of(CLIP))
    stage.session.finish()
    stage.work()
    assert not stage.session.finished()
    stage.background.busy = False
    assert stage.session.next_work() is Work.REFINE
    stage.finish()
    assert stage.shown[-1].final == text_of(CLIP).upper()


def test_sound_after_a_cut_is_captioned_while_the_second_pass_before_it_takes_its_time() -> None:
    stage = Stage(CLIP)
    pcm = sound_of(CLIP)
    stage.play(pcm[: CLIP[12].end])
    stage.background.busy = True
    for begin in (40 * S, 80 * S):
        stage.events += stage.session.cut(begin)
        stage.play(pcm, at=begin)
    first, whole = text_of(CLIP[:13]), text_of(CLIP)
    assert stage.shown[-1].committed == f"{first} {whole} {whole}"
    assert stage.updates[-1].final_until < 40 * S
    stage.background.busy = False
    stage.finish()
    assert stage.shown[-1].final == f"{first} {whole} {whole}".upper()
    assert_sound(stage)


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


def test_a_machine_that_stays_late_leaves_out_the_second_pass_though_this_session_is_on_time() -> (
    None
):
    """It was late until its turn came: others need the time."""
    script = spoken("a sentence of some length here 2.0 and another one of some length")
    stage = Stage(script)
    pcm = sound_of(script)
    again = script[6].start - CHUNK
    stage.session.is_overloaded = True
    stage.play(pcm[:again])
    assert stage.session.lag == 0
    assert not stage.session.refining
    assert stage.recognizer.n_heard == 0
    stage.session.is_overloaded = False
    stage.play(pcm[again:], at=again)
    stage.finish()
    assert stage.session.refining
    assert stage.recognizer.n_heard > 0
    assert stage.shown[-1].committed == text_of(script)


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


def test_what_was_cut_off_is_left_out_first() -> None:
    letters = random.Random(2)
    words = ["".join(letters.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(230)]
    script = spoken(" ".join(words))
    stage = Stage(script)
    pcm = sound_of(script)
    stage.play(pcm[: 4 * S])
    cut = script[14].end
    stage.feed(pcm[4 * S : cut], 4 * S)
    stage.events += stage.session.cut(cut)
    at = cut
    while not stage.session.skipped:
        stage.feed(pcm[at : at + CHUNK], at)
        at += CHUNK
    first, second = (event for event in stage.events if isinstance(event, AudioSkipped))
    assert first.end == cut <= second.start
    assert stage.session.skipped == first.end - first.start + second.end - second.start
    stage.play(pcm[at:], at=at)
    stage.finish()
    assert stage.shown[-1].draft == ""
    assert stage.shown[-1].committed.endswith(" ".join(words[-10:]))
    assert stage.shown[-1].committed.startswith(" ".join(words[:8]))
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
