"""Which browsers are found, with folders and commands made for real below a root of our own."""

from pathlib import Path

import pytest

from wlk_host.setup import browsers
from wlk_host.setup.machine import Machine, System


def machine(root: Path, system: System = System.LINUX) -> Machine:
    home = root / "home"
    return Machine(
        system,
        home=home,
        config=home / ".config",
        data=home / ".local/share/wlk-host",
        root=root,
        cache=root / "cache",
        logs=root / "logs",
        search_path=str(root / "usr/bin"),
    )


def put_command(path: Path, content: bytes = b"\x7fELF") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o755)


def found(root: Path, system: System = System.LINUX) -> list[str]:
    here = machine(root, system)
    return [b.name for b in browsers.for_system(system) if browsers.is_present(b, here)]


def test_nothing_is_found_on_a_bare_machine(tmp_path: Path) -> None:
    assert found(tmp_path) == []
    assert found(tmp_path, System.MACOS) == []


def test_a_command_or_a_profile_shows_a_browser(tmp_path: Path) -> None:
    put_command(tmp_path / "usr/bin/chromium")
    (tmp_path / "home/.config/BraveSoftware/Brave-Browser").mkdir(parents=True)
    assert found(tmp_path) == ["chromium", "brave"]


def test_operas_second_folder_is_not_taken_for_opera(tmp_path: Path) -> None:
    (tmp_path / "home/.config/google-chrome").mkdir(parents=True)
    assert found(tmp_path) == ["chrome"]


def test_an_application_shows_a_browser_on_macos(tmp_path: Path) -> None:
    (tmp_path / "Applications/Arc.app").mkdir(parents=True)
    (tmp_path / "home/Applications/Google Chrome.app").mkdir(parents=True)
    assert found(tmp_path, System.MACOS) == ["chrome", "arc"]


def test_a_profile_shows_a_browser_on_windows(tmp_path: Path) -> None:
    (tmp_path / "home/.local/share" / "Microsoft\\Edge\\User Data").mkdir(parents=True)
    assert found(tmp_path, System.WINDOWS) == ["edge"]


@pytest.mark.parametrize(
    "content", [b'#!/bin/sh\nexec /snap/bin/chromium "$@"\n', b'#!/bin/sh\n\nexec "/snap/bin/x"\n']
)
def test_a_script_that_starts_a_snap_is_no_browser(tmp_path: Path, content: bytes) -> None:
    put_command(tmp_path / "usr/bin/chromium-browser", content)
    assert found(tmp_path) == []


def test_snap_and_flatpak_packages_are_named(tmp_path: Path) -> None:
    put_command(tmp_path / "snap/bin/chromium")
    (tmp_path / "var/lib/flatpak/app/com.google.Chrome").mkdir(parents=True)
    (tmp_path / "home/.local/share/flatpak/app/com.brave.Browser").mkdir(parents=True)
    sandboxed = [(b.name, store) for b, store in browsers.sandboxed(machine(tmp_path))]
    assert sandboxed == [("chrome", "Flatpak"), ("chromium", "Snap"), ("brave", "Flatpak")]
