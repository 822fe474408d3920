"""Whether this Python runs the host: `check()` exits with a sentence if it does not.

Imported before everything else, so it has to run on any Python 3: it uses no newer syntax.
"""

import os
import platform
import re
import sys

PROJECT = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "pyproject.toml")


def supported() -> "tuple[tuple[int, int], tuple[int, int]]":
    """The oldest Python, and the first that is too new, as pairs."""
    with open(PROJECT, encoding="utf-8") as file:
        found = re.search(r'^requires-python = ">=3\.(\d+),<3\.(\d+)"$', file.read(), re.MULTILINE)
    if found is None:
        raise ValueError("pyproject.toml: requires-python has another form")
    return (3, int(found.group(1))), (3, int(found.group(2)))


def sentence(version: "tuple[int, ...]", system: str, machine: str) -> "str | None":
    """What is wrong with that version, and what to do; None if it suits.

    `system` and `machine` are `sys.platform` and `platform.machine()`.
    """
    oldest, too_new = supported()
    intel_mac = system == "darwin" and machine == "x86_64"
    if intel_mac:
        too_new = min(too_new, (3, 14))
    if oldest <= tuple(version[:2]) < too_new:
        return None
    got = ".".join(str(number) for number in version[:3])
    wanted = "3.{} to 3.{}".format(oldest[1], too_new[1] - 1)
    text = "python_unsupported: got Python {}, expected {}".format(got, wanted)
    if intel_mac:
        text += " on Macs with an Intel processor"
    if tuple(version[:2]) >= too_new:
        text += ". The libraries that recognise speech are not ready for yours yet"
    example = "python3.13 {}".format(sys.argv[0])
    return text + "\n  -> run this with one of those, for example: " + example


def check() -> None:
    """Exit with code 1 and a sentence on an unsupported Python."""
    fault = sentence(sys.version_info[:3], sys.platform, platform.machine())
    if fault is not None:
        sys.stderr.write(fault + "\n")
        sys.exit(1)
