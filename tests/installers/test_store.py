"""The package for the store and its listing."""

import json
import os
import shutil
import struct
import zipfile
from pathlib import Path

import pytest

import archives
import store
from tools.lock import ROOT

MANIFEST = json.loads((ROOT / "extension/manifest.json").read_text(encoding="utf-8"))

SIZES = {"tile": (440, 280)}
"""Of pictures; all others are screenshots of 1280 x 800."""


def copy_of(folder: Path) -> Path:
    """The same checkout elsewhere, of another time, with other permissions."""
    shutil.copytree(ROOT / "extension", folder / "extension", copy_function=shutil.copyfile)
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
    for path in folder.rglob("*.js"):
        os.utime(path, (1e9, 1e9))
        path.chmod(0o600)
    return folder


def test_the_package_is_the_same_bytes_from_another_checkout(tmp_path: Path) -> None:
    archives.write_zip(store.files(ROOT), tmp_path / "here.zip")
    archives.write_zip(store.files(copy_of(tmp_path / "there")), tmp_path / "there.zip")
    assert (tmp_path / "here.zip").read_bytes() == (tmp_path / "there.zip").read_bytes()


def test_it_holds_the_extension_without_pictures_of_it_and_without_a_key(tmp_path: Path) -> None:
    archives.write_zip(store.files(ROOT), tmp_path / "made.zip")
    with zipfile.ZipFile(tmp_path / "made.zip") as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
    expected = {
        path.relative_to(ROOT / "extension").as_posix()
        for path in (ROOT / "extension").rglob("*")
        if path.is_file() and "screenshots" not in path.parts
    }
    assert set(names) == expected
    assert names == sorted(names)
    assert manifest == {name: value for name, value in MANIFEST.items() if name != "key"}


def test_a_file_that_does_not_belong_there_is_refused(tmp_path: Path) -> None:
    checkout = copy_of(tmp_path / "there")
    (checkout / "extension/background/notes.txt").write_text("mine")
    with pytest.raises(ValueError, match=r"notes\.txt does not belong"):
        store.files(checkout)


def test_each_permission_has_its_reason_in_the_listing() -> None:
    reasons = store.permission_reasons()
    assert set(MANIFEST["permissions"]) <= set(reasons)
    listing = store.listing()
    assert all(f"- {name}: " in listing for name in reasons)


def test_every_language_of_the_extension_has_a_description_within_the_stores_limits() -> None:
    locales = {path.name for path in (ROOT / "extension/_locales").iterdir()}
    assert set(store.LOCALES) == locales
    for locale in locales:
        messages = store._messages(locale)
        assert len(messages["extension_name"]) <= 75
        assert len(messages["extension_description"]) <= 132
        text = (store.TEXTS / f"description.{locale}.txt").read_text(encoding="utf-8")
        assert 500 < len(text) <= 16_000
        assert text in store.listing()


def test_pictures_have_the_stores_sizes() -> None:
    pictures = sorted(store.PICTURES.glob("*.png"))
    assert {"tile"} < {path.stem for path in pictures}
    assert 1 <= len(pictures) - 1 <= 5
    for path in pictures:
        size = struct.unpack(">II", path.read_bytes()[16:24])
        assert size == SIZES.get(path.stem, (1280, 800)), path
