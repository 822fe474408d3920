"""What organisations set, read back the way each system reads it."""

import configparser
import json
import plistlib

import pytest

from managed import BROWSERS, UPDATES, Managed, configuration_profile, policies, registry_file
from wlk_host.protocol.constants import EXTENSION_ID, HOST_NAME


@pytest.mark.parametrize("browser", BROWSERS, ids=lambda browser: browser.name)
def test_the_registry_file_says_the_same_as_the_json(browser: Managed) -> None:
    raw = registry_file(browser, policies(EXTENSION_ID))
    assert raw.startswith(b"\xff\xfe")
    lines = raw.decode("utf-16").split("\r\n")
    assert lines[0] == "Windows Registry Editor Version 5.00"
    parser = configparser.ConfigParser(delimiters=["="], interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string("\n".join(lines[1:]))
    root = f"HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\{browser.windows}"
    assert set(parser.sections()) == {root, f"{root}\\NativeMessagingAllowlist"}
    settings = json.loads(json.loads(parser[root]['"ExtensionSettings"']))
    assert settings == policies(EXTENSION_ID)["ExtensionSettings"]
    assert parser[root]['"NativeMessagingUserLevelHosts"'] == "dword:00000001"
    assert parser[f"{root}\\NativeMessagingAllowlist"]['"1"'] == f'"{HOST_NAME}"'


@pytest.mark.parametrize("browser", BROWSERS, ids=lambda browser: browser.name)
def test_the_profile_of_macos_says_the_same(browser: Managed) -> None:
    wanted = policies("a" * 32)
    profile = plistlib.loads(configuration_profile(browser, wanted))
    [content] = profile["PayloadContent"]
    assert content["PayloadType"] == browser.macos
    assert {name: content[name] for name in wanted} == wanted
    assert content["PayloadUUID"] != profile["PayloadUUID"]
    assert configuration_profile(browser, wanted) == configuration_profile(browser, wanted)


def test_the_extension_comes_from_the_store_and_may_start_its_host() -> None:
    assert policies("a" * 32) == {
        "ExtensionSettings": {
            "a" * 32: {"installation_mode": "force_installed", "update_url": UPDATES}
        },
        "NativeMessagingAllowlist": [HOST_NAME],
        "NativeMessagingUserLevelHosts": True,
    }
