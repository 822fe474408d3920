"""A microphone that is not there."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

FAKE: Final = Path(__file__).parents[3] / "fixtures" / "microphone"


@pytest.fixture
def fake_microphone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The stand-in for python-sounddevice takes its place."""
    monkeypatch.syspath_prepend(str(FAKE))
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    yield
    sys.modules.pop("sounddevice", None)
