"""`wlk-host licences`: everything that an installation is made of, and on what terms.

Read from what is installed, not from a list of ours: the host's own package, all packages that it
or one of its extras requires and that are there, and the shared libraries that packages carry.
"""

import importlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Final

HOST: Final = "wlk-host"

NOT_STATED: Final = "not stated by the package"

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""How a requirement begins (PEP 508)."""

_CLASSIFIER: Final = "License :: OSI Approved :: "

_FOLDERS_OF_LIBRARIES: Final = re.compile(r"^(?:[\w-]+\.libs|[\w-]+/\.dylibs)/")
"""Where auditwheel, delvewheel and delocate put the shared libraries of a wheel."""

_LICENCES: Final = {
    "SvtAv1Enc": "BSD-3-Clause-Clear",
    "Xau": "MIT",
    "asound": "LGPL-2.1-or-later",
    "dav1d": "BSD-2-Clause",
    "drm": "MIT",
    "gfortran": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "gmp": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "gnutls": "LGPL-2.1-or-later",
    "gomp": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "hogweed": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "mp3lame": "LGPL-2.0-or-later",
    "nettle": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "opencore-amrnb": "Apache-2.0",
    "opencore-amrwb": "Apache-2.0",
    "opus": "BSD-3-Clause",
    "quadmath": "LGPL-2.1-or-later",
    "scipy_openblas": "BSD-3-Clause",
    "sharpyuv": "BSD-3-Clause",
    "unistring": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "vpl": "MIT",
    "vpx": "BSD-3-Clause",
    "webp": "BSD-3-Clause",
    "webpmux": "BSD-3-Clause",
    "x264": "GPL-2.0-or-later",
    "x265": "GPL-2.0-or-later",
    "xcb": "MIT",
    "xcb-shape": "MIT",
    "xcb-shm": "MIT",
    "xcb-xfixes": "MIT",
}
"""Of shared libraries, which do not say it themselves: what their projects publish."""

_LONGEST: Final = 60
"""Characters. Some packages put the whole text where a name belongs."""


@dataclass(frozen=True, slots=True, order=True)
class Component:
    """One thing that is installed.

    Attributes:
        name: of the package, or of the library within one.
        version: as it says itself.
        licence: an SPDX expression or a name; `NOT_STATED` if there is none.
        within: the package that carries it; empty for packages.
        texts: the licence's files, where they lie.
    """

    name: str
    version: str
    licence: str
    within: str = ""
    texts: tuple[str, ...] = ()


def installed(root: str = HOST) -> list[Component]:
    """The package and everything it requires that is there, each before what it carries."""
    found: list[Component] = []
    for there in sorted(_closure(root), key=lambda there: _normal(there.metadata["Name"])):
        package = _package(there)
        found += [package, *_libraries(there, package.name)]
    return found


def show() -> int:
    """Print the list; the exit code."""
    components = installed()
    width = max(len(_title(component)) for component in components)
    for component in components:
        sys.stdout.write(f"{_title(component):{width}}  {component.licence}\n")
    return 0


def _title(component: Component) -> str:
    indent = "  " if component.within else ""
    return f"{indent}{component.name} {component.version}".rstrip()


def _closure(root: str) -> Iterator[Distribution]:
    """Distributions that are installed, each once. A marker that does not hold finds nothing."""
    waiting, seen = [root], set()
    while waiting:
        name = _normal(waiting.pop())
        if name in seen:
            continue
        seen.add(name)
        try:
            there = distribution(name)
        except PackageNotFoundError:
            continue
        yield there
        # An extra of another package may be there for reasons of its own, such as tests.
        required = [r for r in there.requires or () if name == _normal(root) or "extra ==" not in r]
        waiting += [match.group() for match in map(_NAME.match, required) if match]


def _package(there: Distribution) -> Component:
    texts = [
        str(file.locate())
        for file in there.files or ()
        if ".dist-info/" in str(file) and re.match(r"licen[cs]e|copying|notice", file.name, re.I)
    ]
    name = _normal(there.metadata["Name"])
    return Component(name, there.version, _licence(there), texts=tuple(sorted(texts)))


def _licence(there: Distribution) -> str:
    """The expression; for older packages the name, or what their classifiers say."""
    metadata = there.metadata
    stated = (metadata[key] for key in ("License-Expression", "License") if key in metadata)
    name = next(stated, "").strip()
    if name and len(name) <= _LONGEST and "\n" not in name:
        return name
    classifiers = metadata.get_all("Classifier") or []
    names = [c.removeprefix(_CLASSIFIER) for c in classifiers if c.startswith(_CLASSIFIER)]
    return "; ".join(names) or NOT_STATED


def _libraries(there: Distribution, package: str) -> list[Component]:
    """The shared libraries in a wheel. FFmpeg's own say their terms when they are asked."""
    asked = _ffmpeg() if package == "av" else {}
    names = set()
    for file in there.files or ():
        if _FOLDERS_OF_LIBRARIES.match(file.as_posix()):
            names.add(library_name(file.name))
    of_ffmpeg = [
        Component(f"lib{name}", version, licence, within=package)
        for name, (version, licence) in asked.items()
    ]
    others = [
        Component(f"lib{name}", "", _LICENCES.get(name, NOT_STATED), within=package)
        for name in names - asked.keys() - {package}
    ]
    return sorted(of_ffmpeg + others)


def library_name(file: str) -> str:
    """`libopus-114e2b1a.so.0.11.1` -> `opus`. Wheels add letters of a hash, systems a version."""
    stem = re.split(r"\.(?:so|dylib|dll)\b", file, maxsplit=1)[0].removeprefix("lib")
    return re.sub(r"(?:-[0-9a-f]{8,}|-r\d\S*|[.-]\d[\d.]*|64_)+$", "", stem)


def _ffmpeg() -> dict[str, tuple[str, str]]:
    """Version and licence of each of FFmpeg's libraries, by what it says of itself."""
    core = importlib.import_module("av._core")
    return {
        name.removeprefix("lib"): (".".join(map(str, about["version"])), about["license"])
        for name, about in core.library_meta.items()
    }


def _normal(name: str) -> str:
    """A name as packages are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
