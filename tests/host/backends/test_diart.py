"""What is around diart; the real package is run by `tests/bench/diart_engine.py`."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.models import model
from wlk_host.core.errors import WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.models import errors
from wlk_host.runtime.loading import diarizers, diart

OTHERS = ("segmentation-3.0", "wespeaker")


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of models without any."""
    folder = tmp_path / "models"
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(folder))
    return folder


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package diart, as one that does not fit the other packages is."""
    monkeypatch.syspath_prepend(tmp_path / "packages")
    folder = tmp_path / "packages" / "diart"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("import torchaudio_of_old\n", "utf-8")
    yield folder.parent
    forget()


def forget() -> None:
    """Let the next test import its own diart."""
    for module in list(sys.modules):
        if module.partition(".")[0] in {"diart", "pyannote"}:
            del sys.modules[module]
    for module in ("diart", "own_sound"):
        sys.modules.pop(f"wlk_host.backends.{module}", None)


def put(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"weights")


def problem(models: diart.Pair = diart.DEFAULT) -> WlkError:
    with pytest.raises(WlkError) as caught:
        diart.require(models)
    return caught.value


def test_without_diart_it_is_told_how_to_get_it() -> None:
    assert problem().code == "diarizer_unavailable"
    assert "wlk-host[diart]" in problem().hint


@pytest.mark.usefixtures("package", "models")
def test_with_diart_the_model_that_tells_speakers_apart_is_missing() -> None:
    missing = problem()
    assert (missing.code, diart.is_installed()) == ("model_missing", False)
    assert missing.hint == "run: wlk-host models download speakers"


@pytest.mark.model
@pytest.mark.usefixtures("package")
def test_with_that_model_its_default_pair_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(model("speakers").parent))
    diart.require()
    assert diart.is_installed()
    assert diart.weights("segmentation").is_file()


@pytest.mark.usefixtures("package")
def test_other_models_are_asked_for_by_their_names(models: Path) -> None:
    for name in OTHERS:
        assert not diart.is_installed(OTHERS)
        missing = problem(OTHERS)
        assert (missing.code, f"pyannote/{name}" in missing.hint) == ("model_missing", True)
        put(models / "diart" / name / "pytorch_model.bin")
    diart.require(OTHERS)
    assert diart.is_installed(OTHERS)
    diarizers.require(SessionOptions(diarizer="diart", diart_models=OTHERS))
    with pytest.raises(WlkError, match="speakers"):
        diarizers.require(SessionOptions(diarizer="diart"))


@pytest.mark.torch
@pytest.mark.usefixtures("package")
def test_a_diart_that_cannot_be_imported_is_no_crash() -> None:
    with pytest.raises(WlkError, match="torchaudio_of_old") as caught:
        diart.load()
    assert caught.value.code == "diarizer_unavailable"
    assert "wlk-host[diart]" in caught.value.hint


@pytest.mark.parametrize("names", [["segmentation", "segmentation"], ["x", "xvector"], []])
def test_models_that_are_not_known_are_refused_with_those_that_are(names: list[str]) -> None:
    with pytest.raises(WlkError, match=r"segmentation, segmentation-3\.0") as caught:
        diart.pair(names)
    assert caught.value.code == "option_invalid"
    assert "resemblyzer, xvector, wespeaker" in caught.value.message


@pytest.mark.parametrize("segmentation", diart.SEGMENTATIONS)
@pytest.mark.parametrize("embedding", diart.EMBEDDINGS)
def test_every_pair_of_models_can_be_named(segmentation: str, embedding: str) -> None:
    assert diart.pair([segmentation, embedding]) == (segmentation, embedding)
