"""Check models and libraries in other processes, so that a crash there is only a finding."""

import json
import signal
import subprocess
from pathlib import PurePath
from typing import Any, Final

from wlk_host.setup.findings import Finding, Level

LIBRARIES: Final = {
    "numpy": "sample arithmetic",
    "av": "audio file decoding",
    "onnxruntime": "speech detection, the recogniser",
    "ctranslate2": "translation, the recogniser on some machines",
    "sentencepiece": "the tokenizers of translators",
    "tokenizers": "the recogniser's tokenizer",
}
"""Import names, which are also the packages' names, and what each library is needed for."""

_MODELS: Final = "wlk_host.models.probe"
_BACKENDS: Final = "wlk_host.backends.probe"
_DECODER: Final = "wlk_host.runtime.loading.decoder_probe"
_DIARIZERS: Final = "wlk_host.runtime.loading.diarizer_probe"
_TRANSLATORS: Final = "wlk_host.runtime.translators.probe"
_LIBRARY: Final = "wlk_host.setup.library"
"""Modules that check something and print the result. They are run, not imported, because what they
need may be broken."""

EXTRAS: Final = {"torch": "graphics cards, checkpoints of other formats"}
"""The same for libraries that are checked only if they are installed."""

_TIMEOUT_S: Final = 120


def check_model(python: PurePath) -> Finding:
    """Whether a model is installed, and whether every installed model is intact."""
    result = run(python, _MODELS)
    if isinstance(result, str):
        return _unseen("model_check_failed", Level.FAIL, "model", "the models", result)
    seen = json.loads(result.stdout)
    if "code" in seen:
        return Finding(seen["code"], Level.FAIL, "model", seen["message"], seen["hint"])
    message = f"{', '.join(seen['models'])}: intact, in {seen['folder']}"
    return Finding("model_intact", Level.OK, "model", message)


def check_diarizers(python: PurePath) -> list[Finding]:
    """Whether each engine that tells speakers apart can be used. Captions work without any."""
    result = run(python, _DIARIZERS)
    if isinstance(result, str):
        code = "diarizers_check_failed"
        return [
            _unseen(code, Level.WARN, "diarizers", "the engines that tell speakers apart", result)
        ]
    return [_diarizer(seen) for seen in json.loads(result.stdout)]


def _diarizer(seen: dict[str, Any]) -> Finding:
    subject = f"diarizer {seen['name']}"
    if seen["problem"] is None:
        return Finding("diarizer_ready", Level.OK, subject, "can tell speakers apart")
    code, message, remedy = seen["problem"]
    if seen["installed"]:
        return Finding(code, Level.WARN, subject, message, remedy)
    # All of them are optional.
    return Finding("diarizer_not_used", Level.OK, subject, message, remedy)


def check_translators(python: PurePath) -> Finding:
    """Whether the installed translators are intact. Captions work without any."""
    result = run(python, _TRANSLATORS)
    if isinstance(result, str):
        code = "translators_check_failed"
        return _unseen(code, Level.WARN, "translators", "the translators", result)
    seen = json.loads(result.stdout)
    if "code" in seen:
        return Finding(seen["code"], Level.WARN, "translators", seen["message"], seen["hint"])
    if seen["translators"]:
        message = f"the best first: {', '.join(seen['translators'])}"
        return Finding("translators_ready", Level.OK, "translators", message)
    message = "none is installed; some models translate into English by themselves"
    remedy = "run: wlk-host translators list"
    return Finding("translators_absent", Level.OK, "translators", message, remedy)


def check_decoder(python: PurePath) -> Finding:
    """Whether onnxruntime computes the live decoder of the default model rightly here."""
    result = run(python, _DECODER)
    if isinstance(result, str):
        message = f"it cannot be tried: {result}"
        remedy = f'run: "{python}" -m pip install --force-reinstall onnxruntime'
        return Finding("decoder_check_failed", Level.FAIL, "decoder", message, remedy)
    seen = json.loads(result.stdout)
    if "code" in seen:
        return Finding(seen["code"], Level.FAIL, "decoder", seen["message"], seen["hint"])
    message = f"computes what it should, in the precision {seen['precision']}"
    return Finding("decoder_sound", Level.OK, "decoder", message)


def check_backends(python: PurePath) -> list[Finding]:
    """What each backend can do here, and what keeps it from using all of the machine."""
    result = run(python, _BACKENDS)
    if isinstance(result, str):
        return [_unseen("backend_check_failed", Level.FAIL, "backends", "the backends", result)]
    return [_backend(seen) for seen in json.loads(result.stdout)]


def _backend(seen: dict[str, Any]) -> Finding:
    subject = f"backend {seen['name']}"
    if seen["problem"] is None:
        message = f"runs on {', '.join(seen['devices'])}; {', '.join(seen['policies'])}"
        return Finding("backend_ready", Level.OK, subject, message)
    code, message, remedy = seen["problem"]
    if seen["expected"]:
        return Finding(code, Level.WARN, subject, message, remedy)
    # Nobody misses an extra, nor a backend for other machines.
    return Finding("backend_not_used", Level.OK, subject, message)


def check_libraries(python: PurePath) -> list[Finding]:
    """Whether each native library loads, each in a process of its own."""
    needed = [_check_library(python, *library) for library in LIBRARIES.items()]
    extras = [_check_library(python, *library) for library in EXTRAS.items()]
    return [*needed, *(finding for finding in extras if finding.code != "library_absent")]


def _check_library(python: PurePath, name: str, purpose: str) -> Finding:
    result = run(python, _LIBRARY, name)
    remedy = f'run: "{python}" -m pip install --force-reinstall {name}'
    if isinstance(result, str):
        message = f"{name} ({purpose}) does not load: {result}"
        return Finding("library_broken", Level.FAIL, name, message, remedy)
    version = json.loads(result.stdout)
    if version is None:
        message = f"{name} ({purpose}) is not installed"
        return Finding("library_absent", Level.FAIL, name, message, remedy)
    return Finding("library_loads", Level.OK, name, f"{version}, {purpose}")


def _unseen(code: str, level: Level, subject: str, what: str, why: str) -> Finding:
    message = f"cannot check {what}: {why}"
    return Finding(code, level, subject, message, "reinstall wlk-host in its environment")


def run(python: PurePath, module: str, *arguments: str) -> subprocess.CompletedProcess[str] | str:
    """The process if it succeeded, otherwise a description of how it ended."""
    try:
        result = subprocess.run(
            [str(python), "-I", "-m", module, *arguments],
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"not finished after {_TIMEOUT_S} s"
    except OSError as error:
        return str(error)
    if result.returncode == 0:
        return result
    if result.returncode < 0:
        return f"killed by {signal.Signals(-result.returncode).name}"
    lines = result.stderr.strip().splitlines()
    return lines[-1] if lines else f"exit code {result.returncode}"
