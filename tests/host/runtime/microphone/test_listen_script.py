"""`wlk-host listen` from a microphone to its output, with a script in place of a model."""

import io
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.media import tones
from host.runtime.files.saying import Loader, Saying
from host.runtime.microphone.terminal import Terminal
from host.runtime.microphone.test_capture import write_48k_stereo
from wlk_host.cli import argument_parser
from wlk_host.core.errors import WlkError
from wlk_host.runtime.microphone import capture
from wlk_host.runtime.microphone.listen import listen

STEPS = 12
"""Chunks that are captioned before Ctrl-C."""


@pytest.fixture(autouse=True)
def sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_microphone: None) -> None:
    path = write_48k_stereo(tmp_path / "tones.wav", tones((300, 500)))
    monkeypatch.setenv("FAKE_SOUND", str(path))
    monkeypatch.setenv("FAKE_SPEED", "20")


def press_ctrl_c(times: int = 1) -> Callable[[], None]:
    """After some steps."""
    steps = iter(range(1, 10_000))

    def press() -> None:
        if next(steps) == STEPS:
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)

    return press


def run(*arguments: str | Path, on_run: Callable[[], None] | None = None) -> int:
    loader = Loader()

    def begin(_number: int, session: Saying) -> None:
        session.on_run = on_run or press_ctrl_c()

    loader.on_open = begin
    chosen = argument_parser().parse_args(["listen", *map(str, arguments)])
    return listen(chosen, loader)


def assert_lines(text: str) -> None:
    found = re.findall(r"^(?:\[.+?\] )?Sentence (\d+)\.$", text, re.MULTILINE)
    assert len(found) >= STEPS
    assert list(map(int, found)) == [1600 * n for n in range(len(found))]


def test_lines_are_printed_until_ctrl_c(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGINT)
    assert run() == 0
    printed = capsys.readouterr()
    assert_lines(printed.out)
    assert printed.err == "listening to USB Microphone; Ctrl-C ends\nmodel: scripted\n"
    assert signal.getsignal(signal.SIGINT) is before


def test_a_file_takes_them_instead(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "talk.txt"
    assert run("-o", target) == 0
    assert_lines(target.read_text())
    assert capsys.readouterr().out == ""


def test_a_second_ctrl_c_ends_at_once(tmp_path: Path) -> None:
    target = tmp_path / "talk.txt"
    with pytest.raises(KeyboardInterrupt):
        run("-o", target, on_run=press_ctrl_c(2))
    assert not target.exists()
    kept = (tmp_path / "talk.txt.part").read_text()
    assert len(kept.splitlines()) == STEPS - 1


def test_a_microphone_that_goes_leaves_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_FAULT", "unplugged")
    monkeypatch.setattr(capture, "LOST_S", 0.5)
    target = tmp_path / "talk.txt"
    with pytest.raises(WlkError) as lost:
        run("-o", target, on_run=lambda: None)
    assert lost.value.code == "microphone_lost"
    assert_lines((tmp_path / "talk.txt.part").read_text())


class Screen(io.StringIO):
    """Standard output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_and_a_file_are_both_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    screen, terminal, target = Screen(), Terminal(), tmp_path / "talk.srt"
    monkeypatch.setattr("sys.stdout", screen)
    assert run("-o", target) == 0
    terminal.write(screen.getvalue())
    assert terminal.rows[0] == "Sentence 0."
    assert len(terminal.rows) > STEPS
    assert target.read_text().startswith("1\n00:00:00,000 --> ")


def test_what_is_wrong_with_the_microphone_is_told_while_it_is_heard(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FAKE_FAULT", "overflow")
    assert run() == 0
    assert "sound_lost: " in capsys.readouterr().err


def test_a_file_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "talk.txt"
    target.write_text("my own")
    with pytest.raises(WlkError) as refused:
        run("-o", target)
    assert (refused.value.code, target.read_text()) == ("output_exists", "my own")
    assert run("-o", target, "--force") == 0
    assert_lines(target.read_text())


def test_microphones_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--microphones") == 0
    assert capsys.readouterr().out == "1: USB Microphone (default)\n2: USB Camera\n"
