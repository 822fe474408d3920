"""What would be registered on machines that the tests do not run on, against golden files.

After an intended change: `WLK_UPDATE_GOLDEN=1 pytest tests/host/setup/test_install_plan.py`,
then read the difference before committing it.
"""

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from wlk_host.protocol.constants import EXTENSION_ID
from wlk_host.setup import browsers, install, uninstall
from wlk_host.setup.errors import SetupError
from wlk_host.setup.machine import Machine, Program, System

GOLDEN = Path(__file__).parent / "golden"

_MAC_SUPPORT = PurePosixPath("/Users/ada/Library/Application Support")
_WINDOWS_LOCAL = PureWindowsPath("C:\\Users\\Ada Lovelace\\AppData\\Local")

MACHINES = {
    "linux": (
        Machine(
            System.LINUX,
            home=PurePosixPath("/home/ada"),
            config=PurePosixPath("/home/ada/.config"),
            data=PurePosixPath("/home/ada/.local/share/wlk-host"),
            root=PurePosixPath("/"),
            cache=PurePosixPath("/home/ada/.cache/wlk-host"),
            logs=PurePosixPath("/home/ada/.local/state/wlk-host/log"),
        ),
        Program(PurePosixPath("/home/ada/.venv/bin/python"), PurePosixPath("/home/ada/.venv/bin")),
    ),
    "macos": (
        Machine(
            System.MACOS,
            home=PurePosixPath("/Users/ada"),
            config=_MAC_SUPPORT,
            data=_MAC_SUPPORT / "wlk-host",
            root=PurePosixPath("/"),
            cache=PurePosixPath("/Users/ada/Library/Caches/wlk-host"),
            logs=PurePosixPath("/Users/ada/Library/Logs/wlk-host"),
        ),
        Program(
            _MAC_SUPPORT / "wlk-host/venv/bin/python",
            _MAC_SUPPORT / "wlk-host/venv/bin",
        ),
    ),
    "windows": (
        Machine(
            System.WINDOWS,
            home=PureWindowsPath("C:\\Users\\Ada Lovelace"),
            config=_WINDOWS_LOCAL,
            data=_WINDOWS_LOCAL / "wlk-host",
            root=PureWindowsPath("C:\\"),
            cache=_WINDOWS_LOCAL / "wlk-host\\Cache",
            logs=_WINDOWS_LOCAL / "wlk-host\\Logs",
        ),
        Program(
            _WINDOWS_LOCAL / "wlk-host\\venv\\Scripts\\python.exe",
            _WINDOWS_LOCAL / "wlk-host\\venv\\Scripts",
        ),
    ),
}


def compare(name: str, actions: Sequence[uninstall.Action]) -> None:
    text = "".join(f"would {action}\n" for action in actions)
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("WLK_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", MACHINES)
def test_install_for_every_browser_is_what_the_golden_file_says(name: str) -> None:
    machine, program = MACHINES[name]
    everyone = browsers.for_system(machine.system)
    compare(f"install-{name}", install.plan_install(machine, program, everyone, [EXTENSION_ID]))


@pytest.mark.parametrize("name", MACHINES)
def test_uninstall_is_what_the_golden_file_says(name: str) -> None:
    machine, _ = MACHINES[name]
    compare(f"uninstall-{name}", uninstall.plan(machine, models=True, history=True))


@pytest.mark.parametrize("name", MACHINES)
def test_uninstall_removes_all_that_install_makes(name: str) -> None:
    machine, program = MACHINES[name]
    everyone = browsers.for_system(machine.system)
    made = install.plan_install(machine, program, everyone, [EXTENSION_ID])
    removed = uninstall.plan(machine)
    assert {a.path for a in made if isinstance(a, install.WriteFile)} <= {
        a.path for a in removed if isinstance(a, install.RemoveFile)
    }
    assert {a.key for a in made if isinstance(a, install.SetRegistry)} <= {
        a.key for a in removed if isinstance(a, install.RemoveRegistry)
    }


def test_a_profile_folder_is_registered_by_itself_with_its_own_launcher() -> None:
    machine, program = MACHINES["linux"]
    profile = PurePosixPath("/tmp/profile")
    actions = install.plan_install(machine, program, [], [EXTENSION_ID], profile)
    paths = [action.path for action in actions if isinstance(action, install.WriteFile)]
    assert paths == [
        profile / "NativeMessagingHosts/dev.wlk.host.sh",
        profile / "NativeMessagingHosts/dev.wlk.host.json",
    ]


def test_a_profile_folder_on_windows_is_refused_with_the_reason() -> None:
    machine, program = MACHINES["windows"]
    folder = PureWindowsPath("C:\\profile")
    with pytest.raises(SetupError, match="registry") as raised:
        install.plan_install(machine, program, [], [EXTENSION_ID], folder)
    assert raised.value.code == "user_data_dir_unsupported"


def test_a_further_extension_is_allowed_beside_the_published_one() -> None:
    machine, program = MACHINES["linux"]
    chosen = browsers.named(["chromium"])
    other = "a" * 32
    actions = install.plan_install(machine, program, chosen, [EXTENSION_ID, other])
    assert f'"chrome-extension://{EXTENSION_ID}/",\n        "chrome-extension://{other}/"' in str(
        actions[1]
    )


@pytest.mark.parametrize("wrong", ["", "*", "a" * 31, "A" * 32, "q" * 32, "a" * 32 + "/"])
def test_what_is_no_extension_id_is_refused(wrong: str) -> None:
    machine, program = MACHINES["linux"]
    with pytest.raises(SetupError) as raised:
        install.plan_install(machine, program, [], [wrong])
    assert raised.value.code == "extension_id_invalid"


def test_a_launcher_quotes_a_path_with_spaces_and_quotes() -> None:
    machine, _ = MACHINES["linux"]
    program = Program(PurePosixPath("/home/o'neil s/bin/python"), PurePosixPath("/x"))
    launcher = install.plan_install(machine, program, [], [EXTENSION_ID])[0]
    assert isinstance(launcher, install.WriteFile)
    assert """exec '/home/o'"'"'neil s/bin/python' -I -m wlk_host.cli "$@\"""" in launcher.content


def test_an_unknown_browser_lists_the_known_ones() -> None:
    with pytest.raises(SetupError) as raised:
        browsers.named(["netscape"])
    assert raised.value.code == "browser_unknown"
    assert "chromium" in raised.value.message
