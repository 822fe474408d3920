"""Install what the tests need, then run every gate: `python3 tests/run.py`, with no preparation.

    python3 tests/run.py --quick                        without models and browser
    python3 tests/run.py --only pytest -- -k doctor     run one gate, with arguments for pytest
    python3 tests/run.py --no-install                   if everything is installed already
    python3 tests/run.py --without-torch                in an environment without PyTorch

All gates run even if one fails. The exit code is 0 only if all passed. Gates of different lanes
run beside each other, because tests in a browser mostly wait for sound. Tests that listen in real
time, or measure it, run at the end with nothing beside them. So does the second try of a few tests
that failed beside others: who fails again has failed, and who passes is named in the report.

Tests that need PyTorch are marked `torch`. All others run where it is hidden (`lean_environment`).
With `--without-torch` they run in an environment of its own, into which it was never installed.
"""

import argparse
import dataclasses
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "installers"), str(ROOT / "host")]

import environment  # noqa: E402
import lean_environment  # noqa: E402
import python_version  # noqa: E402
import speech  # noqa: E402
from fixtures.emulated import EMULATED  # noqa: E402
from gates import COUNTS_OF_PYTEST, Gate, gates  # noqa: E402
from wlk_host.setup.errors import SetupError  # noqa: E402
from wlk_host.setup.progress import Progress  # noqa: E402

ARTIFACTS: Final = ROOT / "artifacts"
LEAN: Final = ROOT / ".venv-lean"
MODELS: Final = ("base", "tiny.en", "speakers")

_DURATION: Final = re.compile(r"^(?P<seconds>[\d.]+)s (?:call|setup|teardown) +(?P<test>\S.*)$")
"""A line of pytest's `--durations`."""

_FAILED: Final = re.compile(r"^(?:FAILED|ERROR) (?P<test>tests/\S+::.*)$")
"""A line of pytest's summary."""

_SECOND_TRIES: Final = 5
"""More failures than this are no accident of timing."""

_QUICK: Final = " quick"
"""Behind the fingerprint of an environment without models."""


@dataclass(slots=True)
class Outcome:
    """How a gate ended."""

    gate: Gate
    succeeded: bool = False
    seconds: float = 0.0
    counted: dict[str, int] = field(default_factory=dict)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    """Seconds and names of its slowest tests."""

    failures: list[str] = field(default_factory=list)
    """Tests that failed, and why in a few words."""

    @property
    def passed(self) -> int:
        """How many tests passed."""
        return self.counted.get("passed", 0) + self.counted.get("pass", 0)

    @property
    def failed(self) -> int:
        """How many did not."""
        return sum(n for kind, n in self.counted.items() if kind not in ("passed", "pass"))


def main() -> int:
    """Install, run, report; the process's exit code."""
    started = time.monotonic()
    arguments = _parse()
    folder: Path = arguments.venv.absolute()
    quick, bare = arguments.quick, arguments.without_torch
    python = environment.python_of(folder)
    try:
        if not arguments.no_install:
            python = install(folder, quick=quick, without_torch=bare)
    except SetupError as error:
        print(f"\n{error}\n0 passed, 1 failed")
        return 2
    lean = python if bare else lean_environment.view_of(folder, LEAN)
    chosen = gates(python, lean, quick=quick, pytest=arguments.pytest)
    if bare:
        chosen = [g for g in chosen if g.name == "pytest" and not g.needs_torch]
    chosen = [g for g in chosen if not arguments.only or g.name in arguments.only]
    outcomes = run_all(chosen, _variables(python, folder, quick=arguments.quick))
    return report(outcomes, time.monotonic() - started)


def install(folder: Path, *, quick: bool, without_torch: bool = False) -> Path:
    """The environment with everything that the gates need; soon done when nothing has changed."""
    python_version.check()
    progress = Progress(ARTIFACTS / "install.log", total=4 if quick else 6)
    stamp, wanted = folder / "installed-for.txt", _fingerprint()
    there = stamp.read_text(encoding="utf-8") if stamp.is_file() else ""
    current = there == wanted or (quick and there == wanted + _QUICK)
    with progress.step("Environment"):
        python = environment.ensure_environment(folder, progress)
    with progress.step("host, test tools" if without_torch else "torch, host, test tools"):
        if not current:
            if not without_torch:
                environment.install_torch(python, progress)
            extras = [] if quick else ["embedded", "embedded-tiny-en"]
            tools = "test-without-torch" if without_torch else "test"
            environment.install_for_tests(python, ROOT, extras, progress, tools)
    with progress.step("JavaScript tools"):
        if not current or not (ROOT / "node_modules").is_dir():
            error = SetupError(
                "npm_failed", "npm ci failed", "install Node.js 20 or newer with npm"
            )
            npm = shutil.which("npm")
            if npm is None:
                raise error
            progress.require([npm, "ci", "--no-audit", "--no-fund"], error, cwd=ROOT)
    with progress.step("strace, QEMU"):
        _ensure_program(("strace",), "strace", "the tests of what is promised", progress)
        if EMULATED:
            emulator = ("qemu-x86_64",)
            _ensure_program(emulator, "qemu-user", "the tests on another processor", progress)
    if not quick:
        _install_models_and_browser(python, folder, progress, current=current)
    if not current:
        stamp.write_text(wanted + (_QUICK if quick else ""), encoding="utf-8")
    return python


def _install_models_and_browser(
    python: Path, folder: Path, progress: Progress, *, current: bool
) -> None:
    """What `--quick` does without."""
    with progress.step("Models and speech"):
        if not current:
            environment.install_voices(python, progress)
        error = SetupError("models_failed", "the models could not be put in place", "see above")
        download: list[str | Path] = [python, "-m", "wlk_host.cli", "models", "download"]
        for name in MODELS:
            progress.require([*download, name], error, _variables(python, folder))
        speech.ensure_samples(python, ROOT / ".venv/speech", progress)
    with progress.step("Chromium"):
        # The system's own browser; none is ever downloaded.
        browsers = ("chromium", "chromium-browser", "google-chrome")
        _ensure_program(browsers, "chromium", "the end-to-end tests", progress)


def run_all(chosen: list[Gate], variables: dict[str, str]) -> list[Outcome]:
    """The lanes beside each other, and then what has to be alone."""
    lanes = {gate.lane: [g for g in chosen if g.lane == gate.lane] for gate in chosen}
    last = lanes.pop("alone", [])
    interrupted = threading.Event()
    # What has no clock to keep up with gives way to what has one.
    nice = shutil.which("nice") if "browser" in lanes else None

    def in_order(lane: list[Gate]) -> list[Outcome]:
        return [run(gate, variables, nice) for gate in lane if not interrupted.is_set()]

    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(max(1, len(lanes))) as pool:
        running = [pool.submit(in_order, lane) for lane in lanes.values()]
        try:
            for ended in running:
                outcomes += ended.result()
        except KeyboardInterrupt:
            interrupted.set()
            raise
    tried = [try_again(o, variables) for o in outcomes]
    return tried + [try_again(o, variables) for o in in_order(last)]


def try_again(outcome: Outcome, variables: dict[str, str]) -> Outcome:
    """The outcome after a second try, with nothing beside it, of the few tests that failed.

    Tests that listen in real time can also fail because other machines share the processor.
    """
    gate = outcome.gate
    if outcome.succeeded or gate.again is None or not 0 < outcome.failed <= _SECOND_TRIES:
        return outcome
    second = run(dataclasses.replace(gate, command=gate.again), variables, None)
    if not second.succeeded or second.passed != outcome.failed:
        return outcome
    outcome.counted = {"passed": outcome.passed + second.passed}
    outcome.succeeded = True
    return outcome


_printing: Final = threading.Lock()


def say(gate: Gate, line: str) -> None:
    """Print a line of a gate, beside which others may print."""
    label = gate.lane if gate.name == "pytest" else gate.name
    with _printing:
        print(f"{label:>8} | {line}".rstrip(), flush=True)


def run(gate: Gate, variables: dict[str, str], nice: str | None) -> Outcome:
    """One gate, its output passed through as it comes; `nice` is the command that gives way."""
    gives_way = gate.lane not in ("browser", "alone")
    command = (nice, "-n", "10", *gate.command) if nice and gives_way else gate.command
    say(gate, f"=== {gate.title} " + "=" * (70 - len(gate.title)))
    outcome = Outcome(gate)
    started = time.monotonic()
    try:
        for line in _output(command, _with_programs_of(gate, variables), outcome):
            say(gate, line)
            if gate.counts:
                outcome.counted = _count(gate.counts, line, outcome.counted)
            if found := _DURATION.match(line):
                outcome.slowest.append((float(found["seconds"]), found["test"]))
            if found := _FAILED.match(line):
                outcome.failures.append(found["test"])
    except OSError as error:
        say(gate, f"{gate.command[0]} does not start: {error}")
    outcome.seconds = time.monotonic() - started
    # A gate that should run tests and ran none has not shown anything.
    outcome.succeeded &= gate.counts is None or outcome.passed > 0
    return outcome


def _with_programs_of(gate: Gate, variables: dict[str, str]) -> dict[str, str]:
    """The programs of a gate's environment are found before all others."""
    folder = str(Path(gate.command[0]).parent)
    path = os.pathsep.join((folder, variables.get("PATH", os.defpath)))
    return {**variables, "PATH": path}


def _output(command: tuple[str, ...], variables: dict[str, str], outcome: Outcome) -> Iterator[str]:
    """The lines that a command prints; `outcome` tells afterwards whether it succeeded."""
    with subprocess.Popen(
        command,
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
            yield line.rstrip("\n")
    outcome.succeeded = process.returncode == 0


def report(outcomes: list[Outcome], seconds: float) -> int:
    """The slowest tests, a table of the gates, then what ran in all as the last line."""
    slowest = sorted((s for outcome in outcomes for s in outcome.slowest), reverse=True)[:10]
    if slowest:
        print("\n=== Slowest tests " + "=" * 57)
    for duration, test in slowest:
        print(f"{duration:8.1f} s  {test}")
    failures = [(o.succeeded, test) for o in outcomes for test in o.failures]
    if failures:
        print("\n=== Failed " + "=" * 64)
    for passed_later, test in failures:
        print(("passed on the second try: " if passed_later else "") + test[:200])
    print("\n=== Gates " + "=" * 65)
    for outcome in outcomes:
        mark = "ok  " if outcome.succeeded else "FAIL"
        tests = f"{outcome.passed} passed, {outcome.failed} failed" if outcome.gate.counts else ""
        print(f"{mark}  {outcome.gate.title:<24} {outcome.seconds:7.1f} s  {tests}")
    healthy = bool(outcomes) and all(outcome.succeeded for outcome in outcomes)
    verdict = "All gates passed" if healthy else "SOME GATES FAILED"
    print(f"{verdict} after {seconds / 60:.1f} min.")
    print(f"{sum(o.passed for o in outcomes)} passed, {sum(o.failed for o in outcomes)} failed")
    return 0 if healthy else 1


def _count(pattern: re.Pattern[str], line: str, before: dict[str, int]) -> dict[str, int]:
    """The counts on a line that sums up, else those known before."""
    found = {match["kind"]: int(match["count"]) for match in pattern.finditer(line.strip())}
    if pattern is COUNTS_OF_PYTEST:
        return found if found and re.search(r" in [\d.]+s", line) else before
    return before | found


def _parse() -> argparse.Namespace:
    own, passed_on = _split(sys.argv[1:])
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = list(dict.fromkeys(gate.name for gate in gates(Path("python"), Path("python"))))
    parser.add_argument("--only", nargs="+", choices=names, metavar="GATE", help=", ".join(names))
    parser.add_argument("--quick", action="store_true", help="without models and browser")
    parser.add_argument("--no-install", action="store_true", help="run the gates straight away")
    parser.add_argument(
        "--without-torch", action="store_true", help="all tests that need no PyTorch, without it"
    )
    parser.add_argument(
        "--venv", type=Path, help="default: .venv, or .venv-without-torch where it is missing"
    )
    arguments = parser.parse_args(own)
    if arguments.venv is None:
        arguments.venv = ROOT / (".venv-without-torch" if arguments.without_torch else ".venv")
    arguments.pytest = passed_on
    return arguments


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """What stands before `--` and what stands behind it."""
    at = words.index("--") if "--" in words else len(words)
    return words[:at], words[at + 1 :]


def _variables(python: Path, folder: Path, *, quick: bool = False) -> dict[str, str]:
    path = os.pathsep.join((str(python.parent), os.environ.get("PATH", os.defpath)))
    variables = {"WLK_MODELS": str(folder / "models"), **os.environ, "PATH": path}
    if quick:
        # No test finds by chance what others have installed.
        variables["WLK_MODELS"] = str(ARTIFACTS / "no-models")
    return variables


def _fingerprint() -> str:
    """Changes when something has to be installed again."""
    digest = hashlib.sha256(sys.version.encode())
    for name in ("pyproject.toml", "package-lock.json", "installers/environment.py"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _ensure_program(names: Sequence[str], package: str, user: str, progress: Progress) -> None:
    """A program by any of its names, from the system's package manager."""
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found:
        progress.say(found)
    elif environment.can_use_apt():
        environment.apt_install([package], progress)
    else:
        hint = f"install it with the system's package manager: sudo apt-get install {package}"
        raise SetupError(f"{package}_missing", f"{user} need {package}", hint)


if __name__ == "__main__":
    sys.exit(main())
