"""Sound is read where the file says that it is heard, and as far as it is whole."""

import os
import struct
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import av
import numpy as np
import pytest

from fixtures.media import Track, cut, join, overwrite, packets, tones, write
from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE, AudioChunk
from wlk_host.runtime.files import tracks
from wlk_host.runtime.files.conversion import CHUNK
from wlk_host.runtime.files.media import SoundFile, read_chunks

S = SAMPLE_RATE
HERTZ = (300, 400, 500, 600, 700, 800, 900, 1000)
PCM = tones(HERTZ)
"""Every second has its own tone, so what is heard tells which second of it that is."""

WHOLE: dict[str, tuple[str, int]] = {
    "wav": ("pcm_s16le", 16_000), "flac": ("flac", 16_000), "opus": ("libopus", 48_000),
    "webm": ("libopus", 48_000), "mp4": ("aac", 44_100), "mkv": ("aac", 44_100),
    "mp3": ("libmp3lame", 44_100), "aac": ("aac", 44_100), "ts": ("aac", 44_100),
    "aiff": ("pcm_s16be", 16_000), "ac3": ("ac3", 48_000), "avi": ("libmp3lame", 44_100),
}  # fmt: skip
"""Containers, each with an encoder and its rate."""


def made(folder: Path, form: str) -> Path:
    codec, rate = WHOLE[form]
    return write(folder / f"sound.{form}", Track(PCM, codec, rate))


def tone_at(chunks: Sequence[AudioChunk], at_s: float) -> int:
    """The tone that is heard in the 0.2 s from there on, to 100 Hz; 0 is silence."""
    timeline = np.zeros(chunks[-1].end, np.float32)
    for chunk in chunks:
        timeline[chunk.start : chunk.end] = chunk.pcm
    part = timeline[round(at_s * S) : round((at_s + 0.2) * S)]
    if np.sqrt(np.mean(part**2)) < 0.05:
        return 0
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), n=S))
    return round(int(spectrum.argmax()) / 100) * 100


def tones_of(chunks: Sequence[AudioChunk], *at_s: float) -> list[int]:
    return [tone_at(chunks, at) for at in at_s]


def problem_of(sound: SoundFile) -> str:
    assert sound.damage.problem is not None
    assert sound.damage.problem.code == "sound_damaged"
    return sound.damage.problem.message


@pytest.mark.parametrize("form", WHOLE)
def test_every_format_is_read_to_its_end(tmp_path: Path, form: str) -> None:
    sound = SoundFile(made(tmp_path, form))
    chunks = list(sound.chunks())
    assert sound.damage.problem is None
    assert abs(chunks[-1].end / S - 8) < 0.1
    assert tones_of(chunks, *(n + 0.4 for n in range(8))) == list(HERTZ)
    assert all(a.end == b.start for a, b in pairwise(chunks))
    assert {len(chunk.pcm) for chunk in chunks[:-1]} == {CHUNK}


@pytest.mark.parametrize("form", [form for form in WHOLE if form != "mp4"])
def test_of_a_file_that_breaks_off_the_beginning_is_heard(tmp_path: Path, form: str) -> None:
    sound = SoundFile(cut(made(tmp_path, form), 0.7))
    chunks = list(sound.chunks())
    assert 4.5 < chunks[-1].end / S < 6
    assert tones_of(chunks, 0.4, 1.4, 2.4, 3.4) == list(HERTZ[:4])
    if form in ("flac", "webm", "mkv", "aiff"):
        assert "the file breaks off at 00:0" in problem_of(sound)


@pytest.mark.parametrize("form", ["flac", "opus", "webm", "mp4", "mkv", "mp3", "aac", "ts", "ac3"])
def test_around_damage_everything_is_heard(tmp_path: Path, form: str) -> None:
    sound = SoundFile(overwrite(made(tmp_path, form), 0.5, 3000))
    chunks = list(sound.chunks())
    assert tones_of(chunks, 0.4, 1.4, 2.4) == list(HERTZ[:3])
    # Formats that only count frames do not know how many are gone.
    late = 0.4 if form in ("mp3", "aac", "ac3") else 0.0
    assert tone_at(chunks, 7.6 - late) == HERTZ[-1]
    assert "s of sound are missing, at 00:0" in problem_of(sound)


def test_what_is_missing_is_named_and_keeps_its_time(tmp_path: Path) -> None:
    codec, rate = WHOLE["mkv"]
    path = write(tmp_path / "a.mkv", Track(PCM, codec, rate))
    lost = packets(path)[150:200]
    whole = path.read_bytes()
    for packet in lost:
        whole = whole.replace(packet, bytes([0xFF]) * len(packet))
    path.write_bytes(whole)
    sound = SoundFile(path)
    chunks = list(sound.chunks())
    [(start, end)] = sound.damage.stretches
    assert abs(start - 150 * 1024 / rate) < 0.1
    assert abs(end - 200 * 1024 / rate) < 0.1
    assert tones_of(chunks, 2.4, 4.0, 5.4) == [HERTZ[2], 0, HERTZ[5]]
    assert problem_of(sound).startswith(f"{end - start:.2f} s of sound are missing, at 00:03.")


def test_files_joined_with_a_tag_between_them_are_one(tmp_path: Path) -> None:
    codec, rate = WHOLE["mp3"]
    one = write(tmp_path / "1.mp3", Track(PCM[: 4 * S], codec, rate))
    other = write(tmp_path / "2.mp3", Track(PCM[4 * S :], codec, rate))
    tag = b"ID3\x04\x00\x00\x00\x00\x17\x76" + b"TIT2" + bytes(3054)
    sound = SoundFile(join(tmp_path / "joined.mp3", one, other, between=tag))
    chunks = list(sound.chunks())
    assert tones_of(chunks, 0.4, 3.4, 4.6, 7.6) == [HERTZ[0], HERTZ[3], HERTZ[4], HERTZ[7]]
    assert sum(end - start for start, end in sound.damage.stretches) < 0.2


def test_rate_and_channels_may_change_in_the_middle(tmp_path: Path) -> None:
    parts = [
        write(tmp_path / f"{n}.mp3", Track(np.stack([pcm] * channels), "libmp3lame", rate))
        for n, (pcm, channels, rate) in enumerate([
            (PCM[: 2 * S], 1, 44_100), (PCM[2 * S : 5 * S], 2, 48_000), (PCM[5 * S :], 1, 24_000),
        ])
    ]  # fmt: skip
    chunks = list(read_chunks(join(tmp_path / "mixed.mp3", *parts)))
    assert abs(chunks[-1].end / S - 8) < 0.4
    assert tones_of(chunks, 0.4, 3.5, 7.5) == [HERTZ[0], HERTZ[3], HERTZ[7]]


@pytest.mark.parametrize("form", ["mkv", "ts", "mp4"])
def test_sound_that_begins_late_begins_late(tmp_path: Path, form: str) -> None:
    track = Track(PCM, "aac", 44_100, begin_s=6)
    sound = SoundFile(write(tmp_path / f"late.{form}", track, video_s=15))
    chunks = list(sound.chunks())
    assert abs(chunks[0].start / S - 6) < 0.1
    assert tones_of(chunks, 5.7, 6.4, 9.4) == [0, HERTZ[0], HERTZ[3]]
    assert sound.damage.problem is None


@pytest.mark.parametrize("begin_s", [-0.5, 3.0, 1e6])
def test_the_first_presentation_time_of_all_is_the_beginning(
    tmp_path: Path, begin_s: float
) -> None:
    track = Track(PCM, begin_s=begin_s)
    sound = SoundFile(write(tmp_path / "odd.mkv", track))
    chunks = list(sound.chunks())
    assert (chunks[0].start, tone_at(chunks, 0.4)) == (0, HERTZ[0])
    assert sound.damage.problem is None


def test_a_time_stamp_beyond_reason_makes_no_gap(tmp_path: Path) -> None:
    track = Track(PCM, begin_s=1e6)
    chunks = list(read_chunks(write(tmp_path / "odd.mkv", track, video_s=2)))
    assert (chunks[0].start, chunks[-1].end) == (0, 8 * S)


LAYOUTS = [("mono", 1, 0), ("stereo", 2, 1), ("2.1", 3, 2), ("quad", 4, 3), ("5.1", 6, 2),
           ("5.1", 6, 3), ("7.1", 8, 2), ("hexadecagonal", 16, 12)]  # fmt: skip


@pytest.mark.parametrize(("layout", "n", "only"), LAYOUTS)
def test_a_voice_in_one_channel_of_many_is_heard(
    tmp_path: Path, layout: str, n: int, only: int
) -> None:
    channels = np.zeros((n, len(PCM)), np.float32)
    channels[only] = PCM
    track = Track(channels, rate=48_000, layout=layout)
    chunks = list(read_chunks(write(tmp_path / "a.wav", track)))
    pcm = np.concatenate([chunk.pcm for chunk in chunks])
    assert np.sqrt(np.mean(pcm**2)) > 0.49 * np.sqrt(np.mean(PCM**2))
    assert tones_of(chunks, 0.4, 7.4) == [HERTZ[0], HERTZ[7]]


FORMATS = [("pcm_u8", 8000), ("pcm_f32le", 96_000), ("pcm_s24le", 48_000), ("pcm_f64le", 44_100),
           ("pcm_mulaw", 8000), ("pcm_s32le", 192_000)]  # fmt: skip


@pytest.mark.parametrize(("codec", "rate"), FORMATS)
def test_any_rate_and_kind_of_sample_is_read(tmp_path: Path, codec: str, rate: int) -> None:
    chunks = list(read_chunks(write(tmp_path / "a.wav", Track(PCM, codec, rate))))
    assert abs(chunks[-1].end - 8 * S) < 100
    assert tones_of(chunks, 0.4, 7.4) == [HERTZ[0], HERTZ[7]]


def test_what_is_no_number_is_silence(tmp_path: Path) -> None:
    pcm = PCM.copy()
    pcm[S : 2 * S] = np.nan
    pcm[2 * S] = np.inf
    chunks = list(read_chunks(write(tmp_path / "a.wav", Track(pcm, "pcm_f32le"))))
    assert all(np.isfinite(chunk.pcm).all() for chunk in chunks)
    assert tones_of(chunks, 0.4, 1.4, 3.4) == [HERTZ[0], 0, HERTZ[3]]


# -- tracks ---------------------------------------------------------------------------


def two_tracks(path: Path, *, second_is_default: bool) -> Path:
    german = Track(tones([300]), language="ger")
    english = Track(tones([900]), language="eng", is_default=second_is_default)
    return write(path, german, english)


def test_the_default_track_is_taken_and_told(tmp_path: Path) -> None:
    sound = SoundFile(two_tracks(tmp_path / "a.mkv", second_is_default=True))
    assert tone_at(list(sound.chunks()), 0.4) == 900
    assert sound.choice == "track: 2 (eng); this file also has 1 (ger) (choose with --track)"


def test_without_a_default_track_it_is_the_first(tmp_path: Path) -> None:
    path = two_tracks(tmp_path / "a.mkv", second_is_default=False)
    assert tone_at(list(SoundFile(path).chunks()), 0.4) == 300


def test_a_track_can_be_chosen(tmp_path: Path) -> None:
    path = two_tracks(tmp_path / "a.mkv", second_is_default=True)
    assert tone_at(list(SoundFile(path, 1).chunks()), 0.4) == 300
    for number in (0, 3):
        with pytest.raises(WlkError, match=r"the sound tracks are 1 \(ger\), 2 \(eng\)") as refused:
            SoundFile(path, number)
        assert refused.value.code == "track_missing"


def test_one_track_is_nothing_to_tell(tmp_path: Path) -> None:
    assert SoundFile(made(tmp_path, "wav")).choice == ""


# -- no sound at all --------------------------------------------------------------------


NO_SOUND: dict[str, Callable[[Path], object]] = {
    "text.mp3": lambda path: path.write_text("this is no sound\n" * 500),
    "empty.wav": lambda path: path.touch(),
    "video.mp4": lambda path: write(path, video_s=2),
    "noise.mp3": lambda path: path.write_bytes(os.urandom(40_000)),
    "noise.aac": lambda path: path.write_bytes(os.urandom(40_000)),
    "beginning.m4a": lambda path: cut(write(path, Track(PCM, "aac"), form="mp4"), 0.5),
}


@pytest.mark.parametrize("name", NO_SOUND)
def test_what_holds_no_sound_is_refused(tmp_path: Path, name: str) -> None:
    NO_SOUND[name](tmp_path / name)
    with pytest.raises(WlkError) as refused:
        list(read_chunks(tmp_path / name))
    assert refused.value.code == ("sound_missing" if name == "video.mp4" else "file_unreadable")


@pytest.mark.parametrize(("rate", "channels"), [(2, 1), (2**30, 1), (8000, 129)])
def test_a_form_that_no_sound_has_is_refused(tmp_path: Path, rate: int, channels: int) -> None:
    path = write(tmp_path / "sound.wav", Track(PCM, "pcm_s16le", 16_000))
    header = struct.pack("<HI", channels, rate)
    content = path.read_bytes()
    path.write_bytes(content[:22] + header + content[28:])
    with pytest.raises(WlkError) as raised:
        list(read_chunks(path))
    assert raised.value.code == "file_unreadable"
    assert f"{rate} Hz and {channels} channels" in raised.value.message


def test_a_tag_in_an_old_encoding_is_shown_as_far_as_it_can_be_read() -> None:
    stream = SimpleNamespace(metadata={"title": "Gr\udcfc\udcdfe", "language": "und"})
    assert tracks._tag(cast("av.AudioStream", stream), "title") == "Gr\ufffd\ufffde"
    assert tracks._tag(cast("av.AudioStream", stream), "language") == ""
