"""Memory of a process, of a fresh one: what tests before have freed is taken again unseen."""

import json
import os
import subprocess
import sys

import pytest

from host.bench.take_memory import BLOCK_MB


def measured(*steps: str) -> list[tuple[float, float]]:
    """The largest at all and since the beginning, after each step."""
    command = [sys.executable, "-m", "host.bench.take_memory", *steps]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return [(most, during) for most, during in json.loads(run.stdout)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts from a moment on")
def test_what_was_freed_before_counts_only_to_the_most_at_all() -> None:
    (most, _), (most_after, during) = measured("take", "begin")
    assert during <= most - BLOCK_MB / 2
    assert most_after == most


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts from a moment on")
def test_what_is_taken_after_the_beginning_counts() -> None:
    (_, before), (most, during) = measured("begin", "take")
    assert during >= before + BLOCK_MB / 2
    assert most == during
