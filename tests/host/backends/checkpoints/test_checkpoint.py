"""Every format, made from the base weights, loads as the base model; damaged ones are refused."""

import functools
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import pytest
from numpy.typing import NDArray

from fixtures import checkpoints
from fixtures.checkpoints import openai_tensors
from fixtures.models import model
from fixtures.sound import english, english_words
from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.checkpoints.conversion import as_ctranslate2
from wlk_host.backends.checkpoints.mlx import dequantised
from wlk_host.backends.whisper.ct2.recognizer import CTranslate2Recognizer
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.core.errors import WlkError
from wlk_host.core.ports import Task

pytestmark = pytest.mark.model

Make = Callable[[Path, Path], Path]

FORMATS = [
    checkpoints.safetensors,
    checkpoints.sharded,
    pytest.param(checkpoints.pytorch_bin, marks=pytest.mark.torch),
    pytest.param(checkpoints.openai_pt, marks=pytest.mark.torch),
    checkpoints.mlx_npz,
    checkpoints.mlx_safetensors,
]
LAYER = "decoder.blocks.3.mlp.2.weight"


def name(make: Make) -> str:
    return make.__name__


def base() -> Path:
    return model("base")


def tiny() -> Path:
    """For what does not depend on the model: it is half as large."""
    return model("tiny.en")


def nobody(name: str) -> Path:
    raise AssertionError(f"{name} is not to be asked for")


def convert(path: Path, tmp_path: Path) -> Path:
    """The converted folder, with both models to lend their tokenizers."""
    return as_ctranslate2(path, tmp_path / "cache", [base(), tiny()], nobody)


def config(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "config.json").read_text())
    return loaded


@functools.cache
def variables(original: Path) -> dict[str, NDArray[np.generic]]:
    return read_variables(original / "model.bin")


def unequal(folder: Path, original: Path) -> list[str]:
    """The variables in which a folder differs from a model."""
    theirs = read_variables(folder / "model.bin")
    ours = variables(original)
    return [name for name in ours if not np.array_equal(ours[name], theirs.get(name, np.empty(0)))]


def words_heard(folder: Path) -> list[str]:
    """What the model hears in the first two sentences."""
    whisper = ctranslate2.models.Whisper(str(folder), compute_type="int8")
    recognizer = CTranslate2Recognizer(whisper, WhisperTokenizer(folder), beams=1)
    heard = recognizer.transcribe(english()[: 8 * 16000], Task("en"), (), ())
    return [word.text.strip(" .,").lower() for word in heard.words]


def spoken() -> set[str]:
    return {word.strip(" .,").lower() for word, _, end in english_words() if end < 7.5}


@pytest.mark.parametrize("make", FORMATS, ids=name)
def test_the_same_model_is_loaded_from_every_format(make: Make, tmp_path: Path) -> None:
    folder = convert(make(base(), tmp_path / "source"), tmp_path)
    # MLX leaves the encoder's positions out; computed anew they differ in the last bit.
    assert set(unequal(folder, base())) <= {"encoder/position_encodings/encodings"}
    for key in ("alignment_heads", "suppress_ids", "suppress_ids_begin", "lang_ids"):
        assert config(folder)[key] == config(base())[key], key
    assert len(spoken() & set(words_heard(folder))) >= 0.8 * len(spoken())


def test_a_converted_folder_is_used_as_it_is(tmp_path: Path) -> None:
    assert convert(base(), tmp_path) == base()
    assert not (tmp_path / "cache").exists()


def test_a_checkpoint_is_converted_once_and_anew_when_it_changes(tmp_path: Path) -> None:
    source = checkpoints.safetensors(tiny(), tmp_path / "source")
    first = convert(source, tmp_path)
    made = (first / "model.bin").stat().st_mtime_ns
    assert convert(source, tmp_path) == first
    assert (first / "model.bin").stat().st_mtime_ns == made
    os.utime(source / "model.safetensors", ns=(1, 1))
    second = convert(source, tmp_path)
    assert second != first
    assert not first.exists()
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [second.parent.name]


def test_a_distilled_model_has_the_layers_it_has(tmp_path: Path) -> None:
    folder = convert(checkpoints.distilled(base(), tmp_path / "source"), tmp_path)
    names = variables(folder)
    layers = {name.split("/")[1] for name in names if name.startswith("decoder/layer_")}
    assert layers == {"layer_0", "layer_1", "layer_norm"}
    # No heads are known for it, so those of the upper half of its layers are taken.
    assert config(folder)["alignment_heads"] == [[1, head] for head in range(8)]
    whisper = ctranslate2.models.Whisper(str(folder), compute_type="int8")
    assert whisper.n_mels == 80
    assert whisper.is_multilingual


def test_heads_that_the_model_does_not_have_are_refused(tmp_path: Path) -> None:
    source = checkpoints.safetensors(tiny(), tmp_path / "source")
    generation = json.loads((source / "generation_config.json").read_text())
    wrong = json.dumps(generation | {"alignment_heads": [[4, 0]]})
    (source / "generation_config.json").write_text(wrong)
    with pytest.raises(WlkError, match="4 layers of 6 heads") as raised:
        convert(source, tmp_path)
    assert raised.value.code == "heads_invalid"


def test_heads_that_are_not_said_are_those_of_openais_model(tmp_path: Path) -> None:
    source = checkpoints.safetensors(tiny(), tmp_path / "source")
    generation = json.loads((source / "generation_config.json").read_text())
    del generation["alignment_heads"]
    (source / "generation_config.json").write_text(json.dumps(generation))
    folder = convert(source, tmp_path)
    assert config(folder)["alignment_heads"] == config(tiny())["alignment_heads"]


@pytest.mark.parametrize("rslora", [False, True])
def test_an_adapter_is_merged(tmp_path: Path, rslora: bool) -> None:
    random = np.random.default_rng(0)
    b = random.standard_normal((384, 4), np.float32) * 0.03
    a = random.standard_normal((4, 1536), np.float32) * 0.03
    adapter = checkpoints.lora(
        tmp_path / "adapter", LAYER, b, a, "tiny.en", lora_alpha=8, use_rslora=rslora
    )
    folder = as_ctranslate2(adapter, tmp_path / "cache", [], model)
    scale = 8 / (2 if rslora else 4)
    expected = np.asarray(openai_tensors(tiny())[LAYER], np.float32) + scale * (b @ a)
    assert unequal(folder, tiny()) == ["decoder/layer_3/ffn/linear_1/weight"]
    merged = np.asarray(openai_tensors(folder)[LAYER], np.float32)
    np.testing.assert_allclose(merged, expected, atol=1e-3)


@pytest.mark.torch
def test_an_adapter_can_turn_one_model_into_another(tmp_path: Path) -> None:
    spoilt = openai_tensors(base())
    changed = "decoder.blocks.0.attn.out.weight"
    random = np.random.default_rng(0)
    b = random.standard_normal((512, 8), np.float32)
    a = random.standard_normal((8, 512), np.float32)
    spoilt[changed] = np.asarray(spoilt[changed], np.float32) + b @ a
    folder = tmp_path / "spoilt"
    folder.mkdir()
    broken = convert(checkpoints.openai_pickle(spoilt, folder / "spoilt.pt"), tmp_path)
    assert len(spoken() & set(words_heard(broken))) < 0.5 * len(spoken())
    adapter = checkpoints.lora(
        tmp_path / "adapter", changed, -b, a, str(folder / "spoilt.pt"), lora_alpha=8
    )
    mended = as_ctranslate2(adapter, tmp_path / "cache", [base()], Path)
    assert len(spoken() & set(words_heard(mended))) >= 0.8 * len(spoken())


@pytest.mark.parametrize(
    ("config_", "code"),
    [
        ({"use_dora": True}, "adapter_unsupported"),
        ({"peft_type": "IA3"}, "adapter_unsupported"),
        ({"base_model_name_or_path": ""}, "model_corrupt"),
    ],
)
def test_other_adapters_are_refused(tmp_path: Path, config_: dict[str, object], code: str) -> None:
    b, a = np.ones((384, 1), np.float32), np.ones((1, 1536), np.float32)
    adapter = checkpoints.lora(tmp_path / "adapter", LAYER, b, a, "tiny.en")
    settings = json.loads((adapter / "adapter_config.json").read_text()) | config_
    (adapter / "adapter_config.json").write_text(json.dumps(settings))
    with pytest.raises(WlkError) as raised:
        as_ctranslate2(adapter, tmp_path / "cache", [], model)
    assert raised.value.code == code


def test_an_adapter_for_another_size_is_refused(tmp_path: Path) -> None:
    b, a = np.ones((512, 1), np.float32), np.ones((1, 2048), np.float32)
    adapter = checkpoints.lora(tmp_path / "adapter", LAYER, b, a, "tiny.en")
    with pytest.raises(WlkError, match=r"\(512, 2048\), expected \(384, 1536\)") as raised:
        as_ctranslate2(adapter, tmp_path / "cache", [], model)
    assert raised.value.code == "model_corrupt"


def weights(path: Path) -> Path:
    """The file of a checkpoint that holds tensors, the last of several."""
    if path.is_file():
        return path
    kinds = ("*.safetensors", "*.bin", "*.npz")
    return sorted(file for kind in kinds for file in path.glob(kind))[-1]


def truncated(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def emptied(file: Path) -> None:
    os.truncate(file, 0)


def garbled(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.write(b"\xff" * 4096)


@pytest.mark.parametrize("damage", [truncated, emptied, garbled], ids=lambda f: f.__name__)
@pytest.mark.parametrize("make", FORMATS, ids=name)
def test_a_damaged_file_is_a_coded_error(
    make: Make, damage: Callable[[Path], None], tmp_path: Path
) -> None:
    source = make(tiny(), tmp_path / "source")
    damage(weights(source))
    with pytest.raises(WlkError) as raised:
        convert(source, tmp_path)
    assert raised.value.code == "model_corrupt"
    assert str(tmp_path / "source") in raised.value.message


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    source = checkpoints.sharded(tiny(), tmp_path / "source")
    (source / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(WlkError, match=r"lacks model-00002-of-00002\.safetensors") as raised:
        convert(source, tmp_path)
    assert raised.value.code == "model_corrupt"


@pytest.mark.torch
def test_a_missing_tensor_is_named(tmp_path: Path) -> None:
    tensors = openai_tensors(tiny())
    del tensors["decoder.blocks.3.cross_attn.key.weight"]
    source = checkpoints.openai_pickle(tensors, tmp_path / "tiny.pt")
    with pytest.raises(WlkError, match=r"decoder\.blocks\.3\.cross_attn\.key\.weight") as raised:
        as_ctranslate2(source, tmp_path / "cache", [tiny()], nobody)
    assert raised.value.code == "model_corrupt"


class Harmful:
    """What a pickle may do to those who trust it."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return (os.mkdir, ("harm",))


@pytest.mark.torch
@pytest.mark.parametrize("legacy", [False, True])
def test_a_pickle_that_runs_code_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, legacy: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    source = tmp_path / "model.pt"
    if legacy:
        source.write_bytes(pickle.dumps(Harmful(), protocol=2))
    else:
        checkpoints.save_pickle({"model_state_dict": Harmful()}, source)
    with pytest.raises(WlkError) as raised:
        convert(source, tmp_path)
    assert raised.value.code == "model_unsafe"
    assert "safetensors" in raised.value.hint
    assert not (tmp_path / "harm").exists()


@pytest.mark.torch
@pytest.mark.parametrize(("group_size", "bits", "heard"), [(64, 8, 0.8), (64, 4, 0.7)])
def test_a_quantised_mlx_model_has_the_weights_that_mlx_reads(
    group_size: int, bits: int, heard: float, tmp_path: Path
) -> None:
    import mlx.core as mx  # noqa: PLC0415 - an extra

    source = checkpoints.mlx_quantised(base(), tmp_path / "source", group_size, bits)
    folder = convert(source, tmp_path)
    stored: Any = mx.load(str(source / "weights.safetensors"))
    query = "decoder.blocks.2.cross_attn.query"
    packed, scales, biases = (stored[f"{query}.{part}"] for part in ("weight", "scales", "biases"))
    expected = np.array(mx.dequantize(packed, scales, biases, group_size, bits))
    ours: Any = read_variables(folder / "model.bin")["decoder/layer_2/attention/linear_0/weight"]
    np.testing.assert_allclose(ours, expected, atol=1e-3)
    # Four bits are few for so small a model.
    assert len(spoken() & set(words_heard(folder))) >= heard * len(spoken())


@pytest.mark.torch
@pytest.mark.parametrize("bits", [2, 3, 4, 5, 6, 8])
def test_weights_of_any_number_of_bits_are_those_of_mlx(bits: int, tmp_path: Path) -> None:
    import mlx.core as mx  # noqa: PLC0415 - an extra

    packed, scales, biases = mx.quantize(mx.random.normal((3, 128)), 32, bits)
    parts = {"weight": packed, "scales": scales, "biases": biases}
    stored = {f"a.{part}": np.array(array) for part, array in parts.items()}
    config = {"quantization": {"group_size": 64, "bits": 8, "a": {"group_size": 32, "bits": bits}}}
    ours = dequantised({**stored, "b": stored["a.scales"]}, config, tmp_path)
    assert ours.keys() == {"a.weight", "b"}
    expected = np.array(mx.dequantize(packed, scales, biases, 32, bits))
    weight: Any = ours["a.weight"]
    np.testing.assert_allclose(weight, expected, atol=3e-3)


@pytest.mark.torch
@pytest.mark.parametrize(
    "quantization",
    [
        None,
        {"bits": 4},
        {"group_size": 64, "bits": 7},
        {"group_size": 32, "bits": 4},
        {"group_size": 64, "bits": 4, "mode": "mxfp4"},
    ],
)
def test_a_quantised_model_whose_configuration_does_not_fit_is_refused(
    quantization: dict[str, object] | None, tmp_path: Path
) -> None:
    source = checkpoints.mlx_quantised(tiny(), tmp_path / "source", 64, 4)
    (source / "config.json").write_text(json.dumps({"quantization": quantization}))
    with pytest.raises(WlkError, match="quantised") as raised:
        convert(source, tmp_path)
    assert raised.value.code == "model_corrupt"
