"""How words are counted that were given to the wrong speaker, and when lines were named."""

import speakers
from wlk_host.core.types import SAMPLE_RATE, CaptionUpdate, Line, LineState, Word

S = SAMPLE_RATE


def line(start_s: int, n_words: int, speaker: str | None, state: LineState = "final") -> Line:
    """A line of words of one second each."""
    starts = range(start_s, start_s + n_words)
    words = tuple(Word(" word", at * S, (at + 1) * S, 0.9) for at in starts)
    end = words[-1].end
    return Line(start_s * S, start_s * S, end, "words", state, "en", words, speaker)


def test_words_are_wrong_where_their_line_is_another_speakers_or_nobodys() -> None:
    reference = [(0.0, 4.0, "ana"), (4.0, 8.0, "ben"), (7.0, 10.0, "ana")]
    lines = [line(0, 5, "1"), line(5, 3, "2"), line(8, 2, None)]
    # At 7.5 s two speak: that word does not count. Of the others one is of "1" instead of "2".
    assert speakers.wrong_words(lines, reference) == (9, 3)
    assert speakers.wrong_words([line(0, 4, "2"), line(4, 3, "1")], reference) == (7, 0)


def test_who_speak_at_the_same_time_are_several_speakers_and_no_third_one() -> None:
    lines = [line(0, 2, "1"), line(2, 2, "1+2"), line(4, 2, "2"), line(8, 1, "1")]
    turns = [(0.0, 4.0, "1"), (2.0, 6.0, "2"), (8.0, 9.0, "1")]
    assert speakers.turns_of(lines) == turns
    # A line of two says of no word whose it is.
    assert speakers.wrong_words(lines, [(0.0, 4.0, "ana"), (4.0, 6.0, "ben")]) == (6, 2)


def test_a_line_is_named_when_it_gets_a_name_and_for_good_when_it_gets_its_last() -> None:
    shown = speakers.Shown()
    for t, speaker in ((1.0, None), (1.5, "1"), (2.0, "2"), (3.0, "2")):
        shown.add(t, CaptionUpdate(1, (line(0, 1, speaker),), None, 0))
    assert shown.named[0] - shown.began[0] == 0.5
    assert shown.settled[0] - shown.began[0] == 1.0
    assert [x.speaker for x in shown.final()] == ["2"]
