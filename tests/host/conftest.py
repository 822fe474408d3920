"""Before any test here imports a dependency: switch its telemetry off."""

import signal
from collections.abc import Iterator

import pytest

import wlk_host  # noqa: F401


@pytest.fixture(scope="session", autouse=True)
def heeding_interrupts() -> Iterator[None]:
    """What a shell starts in the background ignores them, and so would its children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
