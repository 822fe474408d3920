"""Attention heads found on the spoken clip."""

import json
import re
import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from fixtures.models import model
from fixtures.sound import english, english_words
from wlk_host import cli
from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE
from wlk_host.runtime.files.find_heads import find_heads

pytestmark = [pytest.mark.model, pytest.mark.torch]

END_S = 20.0


def text() -> str:
    return " ".join(word for word, _, end in english_words() if end < END_S)


def test_the_best_heads_of_base_are_among_those_its_makers_name() -> None:
    pcm = english()[: round(END_S * SAMPLE_RATE)]
    found = find_heads(model("base"), pcm, text(), "en")
    published = json.loads((model("base") / "config.json").read_text())["alignment_heads"]
    best = sorted(found, key=lambda head: -found[head])[:2]
    assert {tuple(head) for head in published} >= set(best)
    assert len(found) <= 12
    assert all(share > 0.3 for share in found.values())


def test_a_model_without_known_heads_captions_with_those_that_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WLK_MODELS", str(tmp_path / "models"))
    (tmp_path / "models").mkdir()
    source = tmp_path / "unknown"
    shutil.copytree(model("tiny.en"), source)
    clip = str(short_clip(tmp_path))
    arguments = ["--audio", clip, "--text", text()]
    assert cli.main(["models", "heads", str(source), *arguments]) == 0
    heads = capsys.readouterr().out.strip()
    assert re.fullmatch(r"\d+\.\d+(,\d+\.\d+)*", heads)
    command = ["caption", clip, "--model", str(source), "--language", "en"]
    assert cli.main([*command, "--alignment-heads", heads]) == 0
    heard = set(re.findall(r"[a-z']+", capsys.readouterr().out.lower()))
    spoken = set(re.findall(r"[a-z']+", text().lower()))
    assert len(heard & spoken) >= 0.8 * len(spoken)
    assert not (tmp_path / "models" / ".converted").exists(), "the heads rewrite no model"


@pytest.mark.parametrize(("seconds", "words"), [(31.0, "Hello."), (1.0, ""), (1.0, "a " * 500)])
def test_what_no_window_holds_is_refused(seconds: float, words: str) -> None:
    silence = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
    with pytest.raises(WlkError) as raised:
        find_heads(model("tiny.en"), silence, words, "en")
    assert raised.value.code == "sound_unsuitable"


def short_clip(folder: Path) -> Path:
    """The clip's first sentences as a file."""
    path = folder / "clip.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        pcm = english()[: round(END_S * SAMPLE_RATE)]
        file.writeframes((pcm * 32767).astype("<i2").tobytes())
    return path
