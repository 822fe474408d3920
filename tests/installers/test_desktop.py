"""What becomes the installers for macOS and Windows, as far as it can be checked elsewhere."""

import re
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_powershell

import desktop
import wheelhouse
import wheels
from desktop import TARGETS
from wlk_host.protocol.constants import EXTENSION_ID, HOST_NAME
from wlk_host.setup import environments, launchers, manifest
from wlk_host.version import __version__

WHEEL = f"wlk_host-{__version__}-py3-none-any.whl"
SYSTEMS = ("macos-arm64", "macos-x86_64", "windows")


@pytest.fixture
def fetched(tmp_path: Path) -> tuple[Path, Path]:
    """A folder with wheels, and one with uv's, as `wheelhouse` fills them."""
    made, uv = tmp_path / "wheels", tmp_path / "uv"
    for folder in (made, uv):
        folder.mkdir()
    (made / WHEEL).write_bytes(b"the host")
    with zipfile.ZipFile(uv / "uv-0.9.0-py3-none-any.whl", "w") as archive:
        for name in ("uv", "uv.exe", "uvx"):
            archive.writestr(f"uv-0.9.0.data/scripts/{name}", name)
    return made, uv


def laid_out(system: str, folder: Path, fetched: tuple[Path, Path]) -> Path:
    target = TARGETS[system]
    lay_out = desktop.windows if target.system == "win32" else desktop.macos
    lay_out(folder / system, target, *fetched)
    return folder / system


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_requirements_are_all_that_is_locked_for_it_each_with_its_hashes(system: str) -> None:
    target = TARGETS[system]
    text = wheelhouse.flattened("embedded", target)
    found = re.findall(r"^([\w.-]+)==(\S+) \\$", text, re.MULTILINE)
    wanted = wheels.requirements("embedded", target)
    assert {f"{name}=={version}" for name, version in found} == {
        f"{r.name}{r.specifier}" for r in wanted
    }
    blocks = re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(wanted)
    assert all("--hash=sha256:" in block for block in blocks)
    assert "sys_platform" not in text


def test_windows_has_all_of_it_in_one_zip_for_one_user(
    tmp_path: Path, fetched: tuple[Path, Path]
) -> None:
    folder = laid_out("windows", tmp_path / "made", fetched)
    with zipfile.ZipFile(folder.with_name(f"wlk-host-{__version__}-windows.zip")) as archive:
        names = {name.split("/", 1)[1] for name in archive.namelist()}
    assert names == {
        "install.ps1",
        "uninstall.ps1",
        "requirements.txt",
        "uv.exe",
        f"wheels/{WHEEL}",
    }
    assert (folder / "uv.exe").read_text() == "uv.exe"
    scripts = [(folder / name).read_text("utf-8-sig") for name in ("install.ps1", "uninstall.ps1")]
    for script in scripts:
        assert "HKLM:" not in script
        assert "RunAs" not in script
        assert "@" not in re.sub(r"@\(|@Arguments", "", script)
    assert f"(Join-Path $Wheels '{WHEEL}')" in scripts[0]
    assert "'--require-hashes'" in scripts[0]
    assert "Scripts\\wlk-host.exe" in scripts[0]


def keys_of(script: str) -> set[str]:
    return set(re.findall(r"HKCU:\\[\w\\ -]+", script))


def test_windows_removes_every_key_that_it_sets(tmp_path: Path, fetched: tuple[Path, Path]) -> None:
    folder = laid_out("windows", tmp_path / "made", fetched)
    install, remove = ((folder / n).read_text() for n in ("install.ps1", "uninstall.ps1"))
    assert keys_of(install) == keys_of(remove)
    assert "'uninstall'" in remove


@pytest.mark.parametrize("name", ["install.ps1", "uninstall.ps1"])
def test_the_scripts_for_windows_are_powershell(
    tmp_path: Path, fetched: tuple[Path, Path], name: str
) -> None:
    folder = laid_out("windows", tmp_path / "made", fetched)
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
    raw = (folder / name).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert not parser.parse(raw[3:]).root_node.has_error
    assert parser.parse(raw[3:-40]).root_node.has_error


@pytest.mark.parametrize("system", ["macos-arm64", "macos-x86_64"])
def test_macos_has_its_payload_where_the_package_puts_it(
    tmp_path: Path, fetched: tuple[Path, Path], system: str
) -> None:
    folder = laid_out(system, tmp_path / "made", fetched)
    payload = folder / "payload"
    home = payload / "usr/local/lib/wlk-host"
    manifests = sorted(payload.rglob(f"{HOST_NAME}.json"))
    assert [path.relative_to(payload).parts[0] for path in manifests] == ["Library"] * 3
    launcher = home / "dev.wlk.host.sh"
    python = launchers.python_of(launcher)
    assert python == Path(environments.OF_MACOS) / "venv/bin/python"
    for path in manifests:
        checked = manifest.check(path, "Chrome", [EXTENSION_ID])
        # It points to where the launcher will be, which is not this machine.
        assert [finding.code for finding in checked.findings] == ["binary_missing"]
    assert (home / "setup/uv").read_text() == "uv"
    for path in (launcher, home / "uninstall.sh", folder / "scripts/postinstall"):
        assert path.stat().st_mode & 0o111
    removed = (home / "uninstall.sh").read_text()
    assert all(f'"/{path.relative_to(payload).as_posix()}"' in removed for path in manifests)


@pytest.mark.parametrize(
    "name", ["scripts/postinstall", "build.sh", "payload/usr/local/lib/wlk-host/uninstall.sh"]
)
def test_the_scripts_for_macos_are_shell_scripts(
    tmp_path: Path, fetched: tuple[Path, Path], name: str
) -> None:
    script = laid_out("macos-arm64", tmp_path / "made", fetched) / name
    assert script.read_text().startswith("#!/bin/sh\n")
    subprocess.run(["sh", "-n", script], check=True)
    assert not re.search(r"@[A-Z]+@", script.read_text())


def test_the_package_of_macos_says_what_it_runs_on(
    tmp_path: Path, fetched: tuple[Path, Path]
) -> None:
    for system, machine, oldest in (
        ("macos-arm64", "arm64", "14.0"),
        ("macos-x86_64", "x86_64", "13.0"),
    ):
        folder = laid_out(system, tmp_path / "made", fetched)
        root = ET.parse(folder / "distribution.xml").getroot()
        options, version = root.find("options"), root.find(".//os-version")
        assert options is not None
        assert version is not None
        assert options.attrib["hostArchitectures"] == machine
        assert version.attrib["min"] == oldest
        assert [ref.text for ref in root.findall("pkg-ref")] == ["wlk-host.pkg"]
