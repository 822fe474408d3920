"""A table of the Chromium family: where each browser looks for hosts, and how to detect it.

Source: Chrome's "Native messaging" page and the code with which the browsers search, checked in
2026.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from wlk_host.setup.errors import SetupError
from wlk_host.setup.machine import Machine, System

HOSTS_FOLDER: Final = "NativeMessagingHosts"


@dataclass(frozen=True, slots=True)
class Browser:
    r"""One browser.

    Attributes:
        name: what the user types.
        linux, macos: profile roots below `~/.config` and `~/Library/Application Support`. If a
            browser reads several, its own comes first.
        windows: keys below `HKCU\Software`.
        commands: names on `PATH` (Linux).
        application: bundle in an Applications folder (macOS).
        windows_profile: profile root below `%LOCALAPPDATA%`; it exists once the browser has run.
        flatpak, snap: its names in those stores.
        all_linux, all_macos: the folder of manifests for all users, below the root. It is read if
            the user's own has none.
    """

    name: str
    label: str
    linux: tuple[str, ...]
    macos: tuple[str, ...]
    windows: tuple[str, ...]
    commands: tuple[str, ...]
    application: str
    windows_profile: str
    flatpak: str | None = None
    snap: str | None = None
    all_linux: str | None = None
    all_macos: str | None = None


BROWSERS: Final = (
    Browser(
        name="chrome",
        label="Google Chrome",
        linux=("google-chrome",),
        macos=("Google/Chrome",),
        windows=("Google\\Chrome",),
        commands=("google-chrome", "google-chrome-stable"),
        application="Google Chrome.app",
        windows_profile="Google\\Chrome\\User Data",
        flatpak="com.google.Chrome",
        all_linux="etc/opt/chrome/native-messaging-hosts",
        all_macos="Library/Google/Chrome/NativeMessagingHosts",
    ),
    Browser(
        name="chromium",
        label="Chromium",
        linux=("chromium",),
        macos=("Chromium",),
        windows=("Chromium",),
        commands=("chromium", "chromium-browser"),
        application="Chromium.app",
        windows_profile="Chromium\\User Data",
        flatpak="org.chromium.Chromium",
        snap="chromium",
        all_linux="etc/chromium/native-messaging-hosts",
        all_macos="Library/Application Support/Chromium/NativeMessagingHosts",
    ),
    Browser(
        name="edge",
        label="Microsoft Edge",
        linux=("microsoft-edge",),
        macos=("Microsoft Edge",),
        windows=("Microsoft\\Edge",),
        commands=("microsoft-edge", "microsoft-edge-stable"),
        application="Microsoft Edge.app",
        windows_profile="Microsoft\\Edge\\User Data",
        flatpak="com.microsoft.Edge",
        all_linux="etc/opt/edge/native-messaging-hosts",
        all_macos="Library/Microsoft/Edge/NativeMessagingHosts",
    ),
    Browser(
        name="brave",
        label="Brave",
        linux=("BraveSoftware/Brave-Browser",),
        macos=("BraveSoftware/Brave-Browser",),
        windows=("Google\\Chrome",),
        commands=("brave-browser", "brave"),
        application="Brave Browser.app",
        windows_profile="BraveSoftware\\Brave-Browser\\User Data",
        flatpak="com.brave.Browser",
        snap="brave",
    ),
    Browser(
        name="vivaldi",
        label="Vivaldi",
        linux=("vivaldi",),
        macos=("Vivaldi",),
        windows=("Google\\Chrome",),
        commands=("vivaldi", "vivaldi-stable"),
        application="Vivaldi.app",
        windows_profile="Vivaldi\\User Data",
        flatpak="com.vivaldi.Vivaldi",
    ),
    Browser(
        name="opera",
        label="Opera",
        linux=("opera", "google-chrome"),
        macos=("com.operasoftware.Opera", "Google/Chrome"),
        windows=("Google\\Chrome",),
        commands=("opera", "opera-stable"),
        application="Opera.app",
        windows_profile="Programs\\Opera",
        flatpak="com.opera.Opera",
        snap="opera",
    ),
    Browser(
        name="arc",
        label="Arc",
        linux=(),
        macos=("Arc/User Data",),
        windows=("Google\\Chrome",),
        commands=(),
        application="Arc.app",
        windows_profile="Packages\\TheBrowserCompany.Arc_ttt1ap7aakyb4",
    ),
)

NAMES: Final = tuple(browser.name for browser in BROWSERS)


def named(names: list[str]) -> list[Browser]:
    """The browsers of these names, in the table's order.

    Raises:
        SetupError: `browser_unknown`.
    """
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        raise SetupError(
            code="browser_unknown",
            message=f"unknown browser {', '.join(unknown)}, expected {', '.join(NAMES)}",
            hint="for any other browser use --user-data-dir",
        )
    return [browser for browser in BROWSERS if browser.name in names]


def for_system(system: System) -> list[Browser]:
    """The browsers that exist for a system."""
    return [browser for browser in BROWSERS if _profiles(browser, system)]


def manifest_folders(browser: Browser, machine: Machine) -> list[PurePath]:
    """The folders a browser reads manifests from; empty on Windows, which uses the registry."""
    if machine.system is System.WINDOWS:
        return []
    profiles = _profiles(browser, machine.system)
    return [machine.config / profile / HOSTS_FOLDER for profile in profiles]


def folder_for_all(browser: Browser, machine: Machine) -> PurePath | None:
    """The folder with the manifests that hold for all users; None if the browser has none."""
    below = {System.LINUX: browser.all_linux, System.MACOS: browser.all_macos}.get(machine.system)
    return machine.root / below if below else None


def profile_roots(browser: Browser, machine: Machine) -> list[PurePath]:
    """The folders in which a browser keeps its profiles."""
    if machine.system is System.WINDOWS:
        return [machine.data.parent / browser.windows_profile]
    return [machine.config / profile for profile in _profiles(browser, machine.system)[:1]]


def registry_keys(browser: Browser, host_name: str) -> list[str]:
    """The keys below HKEY_CURRENT_USER whose default value names the manifest."""
    return [f"Software\\{key}\\{HOSTS_FOLDER}\\{host_name}" for key in browser.windows]


def is_present(browser: Browser, machine: Machine) -> bool:
    """Whether the browser is installed as a program, or this user has run it before.

    Snap and Flatpak packages do not count: they cannot start a host.
    """
    if machine.system is System.WINDOWS:
        return Path(machine.data.parent / browser.windows_profile).exists()
    own_profile = _profiles(browser, machine.system)[:1]
    if any(Path(machine.config / profile).is_dir() for profile in own_profile):
        return True
    if machine.system is System.MACOS:
        folders = (machine.root / "Applications", machine.home / "Applications")
        return any(Path(folder / browser.application).exists() for folder in folders)
    return command(browser, machine) is not None


def command(browser: Browser, machine: Machine) -> Path | None:
    """The browser's command on Linux, or None if it is absent or only a Snap."""
    for name in browser.commands:
        found = shutil.which(name, path=machine.search_path) if machine.search_path else None
        if found and not _leads_into_snap(Path(found)):
            return Path(found)
    return None


def executable(browser: Browser, machine: Machine) -> Path | None:
    """The program to start on Linux or macOS, or None if it is absent."""
    if machine.system is System.LINUX:
        return command(browser, machine)
    name = browser.application.removesuffix(".app")
    folders = (machine.root / "Applications", machine.home / "Applications")
    paths = (Path(f / browser.application / "Contents/MacOS" / name) for f in folders)
    return next((path for path in paths if path.is_file()), None)


def sandboxed(machine: Machine) -> list[tuple[Browser, str]]:
    """Browsers installed as Snap or Flatpak, with the store's name. They cannot start a host."""
    if machine.system is not System.LINUX:
        return []
    flatpaks = (
        machine.root / "var/lib/flatpak/app",
        machine.home / ".local/share/flatpak/app",
    )
    found = []
    for browser in BROWSERS:
        if browser.snap and Path(machine.root / "snap/bin" / browser.snap).exists():
            found.append((browser, "Snap"))
        if browser.flatpak and any(Path(f / browser.flatpak).exists() for f in flatpaks):
            found.append((browser, "Flatpak"))
    return found


def _profiles(browser: Browser, system: System) -> tuple[str, ...]:
    table = {
        System.LINUX: browser.linux,
        System.MACOS: browser.macos,
        System.WINDOWS: browser.windows,
    }
    return table[system]


def _leads_into_snap(path: Path) -> bool:
    """Whether a command only starts a Snap, as Ubuntu's /usr/bin/chromium-browser does."""
    real = path.resolve()
    if "/snap/" in str(real) or real.name == "snap":
        return True
    with real.open("rb") as file:
        start = file.read(4096)
    return start.startswith(b"#!") and b"/snap/bin/" in start
