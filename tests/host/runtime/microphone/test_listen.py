"""`wlk-host listen` as a process: a stand-in for PortAudio hears recorded speech, in real time.

No test here heard a real microphone.
"""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fixtures.models import model
from fixtures.sound import english_part
from host.runtime.files.captioning import assert_rules, cues_in
from host.runtime.microphone.conftest import FAKE
from host.runtime.microphone.terminal import Terminal
from host.runtime.microphone.test_capture import write_48k_stereo

pytestmark = [pytest.mark.model, pytest.mark.alone]

END = "spoken"


def environment(tmp_path: Path, **variables: str) -> dict[str, str]:
    path = write_48k_stereo(tmp_path / "speech.wav", english_part("Hello,", "spoken."))
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(FAKE), *sys.path]),
        "WLK_MODELS": str(model("tiny.en").parent),
        "FAKE_SOUND": str(path),
        "TERM": "xterm",
        **variables,
    }


def command(*arguments: str | Path) -> list[str]:
    tail = [*map(str, arguments), "--model", "tiny.en"]
    return [sys.executable, "-m", "wlk_host.cli", "listen", *tail]


@contextmanager
def listening(
    tmp_path: Path, *arguments: str | Path, **variables: str
) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        command(*arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(tmp_path, **variables),
    ) as process:
        yield process


def test_lines_are_printed_as_they_are_final_and_ctrl_c_ends(tmp_path: Path) -> None:
    with listening(tmp_path) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert re.match(r"\[00:0[\d.]+ - 00:0[\d.]+\] Hello", first)
    assert END in first + out
    assert err == "listening to USB Microphone; Ctrl-C ends\nmodel: tiny.en\n"


def test_ctrl_c_prints_the_last_words(tmp_path: Path) -> None:
    with listening(tmp_path, "--format", "jsonl") as process:
        assert process.stdout is not None
        while "Hello" not in (shown := process.stdout.readline()):
            assert shown
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert re.search(r'"final": "[^"]*Hello', out.splitlines()[-1])


def test_a_microphone_that_goes_leaves_its_words(tmp_path: Path) -> None:
    target = tmp_path / "talk.srt"
    with listening(tmp_path, "-o", target, FAKE_FAULT="unplugged") as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert "microphone_lost: no sound comes from USB Microphone any more" in err
    assert not target.exists()
    kept = (tmp_path / "talk.srt.part").read_text("utf-8")
    assert_rules(cues_in(kept))
    assert END in kept


def test_a_terminal_shows_live_text_and_the_file_has_its_format(tmp_path: Path) -> None:
    target = tmp_path / "talk.vtt"
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command("-o", target),
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        env=environment(tmp_path),
        start_new_session=True,
    )
    os.close(theirs)
    terminal, greys = Terminal(), set[str]()
    with process:
        is_over = False
        while text := _read(ours):
            terminal.write(text.replace("\r\n", "\n"))
            greys |= {row.strip() for row in terminal.grey if row.strip()}
            finished = "\n".join(terminal.rows[:-1])
            if END in finished and not is_over:
                is_over = True
                process.send_signal(signal.SIGINT)
    os.close(ours)
    assert process.returncode == 0
    shown = "\n".join(terminal.rows)
    assert shown.startswith("Hello")
    assert END in shown
    assert greys
    assert not any(row.strip() for row in terminal.grey)
    assert target.read_text("utf-8").startswith("WEBVTT\n\n")
    assert END in target.read_text("utf-8")


def _read(terminal: int) -> str:
    """What was written since; empty at the end."""
    try:
        return os.read(terminal, 10_000).decode()
    except OSError:  # Linux says so when the other end is closed.
        return ""


def test_what_is_wrong_is_told_before_a_model_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "there.srt").touch()
    cases: list[tuple[list[str | Path], str, str]] = [
        (["--microphone", "bluetooth"], "", "microphone_missing"),
        ([], "missing", "microphone_missing"),
        ([], "denied", "microphone_denied"),
        (["-o", tmp_path / "there.srt"], "", "output_exists"),
    ]
    for arguments, fault, code in cases:
        with listening(tmp_path, *arguments, FAKE_FAULT=fault) as process:
            out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (2, "")
        assert re.fullmatch(rf"{code}: .+ \(.+\)\n", err)


def test_microphones_are_listed(tmp_path: Path) -> None:
    with listening(tmp_path, "--microphones") as process:
        out, _ = process.communicate(timeout=60)
    assert out == "1: USB Microphone (default)\n2: USB Camera\n"
