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
    "onnxruntime": "speech detection, the recogniser's decoder",
    "ctranslate2": "the recogniser's encoder",
    "tokenizers": "the recogniser's text",
}
"""Import name (here also the package's name) and what it is needed for."""

EXTRAS: Final = {"torch": "graphics cards, checkpoints of other formats"}
"""The same for what is looked at where it is installed."""

_TIMEOUT_S: Final = 120

_MODEL_PROBE: Final = """
import json
from wlk_host.core.errors import WlkError
from wlk_host.models import store
try:
    names = [entry.name for entry in store.installed()]
    folder = store.resolve(None)
    for name in names:
        store.verify(name)
    print(json.dumps({"models": names, "folder": str(folder.parent)}))
except WlkError as error:
    print(json.dumps({"code": error.code, "message": error.message, "hint": error.hint}))
"""

_SPEAKERS_PROBE: Final = """
import json
from wlk_host.core.errors import WlkError
from wlk_host.models import store
from wlk_host.models.catalog import SPEAKERS
try:
    store.verify_entry(SPEAKERS)
    print(json.dumps({"folder": str(store.folder_of(SPEAKERS))}))
except WlkError as error:
    print(json.dumps({"code": error.code, "message": error.message, "hint": error.hint}))
"""

_DECODER_PROBE: Final = """
from wlk_host.runtime.loading.decoder_probe import main
main()
"""

_BACKEND_PROBE: Final = """
import json
from wlk_host.backends import availability
def told(able, here):
    problem = able.problem
    return {
        "name": able.backend,
        "usable": able.usable,
        "expected": able.usable or (here.system, here.processor) == ("Darwin", "arm64"),
        "devices": able.devices,
        "policies": able.policies,
        "problem": problem and [problem.code, problem.message, problem.hint],
    }
here = availability.surroundings(with_card=True)
print(json.dumps([told(able, here) for able in availability.examine(here)]))
"""


def check_model(python: PurePath) -> Finding:
    """Whether a model is installed, and each installed one is what was published."""
    result = _run(python, _MODEL_PROBE)
    if isinstance(result, str):
        message = f"the models cannot be looked at: {result}"
        remedy = "reinstall wlk-host in its environment"
        return Finding("model_check_failed", Level.FAIL, "model", message, remedy)
    seen = json.loads(result.stdout)
    if "code" in seen:
        return Finding(seen["code"], Level.FAIL, "model", seen["message"], seen["hint"])
    message = f"{', '.join(seen['models'])}: intact, in {seen['folder']}"
    return Finding("model_intact", Level.OK, "model", message)


def check_speakers(python: PurePath) -> Finding:
    """Whether speakers can be told apart, which nobody needs for captions."""
    result = _run(python, _SPEAKERS_PROBE)
    if isinstance(result, str):
        message = f"the model cannot be looked at: {result}"
        remedy = "reinstall wlk-host in its environment"
        return Finding("speakers_check_failed", Level.WARN, "speakers", message, remedy)
    seen = json.loads(result.stdout)
    if "folder" in seen:
        message = f"can be told apart; the model is intact, in {seen['folder']}"
        return Finding("speakers_ready", Level.OK, "speakers", message)
    if seen["code"] == "model_missing":
        message = "are not told apart; captions do without"
        return Finding("speakers_absent", Level.OK, "speakers", message, seen["hint"])
    return Finding(seen["code"], Level.WARN, "speakers", seen["message"], seen["hint"])


def check_decoder(python: PurePath) -> Finding:
    """Whether onnxruntime computes the live decoder of the default model rightly here."""
    result = _run(python, _DECODER_PROBE)
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
    """What each engine can do here, and what keeps it from what the machine could."""
    result = _run(python, _BACKEND_PROBE)
    if isinstance(result, str):
        message = f"the engines cannot be looked at: {result}"
        remedy = "reinstall wlk-host in its environment"
        return [Finding("backend_check_failed", Level.FAIL, "backends", message, remedy)]
    return [_backend(seen) for seen in json.loads(result.stdout)]


def _backend(seen: dict[str, Any]) -> Finding:
    subject = f"backend {seen['name']}"
    if seen["problem"] is None:
        message = f"runs on {', '.join(seen['devices'])}; {', '.join(seen['policies'])}"
        return Finding("backend_ready", Level.OK, subject, message)
    code, message, remedy = seen["problem"]
    if seen["expected"]:
        return Finding(code, Level.WARN, subject, message, remedy)
    # Nobody misses an extra, nor an engine that is made for other machines.
    return Finding("backend_not_used", Level.OK, subject, message)


def check_libraries(python: PurePath) -> list[Finding]:
    """Whether each native library loads, each in a process of its own."""
    there = {name: purpose for name, purpose in EXTRAS.items() if _is_installed(python, name)}
    return [_check_library(python, *library) for library in (LIBRARIES | there).items()]


def _is_installed(python: PurePath, name: str) -> bool:
    found = _run(python, f"import importlib.util as u; print(u.find_spec({name!r}) is not None)")
    return not isinstance(found, str) and found.stdout.strip() == "True"


def _check_library(python: PurePath, name: str, purpose: str) -> Finding:
    result = _run(python, f"import {name}; print({name}.__version__)")
    if isinstance(result, str):
        message = f"{name} ({purpose}) does not load: {result}"
        remedy = f'run: "{python}" -m pip install --force-reinstall {name}'
        return Finding("library_broken", Level.FAIL, name, message, remedy)
    return Finding("library_loads", Level.OK, name, f"{result.stdout.strip()}, {purpose}")


def _run(python: PurePath, code: str) -> subprocess.CompletedProcess[str] | str:
    """The finished process, or in words how it ended instead."""
    try:
        result = subprocess.run(
            [str(python), "-I", "-c", code],
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
