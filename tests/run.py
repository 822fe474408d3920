"""Install what the tests need, then run every gate: `python3 tests/run.py`, with no preparation.

    python3 tests/run.py --only pytest -- -k doctor     run one gate, with arguments for pytest
    python3 tests/run.py --no-install                   if everything is installed already

All gates run even if one fails. The exit code is 0 only if all passed.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "installers"))

import environment  # noqa: E402
import speech  # noqa: E402
from progress import Progress, StepError  # noqa: E402

ARTIFACTS: Final = ROOT / "artifacts"
MODELS: Final = ("base", "tiny.en", "speakers")

_COUNTS: Final = (
    re.compile(r"(?P<count>\d+) (?P<kind>passed|failed|errors?)\b"),
    re.compile(r"^\S (?P<kind>pass|fail|cancelled) (?P<count>\d+)$"),
)
"""The patterns of the counts in pytest's last line and at the end of `node --test`."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One check. `counts` is the pattern for its test counts; None for linters."""

    name: str
    title: str
    command: tuple[str, ...]
    counts: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a gate."""

    gate: Gate
    succeeded: bool
    seconds: float
    passed: int = 0
    failed: int = 0


def gates(python: Path, pytest_arguments: list[str]) -> list[Gate]:
    """All gates, the fastest first."""
    tool = str(python)
    npm = shutil.which("npm") or "npm"
    return [
        Gate("format", "ruff format --check", (tool, "-m", "ruff", "format", "--check", ".")),
        Gate("lint", "ruff check", (tool, "-m", "ruff", "check", ".")),
        Gate("imports", "lint-imports", (str(python.with_name("lint-imports")),)),
        Gate("types", "mypy --strict", (tool, "-m", "mypy")),
        Gate("eslint", "eslint and prettier", (npm, "run", "--silent", "lint")),
        Gate("tsc", "tsc --checkJs --strict", (npm, "run", "--silent", "types")),
        Gate("node", "node --test", (npm, "run", "--silent", "test"), _COUNTS[1]),
        # A gate must be repeatable. Without this profile, every run tries new examples.
        Gate(
            "pytest",
            "pytest",
            (tool, "-m", "pytest", "--hypothesis-profile=ci", *pytest_arguments),
            _COUNTS[0],
        ),
    ]


def main() -> int:
    """Install, run and report; returns the exit code."""
    arguments = _parse()
    folder: Path = arguments.venv.absolute()
    python = environment.python_of(folder)
    try:
        if not arguments.no_install:
            python = install(folder)
    except StepError as error:
        print(f"\n{error}\n0 passed, 1 failed")
        return 2
    variables = _variables(python, folder)
    chosen = gates(python, arguments.pytest_arguments)
    outcomes = [run(g, variables) for g in chosen if not arguments.only or g.name in arguments.only]
    return report(outcomes)


def install(folder: Path) -> Path:
    """Install everything that the gates need, which is fast if nothing has changed."""
    environment.check_python()
    progress = Progress(ARTIFACTS / "install.log", total=5)
    stamp, wanted = folder / "installed-for.txt", _fingerprint()
    current = stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted
    with progress.step("Environment"):
        python = environment.ensure_environment(folder, progress)
    with progress.step("torch, host, test tools"):
        if not current:
            environment.install_torch(python, progress)
            extras = ["embedded", "embedded-tiny-en"]
            environment.install_host(python, ROOT, extras, progress, editable=True)
            environment.install_voices(python, progress)
    with progress.step("Models and speech"):
        error = StepError("models_failed", "cannot install the models", "see the lines above")
        download: list[str | Path] = [python, "-m", "wlk_host.cli", "models", "download"]
        for name in MODELS:
            progress.require([*download, name], error, _variables(python, folder))
        speech.ensure_english(python, ROOT / ".venv/speech", progress)
        speech.ensure_samples(python, ROOT / ".venv/speech", progress)
    with progress.step("JavaScript tools"):
        if not current or not (ROOT / "node_modules").is_dir():
            error = StepError("npm_failed", "npm ci failed", "install Node.js 20 or newer with npm")
            npm = shutil.which("npm")
            if npm is None:
                raise error
            progress.require([npm, "ci", "--no-audit", "--no-fund"], error, cwd=ROOT)
    with progress.step("Chromium, strace"):
        # The system's own browser. None is ever downloaded.
        browsers = ("chromium", "chromium-browser", "google-chrome")
        _ensure_program(browsers, "chromium", "the end-to-end tests", progress)
        _ensure_program(("strace",), "strace", "the tests of what is promised", progress)
    stamp.write_text(wanted, encoding="utf-8")
    return python


def run(gate: Gate, variables: dict[str, str]) -> Outcome:
    """Run one gate, and pass its output through."""
    print(f"\n=== {gate.title} " + "=" * (70 - len(gate.title)), flush=True)
    started = time.monotonic()
    counted: dict[str, int] = {}
    try:
        with subprocess.Popen(
            gate.command,
            cwd=ROOT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                print(line, end="", flush=True)
                counted = _count(gate.counts, line, counted) if gate.counts else counted
    except OSError as error:
        print(f"{gate.command[0]} does not start: {error}")
        return Outcome(gate, succeeded=False, seconds=0.0)
    seconds = time.monotonic() - started
    passed = counted.get("passed", 0) + counted.get("pass", 0)
    failed = sum(n for kind, n in counted.items() if kind not in ("passed", "pass"))
    # A test gate that ran no tests proves nothing.
    ran = gate.counts is None or passed > 0
    return Outcome(gate, process.returncode == 0 and ran, seconds, passed, failed)


def report(outcomes: list[Outcome]) -> int:
    """Print a table of the gates, and the total counts as the last line."""
    print("\n=== Gates " + "=" * 65)
    for outcome in outcomes:
        mark = "ok  " if outcome.succeeded else "FAIL"
        tests = f"{outcome.passed} passed, {outcome.failed} failed" if outcome.gate.counts else ""
        print(f"{mark}  {outcome.gate.title:<24} {outcome.seconds:7.1f} s  {tests}")
    healthy = bool(outcomes) and all(outcome.succeeded for outcome in outcomes)
    print(f"{'All gates passed' if healthy else 'SOME GATES FAILED'}.")
    print(f"{sum(o.passed for o in outcomes)} passed, {sum(o.failed for o in outcomes)} failed")
    return 0 if healthy else 1


def _count(pattern: re.Pattern[str], line: str, before: dict[str, int]) -> dict[str, int]:
    """The counts on a summary line; on any other line, the counts known before."""
    found = {match["kind"]: int(match["count"]) for match in pattern.finditer(line.strip())}
    if pattern is _COUNTS[0]:
        return found if found and re.search(r" in [\d.]+s", line) else before
    return before | found


def _parse() -> argparse.Namespace:
    own, passed_on = _split(sys.argv[1:])
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [gate.name for gate in gates(Path("python"), [])]
    parser.add_argument("--only", nargs="+", choices=names, metavar="GATE", help=", ".join(names))
    parser.add_argument("--no-install", action="store_true", help="run the gates straight away")
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv", help="default: .venv")
    arguments = parser.parse_args(own)
    arguments.pytest_arguments = passed_on
    return arguments


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """The words before and after `--`."""
    at = words.index("--") if "--" in words else len(words)
    return words[:at], words[at + 1 :]


def _variables(python: Path, folder: Path) -> dict[str, str]:
    path = os.pathsep.join((str(python.parent), os.environ.get("PATH", os.defpath)))
    return {"WLK_MODELS": str(folder / "models"), **os.environ, "PATH": path}


def _fingerprint() -> str:
    """A hash that changes when something has to be installed again."""
    digest = hashlib.sha256(sys.version.encode())
    for name in ("pyproject.toml", "package-lock.json", "installers/environment.py"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _ensure_program(names: Sequence[str], package: str, user: str, progress: Progress) -> None:
    """Install a program from the system's package manager, unless one of its names exists."""
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found:
        progress.say(found)
    elif environment.can_use_apt():
        environment.apt_install([package], progress)
    else:
        hint = f"install it with the system's package manager: sudo apt-get install {package}"
        raise StepError(f"{package}_missing", f"{package}, which {user} need, is missing", hint)


if __name__ == "__main__":
    sys.exit(main())
