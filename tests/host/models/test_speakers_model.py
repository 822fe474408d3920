"""The weights that tell speakers apart: listed and downloaded as a model, never a recogniser."""

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures import hub as answers
from fixtures.hub import Hub
from wlk_host import cli
from wlk_host.core.errors import WlkError
from wlk_host.models import catalog, store
from wlk_host.models import hub as publishers
from wlk_host.models.catalog import SPEAKERS
from wlk_host.models.download import download
from wlk_host.models.entries import CatalogEntry, GitRepository
from wlk_host.models.store import Condition
from wlk_host.runtime.loading import resolve

pytestmark = pytest.mark.model

AT_ONCE = (0.0, 0.0)


@pytest.fixture
def elsewhere(models: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> CatalogEntry:
    """The real entry with the hub for its Git repositories, and no package that carries a file."""
    folder = download(SPEAKERS)
    hub.files = {file.name: (folder / file.local_name).read_bytes() for file in SPEAKERS.files}
    store.remove(SPEAKERS)
    monkeypatch.setattr(sys, "path", [])
    voices, turns = SPEAKERS.files
    assert isinstance(SPEAKERS.repository, GitRepository)
    assert isinstance(turns.repository, GitRepository)
    turns = replace(turns, repository=replace(turns.repository, address=f"{hub.url}/turns"))
    repository = replace(SPEAKERS.repository, address=f"{hub.url}/voices")
    return replace(SPEAKERS, repository=repository, files=(voices, turns))


def names(folder: Path) -> list[str]:
    """What lies there, but for locks."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_it_is_made_from_its_packages_without_any_network(
    models: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert download(SPEAKERS) == models / "speakers"
    store.verify("speakers")
    assert names(models / "speakers") == ["pretrained.pt", "segmentation.bin"]
    assert not {"resemblyzer", "whisperx"} & set(sys.modules)
    assert hub.asked == []


def test_its_addresses_are_those_of_one_commit_each() -> None:
    addresses = [
        publishers.url(f.repository or SPEAKERS.repository, f.name) for f in SPEAKERS.files
    ]
    site = "https://raw.githubusercontent.com"
    assert addresses == [
        f"{site}/resemble-ai/Resemblyzer/15d828edebe06bc72b9cabc8ef8ca5ab2cb457ce/resemblyzer/"
        "pretrained.pt",
        f"{site}/m-bain/whisperX/a9e50ef0afb876ca1468258a4670b636257938ac/whisperx/assets/"
        "pytorch_model.bin",
    ]


def test_a_download_that_breaks_off_goes_on(elsewhere: CatalogEntry, hub: Hub) -> None:
    hub.answers[:] = [answers.broken_after(1_000_000), *[answers.broken_after(0)] * 3]
    with pytest.raises(WlkError) as raised:
        download(elsewhere, delays_s=AT_ONCE)
    assert raised.value.code == "download_failed"
    assert store.condition(SPEAKERS) is Condition.ABSENT
    download(elsewhere)
    store.verify("speakers")
    revisions = [(f.repository or SPEAKERS.repository).revision for f in SPEAKERS.files]
    assert hub.asked[4:] == [
        (f"/voices/{revisions[0]}/resemblyzer/pretrained.pt", "bytes=1000000-"),
        (f"/turns/{revisions[1]}/whisperx/assets/pytorch_model.bin", None),
    ]


def test_something_else_in_its_place_is_not_kept(
    elsewhere: CatalogEntry, models: Path, hub: Hub
) -> None:
    hub.answers[:] = [answers.wrong_bytes, answers.wrong_bytes]
    with pytest.raises(WlkError) as raised:
        download(elsewhere)
    assert raised.value.code == "download_corrupt"
    assert names(models) == []


def test_offline_it_is_not_asked_for_and_its_package_is_named(
    elsewhere: CatalogEntry, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(WlkError) as raised:
        download(elsewhere)
    assert raised.value.code == "download_offline"
    assert raised.value.hint.endswith("-m pip install --no-deps resemblyzer whisperx")
    assert hub.asked == []


def test_its_commands_are_those_of_every_model(
    models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["models", "path", "speakers"]) == 2
    assert "run: wlk-host models download speakers" in capsys.readouterr().err
    for action, said in (
        ("download", f"speakers: installed in {models / 'speakers'}\n"),
        ("verify", "speakers: intact\n"),
        ("path", f"{models / 'speakers'}\n"),
        ("remove", "speakers: removed\n"),
    ):
        assert cli.main(["models", action, "speakers"]) == 0
        assert capsys.readouterr().out == said
    assert names(models) == []


def test_the_list_says_what_it_is_for(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    download(SPEAKERS)
    cli.main(["models", "list"])
    line = next(line for line in capsys.readouterr().out.splitlines() if "speakers" in line)
    assert re.split(r" {2,}", line) == [
        "speakers", "35 MB", "tells speakers apart", "Apache-2.0 AND MIT", "installed"
    ]  # fmt: skip


def test_it_is_no_recogniser(models: Path) -> None:
    download(SPEAKERS)
    assert catalog.find("speakers") is None
    assert store.installed() == []
    with pytest.raises(WlkError, match="neither a known model") as raised:
        resolve.resolve("speakers")
    assert raised.value.code == "model_missing"
    with pytest.raises(WlkError, match="no model is installed"):
        store.resolve(None)


def test_damage_is_found_at_a_glance_and_mended(models: Path) -> None:
    folder = download(SPEAKERS)
    (folder / "pretrained.pt").write_bytes(b"half of it")
    with pytest.raises(WlkError, match="has 10 bytes") as raised:
        store.require(SPEAKERS)
    assert raised.value.code == "model_corrupt"
    assert raised.value.hint == "run: wlk-host models download speakers"
    download(SPEAKERS)
    store.verify("speakers")
