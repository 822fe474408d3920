"""Who made an environment, by what they leave in it."""

from dataclasses import replace
from pathlib import Path

import pytest

from wlk_host.setup import environments
from wlk_host.setup.environments import Kind
from wlk_host.setup.errors import SetupError
from wlk_host.setup.machine import Program, this_machine


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("tools/wlk-host/uv-receipt.toml", Kind.UV),
        ("pipx/venvs/wlk-host/pipx_metadata.json", Kind.PIPX),
        ("wlk-host/venv/pyvenv.cfg", Kind.QUICKSTART),
        ("wlk-host-0.1.0/python/bin/python3", Kind.FOLDER),
        ("mine/pyvenv.cfg", Kind.OTHER),
        (".cache/uv/archive-v0/a1b2/pyvenv.cfg", Kind.TEMPORARY),
        (".cache/pipx/a1b2/pyvenv.cfg", Kind.TEMPORARY),
        (".local/share/pipx/.cache/a1b2/pipx_metadata.json", Kind.TEMPORARY),
    ],
)
def test_it_is_known_by_its_place_and_files(tmp_path: Path, file: str, kind: Kind) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.touch()
    prefix = path.parents[1] if path.parent.name == "bin" else path.parent
    if kind is Kind.FOLDER:
        (prefix.parent / "bin").mkdir()
        (prefix.parent / "bin/wlk-host").touch()
    machine = replace(this_machine(), data=tmp_path / "wlk-host")
    assert environments.kind_of(prefix, machine) is kind


def test_packages_of_a_system_are_known_by_their_place() -> None:
    machine = this_machine()
    for place, kind in (
        (environments.OF_THE_SYSTEM, Kind.SYSTEM),
        (environments.OF_MACOS, Kind.PKG),
    ):
        assert environments.kind_of(Path(place / "python"), machine) is kind


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_can_be_updated_and_removed(kind: Kind) -> None:
    commands = environments.commands(kind, Path("/home/ada/my wlk/python"))
    assert commands.update
    assert (commands.remove is None) == (kind is Kind.QUICKSTART)
    if kind is Kind.FOLDER:
        assert commands.remove == "rm -r '/home/ada/my wlk'"


def test_a_browser_is_not_pointed_to_a_temporary_one() -> None:
    machine = this_machine()
    with pytest.raises(SetupError, match="cannot rely on") as raised:
        environments.refuse_temporary(Path("/home/ada/.cache/uv/archive-v0/x"), machine)
    assert raised.value.code == "environment_temporary"
    environments.refuse_temporary(Path("/home/ada/wlk"), machine)


def test_a_host_that_is_not_on_the_path_is_called_by_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(tmp_path / "python", tmp_path / "my bin")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert environments.command(program) == f"'{tmp_path}/my bin/wlk-host'"
    (tmp_path / "my bin").mkdir()
    own = tmp_path / "my bin/wlk-host"
    own.touch(0o755)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/wlk-host").symlink_to(own)
    assert environments.command(program) == "wlk-host"
