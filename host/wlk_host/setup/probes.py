"""Look at the model and the libraries from outside: a crash in there is a finding, not the end."""

import json
import signal
import subprocess
from pathlib import PurePath
from typing import Any, Final

from wlk_host.setup.findings import Finding, Level

LIBRARIES: Final = {
    "numpy": "sample arithmetic",
    "av": "decoding of audio files",
    "onnxruntime": "speech detection",
    "ctranslate2": "the recogniser's encoder",
    "tokenizers": "the recogniser's text",
    "torch": "the recogniser's decoder",
}
"""Import name (here also the package's name) and what it is needed for."""

_MODELS: Final = "wlk_host.models.probe"
_BACKENDS: Final = "wlk_host.backends.probe"
_LIBRARY: Final = "wlk_host.setup.library"
"""Modules that look, and print what they see. Named, not imported: what they need may be broken."""

_TIMEOUT_S: Final = 120


def check_model(python: PurePath) -> Finding:
    """Whether a model is installed, and each installed one is what was published."""
    result = _run(python, _MODELS, "models")
    if isinstance(result, str):
        return _unseen("model_check_failed", Level.FAIL, "model", "the models", result)
    seen = json.loads(result.stdout)
    if "code" in seen:
        return Finding(seen["code"], Level.FAIL, "model", seen["message"], seen["hint"])
    message = f"{', '.join(seen['models'])}: intact, in {seen['folder']}"
    return Finding("model_intact", Level.OK, "model", message)


def check_speakers(python: PurePath) -> Finding:
    """Whether speakers can be told apart, which nobody needs for captions."""
    result = _run(python, _MODELS, "speakers")
    if isinstance(result, str):
        return _unseen("speakers_check_failed", Level.WARN, "speakers", "the model", result)
    seen = json.loads(result.stdout)
    if "folder" in seen:
        message = f"can be told apart; the model is intact, in {seen['folder']}"
        return Finding("speakers_ready", Level.OK, "speakers", message)
    if seen["code"] == "model_missing":
        message = "are not told apart; captions do without"
        return Finding("speakers_absent", Level.OK, "speakers", message, seen["hint"])
    return Finding(seen["code"], Level.WARN, "speakers", seen["message"], seen["hint"])


def check_backends(python: PurePath) -> list[Finding]:
    """What each engine can do here, and what keeps it from what the machine could."""
    result = _run(python, _BACKENDS)
    if isinstance(result, str):
        return [_unseen("backend_check_failed", Level.FAIL, "backends", "the engines", result)]
    return [_backend(seen) for seen in json.loads(result.stdout)]


def _backend(seen: dict[str, Any]) -> Finding:
    subject = f"backend {seen['name']}"
    if seen["problem"] is None:
        message = f"runs on {', '.join(seen['devices'])}; {', '.join(seen['policies'])}"
        return Finding("backend_ready", Level.OK, subject, message)
    code, message, remedy = seen["problem"]
    if seen["expected"]:
        return Finding(code, Level.WARN, subject, message, remedy)
    # Nobody misses an engine that is made for other machines.
    return Finding("backend_not_used", Level.OK, subject, message)


def check_libraries(python: PurePath) -> list[Finding]:
    """Whether each native library loads, each in a process of its own."""
    return [_check_library(python, name, purpose) for name, purpose in LIBRARIES.items()]


def _check_library(python: PurePath, name: str, purpose: str) -> Finding:
    result = _run(python, _LIBRARY, name)
    if isinstance(result, str):
        message = f"{name} ({purpose}) does not load: {result}"
        remedy = f'run: "{python}" -m pip install --force-reinstall {name}'
        return Finding("library_broken", Level.FAIL, name, message, remedy)
    return Finding("library_loads", Level.OK, name, f"{result.stdout.strip()}, {purpose}")


def _unseen(code: str, level: Level, subject: str, what: str, why: str) -> Finding:
    message = f"{what} cannot be looked at: {why}"
    return Finding(code, level, subject, message, "reinstall wlk-host in its environment")


def _run(python: PurePath, module: str, *arguments: str) -> subprocess.CompletedProcess[str] | str:
    """The finished process, or in words how it ended instead."""
    try:
        result = subprocess.run(
            [str(python), "-I", "-m", module, *arguments],
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no end after {_TIMEOUT_S} s"
    except OSError as error:
        return str(error)
    if result.returncode == 0:
        return result
    if result.returncode < 0:
        return f"killed by {signal.Signals(-result.returncode).name}"
    lines = result.stderr.strip().splitlines()
    return lines[-1] if lines else f"exit code {result.returncode}"
