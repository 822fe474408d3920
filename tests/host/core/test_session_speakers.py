"""Lines tell who speaks: live as soon as it is known, and for good when they are final."""

from dataclasses import replace

import pytest

from host.core.scripted import sound_of, spoken
from host.core.stage import CHUNK, S, Stage, assert_sound, played
from wlk_host.core.captions import Transcript
from wlk_host.core.options import SessionOptions
from wlk_host.core.tab_options import PolicyName
from wlk_host.core.types import Line, Sample, Spoken, Word

DIALOGUE = spoken(
    "Shall we begin with the first point of today? 0.4 Yes, I would like to say something. 0.4 "
    "Then please go ahead with it now. 0.4 The figures of last year were very good indeed."
)
VOICES = [0] * 9 + [1] * 7 + [0] * 7 + [1] * 9

TOLD = [
    ("1", "SHALL WE BEGIN WITH THE FIRST POINT OF TODAY?"),
    ("2", "YES, I WOULD LIKE TO SAY SOMETHING."),
    ("1", "THEN PLEASE GO AHEAD WITH IT NOW."),
    ("2", "THE FIGURES OF LAST YEAR WERE VERY GOOD INDEED."),
]
ASKED = SessionOptions(speakers=True)


def lines_of(stage: Stage) -> list[Line]:
    lines: dict[Sample, Line] = {}
    for update in stage.updates:
        lines |= {line.id: line for line in update.lines}
    return [lines[line_id] for line_id in sorted(lines) if lines[line_id].text]


def told(stage: Stage) -> list[tuple[str | None, str]]:
    return [(line.speaker, line.text) for line in lines_of(stage)]


@pytest.mark.parametrize("policy", ["alignatt", "local_agreement"])
def test_final_lines_hold_one_speakers_words_each(policy: PolicyName) -> None:
    stage = played(DIALOGUE, options=replace(ASKED, policy=policy), voices=VOICES)
    assert_sound(stage)
    assert told(stage) == TOLD


def test_nobody_is_named_unasked_or_where_nothing_tells_voices_apart() -> None:
    for stage in (played(DIALOGUE, voices=VOICES), played(DIALOGUE, options=ASKED)):
        assert {line.speaker for update in stage.updates for line in update.lines} == {None}


def test_a_live_line_is_named_while_it_grows() -> None:
    stage = played(DIALOGUE, options=ASKED, voices=VOICES)
    live = [line for update in stage.updates for line in update.lines if line.state == "committed"]
    assert {"1", "2"} <= {line.speaker for line in live}


def test_another_speaker_opens_a_new_line_while_it_is_live() -> None:
    script = spoken(
        "We should go there now. 0.1 No we stay here for one more hour and then we can go home."
    )
    voices = [0] * 5 + [1] * 15
    # Both are known: each has said something before.
    known = spoken("This is my voice and I say it. 0.4 And this one is mine as you hear. 1.5", 0.0)
    shift = known[-1].end + 2 * S
    both = [*known, *(replace(w, start=w.start + shift, end=w.end + shift) for w in script)]
    stage = Stage(both, options=ASKED, voices=[0] * 8 + [1] * 8 + voices)
    stage.play(sound_of(both))
    live = {
        line.id: line
        for update in stage.updates
        for line in update.lines
        if line.state == "committed" and line.start >= shift
    }
    assert [line.speaker for line in live.values()][:2] == ["1", "2"]
    stage.finish()
    assert_sound(stage)


def test_voices_are_known_after_a_cut_and_with_another_model() -> None:
    stage = Stage(DIALOGUE, options=ASKED, voices=VOICES)
    sound = sound_of(DIALOGUE)
    half = DIALOGUE[16].start - S // 5
    stage.play(sound[:half])
    stage.events += stage.session.cut(half)
    stage.session.adopt(stage.recognitions["alignatt"])
    stage.play(sound[half:], half, CHUNK)
    stage.finish()
    assert [speaker for speaker, _ in told(stage)] == ["1", "2", "1", "2"]


def test_who_spoke_before_a_cut_is_heard_although_somebody_speaks_after_it_by_then() -> None:
    stage = Stage(DIALOGUE, options=ASKED, voices=VOICES)
    sound = sound_of(DIALOGUE)
    half = DIALOGUE[16].start - S // 5
    stage.feed(sound[:half], 0)
    stage.events += stage.session.cut(half)
    stage.feed(sound[half:], half)
    stage.work()
    stage.finish()
    assert [speaker for speaker, _ in told(stage)] == ["1", "2", "1", "2"]


def test_it_can_be_switched_on_and_off_while_captions_run() -> None:
    stage = Stage(DIALOGUE, voices=VOICES)
    sound = sound_of(DIALOGUE)
    half = DIALOGUE[16].start - S // 5
    stage.play(sound[:half])
    stage.session.configure(ASKED)
    stage.play(sound[half:], half)
    stage.finish()
    speakers = [line.speaker for line in lines_of(stage)]
    assert speakers[0] is None
    assert set(speakers[-2:]) == {"1", "2"}


def test_a_line_is_named_later_without_a_change_of_its_words() -> None:
    known: list[str | None] = [None]
    transcript = Transcript(0, lambda words: known * len(words))
    transcript.commit([Word(" Well", 0, S, 0.9)], "en")
    assert transcript.update() is not None
    transcript.name_speakers()
    assert transcript.update() is None
    known[0] = "1"
    transcript.name_speakers()
    update = transcript.update()
    assert update is not None
    assert [(line.text, line.speaker, line.language) for line in update.lines] == [
        ("Well", "1", "en")
    ]


def test_the_name_of_a_live_line_is_corrected_once_and_by_the_final_line() -> None:
    known: list[str | None] = ["1"]
    transcript = Transcript(0, lambda words: known * len(words))
    words = [Word(" Well", 0, S, 0.9)]
    transcript.commit(words, "en")
    shown = []
    for known[0] in ("1", "2", "1", "3"):
        transcript.name_speakers()
        update = transcript.update()
        shown += [line.speaker for line in update.lines] if update else []
    assert shown == ["1", "2"]
    transcript.finalise(S, Spoken(tuple(words)), "en")
    update = transcript.update()
    assert update is not None
    assert [(line.state, line.speaker) for line in update.lines] == [("final", "3")]


def test_a_line_is_of_both_who_speak_in_it_at_the_same_time() -> None:
    said = ["1", "1+2", "1+2", "2", "2", "2+1"]
    transcript = Transcript(0, lambda words: said[: len(words)])
    words = [Word(" word", n * S // 2, (n + 1) * S // 2, 0.9) for n in range(6)]
    transcript.commit(words, "en")
    transcript.finalise(3 * S, Spoken(tuple(words)), "en")
    update = transcript.update()
    assert update is not None
    final = [line for line in update.lines if line.text]
    assert [(len(line.words), line.speaker) for line in final] == [(3, "1+2"), (3, "2")]


def goes_on(voices: list[int]) -> Stage:
    """Return a session that goes on with the second half where another has heard the first."""
    half = DIALOGUE[16].start - S // 5
    sound = sound_of(DIALOGUE)
    first = Stage(DIALOGUE, options=ASKED, voices=voices)
    first.play(sound[:half])
    first.finish()
    second = Stage(DIALOGUE, options=ASKED, voices=voices, start=half, speakers=first.speakers)
    second.play(sound[half:], half)
    second.finish()
    return second


def test_a_session_that_goes_on_with_another_one_knows_its_voices() -> None:
    assert [speaker for speaker, _ in told(goes_on(VOICES))] == ["1", "2"]
    # Without them the first to speak would be the first to be counted, whoever that is.
    swapped = [1 - voice for voice in VOICES[:16]] + VOICES[16:]
    assert [speaker for speaker, _ in told(goes_on(swapped))] == ["2", "1"]
