"""The host's version, which the build reads from here, and how versions compare."""

import re

__version__ = "0.1.0"


def parts(version: str) -> tuple[int, ...]:
    """The numbers of a version, as "0.12.1" has them; empty if it does not begin with one."""
    found = re.match(r"\d{1,9}(?:\.\d{1,9}){0,3}", version)
    return tuple(map(int, found[0].split("."))) if found else ()


def is_newer(version: str, than: str) -> bool:
    """Whether a version is newer. One that cannot be read is not."""
    return parts(version) > parts(than)
