"""Models as the extension sees them, against a hub on this machine."""

import queue
import threading
import time
from pathlib import Path

import pytest
from msgspec import UNSET

from fixtures import hub as answers
from fixtures.hub import Hub
from fixtures.hub_fixtures import hub, models
from host.runtime.conftest import StartHost
from wlk_host.backends.availability import Capabilities, Surroundings, examine
from wlk_host.models import store
from wlk_host.protocol.messages import (
    Cancel,
    CatalogModel,
    Download,
    HostHello,
    HostModels,
    Models,
    Progress,
    Remove,
    ToExtension,
    TranslatorFacts,
)
from wlk_host.runtime.host import greeting
from wlk_host.runtime.host.model_service import PROGRESS_EVERY_S, ModelService
from wlk_host.runtime.stdio import BrowserGoneError

__all__ = ["hub", "models"]

WITHIN_S = 20.0


class Extension:
    """A service that knows the hub's model, and what it tells."""

    def __init__(self, hub: Hub) -> None:
        self._heard: queue.SimpleQueue[ToExtension] = queue.SimpleQueue()
        self.failures: list[Exception] = []
        self.service = ModelService(self._hear, [hub.entry()])

    def _hear(self, message: ToExtension) -> None:
        if self.failures and isinstance(message, Progress):
            raise self.failures.pop()
        self._heard.put(message)

    def next_models(self) -> CatalogModel:
        """The model in the next list of them; skips progress."""
        while not isinstance(message := self._heard.get(timeout=WITHIN_S), HostModels):
            pass
        (model,) = message.models
        return model

    def next_hello(self) -> HostHello:
        """The next greeting; skips all else."""
        while not isinstance(message := self._heard.get(timeout=WITHIN_S), HostHello):
            pass
        return message

    def next_progress(self) -> Progress:
        """The next progress; skips lists."""
        while not isinstance(message := self._heard.get(timeout=WITHIN_S), Progress):
            pass
        return message


@pytest.fixture
def extension(models: Path, hub: Hub) -> Extension:
    return Extension(hub)


def test_the_catalogue_is_told_when_asked_for(extension: Extension, hub: Hub) -> None:
    extension.service.obey(Models())
    size = hub.entry().size_bytes
    expected = CatalogModel("toy", "recogniser", ("en",), False, "MIT", size, "absent", None)
    assert extension.next_models() == expected


def test_the_backends_are_looked_for_once_and_told_with_what_keeps_them_away() -> None:
    heard: queue.SimpleQueue[ToExtension] = queue.SimpleQueue()
    looked: list[None] = []

    def look() -> list[Capabilities]:
        looked.append(None)
        return examine(Surroundings("Windows", "AMD64", {"ctranslate2": "4.8.5", "torch": "2.13"}))

    service = ModelService(heard.put, [], look)
    service.obey(Models())
    assert heard.get(timeout=WITHIN_S) == HostModels((), ())
    told = heard.get(timeout=WITHIN_S)
    assert isinstance(told, HostModels)
    assert [(backend.name, backend.usable) for backend in told.backends] == [
        ("faster-whisper", True),
        ("torch", True),
        ("mlx", False),
    ]
    problem = told.backends[-1].problem
    assert problem is not None
    assert "found Windows" in problem.message
    service.obey(Models())
    assert heard.get(timeout=WITHIN_S) == told
    assert len(looked) == 1


def test_a_download_is_told_from_beginning_to_end(extension: Extension, hub: Hub) -> None:
    extension.service.obey(Download("toy"))
    assert extension.next_models().state == "downloading"
    size = hub.entry().size_bytes
    assert extension.next_progress() == Progress("toy", 0, size)
    assert extension.next_models().state == "installed"
    assert store.damaged_file(store.folder_of(hub.entry()), hub.entry()) is None


def test_the_host_greets_again_when_what_is_installed_has_changed(
    extension: Extension, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(greeting, "SPEAKERS", hub.entry())
    extension.service.obey(Download("toy"))
    assert extension.next_hello().speakers
    assert extension.next_models().state == "installed"
    extension.service.obey(Remove("toy"))
    assert not extension.next_hello().speakers


def test_recognisers_are_told_first_then_the_model_of_speakers_then_translators() -> None:
    heard: queue.SimpleQueue[ToExtension] = queue.SimpleQueue()
    ModelService(heard.put, look=list).obey(Models())
    told = heard.get(timeout=WITHIN_S)
    assert isinstance(told, HostModels)
    kinds = [model.kind for model in told.models]
    assert sorted(set(kinds), key=kinds.index) == ["recogniser", "speakers", "translator"]
    assert kinds == sorted(kinds)
    speakers = told.models[kinds.index("speakers")]
    assert (speakers.name, speakers.languages) == ("speakers", ())
    for model in told.models:
        assert (model.translation is UNSET) == (model.kind != "translator")


def test_a_translator_tells_what_it_can_do_and_what_its_licence_forbids() -> None:
    heard: queue.SimpleQueue[ToExtension] = queue.SimpleQueue()
    ModelService(heard.put, look=list).obey(Models())
    told = heard.get(timeout=WITHIN_S)
    assert isinstance(told, HostModels)
    facts = {model.name: model.translation for model in told.models}
    pair, many, nllb = facts["opus-en-es"], facts["m2m100-418M"], facts["nllb-600M"]
    assert pair == TranslatorFacts(("en",), ("es",), True, "", "good", None)
    assert isinstance(many, TranslatorFacts)
    assert isinstance(nllb, TranslatorFacts)
    assert len(many.into) == 100
    assert {"es", "pt", "zh-TW"} <= set(nllb.into)
    assert "ommercial" in nllb.terms
    assert many.terms == ""


def test_it_is_told_some_times_a_second_and_at_the_end(extension: Extension, hub: Hub) -> None:
    began = time.monotonic()
    extension.service.obey(Download("toy"))
    seen = [extension.next_progress()]
    while seen[-1].done_bytes < seen[-1].total_bytes:
        seen.append(extension.next_progress())
    assert seen[0].done_bytes == 0
    assert len(seen) <= 2 + (time.monotonic() - began) / PROGRESS_EVERY_S


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_dies_says_so(extension: Extension, hub: Hub) -> None:

    extension.failures.append(ZeroDivisionError("a bug"))
    extension.service.obey(Download("toy"))
    assert extension.next_models().state == "downloading"
    dead = extension.next_models()
    assert dead.state == "absent"
    assert dead.problem is not None
    assert dead.problem.code == "request_failed"
    assert "ZeroDivisionError" in dead.problem.message
    extension.service.obey(Download("toy"))
    assert extension.next_models().state == "downloading"
    assert extension.next_models().state == "installed"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_backends_that_cannot_be_looked_for_are_looked_for_again() -> None:
    heard: queue.SimpleQueue[ToExtension] = queue.SimpleQueue()
    failures = [OSError("a bug")]

    def look() -> list[Capabilities]:
        if failures:
            raise failures.pop()
        return examine(Surroundings("Linux", "x86_64", {"ctranslate2": "4.8.5"}))

    service = ModelService(heard.put, [], look)
    for n_backends in (0, 3):
        service.obey(Models())
        heard.get(timeout=WITHIN_S)
        told = heard.get(timeout=WITHIN_S)
        assert isinstance(told, HostModels)
        assert len(told.backends) == n_backends


def test_a_failure_is_told_and_the_next_attempt_forgets_it(extension: Extension, hub: Hub) -> None:
    hub.answers[:] = [answers.status(404)]
    extension.service.obey(Download("toy"))
    assert extension.next_models().state == "downloading"
    failed = extension.next_models()
    assert failed.state == "absent"
    assert failed.problem is not None
    assert failed.problem.code == "download_refused"
    extension.service.obey(Download("toy"))
    again = extension.next_models()
    assert (again.state, again.problem) == ("downloading", None)
    assert extension.next_models().state == "installed"


def test_a_download_can_be_cancelled_and_leaves_nothing(
    extension: Extension, hub: Hub, models: Path
) -> None:
    gate, arrived = threading.Event(), threading.Event()
    hub.answers[:] = [answers.slow_until(gate, arrived)]
    extension.service.obey(Download("toy"))
    assert arrived.wait(WITHIN_S)
    extension.service.obey(Download("toy"))  # Is under way already.
    extension.service.obey(Cancel("toy"))
    gate.set()
    assert extension.next_models().state == "downloading"
    assert extension.next_models().state == "downloading"
    cancelled = extension.next_models()
    assert (cancelled.state, cancelled.problem) == ("absent", None)
    assert len(hub.asked) == 1
    assert [path.name for path in models.iterdir() if path.suffix != ".lock"] == []


def test_cancelling_after_a_failure_deletes_what_was_fetched(
    extension: Extension, hub: Hub, models: Path
) -> None:
    partial = store.partial_folder(hub.entry())
    (partial / "toy").mkdir(parents=True)
    extension.service.obey(Cancel("toy"))
    assert extension.next_models().state == "absent"
    assert not partial.exists()


def test_a_model_can_be_removed_once(extension: Extension) -> None:
    extension.service.obey(Download("toy"))
    extension.next_models()
    assert extension.next_models().state == "installed"
    extension.service.obey(Remove("toy"))
    assert extension.next_models().state == "absent"
    extension.service.obey(Remove("toy"))
    problem = extension.next_models().problem
    assert problem is not None
    assert problem.code == "model_missing"


@pytest.mark.parametrize("request_", [Download("other"), Cancel("other"), Remove("other")])
def test_an_unknown_name_changes_nothing(
    extension: Extension, request_: Download | Cancel | Remove
) -> None:
    extension.service.obey(Models())
    before = extension.next_models()
    extension.service.obey(request_)
    assert extension.next_models() == before


def test_when_the_browser_is_gone_a_download_goes_on(models: Path, hub: Hub) -> None:
    told = threading.Event()

    def gone(message: ToExtension) -> None:
        if isinstance(message, HostModels) and message.models[0].state == "installed":
            told.set()
        raise BrowserGoneError

    ModelService(gone, [hub.entry()]).obey(Download("toy"))
    assert told.wait(WITHIN_S)


def test_the_host_captions_while_it_downloads(
    start_host: StartHost, models: Path, hub: Hub
) -> None:
    gate, arrived = threading.Event(), threading.Event()
    hub.answers[:] = [answers.slow_until(gate, arrived)]
    host = start_host()
    host.greet()
    host.say(type="download", model="tiny")
    assert arrived.wait(WITHIN_S)
    host.start("a")
    host.audio("a")
    host.hear("captions", session="a")
    host.say(type="cancel", model="tiny")
    gate.set()
    while states(host.hear("models"))["tiny"] == "downloading":
        pass
    host.say(type="stop", session="a")
    host.hear("status", state="ended")
    host.hang_up()
    assert host.exit_code() == 0


def states(message: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {model["name"]: model["state"] for model in message["models"]}
