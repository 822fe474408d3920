"""Lets libFuzzer choose the inputs, by the lines that they reach (atheris)."""

import contextlib
import importlib
import sys
import tempfile
from pathlib import Path
from typing import Any

from fuzz import driver
from fuzz.target import load
from wlk_host.core.errors import WlkError
from wlk_host.setup.errors import SetupError


def run(name: str, inputs: int) -> int:
    """Try a target; does not return where libFuzzer ends the process."""
    atheris: Any = importlib.import_module("atheris")
    for module in [module for module in sys.modules if module.startswith("wlk_host")]:
        if module not in ("wlk_host", WlkError.__module__, SetupError.__module__):
            del sys.modules[module]  # To be loaded again, and then observed.
    with atheris.instrument_imports(include=["wlk_host"]):
        target = load(name)

    def try_one(data: bytes) -> None:
        with contextlib.suppress(WlkError, SetupError):
            target.try_one(data)

    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(target.CORPUS):
            (Path(folder) / str(number)).write_bytes(data)
        kept = driver.FOUND / name
        kept.mkdir(parents=True, exist_ok=True)
        limits = [f"-runs={inputs}", "-timeout=2", "-rss_limit_mb=4096", "-max_len=65536"]
        atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={kept}/", folder], try_one)
        atheris.Fuzz()
    return 0
