"""The packages as they would be published: built from this checkout, and installed from scratch."""

import json
import os
import subprocess
import tarfile
import tomllib
import zipfile
from pathlib import Path

import hatchling.build
import pytest

from installers.later import built, environment_with, later_wheel
from tools.lock import ROOT
from wlk_host import packaged
from wlk_host.protocol.constants import PROTOCOL_VERSION
from wlk_host.setup import extension, update
from wlk_host.version import __version__

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FORCED = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
SHIPPED = tuple(name for name in FORCED if name.startswith("extension/"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(hatchling.build.build_sdist, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a clean environment with the wheel in it, and what it requires."""
    return environment_with(wheel, tmp_path_factory.mktemp("clean"))


def tracked(folder: str) -> set[str]:
    listed = subprocess.check_output(["git", "ls-files", folder], text=True, cwd=ROOT)
    return set(listed.split())


def test_one_version_is_told_by_host_extension_and_protocol() -> None:
    manifest = json.loads((ROOT / "extension/manifest.json").read_text(encoding="utf-8"))
    assert manifest["version"] == __version__
    schema = (ROOT / "host/wlk_host/protocol/schema.json").read_text(encoding="utf-8")
    generated = (ROOT / "extension/shared/protocol.js").read_text(encoding="utf-8")
    assert f"PROTOCOL_VERSION = {PROTOCOL_VERSION};" in generated
    assert json.loads(schema)["title"].endswith(f"protocol version {PROTOCOL_VERSION}")


def test_the_command_update_reads_the_news_of_a_newer_package(
    wheel: Path, scripts: Path, tmp_path: Path
) -> None:
    """The same wheel under a later version, which the client finds in a folder."""
    news = "# Changelog\n\n## [9.0.0]\n\n- It sings.\n\n## [0.1.0]\n\n- It is.\n"
    later = later_wheel(wheel, tmp_path / "shelf", {update.CHANGELOG: news})
    variables = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(later.parent)}
    command = [str(scripts / "python"), "-I", str(scripts / "wlk-host"), "update"]
    result = subprocess.run(command, capture_output=True, text=True, env=variables, check=True)
    assert "wlk-host 9.0.0 is available; you have 0.1.0." in result.stdout
    assert "- It sings." in result.stdout
    assert "- It is." not in result.stdout
    later.unlink()
    result = subprocess.run(command, capture_output=True, text=True, env=variables, check=False)
    assert result.returncode == 2
    assert result.stderr.startswith("update_unknown: ")


def test_the_wheel_has_all_of_the_extension_and_nothing_else_of_the_checkout(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {name for name in tracked("extension") if name.startswith(SHIPPED)}
    assert {f"wlk_host/{name}" for name in shipped} <= names
    assert {n.split("/")[1] for n in tracked("extension") - shipped} == {"screenshots"}
    ours = {name.removeprefix("host/") for name in tracked("host/wlk_host")}
    rest = {name for name in names - ours if not name.startswith("wlk_host/extension/")}
    assert rest - {name for name in rest if ".dist-info/" in name} == {update.CHANGELOG}


def test_the_source_package_builds_the_same_wheel(
    wheel: Path, sdist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    [source] = tmp_path.iterdir()
    monkeypatch.chdir(source)
    again = tmp_path / hatchling.build.build_wheel(str(tmp_path))
    assert again.read_bytes() == wheel.read_bytes()


def test_a_clean_environment_has_the_command_and_the_extension(
    scripts: Path, tmp_path: Path
) -> None:
    def run(*arguments: str) -> str:
        command = [str(scripts / "python"), "-I", str(scripts / "wlk-host"), *arguments]
        return subprocess.check_output(command, text=True, cwd=tmp_path).strip()

    assert run("--version") == f"wlk-host {__version__}"
    folder = Path(run("extension"))
    assert folder.is_relative_to(scripts.parent)
    assert extension.version(folder) == __version__
    copy = tmp_path / "copy"
    run("extension", "--to", str(copy))
    for name in tracked("extension"):
        relative = Path(name).relative_to("extension")
        if relative.parts[0] != "screenshots":
            assert (copy / relative).read_bytes() == (ROOT / name).read_bytes()


def test_each_command_that_a_browser_or_a_user_starts_is_a_console_script() -> None:
    assert PROJECT["project"]["scripts"] == {"wlk-host": "wlk_host.cli:main"}
    assert packaged.SPEECH.is_file()
