"""What an organisation sets to give its users the extension: `python installers/managed.py DIR`.

Policies for Chrome, Chromium and Edge: the extension is installed, its host may be started, and the
host that a user installs for himself counts. JSON for Linux, a registry file for Windows, a
configuration profile for macOS. The one argument besides the folder is the extension's id in the
store, if that differs from the one in the repository.
"""

import json
import plistlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_DNS, uuid5

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT / "host"))

from wlk_host.protocol.constants import EXTENSION_ID, HOST_NAME  # noqa: E402

UPDATES: Final = "https://clients2.google.com/service/update2/crx"
"""Where Chrome's store answers; the browsers of the family use it, too."""


@dataclass(frozen=True, slots=True)
class Managed:
    """A browser that reads policies, and where."""

    name: str
    linux: str
    windows: str
    macos: str


BROWSERS: Final = (
    Managed("chrome", "/etc/opt/chrome", "Google\\Chrome", "com.google.Chrome"),
    Managed("chromium", "/etc/chromium", "Chromium", "org.chromium.Chromium"),
    Managed("edge", "/etc/opt/edge", "Microsoft\\Edge", "com.microsoft.Edge"),
)


def main() -> int:
    """Write the files of all browsers; the exit code."""
    target = Path(sys.argv[1])
    extension_id = sys.argv[2] if len(sys.argv) > 2 else EXTENSION_ID
    target.mkdir(parents=True, exist_ok=True)
    wanted = policies(extension_id)
    for browser in BROWSERS:
        linux = json.dumps(wanted, indent=2) + "\n"
        (target / f"{browser.name}-linux.json").write_text(linux, encoding="utf-8")
        registry = registry_file(browser, wanted)
        (target / f"{browser.name}-windows.reg").write_bytes(registry)
        profile = configuration_profile(browser, wanted)
        (target / f"{browser.name}-macos.mobileconfig").write_bytes(profile)
        print(f"{browser.name}: on Linux copy the JSON to {browser.linux}/policies/managed/")
    return 0


def policies(extension_id: str) -> dict[str, Any]:
    """The policies by their names (Chrome Enterprise policy list)."""
    forced = {"installation_mode": "force_installed", "update_url": UPDATES}
    return {
        "ExtensionSettings": {extension_id: forced},
        "NativeMessagingAllowlist": [HOST_NAME],
        "NativeMessagingUserLevelHosts": True,
    }


def registry_file(browser: Managed, wanted: dict[str, Any]) -> bytes:
    """The same as a registry file, in the encoding of regedit (UTF-16)."""
    root = f"HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\{browser.windows}"
    lines = ["Windows Registry Editor Version 5.00", "", f"[{root}]"]
    lists: dict[str, list[str]] = {}
    for name, value in wanted.items():
        if isinstance(value, bool):
            lines.append(f'"{name}"=dword:{int(value):08x}')
        elif isinstance(value, dict):
            text = json.dumps(value, separators=(",", ":"))
            lines.append(f'"{name}"="{_escaped(text)}"')
        else:
            lists[name] = value
    for name, values in lists.items():
        lines += ["", f"[{root}\\{name}]"]
        lines += [f'"{n}"="{_escaped(value)}"' for n, value in enumerate(values, start=1)]
    return "\ufeff".encode("utf-16-le") + ("\r\n".join(lines) + "\r\n").encode("utf-16-le")


def configuration_profile(browser: Managed, wanted: dict[str, Any]) -> bytes:
    """The same as a profile for macOS, which a device management system installs."""
    identifier = f"dev.wlk.captions.{browser.name}"

    def payload(kind: str, name: str, **more: Any) -> dict[str, Any]:
        return {
            "PayloadType": kind,
            "PayloadIdentifier": name,
            "PayloadUUID": str(uuid5(NAMESPACE_DNS, name)).upper(),
            "PayloadVersion": 1,
            "PayloadDisplayName": f"WLK Live Captions for {browser.name}",
            **more,
        }

    content = payload(browser.macos, f"{identifier}.policies", **wanted)
    whole = payload("Configuration", identifier, PayloadScope="System", PayloadContent=[content])
    return plistlib.dumps(whole)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


if __name__ == "__main__":
    sys.exit(main())
