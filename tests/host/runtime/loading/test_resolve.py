"""From names and paths to folders that the engines load."""

from pathlib import Path

import numpy as np
import pytest

from fixtures import checkpoints
from fixtures.models import model
from wlk_host.core.errors import WlkError
from wlk_host.models import errors, store
from wlk_host.runtime.loading.resolve import CONVERTED, resolve

pytestmark = pytest.mark.model

LAYER = "decoder.blocks.0.attn.query.weight"


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models' folder with tiny.en in it."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "tiny.en").symlink_to(model("tiny.en"))
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(folder))
    return folder


def test_a_name_is_the_installed_model_as_it_is(models: Path) -> None:
    assert resolve("tiny.en") == models / "tiny.en"
    assert resolve(None) == models / "tiny.en"
    assert not (models / CONVERTED).exists()


@pytest.mark.torch
def test_a_path_to_another_format_is_converted_with_the_tokenizer_of_an_installed_model(
    models: Path, tmp_path: Path
) -> None:
    source = checkpoints.openai_pt(model("tiny.en"), tmp_path / "source")
    folder = resolve(str(source))
    assert folder.parent.parent == models / CONVERTED
    assert (folder / "tokenizer.json").is_file()
    assert resolve(str(source)) == folder
    assert [entry.name for entry in store.installed()] == ["tiny.en"]


def adapter(tmp_path: Path, base: str) -> str:
    b, a = np.ones((384, 1), np.float32), np.ones((1, 384), np.float32)
    return str(checkpoints.lora(tmp_path / "adapter", LAYER, b, a, base))


def test_an_adapter_finds_the_model_it_was_trained_for(models: Path, tmp_path: Path) -> None:
    assert resolve(adapter(tmp_path, "openai/whisper-tiny.en")).is_dir()


def test_an_adapter_for_a_model_that_is_not_installed_says_so(models: Path, tmp_path: Path) -> None:
    with pytest.raises(WlkError) as raised:
        resolve(adapter(tmp_path, "openai/whisper-small"))
    assert raised.value.hint == "run: wlk-host models download small"


def test_an_adapter_for_an_unknown_model_says_where_to_name_it(
    models: Path, tmp_path: Path
) -> None:
    with pytest.raises(WlkError, match="'someone/else'") as raised:
        resolve(adapter(tmp_path, "someone/else"))
    assert raised.value.code == "model_missing"
    assert "adapter_config.json" in raised.value.hint


@pytest.mark.parametrize("name", ["enormous", "."])
def test_what_is_no_model_is_a_coded_error(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WlkError) as raised:
        resolve(name)
    assert raised.value.code in {"model_missing", "model_corrupt"}
