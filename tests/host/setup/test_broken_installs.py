"""Fifteen installations, each broken for real in one way: the doctor names the one cause."""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from wlk_host.protocol.constants import EXTENSION_ID, HOST_NAME
from wlk_host.setup import doctor, extension, install, launchers, manifest
from wlk_host.setup.browsers import named
from wlk_host.setup.doctor import Scope
from wlk_host.setup.findings import Finding, Level
from wlk_host.setup.machine import Machine, Program, System


@dataclass(frozen=True, slots=True)
class Installed:
    """A host that is registered with Chromium, on a machine below a scratch folder."""

    machine: Machine
    environment: Path

    @property
    def manifest(self) -> Path:
        folder = self.machine.config / "chromium/NativeMessagingHosts"
        return Path(folder / f"{HOST_NAME}.json")

    @property
    def launcher(self) -> Path:
        return Path(self.machine.data / install.LAUNCHER_NAME)

    def change(self, **fields: object) -> None:
        """Fields of the manifest; None removes one."""
        changed = json.loads(self.manifest.read_text()) | fields
        kept = {name: value for name, value in changed.items() if value is not None}
        self.manifest.write_text(json.dumps(kept))

    def load_extension(self, browser: str, profile: str = "Default") -> None:
        """As a browser notes it."""
        notes = {"extensions": {"settings": {EXTENSION_ID: {"path": "/somewhere/extension"}}}}
        file = Path(self.machine.config / browser / profile / "Secure Preferences")
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(notes))

    def faults(self) -> list[Finding]:
        """What the doctor says against the registration."""
        found, _ = doctor.examine_registrations(self.machine, Scope())
        return [finding for finding in found if finding.level is not Level.OK]


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    home = tmp_path / "home"
    (home / ".config/chromium").mkdir(parents=True)
    machine = Machine(
        System.LINUX,
        home=home,
        config=home / ".config",
        data=home / ".local/share/wlk-host",
        root=tmp_path,
        cache=home / ".cache/wlk-host",
        logs=home / ".local/state/wlk-host/log",
    )
    environment = tmp_path / "venv"
    venv.create(environment, symlinks=True)
    program = Program(environment / "bin/python", environment / "bin")
    install.apply(install.plan_install(machine, program, named(["chromium"]), [EXTENSION_ID]))
    return Installed(machine, environment)


def no_manifest(there: Installed) -> None:
    there.manifest.unlink()


def damaged_manifest(there: Installed) -> None:
    there.manifest.write_text(there.manifest.read_text()[:-20])


def no_type(there: Installed) -> None:
    there.change(type=None)


def another_name(there: Installed) -> None:
    there.change(name="dev.wlk.other")


def another_type(there: Installed) -> None:
    there.change(type="socket")


def relative_path(there: Installed) -> None:
    there.change(path="wlk-host")


def no_launcher(there: Installed) -> None:
    there.launcher.unlink()


def no_slash(there: Installed) -> None:
    there.change(allowed_origins=[f"chrome-extension://{EXTENSION_ID}"])


def wildcard(there: Installed) -> None:
    there.change(allowed_origins=["chrome-extension://*/"])


def environment_deleted(there: Installed) -> None:
    shutil.rmtree(there.environment)


def python_removed(there: Installed) -> None:
    python = there.environment / "bin/python"
    python.unlink()
    python.symlink_to("/usr/local/lib/no-longer/python3.11")


def python_upgraded(there: Installed) -> None:
    [library] = (there.environment / "lib").glob("python3.*")
    library.rename(library.with_name("python3.1"))


def scanner_removed_the_launcher(there: Installed) -> None:
    """As a Windows environment looks then."""
    scripts = there.environment / "Scripts"
    scripts.mkdir()
    (scripts / "python.exe").touch()
    there.change(path=str(scripts / "wlk-host.exe"))


def loaded_in_another_browser(there: Installed) -> None:
    there.load_extension("vivaldi", "Profile 2")


CAUSES: dict[Callable[[Installed], None], tuple[str, str]] = {
    no_manifest: ("manifest_missing", "wlk-host install --browser chromium"),
    damaged_manifest: ("manifest_not_json", "wlk-host install"),
    no_type: ("manifest_field_missing", "wlk-host install"),
    another_name: ("manifest_wrong_name", "wlk-host install"),
    another_type: ("manifest_wrong_type", "wlk-host install"),
    relative_path: ("path_relative", "wlk-host install"),
    no_launcher: ("binary_missing", "wlk-host install"),
    no_slash: ("origin_without_slash", "wlk-host install"),
    wildcard: ("origin_wildcard", "wlk-host install"),
    environment_deleted: ("environment_missing", "uv tool install"),
    python_removed: ("python_removed", "uv tool install"),
    python_upgraded: ("python_upgraded", "uv tool install"),
    scanner_removed_the_launcher: ("launcher_removed", "protection history"),
    loaded_in_another_browser: ("extension_elsewhere", "wlk-host install --browser vivaldi"),
}
"""All but two, which need a disk or a program of their own."""


def test_nothing_is_wrong_with_a_whole_one(installed: Installed) -> None:
    assert installed.faults() == []
    installed.load_extension("chromium")
    assert installed.faults() == []


@pytest.mark.parametrize("damage", CAUSES, ids=lambda damage: damage.__name__)
def test_the_doctor_names_the_cause_and_what_to_do(
    installed: Installed, damage: Callable[[Installed], None]
) -> None:
    damage(installed)
    code, remedy = CAUSES[damage]
    # A browser in which only the extension is loaded is present, and lacks the registration.
    faults = [f for f in installed.faults() if f.subject != "Vivaldi"]
    assert [fault.code for fault in faults] == [code]
    assert remedy in (faults[0].remedy or "")
    assert faults[0].level is Level.FAIL


@pytest.mark.parametrize("held", ["launcher", "interpreter"])
def test_a_file_that_macos_holds_back_is_named(
    installed: Installed, tmp_path: Path, held: str
) -> None:
    python = installed.environment / "bin/python"
    path = installed.launcher if held == "launcher" else python
    xattr = tmp_path / "xattr"
    xattr.write_text(f'#!/bin/sh\n[ "$2" = com.apple.quarantine ] && [ "$3" = "{path}" ]\n')
    xattr.chmod(0o755)
    [found] = launchers.check(installed.launcher, "Chromium", xattr)
    assert found.code == "quarantined"
    assert found.remedy == f"run: xattr -dr com.apple.quarantine {path.parent}"
    xattr.write_text("#!/bin/sh\nexit 1\n")
    assert launchers.check(installed.launcher, "Chromium", xattr) == []


def test_a_profile_on_a_disk_that_forbids_programs_is_named(tmp_path: Path) -> None:
    """In a mount namespace of its own, where a fresh disk can be mounted so."""
    disk = tmp_path / "disk"
    disk.mkdir()
    script = (
        f'mount -t tmpfs -o noexec none "{disk}" && '
        f'"{sys.executable}" -m wlk_host.cli install --user-data-dir "{disk}" >&2 && '
        f'exec "{sys.executable}" -c "{_CHECK}" "{disk}"'
    )
    own = ["unshare", "--map-root-user", "--mount", "sh", "-c", script]
    result = subprocess.run(own, capture_output=True, text=True, check=True, env={**os.environ})
    [(code, remedy)] = json.loads(result.stdout)
    assert code == "disk_noexec"
    assert "without noexec" in remedy
    assert "chmod" not in remedy


_CHECK = f"""
import json, pathlib, sys
from wlk_host.setup import manifest
path = pathlib.Path(sys.argv[1], 'NativeMessagingHosts', manifest.FILE_NAME)
checked = manifest.check(path, 'profile', ['{EXTENSION_ID}'])
print(json.dumps([(f.code, f.remedy) for f in checked.findings]))
"""


def test_an_older_copy_of_the_extension_is_told(installed: Installed) -> None:
    assert doctor.check_copy(installed.machine) == []
    folder = Path(installed.machine.data / extension.FOLDER_NAME)
    extension.write(folder)
    assert doctor.check_copy(installed.machine) == []
    (folder / "manifest.json").write_text('{"version": "0.0.1"}')
    [found] = doctor.check_copy(installed.machine)
    assert (found.code, found.level) == ("extension_differs", Level.WARN)
    assert "wlk-host setup" in (found.remedy or "")


def test_a_program_that_is_no_launcher_of_ours_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "host.sh"
    other.write_text("#!/bin/sh\nexec 'unended\n")
    assert launchers.python_of(other) is None
    assert launchers.python_of(tmp_path / "absent") is None
    assert manifest.check(tmp_path / "absent.json", "x", [EXTENSION_ID]).binary is None
