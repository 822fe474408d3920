"""Copies of the extension's folder."""

import json
from pathlib import Path

import pytest

from wlk_host import packaged
from wlk_host.setup import extension
from wlk_host.setup.errors import SetupError
from wlk_host.version import __version__


def test_a_copy_is_whole_and_has_no_screenshots(tmp_path: Path) -> None:
    extension.write(tmp_path / "deep/copy")
    origin = extension.source()
    for path in origin.rglob("*"):
        relative = path.relative_to(origin)
        there = tmp_path / "deep/copy" / relative
        assert there.exists() == (relative.parts[0] != "screenshots")
    assert extension.version(tmp_path / "deep/copy") == __version__


def test_an_older_copy_is_replaced_as_a_whole(tmp_path: Path) -> None:
    extension.write(tmp_path / "copy")
    manifest = tmp_path / "copy/manifest.json"
    fields = json.loads(manifest.read_text()) | {"version": "0.0.1"}
    manifest.write_text(json.dumps(fields))
    (tmp_path / "copy/old.js").touch()
    extension.write(tmp_path / "copy")
    assert extension.version(tmp_path / "copy") == __version__
    assert not (tmp_path / "copy/old.js").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


@pytest.mark.parametrize("name", ["notes.txt", packaged.MANIFEST])
def test_something_else_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('{"key": "another"}')
    with pytest.raises(SetupError) as raised:
        extension.write(tmp_path)
    assert raised.value.code == "folder_in_use"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_place_that_cannot_be_written_is_a_coded_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SetupError) as raised:
        extension.write(tmp_path / "file/copy")
    assert raised.value.code == "write_failed"


@pytest.mark.parametrize("content", ["[]", "{", '{"version": 7}'])
def test_a_folder_without_a_readable_version_has_none(tmp_path: Path, content: str) -> None:
    assert extension.version(tmp_path) is None
    (tmp_path / packaged.MANIFEST).write_text(content)
    assert extension.version(tmp_path) is None
