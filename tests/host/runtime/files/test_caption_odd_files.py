"""`wlk-host caption` on files that are odd or damaged, and what happens when it is stopped."""

import re
import signal
from pathlib import Path

import numpy as np
import pytest

from fixtures.media import Track, overwrite, write
from fixtures.models import model
from fixtures.sound import english, english_part, write_wav
from fixtures.speech import english_clip
from host.runtime.files.captioning import Captioned, assert_rules, caption, cues_in, running
from wlk_host.bench.scoring import error_rate
from wlk_host.core.types import Pcm

pytestmark = pytest.mark.model


# -- where and in what the sound is ---------------------------------------------------------


def sentence() -> Pcm:
    return english_part("Hello,", "spoken.")


def first_row(result: Captioned) -> tuple[float, str]:
    """When the first line begins, and its text."""
    assert result.returncode == 0, result.stderr
    found = re.match(r"\[(\d\d):([\d.]{5}) - [\d:.]+\] (.+)", result.stdout)
    assert found, result
    return 60 * int(found[1]) + float(found[2]), found[3]


def test_captions_of_sound_that_begins_late_begin_late(tmp_path: Path) -> None:
    track = Track(sentence(), "aac", 44_100, begin_s=6)
    result = caption(write(tmp_path / "late.mkv", track, video_s=12), "--model", "tiny.en")
    start, text = first_row(result)
    assert 5.8 <= start <= 6.5
    assert text.startswith("Hello")


def test_opposite_channels_are_captioned(tmp_path: Path) -> None:
    opposite = np.stack([sentence(), -sentence()])
    result = caption(
        write(tmp_path / "opposite.flac", Track(opposite, "flac")), "--model", "tiny.en"
    )
    assert first_row(result)[1].startswith("Hello")


def test_the_default_track_is_captioned_unless_another_one_is_chosen(tmp_path: Path) -> None:
    other = english_part("You", "along.")
    path = write(
        tmp_path / "two.mkv",
        Track(other, language="ger"),
        Track(sentence(), language="eng", is_default=True),
    )
    result = caption(path, "--model", "tiny.en")
    assert first_row(result)[1].startswith("Hello")
    assert result.stderr.startswith("track: 2 (eng); this file also has 1 (ger)")
    assert first_row(caption(path, "--model", "tiny.en", "--track", "1"))[1].startswith("You")


def test_around_damage_everything_is_captioned(tmp_path: Path) -> None:
    pcm = english()
    path = overwrite(write(tmp_path / "clip.m4a", Track(pcm, "aac", 44_100), form="mp4"), 0.5, 400)
    result = caption(path, "--model", "tiny.en")
    assert result.returncode == 0
    assert error_rate(english_clip().text, spoken_in(result), "en") <= 20
    warning, name = result.stderr.splitlines()
    assert re.fullmatch(r"sound_damaged: 0\.\d\d s of sound are missing, at 00:1.+ \(.+\)", warning)
    assert name == "model: tiny.en"


def spoken_in(result: Captioned) -> str:
    return " ".join(re.findall(r"^\[[^\]]+\] (.+)$", result.stdout, re.MULTILINE))


@pytest.mark.parametrize("written", ["English", "EN", "en-US"])
def test_a_language_is_understood_however_it_is_written(tmp_path: Path, written: str) -> None:
    path = write_wav(tmp_path / "clip.wav", sentence())
    result = caption(path, "--model", "base", "--language", written)
    assert first_row(result)[1].startswith("Hello")


# -- what ends it early -----------------------------------------------------------------


@pytest.fixture
def long_file(tmp_path: Path) -> Path:
    """So long that its captions are not over before a busy machine comes to end them."""
    return write_wav(tmp_path / "long.wav", np.tile(english(), 10))


@pytest.mark.parametrize("form", ["text", "srt"])
def test_an_interrupted_run_prints_what_it_has(form: str, long_file: Path) -> None:
    model("tiny.en")
    with running(long_file, "--model", "tiny.en", "--format", form) as process:
        assert process.stdout is not None
        begun = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
    if form == "srt":
        assert_rules(cues_in(begun + out))
    else:
        assert re.match(r"\[00:0", begun)


def test_a_reader_that_has_gone_is_no_error(long_file: Path) -> None:
    model("tiny.en")
    with running(long_file, "--model", "tiny.en") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(60) == 141
