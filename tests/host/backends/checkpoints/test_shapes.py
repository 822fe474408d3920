"""Models whose shapes, scalars or settings lie: a coded error, before anything computes."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fixtures.smallest_model import (
    VOCAB,
    WIDTH,
    Change,
    code_of,
    container,
    put,
    text,
    variables,
    zeros,
)
from wlk_host.backends.checkpoints.shapes import read_whisper
from wlk_host.backends.whisper.config import read_config


def test_the_smallest_model_is_one(tmp_path: Path) -> None:
    found = read_whisper(container(tmp_path / "model.bin", variables()))
    assert found.keys() == variables().keys()


CHANGES: dict[str, Change] = {
    "no heads": put("encoder/num_heads", np.array(0, np.int16)),
    "no heads of the decoder": put("decoder/num_heads", np.array(0, np.int16)),
    "heads below zero": put("encoder/num_heads", np.array(-1, np.int8)),
    "more heads": put("decoder/num_heads", np.array(7, np.int16)),
    "heads as a list": put("encoder/num_heads", np.array([1], np.int16)),
    "heads of a layer": put("encoder/layer_0/self_attention/num_heads", np.array(0, np.int16)),
    "a number no model has": put("decoder/layer_0/self_attention/rotary_dim", np.array(0, np.int8)),
    "an activation of no number": put("decoder/activation", np.array(np.inf, np.float32)),
    "a broken activation": put("decoder/activation", np.array(3.5, np.float32)),
    "another activation": put("decoder/activation", np.array(99, np.int8)),
    "alignment layer": put("decoder/alignment_layer", np.array(50, np.int16)),
    "a short norm": put("encoder/layer_norm/gamma", zeros(WIDTH - 1)),
    "a short norm of a layer": put("decoder/layer_0/attention/layer_norm/beta", zeros(1)),
    "a norm as a matrix": put("encoder/layer_norm/gamma", zeros(WIDTH, 1)),
    "a short bias": put("encoder/layer_0/ffn/linear_0/bias", zeros(WIDTH)),
    "a bias of a number": put("encoder/layer_0/ffn/linear_0/bias", np.array(1, np.float16)),
    "a narrow weight": put("decoder/layer_0/self_attention/linear_0/weight", zeros(192, 8)),
    "few positions": put("decoder/position_encodings/encodings", zeros(4, WIDTH)),
    "an embedding as a list": put("decoder/embeddings/weight", zeros(VOCAB)),
    "no embedding": put("decoder/embeddings/weight", zeros(0, WIDTH)),
    "odd width": put("decoder/embeddings/weight", zeros(VOCAB, 60)),
    "few mel bands": put("encoder/conv1/weight", zeros(WIDTH, 3, 3)),
    "a gap between layers": put("encoder/layer_7/ffn/layer_norm/gamma", zeros(WIDTH)),
    "scales of other rows": put("encoder/conv1/weight_scale", np.zeros(3, np.float32)),
    "scales of nothing": put("encoder/conv9/weight_scale", np.zeros(3, np.float32)),
    "no norm": lambda found: found.pop("encoder/layer_norm/gamma"),
    "no number of heads": lambda found: found.pop("encoder/num_heads"),
    "no layer": lambda found: [found.pop(n) for n in list(found) if "decoder/layer_0" in n],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_model_that_is_not_whispers_is_refused_before_it_computes(
    change: Change, tmp_path: Path
) -> None:
    found = variables()
    change(found)
    path = container(tmp_path / "model.bin", found)
    assert code_of(lambda: read_whisper(path)) == "model_corrupt"


def test_a_variable_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = container(tmp_path / "model.bin", {"a": zeros(2)}, n_more=1)
    head, tail = path.read_bytes()[:-4], path.read_bytes()[-4:]
    path.write_bytes(head + head[head.index(text("a")) :] + tail)
    assert code_of(lambda: read_whisper(path)) == "model_corrupt"


def test_a_shape_beyond_64_bits_is_refused(tmp_path: Path) -> None:
    raw = struct.pack("<I", 6) + text("W") + struct.pack("<II", 3, 1) + text("a")
    raw += struct.pack("<B", 4) + struct.pack("<4I", *[2**16] * 4) + struct.pack("<BI", 0, 0)
    (tmp_path / "model.bin").write_bytes(raw + bytes(100))
    assert code_of(lambda: read_whisper(tmp_path / "model.bin")) == "model_corrupt"


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "5",
        "{",
        "[" * 100_000,
        "{}",
        {"alignment_heads": "all"},
        {"alignment_heads": []},
        {"alignment_heads": [[0]]},
        {"alignment_heads": [[0, "1"]]},
        {"suppress_ids": 5},
        {"suppress_ids": [VOCAB]},
        {"suppress_ids": [-1]},
        {"suppress_ids_begin": [True]},
        {"lang_ids": ["en"]},
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_configuration_that_does_not_fit_is_refused(content: Any, tmp_path: Path) -> None:
    if isinstance(content, dict):
        whole = {"alignment_heads": [[0, 0]], "suppress_ids": [1], "suppress_ids_begin": []}
        content = json.dumps(whole | content)
    (tmp_path / "config.json").write_text(content)
    assert code_of(lambda: read_config(tmp_path, variables())) == "model_corrupt"


def test_heads_of_the_configuration_that_the_model_lacks_are_refused(tmp_path: Path) -> None:
    config = {"alignment_heads": [[0, 9]], "suppress_ids": [1], "suppress_ids_begin": []}
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert code_of(lambda: read_config(tmp_path, variables())) == "heads_invalid"
