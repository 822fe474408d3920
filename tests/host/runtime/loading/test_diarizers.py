"""Which engine tells speakers apart, and what is said of one that cannot."""

import gc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from wlk_host.core.errors import WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.core.speakers.diarizer import Diarizer
from wlk_host.models import errors
from wlk_host.runtime.loading import diarizer_probe, diarizers
from wlk_host.runtime.loading.diarizers import DiarizerEntry, SharedDiarizers


class NamedModel:
    """An engine of which only the name matters."""

    prints_by: str | None = None

    def __init__(self, name: str) -> None:
        self.name = name

    def open(self) -> Diarizer:
        raise NotImplementedError


def entry(name: str, *, works: bool = True, is_installed: bool = True) -> DiarizerEntry:
    def check() -> None:
        if not works:
            raise WlkError(code="model_missing", message=f"no {name}", hint=f"install {name}")

    load: Callable[[], NamedModel] = lambda: NamedModel(name)  # noqa: E731 - one line says it
    return DiarizerEntry(name, lambda: is_installed, check, check, load)


@pytest.fixture
def know(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def only(*entries: DiarizerEntry) -> None:
        monkeypatch.setattr(diarizers, "DIARIZERS", entries)

    return only


def test_the_first_engine_that_works_is_taken_unless_one_is_named(
    know: Callable[..., None],
) -> None:
    know(entry("best", works=False), entry("embedded"), entry("third"))
    found = SharedDiarizers().model(SessionOptions(speakers=True))
    assert found is not None
    assert found.name == "embedded"
    diarizers.require(SessionOptions())
    know(entry("best"), entry("embedded"))
    named = SharedDiarizers().model(SessionOptions(speakers=True, diarizer="embedded"))
    assert named is not None
    assert named.name == "embedded"


def test_an_engine_is_loaded_once_until_it_is_released_and_no_session_has_it(
    know: Callable[..., None],
) -> None:
    loaded: list[str] = []

    def load() -> NamedModel:
        loaded.append("embedded")
        return NamedModel("embedded")

    know(replace(entry("embedded"), load=load))
    shared, options = SharedDiarizers(), SessionOptions(speakers=True)
    of_session = shared.model(options)
    shared.release()
    assert shared.model(options) is of_session
    shared.release()
    del of_session
    gc.collect()
    shared.model(options)
    assert loaded == ["embedded"] * 2


def test_captions_have_no_names_where_the_named_engine_is_missing(
    know: Callable[..., None],
) -> None:
    know(entry("best"), entry("embedded", works=False))
    options = SessionOptions(speakers=True, diarizer="embedded")
    assert SharedDiarizers().model(options) is None
    with pytest.raises(WlkError, match="no embedded"):
        diarizers.require(SessionOptions(diarizer="embedded"))


def test_without_any_engine_the_first_one_is_recommended(know: Callable[..., None]) -> None:
    know(entry("embedded", works=False), entry("third", works=False))
    assert SharedDiarizers().model(SessionOptions(speakers=True)) is None
    with pytest.raises(WlkError, match="no embedded"):
        diarizers.require(SessionOptions())


def test_the_doctor_is_told_the_reason_of_each() -> None:
    told = diarizer_probe.described(entry("third", works=False, is_installed=False))
    problem = ["model_missing", "no third", "install third"]
    assert told == {"name": "third", "installed": False, "problem": problem}
    assert diarizer_probe.described(entry("third"))["problem"] is None


def test_the_real_engines_say_what_they_lack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(tmp_path))
    names = [known.name for known in diarizers.DIARIZERS]
    assert names[0] == "embedded"
    for known in diarizers.DIARIZERS:
        assert known.problem is not None
        assert known.problem.hint
        assert not known.is_installed()
