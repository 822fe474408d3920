"""The real host process around scripted sessions; the `context` of a start says which.

Run as `python -m host.runtime.scripted_host ORIGIN GATE`; GATE is a named pipe.
"""

import os
import subprocess
import sys
import threading
from pathlib import Path

from host.runtime.scripted import ScriptedModel, ScriptedSession
from wlk_host.core.errors import DeviceError
from wlk_host.core.options import SessionOptions
from wlk_host.core.types import Event, Sample, Work
from wlk_host.runtime.host.main import main
from wlk_host.runtime.ports import LoadedModel
from wlk_host.runtime.workers import Workers


class FailingSession(ScriptedSession):
    def run(self, work: Work) -> list[Event]:
        raise RuntimeError("a bug")


class EndlessSession(ScriptedSession):
    """Starts to work and cannot be interrupted."""

    def run(self, work: Work) -> list[Event]:
        threading.Event().wait()
        raise AssertionError("unreachable")


class WaitingSession(ScriptedSession):
    """Has nothing to do until its second pass is done, which does not happen."""

    def next_work(self) -> Work | None:
        return None

    def finished(self) -> bool:
        return False


class AbandoningSession(ScriptedSession):
    """Fails, and leaves a job behind that never ends."""

    def run(self, work: Work) -> list[Event]:
        Workers().submit(threading.Event().wait)
        raise RuntimeError("a bug")


class ScriptedHostLoader:
    def load(self, options: SessionOptions) -> ScriptedModel:
        if options.model == "slow":
            Path(sys.argv[2]).read_bytes()  # Until the test opens it and closes it again.
        return ScriptedModel(self.open, options.model or "base")

    def load_elsewhere(
        self, model: LoadedModel, options: SessionOptions, error: DeviceError
    ) -> ScriptedModel:
        raise AssertionError("no device fails here")

    def open(self, options: SessionOptions, start: Sample, context: str) -> ScriptedSession:
        match context:
            case "prints":
                print("loading ...", flush=True)
                os.write(1, b"from C\n")
                subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)
            case "reads stdin":
                assert sys.stdin.read() == ""
            case "fails":
                return FailingSession()
            case "never ends":
                return EndlessSession()
            case "waits for ever":
                return WaitingSession()
            case "fails beside a job":
                return AbandoningSession()
        return ScriptedSession()

    def release(self, model: LoadedModel) -> None:
        pass


if __name__ == "__main__":
    print("a stray line before the port is served", file=sys.stderr)
    sys.exit(main(sys.argv[1:], lambda _threads: ScriptedHostLoader()))
