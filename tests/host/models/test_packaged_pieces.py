"""Weights that data packages carry in pieces: they lie on the disk once."""

import errno
import hashlib
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from fixtures.hub_fixtures import WEIGHTS, damage
from fixtures.models import model
from wlk_host.backends.whisper.ct2.model import load
from wlk_host.backends.whisper.mel import log_mel
from wlk_host.backends.whisper.model import Whisper
from wlk_host.core.errors import WlkError
from wlk_host.models import store
from wlk_host.models.download import download
from wlk_host.models.entries import CatalogEntry, HubRepository, ModelFile, PackagedPart
from wlk_host.models.store import Condition

CONFIG = b"{}"
PIECES = ("model.bin.part1", "model.bin.part2")


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two packages with one piece of the weights each, where Python finds them."""
    folder = tmp_path / "site"
    half = len(WEIGHTS) // 2
    for number, content in enumerate((WEIGHTS[:half], WEIGHTS[half:]), 1):
        package = folder / f"toy_part{number}"
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / f"model.bin.part{number}").write_bytes(content)
    (folder / "toy_part1/config.json").write_bytes(CONFIG)
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def entry() -> CatalogEntry:
    """A model that they carry, and no hub."""
    parts = tuple(PackagedPart(f"toy_part{n}", f"model.bin.part{n}") for n in (1, 2))
    files = (
        ModelFile("model.bin", len(WEIGHTS), digest(WEIGHTS), parts),
        ModelFile(
            "config.json",
            len(CONFIG),
            digest(CONFIG),
            (PackagedPart("toy_part1", "config.json"),),
        ),
    )
    return CatalogEntry("toy", ("en",), False, "MIT", HubRepository("maker/toy", "c0ffee"), files)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def packaged(site: Path) -> list[Path]:
    return [site / f"toy_part{n}" / f"model.bin.part{n}" for n in (1, 2)]


def test_the_model_takes_no_room_of_its_own_and_outlives_its_packages(
    models: Path, site: Path, entry: CatalogEntry
) -> None:
    progress: list[tuple[int, int]] = []
    folder = download(entry, lambda *step: progress.append(step))
    assert names(folder) == ["config.json", *PIECES]
    for path in packaged(site):
        assert (folder / path.name).samefile(path)
    assert progress[-1] == (entry.size_bytes, entry.size_bytes)
    shutil.rmtree(site)
    store.verify_entry(entry)
    assert store.require(entry) == folder


def test_what_an_interrupted_download_left_is_not_taken_for_the_weights(
    models: Path, site: Path, entry: CatalogEntry
) -> None:
    staged = store.partial_folder(entry) / entry.name
    staged.mkdir(parents=True)
    (staged / "model.bin").write_bytes(WEIGHTS[:1000])
    assert names(download(entry)) == ["config.json", *PIECES]
    store.verify_entry(entry)


def test_where_no_link_can_be_made_the_pieces_are_joined(
    models: Path, site: Path, entry: CatalogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(source), None, str(target))

    monkeypatch.setattr(os, "link", refuse)
    folder = download(entry)
    assert names(folder) == ["config.json", "model.bin"]
    assert (folder / "model.bin").read_bytes() == WEIGHTS
    store.verify_entry(entry)


@pytest.mark.parametrize("number", [1, 2])
def test_a_piece_that_is_lost_or_short_is_noticed_and_mended(
    models: Path, site: Path, entry: CatalogEntry, number: int
) -> None:
    folder = download(entry)
    piece = folder / f"model.bin.part{number}"
    damage(piece, piece.read_bytes()[:-1])
    assert store.condition(entry) is Condition.DAMAGED
    piece.unlink()
    assert store.condition(entry) is Condition.DAMAGED
    download(entry)
    store.verify_entry(entry)
    piece = folder / f"model.bin.part{number}"
    damage(piece, bytes(len(piece.read_bytes())))
    assert store.condition(entry) is Condition.INSTALLED
    with pytest.raises(WlkError, match="SHA-256 differs"):
        store.verify_entry(entry)


def test_a_wrong_piece_in_a_package_leaves_nothing_behind(
    models: Path, site: Path, entry: CatalogEntry
) -> None:
    wrong = packaged(site)[1]
    damage(wrong, bytes(wrong.stat().st_size))
    with pytest.raises(WlkError, match="SHA-256") as raised:
        download(entry)
    assert raised.value.code == "model_corrupt"
    assert names(models) == [".toy.lock"]
    assert wrong.is_file()


@pytest.mark.model
def test_every_engine_reads_a_model_in_pieces(tmp_path: Path) -> None:
    whole, folder = model("tiny.en"), tmp_path / "tiny.en"
    folder.mkdir()
    for file in whole.iterdir():
        if file.name != "model.bin":
            shutil.copy(file, folder)
    weights = (whole / "model.bin").read_bytes()
    cut = len(weights) // 2 + 1
    for name, content in zip(PIECES, (weights[:cut], weights[cut:]), strict=True):
        (folder / name).write_bytes(content)
    assert store.resolve(str(folder)) == folder
    features = log_mel(np.zeros(16_000, np.float32), 80, 500)
    kept = tmp_path / "decoders"
    one, two = (Whisper(path, threads=1, decoders=kept) for path in (whole, folder))
    np.testing.assert_array_equal(one.encoder(features), two.encoder(features))
    for path in (whole, folder):
        assert load(path, threads=1).n_mels == 80
