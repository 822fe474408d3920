"""Translation models in CTranslate2 form, told apart by what lies in their folder."""

import json
from pathlib import Path

import pytest

from fixtures.translation_models import nllb_models
from wlk_host.backends.translators.ct2 import CTranslator
from wlk_host.backends.translators.description import Description, Family
from wlk_host.core.errors import WlkError


def folder_with(path: Path, *tokens: str, vocabulary: str = "shared_vocabulary.json") -> Path:
    """What can be read of a model without its weights."""
    path.mkdir()
    (path / "model.bin").touch()
    (path / "config.json").write_text("{}")
    body = json.dumps(tokens) if vocabulary.endswith("json") else "\n".join(tokens)
    (path / vocabulary).write_text(body, encoding="utf-8")
    return path


def test_m2m_knows_its_languages_by_tokens(tmp_path: Path) -> None:
    model = Description(folder_with(tmp_path / "m2m", "__en__", "__pt__", "__jv__", "▁a"))
    assert model.family is Family.M2M
    assert model.supports("en", "pt-BR")
    assert model.supports(None, "jw")
    assert not model.supports("de", "pt")
    assert not model.supports("en", "de")


def test_madlad_is_told_the_target_only(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "m", "<2en>", "<2zh_TW>", vocabulary="shared_vocabulary.txt")
    model = Description(folder)
    assert model.family is Family.MADLAD
    assert model.supports("anything", "en")
    assert model.target_tag("zh-TW") == "<2zh_TW>"
    assert not model.supports("en", "de")


@pytest.mark.parametrize("name", ["opus-mt-en-pt", "ct2_en_pt"])
def test_a_model_for_one_pair_says_so_by_its_name(tmp_path: Path, name: str) -> None:
    model = Description(folder_with(tmp_path / name, "▁a", vocabulary="source_vocabulary.json"))
    assert model.family is Family.PAIR
    assert model.supports("en", "pt-BR")
    assert not model.supports("pt", "en")
    assert not model.supports("en", "de")


def test_a_folder_that_says_nothing_is_believed(tmp_path: Path) -> None:
    assert Description(folder_with(tmp_path / "mine", "▁a")).supports("en", "de")


@pytest.mark.parametrize("missing", ["model.bin", "shared_vocabulary.json"])
def test_a_folder_that_is_no_model_is_told(tmp_path: Path, missing: str) -> None:
    folder = folder_with(tmp_path / "m", "▁a")
    (folder / missing).unlink()
    with pytest.raises(WlkError) as caught:
        Description(folder).supports("en", "de")
    assert caught.value.code == "translator_broken"


@pytest.mark.torch
@pytest.mark.parametrize("lacks", ["tokenizer", "weights"])
def test_a_model_that_cannot_be_loaded_is_told(tmp_path: Path, lacks: str) -> None:
    folder = folder_with(tmp_path / "m", "▁a")
    if lacks == "weights":
        source = nllb_models() / "nllb-600M-ctranslate2" / "tokenizer.json"
        (folder / "tokenizer.json").write_bytes(source.read_bytes())
    with pytest.raises(WlkError) as caught:
        CTranslator(Description(folder))
    assert caught.value.code == "translator_broken"


@pytest.mark.torch
def test_its_tokens_and_tags_are_those_of_the_models_own_tokenizer() -> None:
    from wlk_host.backends.translators.nllw import NllwTranslator  # noqa: PLC0415 - an extra

    folder = nllb_models() / "nllb-600M-ctranslate2"
    ours = CTranslator(Description(folder), beams=1)
    theirs = NllwTranslator(folder, "ctranslate2")
    lines = ["When a sentence is finished, it is read once more.", "Yes.", "今日はいい天気です。"]
    for source, target in (("en", "pt"), ("ja", "de"), ("pt", "zh-TW")):
        found = ours.translate(lines, source, target, "")
        assert found == theirs.translate(lines, source, target, "")
