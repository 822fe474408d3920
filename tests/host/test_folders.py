"""Paths that cannot be looked at, and folders made for the user alone."""

import errno
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from wlk_host.core.errors import WlkError
from wlk_host.folders import expanded, is_file, is_folder, make_private, replace_private
from wlk_host.models import catalog, hub, store
from wlk_host.models.download import download
from wlk_host.runtime.host.greeting import host_hello
from wlk_host.runtime.loading.resolve import resolve
from wlk_host.runtime.logs import log_file
from wlk_host.runtime.translators import registry
from wlk_host.setup.install import WriteFile

OVERLONG = "/tmp/" + "n" * 5000
ODD = (OVERLONG, "n" * 400, "~no-such-user-here/models", "a\0b", "~a\0b", "/dev/null/models")


@pytest.fixture
def nobody_masked() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.parametrize("name", ODD, ids=lambda name: name[:12])
def test_odd_paths_are_neither_file_nor_folder(name: str) -> None:
    assert not is_folder(expanded(name))
    assert not is_file(expanded(name))


@pytest.mark.parametrize("name", ODD, ids=lambda name: name[:12])
def test_an_odd_name_of_a_model_is_a_coded_error(name: str) -> None:
    with pytest.raises(WlkError) as caught:
        resolve(name)
    assert caught.value.code == "model_missing"
    assert len(caught.value.message) < 1500


@pytest.mark.parametrize("name", ODD, ids=lambda name: name[:12])
def test_an_odd_name_of_a_translator_is_a_coded_error(name: str) -> None:
    with pytest.raises(WlkError) as caught:
        registry.choose(name, "de", "en")
    assert caught.value.code == "translator_unknown"


@pytest.mark.parametrize("folder", [OVERLONG, "~no-such-user-here/m", "/dev/null/models"])
def test_the_host_greets_without_models_where_their_folder_is_unreadable(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WLK_MODELS", folder)
    monkeypatch.setenv("HF_HOME", "~no-such-user-here/cache")
    assert host_hello().models == ()
    assert hub.cached(catalog.RECOMMENDED.repository, "model.bin") is None


def test_an_unreadable_folder_is_told_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WLK_MODELS", OVERLONG)
    for name in (None, "base"):
        with pytest.raises(WlkError, match="File name too long") as caught:
            store.resolve(name)
        assert caught.value.code == "models_unreadable"
        assert "WLK_MODELS" in caught.value.hint
    with pytest.raises(WlkError) as caught:
        download(catalog.RECOMMENDED)
    assert caught.value.code == "disk_error"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other users")
def test_the_host_greets_a_user_who_has_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd  # noqa: PLC0415 - not on Windows

    def unknown(uid: int) -> None:
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    for name in ("HOME", "WLK_MODELS", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert host_hello().models == ()
    with pytest.raises(WlkError) as caught:
        store.resolve(None)
    assert caught.value.code == "models_unreadable"
    assert not is_file(log_file())
    with pytest.raises(FileExistsError):
        make_private(store.decoders_dir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no umask")
def test_folders_are_the_users_alone_whatever_the_umask(
    tmp_path: Path, nobody_masked: None
) -> None:
    hosts = tmp_path / "browser/profile/NativeMessagingHosts"
    WriteFile(hosts / "host.json", "{}").apply()
    made = make_private(tmp_path / "a/b")
    for folder in (hosts, hosts.parent, hosts.parent.parent, made, made.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((hosts / "host.json").stat().st_mode) == 0o644


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_private_file_is_replaced_whole_and_is_the_users_alone(
    tmp_path: Path, nobody_masked: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new" / "kept.json"
    replace_private(path, b"old")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(OSError, match="no space"):
            replace_private(path, b"new")
    assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() == b"old"
