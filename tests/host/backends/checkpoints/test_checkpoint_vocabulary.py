import json
from pathlib import Path

import pytest

from fixtures.models import model
from wlk_host.backends.checkpoints import vocabulary as vocabularies
from wlk_host.backends.checkpoints.vocabulary import borrowed, own
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.core.errors import WlkError

pytestmark = pytest.mark.model


def test_a_model_lends_the_vocabulary_of_its_kind() -> None:
    lenders = [model("tiny.en"), model("base")]
    assert borrowed(51865, lenders) == own(model("base"))
    assert borrowed(51864, lenders) == own(model("tiny.en"))


def test_the_tokens_are_those_of_the_published_vocabulary() -> None:
    vocabulary = own(model("base"))
    assert vocabulary is not None
    published = (model("base") / "vocabulary.txt").read_text("utf-8").split("\n")[:51865]
    assert vocabulary.tokens(51865) == published


def test_cantonese_is_put_behind_the_other_languages(tmp_path: Path) -> None:
    vocabulary = borrowed(51866, [model("base")])
    vocabularies.write(vocabulary, tmp_path)
    tokenizer = WhisperTokenizer(tmp_path)
    assert tokenizer.languages["yue"] == 50358
    assert tokenizer.languages["su"] == 50357
    assert len(vocabulary.language_ids()) == 100
    assert (tokenizer.no_timestamps, tokenizer.vocabulary_size) == (50364, 51866)
    assert tokenizer.decode(tokenizer.encode(" Good morning.")) == " Good morning."
    tokens = vocabulary.tokens(51866)
    assert tokens[50359:50361] == ["<|translate|>", "<|transcribe|>"]
    assert tokens[50365] == "<|0.00|>"
    assert tokens[-1] == "<|30.00|>"
    assert set(range(50359, 50364)) <= set(vocabulary.suppressed)
    assert 50358 not in vocabulary.suppressed


def test_without_a_lender_the_command_is_named() -> None:
    with pytest.raises(WlkError) as raised:
        borrowed(51864, [model("base")])
    assert raised.value.code == "vocabulary_missing"
    assert raised.value.hint == "run: wlk-host models download tiny.en"


def test_a_vocabulary_of_no_whisper_model_must_come_along(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({}))
    with pytest.raises(WlkError, match="50000 tokens") as raised:
        borrowed(50000, [tmp_path, model("base")])
    assert raised.value.code == "vocabulary_missing"
