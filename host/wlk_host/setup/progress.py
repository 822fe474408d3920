"""Numbered steps on the terminal, and commands whose output is logged in case they fail."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from wlk_host.setup.errors import SetupError

_LAST_LINES: Final = 15


class Progress:
    """Prints numbered steps. The output of their commands goes to a log file."""

    def __init__(self, log: Path, total: int) -> None:
        self._log = log
        self._total = total
        self._number = 0
        self._live = sys.stdout.isatty()
        log.parent.mkdir(0o700, parents=True, exist_ok=True)
        log.write_text("", encoding="utf-8")

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """A context for one numbered step, which prints its time at the end."""
        self._number += 1
        _print(f"[{self._number}/{self._total}] {title}\n")
        started = time.monotonic()
        yield
        _print(f"      done in {time.monotonic() - started:.1f} s\n")

    def say(self, text: str) -> None:
        """Print a line below the current step."""
        _print(f"      {text}\n")

    def run(
        self,
        command: Sequence[str | Path],
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> int:
        """Run a command and return its exit code. A terminal shows its latest line."""
        words = [str(word) for word in command]
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(words)}\n")
            with subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env=environment,
                cwd=cwd,
            ) as process:
                assert process.stdout is not None  # noqa: S101 - Popen was given a pipe
                for line in process.stdout:
                    log.write(line)
                    self._show(line.strip())
            self._show("")
        return process.returncode

    def require(
        self,
        command: Sequence[str | Path],
        error: SetupError,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        """Run a command. If it fails, print its last lines and raise `error`."""
        if self.run(command, environment, cwd) != 0:
            lines = self._log.read_text(encoding="utf-8").splitlines()[-_LAST_LINES:]
            _print("".join(f"      | {line}\n" for line in lines))
            _print(f"      full output: {self._log}\n")
            raise error

    def _show(self, line: str) -> None:
        if self._live:
            _print(f"\r\x1b[K      {line[:90]}" if line else "\r\x1b[K")


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
