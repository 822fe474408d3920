"""The host is upgraded while it captions: what runs goes on, and what starts is the new one."""

import base64
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from fixtures import sound
from fixtures.models import model
from host.runtime.conftest import HostProcess
from installers.later import VERSION, environment_with, install, later_wheel
from wlk_host.core.types import SAMPLE_RATE, Pcm
from wlk_host.protocol.constants import HOST_NAME
from wlk_host.version import __version__

pytestmark = pytest.mark.model

_FRAME = SAMPLE_RATE // 10


def in_place(later: Path, environment: Path) -> None:
    """As `uv tool upgrade`, `pipx upgrade` and pip do."""
    install(later, environment)


def made_anew(later: Path, environment: Path) -> None:
    """As a forced `uv tool install` does, and the packages of systems."""
    shutil.rmtree(environment)
    environment_with(later, environment)


class Tab:
    """A session, and what it showed: the last text of each line."""

    def __init__(self, host: HostProcess, name: str) -> None:
        self._host, self._name = host, name
        self._numbers, self._at = count(), 0
        self._lines: dict[int, str] = {}
        options = {"model": "tiny.en", "language": "en"}
        host.say(type="start", session=name, options=options)
        host.hear("status", session=name, state="listening")

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._lines.values()).split())

    def play(self, pcm: Pcm) -> None:
        """Send sound and a pause as the extension does, as fast as the host takes it."""
        pcm = np.concatenate([pcm, np.zeros(2 * SAMPLE_RATE, np.float32)])
        for begin in range(0, len(pcm), _FRAME):
            samples = (pcm[begin : begin + _FRAME] * 0x7FFF).astype("<i2")
            encoded = base64.b64encode(samples.tobytes()).decode()
            frame = {"seq": next(self._numbers), "start": self._at, "pcm": encoded}
            self._host.say(type="audio", session=self._name, **frame)
            self._at += len(samples)

    def until(self, words: str) -> None:
        """Follow the captions until these words are among them."""
        while words not in self.text:
            captions = self._host.hear("captions", session=self._name)
            self._lines |= {line["id"]: line["text"] for line in captions["lines"]}

    def stop(self) -> None:
        """End it."""
        self._host.say(type="stop", session=self._name)
        self._host.hear("status", session=self._name, state="ended")


Start = Callable[[], HostProcess]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A user with a model, and a Chromium that was run once."""
    folder = tmp_path / "home"
    (folder / ".config/chromium").mkdir(parents=True)
    (folder / "models").mkdir()
    (folder / "models/tiny.en").symlink_to(model("tiny.en"))
    return folder


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    """Start what the browser starts."""
    hosts: list[HostProcess] = []

    def run() -> HostProcess:
        (home / "gate").unlink(missing_ok=True)
        manifest = home / f".config/chromium/NativeMessagingHosts/{HOST_NAME}.json"
        launcher = home / f".local/share/wlk-host/{HOST_NAME}.sh"
        assert str(launcher) in manifest.read_text()
        hosts.append(HostProcess(home, (), launcher))
        return hosts[-1]

    yield run
    for host in hosts:
        host.leave()


@pytest.mark.parametrize("upgrade", [in_place, made_anew])
def test_a_running_session_is_not_cut_and_the_next_host_is_the_new_one(
    wheel: Path,
    tmp_path: Path,
    home: Path,
    start: Start,
    upgrade: Callable[[Path, Path], None],
) -> None:
    environment = tmp_path / "environment"
    programs = environment_with(wheel, environment)
    variables = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": ""}
    command = [str(programs / "python"), "-I", str(programs / "wlk-host"), "install"]
    subprocess.run(command, check=True, capture_output=True, env=variables)
    host = start()
    assert host.greet()["host"] == __version__
    tab = Tab(host, "before")
    tab.play(sound.english_part("Hello,", "spoken."))
    tab.until("on this computer")

    upgrade(later_wheel(wheel, tmp_path / "later"), environment)

    tab.play(sound.english_part("When", "corrected."))
    tab.until("small mistakes are corrected")
    another = Tab(host, "after")
    another.play(sound.english_part("If", "working."))
    another.until("keeps working")
    for one in (tab, another):
        one.stop()
    assert "ImportError" not in host.stderr()
    host.hang_up()
    assert host.exit_code() == 0

    newer = start()
    greeting = newer.greet()
    assert greeting["host"] == VERSION
    assert [found["name"] for found in greeting["models"]] == ["tiny.en"]
    newer.hang_up()
    assert newer.exit_code() == 0
