"""Find the causes that the browser hides behind a single message.

"Specified native messaging host not found" has nine causes, "Native host has exited" four
(Chrome's source, `native_message_process_host.cc`). Each has its own finding and its own remedy.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from wlk_host.folders import is_file
from wlk_host.protocol.constants import EXTENSION_ID, HOST_NAME
from wlk_host.setup import (
    browsers,
    extension,
    manifest,
    probes,
    profiles,
    registry,
    roundtrip,
)
from wlk_host.setup.browsers import Browser
from wlk_host.setup.findings import Finding, Level
from wlk_host.setup.machine import Machine, Program, System
from wlk_host.version import __version__


@dataclass(frozen=True, slots=True)
class Scope:
    """What to look at.

    Attributes:
        chosen: browsers that the user named and that must work; empty: all that are found.
        user_data_dir: look at this profile folder alone.
    """

    chosen: Sequence[Browser] = ()
    user_data_dir: PurePath | None = None
    extension_ids: Sequence[str] = (EXTENSION_ID,)


@dataclass(frozen=True, slots=True)
class Registration:
    """One place a browser looks at. `path` is None if the registry names none.

    Attributes:
        option: the option that makes `wlk-host install` register with this browser.
    """

    subject: str
    option: str
    path: Path | None
    key: str | None = None


def examine(machine: Machine, program: Program, scope: Scope) -> list[Finding]:
    """Every finding: browsers, host, models, backends, libraries."""
    findings, binaries = examine_registrations(machine, scope)
    findings += check_copy(machine)
    extension_id = scope.extension_ids[0]
    findings += [roundtrip.check(binary, extension_id) for binary in binaries]
    model = probes.check_model(program.python)
    findings.append(model)
    if model.level is Level.OK:
        findings.append(probes.check_decoder(program.python))
    findings += probes.check_diarizers(program.python)
    findings.append(probes.check_translators(program.python))
    findings += probes.check_backends(program.python)
    return findings + probes.check_libraries(program.python)


def examine_registrations(machine: Machine, scope: Scope) -> tuple[list[Finding], list[Path]]:
    """The findings for each browser, and the distinct binaries that the browsers would start."""
    registrations = _registrations(machine, scope)
    findings: list[Finding] = []
    binaries: dict[Path, None] = {}
    for registration in registrations:
        checked = _check(registration, list(scope.extension_ids))
        findings += checked.findings
        if checked.binary is not None:
            binaries[checked.binary] = None
            message = f"registered in {registration.path}"
            findings.append(Finding("registered", Level.OK, registration.subject, message))
    named = bool(scope.chosen) or scope.user_data_dir is not None
    if binaries and not named:
        findings = [_excuse(finding) for finding in findings]
    if not registrations:
        message = "found no Chromium-family browser that can start a host"
        remedy = "install one, or name your browser's profile folder with --user-data-dir"
        findings.append(Finding("no_browser_found", Level.FAIL, "browsers", message, remedy))
    findings += _where_the_extension_is(machine, scope, findings)
    if scope.user_data_dir is None:
        findings += [_sandboxed(browser, store) for browser, store in browsers.sandboxed(machine)]
    return findings, list(binaries)


def _registrations(machine: Machine, scope: Scope) -> list[Registration]:
    if scope.user_data_dir is not None:
        folder = Path(scope.user_data_dir / browsers.HOSTS_FOLDER)
        option = f"--user-data-dir '{scope.user_data_dir}'"
        return [Registration(str(scope.user_data_dir), option, folder / manifest.FILE_NAME)]
    everyone = browsers.for_system(machine.system)
    chosen = list(scope.chosen) or [b for b in everyone if browsers.is_present(b, machine)]
    if machine.system is System.WINDOWS:
        return [
            Registration(
                browser.label, f"--browser {browser.name}", Path(value) if value else None, key
            )
            for browser in chosen
            for key in browsers.registry_keys(browser, HOST_NAME)
            for value in (registry.read(key),)
        ]
    return [
        Registration(
            browser.label, f"--browser {browser.name}", _manifest(folder, browser, machine)
        )
        for browser in chosen
        for folder in browsers.manifest_folders(browser, machine)
    ]


def _manifest(folder: PurePath, browser: Browser, machine: Machine) -> Path:
    """The manifest that the browser reads: the user's own, otherwise that for all users."""
    own = Path(folder / manifest.FILE_NAME)
    for_all = browsers.folder_for_all(browser, machine)
    if for_all is None or os.path.lexists(own):
        return own
    found = Path(for_all / manifest.FILE_NAME)
    return found if is_file(found) else own


def _check(registration: Registration, extension_ids: list[str]) -> manifest.Checked:
    remedy = f"{manifest.INSTALL} {registration.option}"
    if registration.path is None:
        message = f"the registry has no HKCU\\{registration.key}"
        finding = Finding("registry_missing", Level.FAIL, registration.subject, message, remedy)
        return manifest.Checked([finding], None)
    checked = manifest.check(registration.path, registration.subject, extension_ids)
    findings = [
        replace(finding, remedy=remedy) if finding.remedy == manifest.INSTALL else finding
        for finding in checked.findings
    ]
    return manifest.Checked(findings, checked.binary)


def check_copy(machine: Machine) -> list[Finding]:
    """Whether the extension's copy that `wlk-host setup` has made is of this version."""
    folder = Path(machine.data / extension.FOLDER_NAME)
    version = extension.version(folder)
    if version is None or version == __version__:
        return []
    message = f"the copy in {folder} is of version {version}, wlk-host of {__version__}"
    remedy = "run: wlk-host setup --no-demo; then reload the extension in chrome://extensions"
    return [Finding("extension_differs", Level.WARN, "extension", message, remedy)]


def _where_the_extension_is(
    machine: Machine, scope: Scope, seen: Sequence[Finding]
) -> list[Finding]:
    """Whether the extension is loaded where the host is registered, as far as browsers note it."""
    if scope.user_data_dir is not None:
        return []
    registered = {finding.subject for finding in seen if finding.code == "registered"}
    loaded = profiles.with_extension(machine, scope.extension_ids)
    there = [place for place in loaded if place.browser.label in registered]
    if not loaded or not registered:
        return []
    if there:
        names = ", ".join(f"{place.browser.label} ({place.profile})" for place in there)
        return [Finding("extension_loaded", Level.OK, "extension", f"loaded in {names}")]
    names = ", ".join(f"{place.browser.label} ({place.profile})" for place in loaded)
    message = (
        f"it is loaded in {names}, but the host is registered with {', '.join(sorted(registered))}"
    )
    remedy = f"{manifest.INSTALL} --browser {' '.join(sorted({p.browser.name for p in loaded}))}"
    return [Finding("extension_elsewhere", Level.FAIL, "extension", message, remedy)]


def _excuse(finding: Finding) -> Finding:
    """A missing registration is not a failure as long as another browser works."""
    if finding.code in ("manifest_missing", "registry_missing"):
        return replace(finding, level=Level.WARN)
    return finding


def _sandboxed(browser: Browser, store: str) -> Finding:
    message = f"{browser.label} is a {store} package, which cannot start programs outside itself"
    remedy = "install the browser as a deb or rpm package, from its maker or your distribution"
    return Finding("browser_sandboxed", Level.WARN, browser.label, message, remedy)
