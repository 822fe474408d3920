"""Sound that comes through a pipe, and samples without a header."""

import io
from pathlib import Path

import numpy as np
import pytest

from fixtures.media import Track, cut, tones, write
from host.runtime.files.test_media import tones_of
from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE, AudioChunk
from wlk_host.runtime.files import standard_input
from wlk_host.runtime.files.media import SoundFile, SoundStream
from wlk_host.runtime.files.raw_pcm import RAW_CODECS, RawPcm, parse

HERTZ = (300, 500, 700, 900)
PCM = tones(HERTZ)
MIDDLES = (0.4, 1.4, 2.4, 3.4)


class Pipe:
    """Bytes that come in small pieces, and can be read once."""

    def __init__(self, content: bytes, most: int = 1000) -> None:
        self._content = io.BytesIO(content)
        self._most = most

    def read(self, size: int, /) -> bytes:
        return self._content.read(min(size, self._most))

    def raise_stopped(self) -> None:
        """Nothing did."""


def heard(content: bytes, pcm: RawPcm | None = None) -> tuple[SoundStream, list[AudioChunk]]:
    stream = SoundStream(Pipe(content), "standard input", pcm=pcm)
    return stream, list(stream.chunks())


@pytest.mark.parametrize(
    ("form", "codec", "rate"),
    [
        ("wav", "pcm_s16le", 16_000), ("flac", "flac", 16_000), ("ogg", "libopus", 48_000),
        ("mkv", "aac", 44_100), ("mp3", "libmp3lame", 44_100), ("ts", "aac", 44_100),
        ("webm", "libopus", 48_000),
    ],
)  # fmt: skip
def test_containers_are_read_from_a_pipe(tmp_path: Path, form: str, codec: str, rate: int) -> None:
    content = write(tmp_path / f"sound.{form}", Track(PCM, codec, rate)).read_bytes()
    stream, chunks = heard(content)
    assert tones_of(chunks, *MIDDLES) == list(HERTZ)
    assert stream.damage.problem is None


def test_sound_is_handed_out_before_the_pipe_ends(tmp_path: Path) -> None:
    content = write(tmp_path / "sound.wav", Track(np.tile(PCM, 20))).read_bytes()
    pipe = Pipe(content)
    chunks = SoundStream(pipe, "standard input").chunks()
    next(chunks)
    assert len(pipe.read(1)) == 1  # There is more, and nobody has asked for it.
    assert pipe._content.tell() < len(content) / 2


def test_a_length_that_nobody_can_know_is_not_missed(tmp_path: Path) -> None:
    """Who writes WAV into a pipe states the longest length there is."""
    content = bytearray(write(tmp_path / "sound.wav", Track(PCM)).read_bytes())
    at = content.index(b"data") + 4
    for stated in (b"\xff\xff\xff\xff", b"\x00\xf0\xff\x7f"):
        content[at : at + 4] = stated
        stream, chunks = heard(bytes(content))
        assert stream.damage.problem is None
        assert tones_of(chunks, *MIDDLES) == list(HERTZ)


def test_a_pipe_that_breaks_off_is_captioned_until_then(tmp_path: Path) -> None:
    path = cut(write(tmp_path / "sound.mkv", Track(PCM, "aac", 44_100)), 0.6)
    stream, chunks = heard(path.read_bytes())
    assert tones_of(chunks, *MIDDLES[:2]) == list(HERTZ[:2])
    assert stream.damage.problem is not None
    assert "breaks off" in stream.damage.problem.message


class Interrupted(io.RawIOBase):
    """Ctrl-C is pressed while the pipe is read for that time. It would wait at every later one."""

    def __init__(self, content: bytes, reads: int) -> None:
        self._content = io.BytesIO(content)
        self._reads = reads

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        self._reads -= 1
        if not self._reads:
            raise KeyboardInterrupt
        assert self._reads > 0, "read again"
        part = self._content.read(min(len(buffer), 4000))
        buffer[: len(part)] = part
        return len(part)


@pytest.mark.parametrize("reads", [1, 12])
@pytest.mark.parametrize("pcm", [None, RawPcm("s16le", SAMPLE_RATE)])
def test_ctrl_c_ends_a_pipe_at_once(tmp_path: Path, reads: int, pcm: RawPcm | None) -> None:
    content = write(tmp_path / "sound.wav", Track(PCM)).read_bytes()
    pipe = standard_input.Pipe(io.BufferedReader(Interrupted(content, reads), 4000))
    with pytest.raises(KeyboardInterrupt):
        list(SoundStream(pipe, "standard input", pcm=pcm).chunks())


@pytest.mark.parametrize("content", [b"", b"no sound" * 1000])
def test_a_pipe_without_sound_is_refused(content: bytes) -> None:
    with pytest.raises(WlkError) as refused:
        heard(content)
    assert refused.value.code == "file_unreadable"
    assert "standard input" in refused.value.message
    assert "Matroska" in refused.value.hint


def test_a_track_of_a_pipe_can_be_chosen(tmp_path: Path) -> None:
    one, other = tones((300,)), tones((900,))
    path = write(tmp_path / "two.mkv", Track(one, "flac"), Track(other, "flac"))
    stream = SoundStream(Pipe(path.read_bytes()), "standard input", 2)
    assert tones_of(list(stream.chunks()), 0.4) == [900]
    assert stream.choice.startswith("track: 2")


# -- samples without a header ---------------------------------------------------------------

DTYPES = {
    "u8": "u1", "s8": "i1", "s16le": "<i2", "s16be": ">i2", "s32le": "<i4", "s32be": ">i4",
    "f32le": "<f4", "f32be": ">f4", "f64le": "<f8", "f64be": ">f8",
}  # fmt: skip


def raw(codec: str, pcm: np.ndarray[tuple[int], np.dtype[np.float32]]) -> bytes:
    kind = np.dtype(DTYPES[codec])
    if kind.kind == "f":
        return bytes(pcm.astype(kind))
    half = 2 ** (8 * kind.itemsize - 1) - 1
    shift = 128 if kind.kind == "u" else 0
    return bytes((pcm.astype(np.float64) * half + shift).astype(kind))


@pytest.mark.parametrize("codec", DTYPES)
def test_raw_samples_are_read(codec: str) -> None:
    stream, chunks = heard(raw(codec, PCM), RawPcm(codec, SAMPLE_RATE))
    assert tones_of(chunks, *MIDDLES) == list(HERTZ)
    assert stream.damage.problem is None


@pytest.mark.parametrize("codec", RAW_CODECS)
def test_every_raw_format_is_known_to_ffmpeg(codec: str) -> None:
    _, chunks = heard(bytes(48_000), RawPcm(codec, 16_000))
    assert chunks


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 6, 8])
def test_raw_samples_of_any_rate_and_channels_are_converted(rate: int, channels: int) -> None:
    n = round(len(PCM) * rate / SAMPLE_RATE)
    at_rate = np.interp(np.arange(n) * SAMPLE_RATE / rate, np.arange(len(PCM)), PCM)
    interleaved = np.repeat(at_rate.astype(np.float32), channels)
    _, chunks = heard(raw("s16le", interleaved), RawPcm("s16le", rate, channels))
    assert tones_of(chunks, *MIDDLES) == list(HERTZ)
    assert abs(chunks[-1].end - len(PCM)) < 200


def test_half_a_sample_at_the_end_does_no_harm() -> None:
    stream, chunks = heard(raw("s16le", PCM) + b"\x01", RawPcm("s16le", SAMPLE_RATE))
    assert tones_of(chunks, *MIDDLES) == list(HERTZ)
    assert stream.damage.problem is None


def test_a_file_can_be_raw_too(tmp_path: Path) -> None:
    path = tmp_path / "sound.raw"
    path.write_bytes(raw("s16le", PCM))
    chunks = list(SoundFile(path, pcm=RawPcm("s16le", SAMPLE_RATE)).chunks())
    assert tones_of(chunks, *MIDDLES) == list(HERTZ)


def test_what_samples_are_is_written_in_one_word() -> None:
    assert parse("s16le,16000") == RawPcm("s16le", 16_000)
    assert parse("F32LE, 48000, 2") == RawPcm("f32le", 48_000, 2)


@pytest.mark.parametrize(
    "text", ["", "s16le", "s16le,", "s16le,0", "s16le,999999", "mp3,16000", "s16le,16000,0",
             "s16le,16000,9", "s16le,16000,1,1", "s16le,16k", "s16le,-16000"],
)  # fmt: skip
def test_anything_else_is_refused_with_what_is_expected(text: str) -> None:
    with pytest.raises(ValueError, match=r"got .+, expected "):
        parse(text)
