"""What the README promises, of whole processes with all their dependencies under watch.

Nothing is asked of the network, and no file is left outside our own folders.
"""

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from fixtures.models import model
from fixtures.sound import sentences
from fixtures.speech import language_clips
from fixtures.translation_models import nllb_models
from fixtures.watched import Watch
from wlk_host.core.types import SAMPLE_RATE
from wlk_host.protocol.framing import FrameDecoder, encode_frame

ORIGIN = "chrome-extension://adliapmgjimkjkbmaenmlijopoacdhcg/"
CLI = ("-m", "wlk_host.cli")


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path)


def clip() -> Path:
    """Three seconds of English."""
    return next(c.path for c in language_clips() if c.path.stem == "counting")


def assert_kept(watch: Watch) -> None:
    broken = watch.network() + watch.strangers()
    assert not broken, "\n".join(broken)


# -- the watch itself -----------------------------------------------------------------

FORBIDDEN = {
    "a connection": ("import socket; socket.create_connection(('127.0.0.1', 9))", "network"),
    "a name": ("import socket; socket.getaddrinfo('nobody.invalid', 80)", "network"),
    "a child's datagram": (
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import socket;"
        'socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b"", ("::1", 9))\'])',
        "network",
    ),
    "a file": ("import pathlib; (pathlib.Path.home() / 'id').touch()", "strangers"),
    "a folder": (
        "import pathlib; (pathlib.Path.home() / '.cache/id').mkdir(parents=1)",
        "strangers",
    ),
    "a file that is renamed": (
        "import os, pathlib; pathlib.Path('x').touch(); os.rename('x', pathlib.Path.home() / 'id')",
        "strangers",
    ),
    "what is refused": ("import os; os.open('/proc/id', os.O_CREAT)", "strangers"),
    "what is left": ("import tempfile; tempfile.mkstemp()", "strangers"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_watch_sees(what: str, watch: Watch, tmp_path: Path) -> None:
    code, seen = FORBIDDEN[what]
    watch.run(tmp_path, "-c", code)
    assert bool(watch.network()) == (seen == "network")
    assert bool(watch.strangers()) == (seen == "strangers")


def test_the_watch_lets_pass_what_stays_here(watch: Watch, tmp_path: Path) -> None:
    code = (
        "import pathlib, pwd, os, socket, tempfile\n"
        "pwd.getpwuid(os.getuid()); socket.socketpair()\n"
        "tempfile.TemporaryFile(); pathlib.Path('x').touch(); open(os.devnull, 'w')\n"
        "(pathlib.Path.home() / '.cache/wlk-host').mkdir(parents=True)"
    )
    done = watch.run(tmp_path, "-c", code)
    assert done.returncode == 0, done.stderr
    assert_kept(watch)


# -- our processes --------------------------------------------------------------------


@pytest.mark.model
def test_a_session_with_translation_and_speakers(watch: Watch) -> None:
    """As the browser has it: a model chosen by itself, real speech, every process that takes."""
    models = model("tiny.en").parent
    model("speakers")
    pcm = sentences("en", "counting", "quick_brown_fox")
    options = {
        "language": "en",
        "translate_to": "pt",
        "speakers": True,
        "vocabulary": ["Zanzibar Quixote"],
    }
    with subprocess.Popen(
        watch.command(sys.executable, *CLI, ORIGIN),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
        env=watch.variables(models), cwd=watch.current,
    ) as host:  # fmt: skip
        say(host, type="hello", protocol=1, extension="0.1.0")
        say(host, type="start", session="a", options=options, context="A sphinx of quartz.")
        say(host, type="start", session="b", options={"model": "/home/mirabelle/model"})
        for seq, start in enumerate(range(0, len(pcm), SAMPLE_RATE)):
            part = (pcm[start : start + SAMPLE_RATE] * 32767).astype("<i2").tobytes()
            sound = base64.b64encode(part).decode()
            say(host, type="audio", session="a", seq=seq, start=start, pcm=sound)
        say(host, type="stop", session="a")
        lines = [line for message in heard(host) for line in message.get("lines", [])]
        assert host.stdin is not None
        host.stdin.close()
        assert host.wait(20) == 0
    assert any("fox" in line["text"] for line in lines)
    assert any("raposa" in str(line.get("translation")) for line in lines)
    assert_kept(watch)
    written = files_of(watch)
    assert {"host.log", "health.json"} <= {path.name for path in written}
    told = [*SPOKEN, "raposa", "Zanzibar", "quartz", "mirabelle"]
    assert [(word, path) for path in written for word in told if holds(path, word)] == []


SPOKEN = ("quick", "brown", "jumps", "three")
"""Longer than what the bytes of a graph can be by chance."""


def files_of(watch: Watch) -> list[Path]:
    """All that is left in the home and the temporary folder."""
    return [path for path in watch.home.rglob("*") if path.is_file()]


def holds(path: Path, word: str) -> bool:
    """Whether the file holds the word, in any case."""
    return word.lower().encode() in path.read_bytes().lower()


def say(host: subprocess.Popen[bytes], **message: object) -> None:
    assert host.stdin is not None
    host.stdin.write(encode_frame(json.dumps(message).encode()))


def heard(host: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    """What the host says, up to the end of the session."""
    assert host.stdout is not None
    decoder = FrameDecoder()
    while received := os.read(host.stdout.fileno(), 1 << 16):
        for payload in decoder.feed(received):
            message = json.loads(payload)
            yield message
            if message.get("state") == "ended":
                return


@pytest.mark.model
def test_a_server_and_an_upload(watch: Watch) -> None:
    """It has the one socket that it listens on; what an upload needs on the disk has no name."""
    fox = next(c.path for c in language_clips() if c.path.stem == "quick_brown_fox")
    with subprocess.Popen(
        watch.command(sys.executable, *CLI, "serve", "--port", "0", "--model", "tiny.en"),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        env=watch.variables(model("tiny.en").parent), cwd=watch.current,
    ) as server:  # fmt: skip
        try:
            assert server.stdout is not None
            url = server.stdout.readline().decode().split()[2].rstrip(";")
            with openai.OpenAI(api_key="-", base_url=f"{url}/v1", timeout=300) as client:
                sound = (fox.name, fox.read_bytes() + bytes(2 << 20))
                told = client.audio.transcriptions.create(model="tiny.en", file=sound)
        finally:
            os.killpg(server.pid, signal.SIGINT)  # Like Ctrl-C: strace itself heeds none.
            server.wait(20)
    said = [word for word in SPOKEN if word in told.text.lower()]
    assert {"quick", "brown"} <= set(said)
    sockets = watch.network()
    assert len(sockets) == 1, "\n".join(sockets)
    assert sockets[0].startswith("socket(AF_INET, ")
    assert not watch.strangers()
    written = files_of(watch)
    assert [(word, path) for path in written for word in said if holds(path, word)] == []


@pytest.mark.model
@pytest.mark.torch
def test_a_file_read_by_torch_and_translated_by_transformers(watch: Watch) -> None:
    done = watch.run(
        nllb_models(), *CLI, "caption", clip(), "--model", model("tiny.en"), "--backend", "torch",
        "--translate", "fr", "--translator", "nllw-600M", "--bilingual",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 2, done.stdout
    assert_kept(watch)


@pytest.mark.model
@pytest.mark.torch
def test_a_file_read_by_mlx(watch: Watch) -> None:
    caption = ["caption", str(clip()), "--model", "tiny.en", "--backend", "mlx"]
    # MLX's own matrix product would take a minute.
    code = f"""
import wlk_host.cli
from fixtures import blas
blas.lend_torchs()
wlk_host.cli.main({caption!r})
"""
    done = watch.run(model("tiny.en").parent, "-c", code)
    assert "three" in done.stdout, done.stderr
    assert_kept(watch)


@pytest.mark.model
def test_a_bench_with_pictures(watch: Watch) -> None:
    row = {"audio": str(clip()), "text": "One, two, three.", "lang": "en"}
    manifest = watch.current / "manifest.jsonl"
    manifest.write_text(json.dumps(row), encoding="utf-8")
    done = watch.run(
        model("tiny.en").parent, *CLI, "bench", manifest, "--model", "tiny.en", "--virtual",
        "--out", watch.current / "out",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert list((watch.current / "out").glob("*.svg"))
    assert_kept(watch)


@pytest.mark.model
@pytest.mark.parametrize("library", ["onnxruntime", pytest.param("torch", marks=pytest.mark.torch)])
def test_an_installation_and_its_doctor(watch: Watch, library: str) -> None:
    models = model("tiny.en").parent
    browser = watch.home / ".config/chromium"
    browser.mkdir(parents=True)
    watch.ours.append(browser / "NativeMessagingHosts")
    assert watch.run(models, *CLI, "install").returncode == 0
    findings = json.loads(watch.run(models, *CLI, "doctor", "--json").stdout)["findings"]
    seen = {finding["subject"]: finding["level"] for finding in findings}
    assert seen[library] == seen["model"] == "ok"
    assert {"host", "backend faster-whisper"} <= seen.keys()
    assert_kept(watch)


@pytest.mark.model
@pytest.mark.parametrize("command", ["models list", "models verify tiny.en", "translators list"])
def test_a_look_at_what_is_installed(command: str, watch: Watch) -> None:
    done = watch.run(model("tiny.en").parent, *CLI, *command.split())
    assert done.returncode == 0, done.stderr
    assert_kept(watch)
