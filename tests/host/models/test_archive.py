"""Packages: what is needed of them is kept, and nothing else, wherever they want it written."""

import hashlib
import io
import zipfile
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.tiny_translators import zipped
from wlk_host.models import archive
from wlk_host.models.archive import ArchiveError, unpack
from wlk_host.models.errors import DownloadCancelledError

NEEDED = {
    "en_es/model/model.bin": b"weights" * 100,
    "en_es/sentencepiece.model": b"pieces",
    "en_es/metadata.json": b"{}",
}


def written(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "package.argosmodel"
    path.write_bytes(zipped(files))
    return path


def unpacked(tmp_path: Path, content: bytes) -> dict[str, bytes]:
    """What lies in the folder afterwards."""
    package, folder = tmp_path / "package", tmp_path / "in" / "there"
    folder.mkdir(parents=True)
    package.write_bytes(content)
    seen = unpack(package, folder, Event())
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {name: (one.size_bytes, one.sha256) for name, one in seen.items()} == {
        name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in found.items()
    }
    return found


def test_what_the_engine_needs_is_kept_and_the_rest_is_not(tmp_path: Path) -> None:
    files = {
        **NEEDED,
        "en_es/model/shared_vocabulary.txt": b"a\nb",
        "en_es/README.md": b"By somebody.",
        "en_es/stanza/resources.json": b"{}",
        "en_es/model/run_me.py": b"import os",
    }
    found = unpacked(tmp_path, zipped(files))
    assert sorted(found) == [
        "README.md",
        "metadata.json",
        "model.bin",
        "sentencepiece.model",
        "shared_vocabulary.txt",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "../../../outside",
        "/outside",
        "en_es/../../outside",
        "en_es/model/../../../model.bin",
        "C:\\outside",
        "en_es\\model\\outside",
    ],
)
def test_nothing_is_written_elsewhere(tmp_path: Path, name: str) -> None:
    found = unpacked(tmp_path, zipped({**NEEDED, name: b"evil"}))
    assert b"evil" not in found.values()
    assert {path.name for path in tmp_path.iterdir()} == {"package", "in"}
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["there"]


@pytest.mark.parametrize("missing", sorted(NEEDED))
def test_a_package_of_another_kind_is_refused(tmp_path: Path, missing: str) -> None:
    files = {name: data for name, data in NEEDED.items() if name != missing}
    with pytest.raises(ArchiveError, match=missing.rpartition("/")[2]):
        unpacked(tmp_path, zipped(files))


def test_one_that_unpacks_to_more_than_a_model_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_MOST_BYTES", 1 << 20)
    with pytest.raises(ArchiveError, match="more than 1 MiB"):
        unpacked(tmp_path, zipped({**NEEDED, "en_es/README.md": bytes(2 << 20)}))
    assert sum(path.stat().st_size for path in (tmp_path / "in").rglob("*") if path.is_file()) < (
        1 << 21
    )


def test_one_with_very_many_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="1203 files"):
        unpacked(tmp_path, zipped({**NEEDED, **{f"x/{n}": b"" for n in range(1200)}}))


def test_a_file_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="twice"):
        unpacked(tmp_path, zipped({**NEEDED, "other/model/model.bin": b"others"}))


def test_a_flipped_bit_is_found(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as stored:
        for name, data in NEEDED.items():
            stored.writestr(name, data)
    damaged = content.getvalue().replace(b"weights", b"weighty", 1)
    with pytest.raises(ArchiveError, match="CRC"):
        unpacked(tmp_path, damaged)


@given(content=st.binary(max_size=300), cut=st.integers(0, 300))
def test_whatever_it_holds_it_ends_in_one_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, cut: int
) -> None:
    real = zipped(NEEDED)
    for damaged in (content, real[:cut] + content, real[: len(real) - cut] + content):
        with pytest.raises(ArchiveError):
            unpacked(tmp_path_factory.mktemp("damaged"), damaged + b"x" * 70_000)


def test_it_can_be_cancelled(tmp_path: Path) -> None:
    cancelled = Event()
    cancelled.set()
    with pytest.raises(DownloadCancelledError):
        unpack(written(tmp_path, NEEDED), tmp_path, cancelled)
