"""A session on real weights with translators that are missing, too large, or killed amid it."""

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fixtures.models import model
from fixtures.sound import english
from wlk_host.core.errors import WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.core.types import (
    SAMPLE_RATE,
    AudioChunk,
    CaptionUpdate,
    Event,
    Line,
    Translation,
    seconds,
)
from wlk_host.runtime.files.clocks import SoundClock
from wlk_host.runtime.files.playback import play
from wlk_host.runtime.loading.loader import ModelLoader
from wlk_host.runtime.translators.process import TranslatorProcess

pytestmark = pytest.mark.model

CHUNK = SAMPLE_RATE // 10
KILLED_AT_S = 9.0


@pytest.fixture
def service() -> Iterator[TranslatorProcess]:
    process = TranslatorProcess()
    yield process
    process.release()


@dataclass
class Seen:
    """What a client would see of a session."""

    lines: dict[int, Line] = field(default_factory=dict)
    drafts: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    n_without_translator: int = 0

    def add(self, event: Event, problem: WlkError | None) -> None:
        if problem is not None and self.problems[-1:] != [str(problem)]:
            self.problems.append(str(problem))
        if not isinstance(event, CaptionUpdate):
            return
        self.n_without_translator += problem is not None
        for line in event.lines:
            self.lines[line.id] = line
            if line.translation and line.translation.state == "draft":
                self.drafts.add(line.translation.text)

    def translations(self) -> list[Translation | None]:
        return [line.translation for line in self.lines.values() if line.text]


def killing_at(at_s: float, service: TranslatorProcess) -> Iterator[AudioChunk]:
    """The English clip; the translator is killed once that much was heard."""
    pcm = english()
    for start in range(0, len(pcm), CHUNK):
        if at_s <= seconds(start) < at_s + seconds(CHUNK):
            assert service.pid is not None
            os.kill(service.pid, signal.SIGKILL)
        yield AudioChunk(start, pcm[start : start + CHUNK])


def mended_at(at_s: float, sign: Path) -> Iterator[AudioChunk]:
    """The English clip; the fault of the translator is removed once that much was heard."""
    pcm = english()
    for start in range(0, len(pcm), CHUNK):
        if seconds(start) >= at_s:
            sign.touch()
        yield AudioChunk(start, pcm[start : start + CHUNK])


@pytest.mark.parametrize(
    ("name", "reported"),
    [
        ("is missing for a while", "translator_missing: it is not installed"),
        ("needs more memory for a while", "translator_died: the translator ended with"),
    ],
)
def test_captions_go_on_without_a_translator_and_their_lines_are_translated_when_it_works(
    name: str, reported: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tests = Path(__file__).parents[3]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tests), *sys.path]))
    monkeypatch.setenv("WLK_TEST_MENDED", str(tmp_path / "mended"))
    service = TranslatorProcess((sys.executable, "-m", "host.runtime.scripted_translators"))
    clock = SoundClock()
    loader = ModelLoader(clock, resolve=lambda _: model("tiny.en"), translator=service)
    session = loader.open(SessionOptions(language="en", translate_to="pt", translator=name))
    seen = Seen()
    for _, event in play(session, mended_at(12.0, tmp_path / "mended"), clock):
        seen.add(event, session.translation_problem)
    service.release()
    [problem] = seen.problems
    assert problem.startswith(reported)
    assert seen.n_without_translator > 5
    assert session.translation_problem is None
    assert len(seen.lines) >= 6
    for line in seen.lines.values():
        assert line.translation == Translation(line.text.upper(), "pt", "final") or not line.text


def test_captions_go_on_and_no_line_stays_untranslated(service: TranslatorProcess) -> None:
    clock = SoundClock()
    loader = ModelLoader(clock, resolve=lambda _: model("tiny.en"), translator=service)
    session = loader.open(SessionOptions(language="en", translate_to="pt"))
    seen = Seen()
    for _, event in play(session, killing_at(KILLED_AT_S, service), clock):
        seen.add(event, session.translation_problem)
    [problem] = seen.problems
    assert problem.startswith("translator_died: the translator was killed by signal 9")
    assert seen.n_without_translator > 0
    assert session.translation_problem is None
    assert seen.drafts
    translations = seen.translations()
    assert len(translations) >= 6
    assert all(found and found.state == "final" for found in translations)
    text = " ".join(found.text for found in translations if found)
    for word in ("computador", "máquina", "reunião", "rede"):
        assert word in text
