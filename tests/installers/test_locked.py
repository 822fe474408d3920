"""What the installers install is what was locked, and covers what the project asks for."""

import hashlib
import os
import re
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

import environment
import locked
import wheels
from locked import LockedName
from tools.lock import HOST, ROOT, SETS
from wheels import SUPPORTED, Target
from wlk_host.setup.errors import SetupError
from wlk_host.setup.progress import Progress

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


MOST_DOWNLOADED_MB = 350
"""With the model base, on any computer."""


def version_of(requirement: Requirement) -> Version:
    return Version(next(iter(requirement.specifier)).version)


def entries(text: str) -> list[tuple[Requirement, list[str]]]:
    """Each requirement of a locked file, and the hashes it may have."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.M))
    split = [line.split("--hash=") for line in joined.splitlines() if line.strip()]
    return [(Requirement(first), [h.strip() for h in hashes]) for first, *hashes in split]


def wanted(name: LockedName) -> list[Requirement]:
    chosen = SETS[name]
    if chosen.wanted:
        return [Requirement(line) for line in chosen.wanted]
    project = PROJECT["project"]
    lines = project["dependencies"] + project["optional-dependencies"][chosen.extra]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("name", SETS)
def test_every_file_is_known_by_its_hash_and_no_place_is_named(name: LockedName) -> None:
    text = locked.requirements(name).read_text(encoding="utf-8")
    found = entries(text)
    assert found
    for requirement, hashes in found:
        assert [s.operator for s in requirement.specifier] == ["=="], requirement
        assert hashes
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", h) for h in hashes)
    assert "://" not in text


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("target", SUPPORTED, ids=str)
def test_what_is_asked_for_is_locked_once(name: LockedName, target: Target) -> None:
    locked_there = wheels.requirements(name, target)
    chosen = {canonicalize_name(r.name): version_of(r) for r in locked_there}
    assert len(chosen) == len(locked_there)
    for requirement in wanted(name):
        if requirement.marker is None or requirement.marker.evaluate(dict(target.environment())):
            version = chosen[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version), f"run tests/tools/lock.py: {version}"


@pytest.mark.parametrize("name", HOST)
@pytest.mark.parametrize("target", SUPPORTED, ids=str)
def test_all_that_the_host_needs_is_a_wheel_for_that_computer(
    name: LockedName, target: Target
) -> None:
    required = wheels.requirements(name, target)
    files = {wheels.key(r): wheels.chosen(r, target) for r in required}
    assert [key for key, file in files.items() if file is None] == []
    megabytes = sum(file[1] for file in files.values() if file is not None) / 1e6
    assert megabytes <= MOST_DOWNLOADED_MB


def test_what_is_listed_as_supported_is_what_the_project_says() -> None:
    range_ = SpecifierSet(PROJECT["project"]["requires-python"])
    supported = {f"3.{minor}" for minor in range(20) if range_.contains(f"3.{minor}.0")}
    assert {f"3.{target.python[1]}" for target in SUPPORTED} == supported
    prefix = "Programming Language :: Python :: "
    told = {c.removeprefix(prefix) for c in PROJECT["project"]["classifiers"] if prefix in c}
    assert told == supported


def test_the_newest_python_has_wheels_on_every_system_but_intels_macs() -> None:
    """For these, onnxruntime has none; the quickstart says so."""
    mac = wheels.UNSUPPORTED
    absent = [r.name for r in wheels.requirements("embedded", mac) if not wheels.chosen(r, mac)]
    assert absent == ["onnxruntime"]
    assert {(t.system, t.machine) for t in SUPPORTED if t.python == (3, 14)} == {
        ("linux", "x86_64"),
        ("linux", "aarch64"),
        ("darwin", "arm64"),
        ("win32", "AMD64"),
    }


def test_a_file_with_another_hash_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wheel = make_wheel(tmp_path)
    right = hashlib.sha256(wheel.read_bytes()).hexdigest()
    monkeypatch.setattr(locked, "FOLDER", tmp_path)
    alone = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
    progress = Progress(tmp_path / "log.txt", total=1)
    error = SetupError("some_code", "it failed", "mend it")
    target = tmp_path / "site"

    def install(digest: str) -> None:
        line = f"some-thing==1.0 --hash=sha256:{digest}\n"
        (tmp_path / "pip.txt").write_text(line, encoding="utf-8")
        python = Path(sys.executable)
        locked.install(python, "pip", progress, error, "--target", target, environment=alone)

    with pytest.raises(SetupError, match="it failed"):
        install("0" * 64)
    assert "DO NOT MATCH THE HASHES" in capsys.readouterr().out
    assert not target.exists()
    install(right)
    assert (target / "some_thing.py").is_file()


def test_what_builds_the_host_does_not_stay(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    commands: list[list[str]] = []

    def require(_: Progress, command: list[object], *_more: object) -> None:
        commands.append([str(word) for word in command])

    monkeypatch.setattr(Progress, "require", require)
    progress = Progress(tmp_path / "log.txt", total=1)
    environment.install_host(Path("python"), ROOT, "embedded", progress)
    requirements, tools, host = commands
    assert requirements[-1].endswith("embedded.txt")
    assert "--require-hashes" in requirements
    assert "--target" in tools
    assert {"--no-deps", "--no-build-isolation"} <= set(host)


def make_wheel(folder: Path) -> Path:
    """A package of one empty module."""
    path = folder / "some_thing-1.0-py3-none-any.whl"
    about = "Metadata-Version: 2.1\nName: some-thing\nVersion: 1.0\n"
    kind = "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("some_thing.py", "")
        wheel.writestr("some_thing-1.0.dist-info/METADATA", about)
        wheel.writestr("some_thing-1.0.dist-info/WHEEL", kind)
        wheel.writestr("some_thing-1.0.dist-info/RECORD", "")
    return path
