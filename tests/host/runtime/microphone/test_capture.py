"""A microphone becomes chunks, and what is wrong with it is told."""

import sys
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from fixtures.media import tones
from host.runtime.files.test_media import tones_of
from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, Pcm
from wlk_host.runtime.microphone import capture
from wlk_host.runtime.microphone.capture import Microphone, microphones, portaudio

HERTZ = (300, 500, 700)


def write_48k_stereo(path: Path, pcm: Pcm) -> Path:
    n = 3 * len(pcm)
    loud = np.interp(np.arange(n) / 3, np.arange(len(pcm)), pcm)
    both = np.stack([loud, 0.5 * loud], axis=1)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes((both * 32767).astype("<i2").tobytes())
    return path


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch, fake_microphone: None) -> None:
    monkeypatch.setenv("FAKE_SPEED", "1000")


def heard(microphone: Microphone, length_s: float) -> list[AudioChunk]:
    """At least so much sound."""
    microphone.start()
    chunks: list[AudioChunk] = []
    give_up = time.monotonic() + 20
    while not chunks or chunks[-1].end < length_s * SAMPLE_RATE:
        chunks += microphone.heard(wait=True)
        assert time.monotonic() < give_up
    return chunks


def hear_on(microphone: Microphone, clock: Time) -> None:
    """Each time a second later."""
    for _ in range(20):
        clock.now += 1
        microphone.heard(wait=True)


@pytest.mark.usefixtures("fast")
def test_sound_of_any_rate_comes_as_chunks_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_48k_stereo(tmp_path / "tones.wav", tones(HERTZ))
    monkeypatch.setenv("FAKE_SOUND", str(path))
    with Microphone(None) as microphone:
        assert microphone.name == "USB Microphone"
        chunks = heard(microphone, 4)
        assert microphone.problem() is None
    assert tones_of(chunks, 0.4, 1.4, 2.4, 3.4) == [*HERTZ, 0]
    assert [chunk.start for chunk in chunks[1:]] == [chunk.end for chunk in chunks[:-1]]


@pytest.mark.usefixtures("fake_microphone")
def test_microphones_are_listed_and_chosen_by_number_or_name() -> None:
    assert microphones(portaudio()) == [(1, "USB Microphone", True), (2, "USB Camera", False)]
    for chosen in ("2", "camera"):
        with Microphone(chosen) as microphone:
            assert microphone.name == "USB Camera"


@pytest.mark.usefixtures("fake_microphone")
@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        ("usb", r"Multiple input devices found for 'usb': \[1\] USB Microphone \[2\] USB Camera"),
        ("bluetooth", "No input device matching 'bluetooth'"),
        ("0", "Not an input device"),
        ("7", "Error querying device 7"),
    ],
)
def test_a_choice_that_is_none_is_refused(chosen: str, why: str) -> None:
    with pytest.raises(WlkError, match=why) as refused:
        Microphone(chosen)
    assert refused.value.code == "microphone_missing"


@pytest.mark.usefixtures("fake_microphone")
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("missing", "microphone_missing"),
        ("denied", "microphone_denied"),
        ("busy", "microphone_busy"),
        ("rate", "microphone_failed"),
    ],
)
def test_what_is_wrong_has_a_code(fault: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_FAULT", fault)
    with pytest.raises(WlkError) as refused:
        Microphone(None)
    assert refused.value.code == code


@pytest.mark.usefixtures("fake_microphone")
def test_a_machine_without_a_microphone_has_none_to_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_FAULT", "missing")
    with pytest.raises(WlkError) as refused:
        microphones(portaudio())
    assert refused.value.code == "microphone_missing"


def test_the_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(WlkError) as refused:
        portaudio()
    assert refused.value.code == "sounddevice_missing"
    assert 'pip install "wlk-host[listen]"' in refused.value.hint


def test_the_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    with pytest.raises(WlkError) as refused:
        portaudio()
    assert refused.value.code == "portaudio_missing"
    assert "libportaudio2" in refused.value.hint


@pytest.mark.usefixtures("fast")
def test_a_microphone_that_went_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_48k_stereo(tmp_path / "tones.wav", tones(HERTZ))
    monkeypatch.setenv("FAKE_SOUND", str(path))
    monkeypatch.setenv("FAKE_FAULT", "unplugged")
    clock = Time()
    with Microphone(None, clock) as microphone:
        heard(microphone, 2.8)
        with pytest.raises(WlkError) as lost:
            hear_on(microphone, clock)
    assert lost.value.code == "microphone_lost"


@pytest.mark.usefixtures("fast")
def test_digital_silence_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_FAULT", "muted")
    with Microphone(None) as microphone:
        heard(microphone, capture.SILENT_S + 0.5)
        told = microphone.problem()
        assert told is not None
        assert told.startswith("microphone_silent: ")
        assert microphone.problem() is None


@pytest.mark.usefixtures("fast")
def test_lost_sound_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_FAULT", "overflow")
    with Microphone(None) as microphone:
        heard(microphone, 0.5)
        told = microphone.problem()
        assert told is not None
        assert told.startswith("sound_lost: ")
        assert microphone.problem() is None
