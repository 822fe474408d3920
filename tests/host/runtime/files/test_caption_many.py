"""`wlk-host caption` on several files, folders and pipes, as a process."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fixtures.media import Track, overwrite, write
from fixtures.models import model
from fixtures.sound import english, english_part, write_wav
from fixtures.speech import english_clip
from host.runtime.files.captioning import assert_rules, caption, cues_in, piped, running
from wlk_host.core.types import SAMPLE_RATE, Pcm

pytestmark = pytest.mark.model


def hello() -> Pcm:
    return english_part("Hello,", "spoken.")


def along() -> Pcm:
    return english_part("You", "along.")


def names(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two talks, one damaged, one broken, one silent, one without sound, and what is no media."""
    top = tmp_path / "talks"
    (top / "more").mkdir(parents=True)
    write_wav(top / "talk 2.wav", hello())
    write(top / "more/talk 10.m4a", Track(along(), "aac", 44_100), form="mp4")
    long = write(top / "damaged.m4a", Track(english()[: 12 * SAMPLE_RATE], "aac", 44_100))
    overwrite(long, 0.6, 400)
    (top / "broken.mp3").write_text("no sound\n" * 100)
    write_wav(top / "silent.wav", np.zeros(3 * SAMPLE_RATE, np.float32))
    write(top / "picture.mp4", video_s=2)
    (top / "notes.txt").write_text("notes")
    (top / "loop").symlink_to(top, target_is_directory=True)
    return top


def test_a_folder_is_captioned_and_what_fails_does_not_stop_it(folder: Path) -> None:
    before = names(folder)
    out = folder.parent / "out"
    arguments = (folder, "-o", out, "--format", "srt", "--model", "tiny.en")
    done = caption(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert names(out) == ["damaged.srt", "more/talk 10.srt", "silent.srt", "talk 2.srt"]
    assert names(folder) == before
    assert "Hello" in (out / "talk 2.srt").read_text("utf-8")
    assert_rules(cues_in((out / "damaged.srt").read_text("utf-8")))
    assert (out / "silent.srt").read_text("utf-8") == ""
    told = done.stderr.splitlines()
    assert [line.split(" (")[0].replace(str(folder), "") for line in told[:4]] == [
        "/broken.mp3: file_unreadable: /broken.mp3 cannot be decoded: "
        "[Errno 1094995529] Invalid data found when processing input: '/broken.mp3'",
        told[1].split(" (")[0].replace(str(folder), ""),
        "/picture.mp4: sound_missing: /picture.mp4 has no sound track",
        "nothing_said: no speech was found in /silent.wav",
    ]
    assert re.match(r".+/damaged\.m4a: sound_damaged: 0\.\d\d s of sound are missing", told[1])
    assert re.fullmatch(r"6 files: 4 captioned, 2 failed; 0:\d\d of sound in .+x\)", told[4])
    assert told[5:] == [
        f"failed: {folder}/broken.mp3 (file_unreadable)",
        f"failed: {folder}/picture.mp4 (sound_missing)",
        "model: tiny.en",
    ]
    again = caption(*arguments)
    assert again.returncode == 2
    told = again.stderr.splitlines()
    assert told[0] == "4 of 6 files have been captioned already (--force captions again)"
    assert told[3] == "6 files: 0 captioned, 4 captioned before, 2 failed"
    assert "model" not in again.stderr


def test_captions_beside_their_files_are_replaced_only_by_force(tmp_path: Path) -> None:
    one, other = write_wav(tmp_path / "a.wav", hello()), write_wav(tmp_path / "b.wav", along())
    (tmp_path / "a.txt").write_text("my own")
    arguments = (one, other, "--beside", "--model", "tiny.en")
    done = caption(*arguments)
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "a.txt").read_text() == "my own"
    assert "along" in (tmp_path / "b.txt").read_text()
    assert caption(*arguments, "--force").returncode == 0
    assert "Hello" in (tmp_path / "a.txt").read_text()
    assert names(tmp_path) == ["a.txt", "a.wav", "b.txt", "b.wav"]


def test_one_file_is_written_in_the_format_of_its_ending(tmp_path: Path) -> None:
    clip, target = write_wav(tmp_path / "a.wav", hello()), tmp_path / "new/a.vtt"
    done = caption(clip, "-o", target, "--model", "tiny.en")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "model: tiny.en\n")
    assert target.read_text("utf-8").startswith("WEBVTT\n\n00:00:0")
    again = caption(clip, "-o", target, "--model", "tiny.en")
    assert again.returncode == 0
    assert again.stderr == f"{clip} has been captioned already (--force captions again)\n"


def test_several_files_need_a_place() -> None:
    done = caption(english_clip().path, "other.wav")
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"output_needed: .+ \(.+\)\n", done.stderr)


def test_without_a_model_there_is_nothing_to_go_on_with(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav"):
        write_wav(tmp_path / name, hello())
    done = caption(tmp_path, "--beside", "--model", "huge")
    assert done.returncode == 2
    assert done.stderr.count("model_missing: ") == 1
    assert names(tmp_path) == ["a.wav", "b.wav"]


def wait_for(path: Path) -> str:
    """What is in a file, once there is something."""
    with subprocess.Popen(["tail", "-n", "+1", "-F", path], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as tail:  # fmt: skip
        assert tail.stdout is not None
        ready, _, _ = select.select([tail.stdout], [], [], 60)
        tail.terminate()
        assert ready
        return os.read(tail.stdout.fileno(), 1000).decode()


def test_an_interrupted_file_is_kept_apart_and_captioned_again(tmp_path: Path) -> None:
    model("tiny.en")
    # So long that it is not done before a busy machine comes to interrupt it.
    write_wav(tmp_path / "a.wav", np.tile(english(), 10))
    write_wav(tmp_path / "b.wav", hello())
    arguments = (tmp_path, "--beside", "--model", "tiny.en", "--format", "srt")
    with running(*arguments) as process:
        wait_for(tmp_path / "a.srt.part")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert names(tmp_path) == ["a.srt.part", "a.wav", "b.wav"]
    assert_rules(cues_in((tmp_path / "a.srt.part").read_text("utf-8")))
    assert f"what was captioned is in {tmp_path}/a.srt.part" in err
    assert "2 files: 0 captioned, 2 left" in err
    write_wav(tmp_path / "a.wav", english())
    assert caption(*arguments).returncode == 0
    assert names(tmp_path) == ["a.srt", "a.wav", "b.srt", "b.wav"]


# -- pipes ------------------------------------------------------------------------------


def test_standard_input_is_captioned(tmp_path: Path) -> None:
    model("tiny.en")
    matroska = write(tmp_path / "clip.mkv", Track(hello(), "aac", 44_100)).read_bytes()
    raw = (np.repeat(hello(), 3) * 32767).astype("<i2").tobytes()
    for content, more in ((matroska, []), (raw, ["--pcm", "s16le,48000"])):
        done = piped(content, "-", "--model", "tiny.en", *more)
        assert (done.returncode, done.stderr) == (0, "model: tiny.en\n")
        assert re.match(r"\[00:0[\d.]+ - 00:0[\d.]+\] Hello", done.stdout), done.stdout


def test_a_redirected_file_can_have_its_index_at_its_end(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", Track(hello(), "aac", 44_100))
    with path.open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-m", "wlk_host.cli", "caption", "-", "--model", "tiny.en"],
            stdin=file,
            capture_output=True,
            env={**os.environ, "WLK_MODELS": str(model("tiny.en").parent)},
            check=False,
            timeout=120,
        )
    assert b"Hello" in done.stdout, done.stderr


def test_lines_come_while_the_pipe_is_open() -> None:
    models = str(model("tiny.en").parent)
    command = [sys.executable, "-m", "wlk_host.cli", "caption", "-", "--pcm", "s16le,16000",
               "--model", "tiny.en"]  # fmt: skip
    sound = np.concatenate([hello(), np.zeros(5 * SAMPLE_RATE, np.float32)])
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "WLK_MODELS": models},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write((sound * 32767).astype("<i2").tobytes())
        process.stdin.flush()
        assert b"Hello" in process.stdout.readline()
        process.send_signal(signal.SIGINT)  # While it waits for more.
        assert process.wait(60) == 130


def test_what_cannot_be_read_from_a_pipe_is_told() -> None:
    done = piped(b"no sound" * 1000, "-")
    assert done.returncode == 2
    assert re.fullmatch(r"file_unreadable: standard input .+ \(.+\)\n", done.stderr)
    mixed = piped(b"", "-", "a.wav")
    assert mixed.stderr.startswith("input_mixed: ")


# -- the bar ----------------------------------------------------------------------------


def until_end(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            text = os.read(terminal, 10_000)
        except OSError:  # Linux says so when the other end is closed.
            return
        if not text:
            return
        yield text


def test_a_terminal_gets_a_bar_and_no_trace_of_it_is_left(tmp_path: Path) -> None:
    model("tiny.en")
    for name in ("a.wav", "b.wav"):
        write_wav(tmp_path / name, english()[: 15 * SAMPLE_RATE])
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "wlk_host.cli", "caption", tmp_path, "--beside", "--model",
         "tiny.en"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "WLK_MODELS": str(model("tiny.en").parent), "TERM": "xterm"},
    )  # fmt: skip
    os.close(theirs)
    with process:
        shown = b"".join(until_end(ours)).decode()
    os.close(ours)
    assert process.returncode == 0, shown
    assert re.search(r"\[2/2\] .+b\.wav  [━─]{20}  +\d+%", shown)
    rows = [row.rsplit("\r", 1)[-1] for row in shown.replace("\r\n", "\n").split("\n")]
    assert re.match(r"2 files: 2 captioned; 0:30 of sound", rows[0]), rows
    assert rows[1] == "model: tiny.en"
