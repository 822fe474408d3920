"""Each reason for which a browser finds no host, made for real on disk."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from wlk_host.protocol.constants import EXTENSION_ID, HOST_NAME
from wlk_host.setup import manifest
from wlk_host.setup.findings import Level

Fields = dict[str, object]

ORIGIN = f"chrome-extension://{EXTENSION_ID}/"


@pytest.fixture
def binary(tmp_path: Path) -> Path:
    path = tmp_path / "host"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def good(binary: Path) -> Fields:
    return dict(json.loads(manifest.render(binary, [EXTENSION_ID])))


def check(folder: Path, content: str) -> manifest.Checked:
    path = folder / manifest.FILE_NAME
    path.write_text(content)
    return manifest.check(path, "Chromium", [EXTENSION_ID])


def test_what_install_writes_has_no_fault(tmp_path: Path, good: Fields, binary: Path) -> None:
    checked = check(tmp_path, json.dumps(good))
    assert checked.findings == []
    assert checked.binary == binary


def test_no_manifest(tmp_path: Path) -> None:
    checked = manifest.check(tmp_path / "absent.json", "Chromium", [EXTENSION_ID])
    assert [finding.code for finding in checked.findings] == ["manifest_missing"]


@pytest.mark.parametrize("content", ["", "{", "{'name': 1}", "[]", "null"])
def test_bad_json(tmp_path: Path, content: str) -> None:
    checked = check(tmp_path, content)
    assert [finding.code for finding in checked.findings] == ["manifest_not_json"]


def test_a_folder_in_place_of_the_manifest(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    checked = manifest.check(tmp_path / "folder.json", "Chromium", [EXTENSION_ID])
    assert [finding.code for finding in checked.findings] == ["manifest_unreadable"]


@pytest.mark.parametrize("field", ["name", "description", "path", "type", "allowed_origins"])
def test_a_missing_field(tmp_path: Path, good: Fields, field: str) -> None:
    del good[field]
    codes = {finding.code for finding in check(tmp_path, json.dumps(good)).findings}
    assert "manifest_field_missing" in codes


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "dev.wlk.other", "manifest_wrong_name"),
        ("name", HOST_NAME.upper(), "manifest_wrong_name"),
        ("type", "socket", "manifest_wrong_type"),
        ("path", "wlk-host", "path_relative"),
        ("path", "./bin/wlk-host", "path_relative"),
        ("path", "/nowhere/wlk-host", "binary_missing"),
        ("path", 7, "manifest_field_wrong"),
        ("allowed_origins", ORIGIN, "manifest_field_wrong"),
        ("allowed_origins", [ORIGIN[:-1]], "origin_without_slash"),
        ("allowed_origins", ["chrome-extension://*/"], "origin_wildcard"),
        ("allowed_origins", [ORIGIN, "chrome-extension://*/"], "origin_wildcard"),
        ("allowed_origins", ["https://example.com/"], "origin_invalid"),
        ("allowed_origins", [f"chrome-extension://{'a' * 32}/"], "extension_not_allowed"),
        ("allowed_origins", [], "extension_not_allowed"),
    ],
)
def test_a_wrong_field_is_named_alone(
    tmp_path: Path, good: Fields, field: str, value: object, code: str
) -> None:
    checked = check(tmp_path, json.dumps({**good, field: value}))
    assert [finding.code for finding in checked.findings] == [code]
    assert checked.findings[0].level is Level.FAIL
    assert checked.findings[0].remedy
    assert checked.binary is None


def missing_interpreter(binary: Path) -> None:
    binary.write_text("#!/nowhere/python3\n")


def no_shebang(binary: Path) -> None:
    binary.write_text("exec python\n")


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda binary: binary.chmod(0o644), "binary_not_executable"),
        (os.unlink, "binary_missing"),
        (missing_interpreter, "binary_bad_shebang"),
        (no_shebang, "binary_bad_shebang"),
    ],
)
def test_a_damaged_binary(
    tmp_path: Path, good: Fields, binary: Path, damage: Callable[[Path], None], code: str
) -> None:
    damage(binary)
    checked = check(tmp_path, json.dumps(good))
    assert [finding.code for finding in checked.findings] == [code]


def test_several_faults_are_all_named(tmp_path: Path, good: Fields) -> None:
    good |= {"name": "x", "path": "relative", "allowed_origins": [ORIGIN[:-1]]}
    codes = [finding.code for finding in check(tmp_path, json.dumps(good)).findings]
    assert codes == ["manifest_wrong_name", "origin_without_slash", "path_relative"]
