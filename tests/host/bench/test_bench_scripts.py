"""The measuring scripts in `tests/bench`: what can be checked of them in seconds."""

import json
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

import soak
import vocabulary
from fixtures import speech
from fixtures.models import model
from openai_checkpoint import openai_checkpoint
from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.runtime.files.conversion import CHUNK

SCRIPTS = Path(soak.__file__).parent


def write_sound(path: Path, n_samples: int) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        out.writeframes(np.zeros(n_samples, "<i2").tobytes())
    return path


def test_a_soak_plays_its_recordings_without_a_seam(tmp_path: Path) -> None:
    files = [write_sound(tmp_path / "a.wav", 2 * CHUNK), write_sound(tmp_path / "b.wav", CHUNK + 7)]
    ends: list[int] = []
    chunks = list(soak.looped(files, 2, ends))
    assert [chunk.start for chunk in chunks] == [i * CHUNK for i in range(6)]
    assert {len(chunk.pcm) for chunk in chunks} == {CHUNK}
    assert ends == [3 * CHUNK, 6 * CHUNK]


@pytest.mark.model
def test_a_round_of_a_soak_costs_something_and_captions_something() -> None:
    clip = speech.english_clip().path
    first, second = soak.soak([clip], 2, str(model("base")))
    assert first.n_words + second.n_words > 100
    assert second.n_words > 0
    assert 0 < second.cpu_per_s < 5
    assert second.memory_mb > 100


@pytest.mark.model
def test_offline_transcripts_are_scored_like_live_ones(tmp_path: Path) -> None:
    row = json.loads(speech.timed_reference().read_text(encoding="utf-8"))
    row |= {"id": "english", "audio": str(speech.english_clip().path)}
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text(json.dumps(row) + "\n", encoding="utf-8")
    command = [sys.executable, str(SCRIPTS / "offline.py"), str(manifest)]
    command += ["--out", str(tmp_path / "out"), "--model", str(model("base"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "out/report.json").read_text())["all"]
    assert figures["final_wer"] <= 10
    assert figures["commit_p50"] is None


@pytest.fixture(scope="module")
def checkpoint() -> dict[str, dict[str, object]]:
    return openai_checkpoint(model("base"))


@pytest.mark.model
@pytest.mark.torch
def test_a_converted_model_has_the_size_of_base(checkpoint: dict[str, dict[str, object]]) -> None:
    assert checkpoint["dims"] == {
        "n_mels": 80,
        "n_vocab": 51865,
        "n_audio_ctx": 1500,
        "n_audio_state": 512,
        "n_audio_head": 8,
        "n_audio_layer": 6,
        "n_text_ctx": 448,
        "n_text_state": 512,
        "n_text_head": 8,
        "n_text_layer": 6,
    }


@pytest.mark.model
@pytest.mark.torch
def test_stacked_matrices_are_taken_apart_in_order(
    checkpoint: dict[str, dict[str, object]],
) -> None:
    state = checkpoint["model_state_dict"]
    stacked = read_variables(model("base") / "model.bin")
    for block, variable, names in (
        ("decoder.blocks.3.attn", "decoder/layer_3/self_attention/linear_0", "query key value"),
        ("decoder.blocks.5.cross_attn", "decoder/layer_5/attention/linear_1", "key value"),
        ("encoder.blocks.0.attn", "encoder/layer_0/self_attention/linear_0", "query key value"),
    ):
        parts = [np.asarray(state[f"{block}.{name}.weight"]) for name in names.split()]
        np.testing.assert_array_equal(np.concatenate(parts), stacked[f"{variable}/weight"])
        assert f"{block}.key.bias" not in state


@pytest.mark.model
def test_names_are_rare_words_with_a_capital_amid_a_sentence() -> None:
    text = "Sweynheim, and Pannartz went to Rome with Sweynheim. Printing began. McLean's, Pannartz"
    found = vocabulary.names_in(text, WhisperTokenizer(model("base")))
    assert found == ["Pannartz", "Sweynheim"]


def test_a_name_counts_when_it_is_written_right() -> None:
    assert vocabulary.n_right(["Pannartz", "Sweynheim"], "Pannarts and SWEYNHEIM.") == 1
