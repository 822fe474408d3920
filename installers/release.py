"""The list of parts (SBOM) of a release, in CycloneDX 1.6: `python installers/release.py FILE`.

Resolved from `locked/embedded.txt`, every file by its SHA-256, for the platform that runs this:
installs that set and the host into a scratch environment, asks it what it is made of, shared
libraries of wheels included, and writes that. The same checkout on the same platform gives the same
bytes.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import environment
import locked
from locked import NETWORK_HINT
from wlk_host.setup.errors import SetupError
from wlk_host.setup.progress import Progress

CHECKOUT: Final = Path(__file__).resolve().parents[1]

_ASK: Final = """
import json, sys
from dataclasses import asdict
from wlk_host.setup import licences
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump([asdict(component) for component in licences.installed()], file)
"""
"""Run by the host's interpreter: what it is made of."""


def main() -> int:
    """Write the file; the exit code."""
    target = Path(sys.argv[1]).absolute()
    with tempfile.TemporaryDirectory(prefix="wlk-release-") as scratch:
        progress = Progress(Path(scratch, "release.log"), total=3)
        try:
            _write(target, Path(scratch), progress)
        except SetupError as error:
            print(f"\n{error}", file=sys.stderr)
            return 1
    return 0


def _write(target: Path, scratch: Path, progress: Progress) -> None:
    with progress.step("The host, as it is locked"):
        python = environment.ensure_environment(scratch / "host", progress)
        environment.install_host(python, CHECKOUT, "embedded", progress)
    with progress.step("The tool that lists it, as it is locked"):
        tools = environment.ensure_environment(scratch / "tools", progress)
        error = SetupError("release_failed", "cannot install the tool", NETWORK_HINT)
        locked.install(tools, "release", progress, error)
    with progress.step(f"{target}"):
        made = scratch / "parts.json"
        tool: list[str | Path] = [tools, "-I", "-m", "cyclonedx_py", "environment"]
        tool += ["--spec-version", "1.6", "--output-reproducible", "--validate"]
        tool += ["--pyproject", CHECKOUT / "pyproject.toml", "--mc-type", "application"]
        error = SetupError("release_failed", "cannot list the parts", "see the lines above")
        progress.require([*tool, "--output-file", made, python], error)
        parts = json.loads(made.read_text(encoding="utf-8"))
        asked = scratch / "components.json"
        progress.require([python, "-I", "-c", _ASK, asked], error)
        add_libraries(parts, json.loads(asked.read_text(encoding="utf-8")))
        target.write_text(json.dumps(parts, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def add_libraries(parts: dict[str, Any], components: list[dict[str, Any]]) -> None:
    """Put the shared libraries of a wheel into its part, in CycloneDX's form.

    Args:
        parts: CycloneDX, changed in place.
        components: what `wlk-host licences` lists (`wlk_host.setup.licences.Component`).
    """
    by_name = {part["name"].lower().replace("_", "-"): part for part in parts["components"]}
    for component in components:
        if not component["within"]:
            continue
        carried: dict[str, Any] = {
            "type": "library",
            "bom-ref": f"{component['within']}/{component['name']}",
            "name": component["name"],
            "licenses": [{"license": {"name": component["licence"]}}],
        }
        if component["version"]:
            carried["version"] = component["version"]
        by_name[component["within"]].setdefault("components", []).append(carried)


if __name__ == "__main__":
    sys.exit(main())
