"""The store with models of the data packages in it."""

import os
from pathlib import Path

import pytest

from wlk_host.core.errors import WlkError
from wlk_host.models import errors, store
from wlk_host.models.download import download


@pytest.mark.model
def test_the_default_is_the_first_of_the_catalogue_that_is_installed(models: Path) -> None:
    tiny = download(store.entry_of("tiny.en"))
    assert store.resolve(None) == tiny
    base = download(store.entry_of("base"))
    assert store.resolve(None) == base
    assert [entry.name for entry in store.installed()] == ["base", "tiny.en"]


def test_nothing_installed_is_model_missing_with_the_commands(models: Path) -> None:
    with pytest.raises(WlkError) as raised:
        store.resolve(None)
    assert raised.value.code == "model_missing"
    assert str(models) in raised.value.message
    assert raised.value.hint == "run: wlk-host models download base"
    assert store.installed() == []


def test_an_unknown_name_lists_the_known_ones(models: Path) -> None:
    with pytest.raises(WlkError, match=r"tiny\.en, base") as raised:
        store.resolve("enormous")
    assert raised.value.code == "model_missing"


@pytest.mark.model
def test_a_truncated_file_is_found_at_load(models: Path) -> None:
    folder = download(store.entry_of("tiny.en"))
    os.truncate(folder / "model.bin", 1000)
    with pytest.raises(WlkError, match="1000 bytes, expected 75537502") as raised:
        store.resolve("tiny.en")
    assert raised.value.code == "model_corrupt"
    with pytest.raises(WlkError) as raised:
        store.resolve(None)
    assert raised.value.code == "model_corrupt"
    assert store.installed() == []


def test_a_path_to_a_model_folder_is_taken_as_it_is(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    with pytest.raises(WlkError, match=r"lacks model\.bin, config\.json") as raised:
        store.resolve(str(folder))
    assert raised.value.code == "model_corrupt"
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (folder / name).write_bytes(b"{}")
    assert store.resolve(str(folder)) == folder


def test_without_the_variable_models_lie_in_the_users_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(errors.MODELS_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert store.models_dir().name == "models"
    assert store.models_dir().parent.name == "wlk-host"


def test_a_model_is_removed_with_its_decoder_and_no_other(models: Path) -> None:
    entry = store.entry_of("tiny.en")
    models.mkdir()
    kept = store.decoders_dir()
    assert kept == models / ".decoders"
    for path in (store.folder_of(entry), kept / "tiny.en-0123456789ab", kept / "tiny.en-copy"):
        path.mkdir(parents=True)
    store.remove(entry)
    assert [path.name for path in kept.iterdir()] == ["tiny.en-copy"]


def test_decoders_are_kept_for_the_user_where_models_are_only_read(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models.mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: path != models or mode != os.W_OK)
    assert models not in store.decoders_dir().parents
    assert store.decoders_dir().parts[-2:] == ("wlk-host", "decoders")
