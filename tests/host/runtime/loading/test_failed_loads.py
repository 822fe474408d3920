"""Loads that fail, again and again: nothing of them stays."""

import gc
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.models import model
from wlk_host.core.errors import WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.runtime.host.model_pool import ModelPool
from wlk_host.runtime.loading.loader import ModelLoader
from wlk_host.runtime.workers import Workers

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc"),
]

N_TRIES = 5
LEFT_MB = 60
"""Less than one model of the smallest size takes; the allocator keeps some of what was freed."""


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def n_threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


@pytest.fixture
def uncollected() -> Iterator[None]:
    """The garbage collector does not help."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def cut_tokenizer(folder: Path) -> SessionOptions:
    shutil.copytree(model("base"), folder)
    tokenizer = folder / "tokenizer.json"
    tokenizer.write_bytes(tokenizer.read_bytes()[:1000])
    return SessionOptions(model=str(folder))


def wrong_heads(_: Path) -> SessionOptions:
    return SessionOptions(model=str(model("base")), alignment_heads="99.99")


@pytest.mark.parametrize(
    ("broken", "code"), [(cut_tokenizer, "model_corrupt"), (wrong_heads, "heads_invalid")]
)
def test_a_load_that_fails_leaves_no_memory_and_no_thread_behind(
    tmp_path: Path, uncollected: None, broken: object, code: str
) -> None:
    assert callable(broken)
    options = broken(tmp_path / "broken")
    loader, threads = ModelLoader(Workers()), Workers(1, name="loader")

    def fail() -> None:
        # A pool of its own each time: one answers soon from the failure before.
        pool = ModelPool(lambda: loader, threads)
        promise = pool.load(options)
        with pytest.raises(WlkError) as caught:
            pool.take(promise)
        assert caught.value.code == code

    fail()  # The first one imports libraries.
    before_mb, before_threads = resident_mb(), n_threads()
    for _ in range(N_TRIES):
        fail()
    assert resident_mb() - before_mb < LEFT_MB
    assert n_threads() <= before_threads
