"""Memory of a process, of a fresh one: what tests before have freed is taken again unseen."""

import json
import subprocess
import sys

import pytest

BLOCK_MB = 200

SCRIPT = """
import json
import numpy as np
from wlk_host.bench.memory import MemoryWatch

def take():
    np.ones(%d * 2**20, np.uint8)

watch = MemoryWatch()
figures = []
for step in %s:
    step()
    figures.append([watch.most_mb(), watch.during_mb()])
print(json.dumps(figures))
"""


def measured(steps: str) -> list[tuple[float, float]]:
    """The largest at all and since the beginning, after each step."""
    script = SCRIPT % (BLOCK_MB, steps)
    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return [(most, during) for most, during in json.loads(run.stdout)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts from a moment on")
def test_what_was_freed_before_counts_only_to_the_most_at_all() -> None:
    (most, _), (most_after, during) = measured("[take, watch.begin]")
    assert during <= most - BLOCK_MB / 2
    assert most_after == most


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts from a moment on")
def test_what_is_taken_after_the_beginning_counts() -> None:
    (_, before), (most, during) = measured("[watch.begin, take]")
    assert during >= before + BLOCK_MB / 2
    assert most == during
