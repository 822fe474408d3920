"""Checkpoints that lie about themselves: a coded error, before anything computes or is unpacked."""

import io
import json
import pickle
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file

from wlk_host.backends.checkpoints.conversion import as_ctranslate2
from wlk_host.backends.checkpoints.end_of_word import load_end_of_word
from wlk_host.backends.checkpoints.files import read_tensors
from wlk_host.backends.checkpoints.legacy_pickle import read_legacy
from wlk_host.backends.checkpoints.shapes import read_whisper
from wlk_host.backends.whisper.config import read_config
from wlk_host.core.errors import WlkError

Arrays = dict[str, NDArray[np.generic]]
Change = Callable[[Arrays], object]

WIDTH, VOCAB = 64, 100
BOMB_BYTES = 2**28
IDS = {"float32": 0, "int8": 1, "int16": 2, "int32": 3, "float16": 4}


def zeros(*shape: int) -> NDArray[np.float16]:
    return np.zeros(shape, np.float16)


def variables() -> Arrays:
    """The smallest Whisper model there can be, under CTranslate2's names."""
    found: Arrays = {
        "encoder/conv1/weight": zeros(WIDTH, 80, 3),
        "encoder/conv2/weight": zeros(WIDTH, WIDTH, 3),
        "encoder/conv1/bias": zeros(WIDTH),
        "encoder/conv2/bias": zeros(WIDTH),
        "encoder/position_encodings/encodings": zeros(1500, WIDTH),
        "decoder/position_encodings/encodings": zeros(448, WIDTH),
        "decoder/embeddings/weight": zeros(VOCAB, WIDTH),
        "encoder/num_heads": np.array(1, np.int16),
        "decoder/num_heads": np.array(1, np.int16),
        "decoder/activation": np.array(3, np.int8),
        "decoder/pre_norm": np.array(1, np.int8),
        "decoder/alignment_layer": np.array(-1, np.int16),
    }
    rows = {"self_attention": (3, 1), "attention": (1, 2, 1), "ffn": (4, 1)}
    for half in ("encoder", "decoder"):
        found |= {f"{half}/layer_norm/{part}": zeros(WIDTH) for part in ("gamma", "beta")}
        for block in rows if half == "decoder" else ("self_attention", "ffn"):
            at = f"{half}/layer_0/{block}"
            found |= {f"{at}/layer_norm/{part}": zeros(WIDTH) for part in ("gamma", "beta")}
            for n, times in enumerate(rows[block]):
                columns = 4 * WIDTH if (block, n) == ("ffn", 1) else WIDTH
                found[f"{at}/linear_{n}/weight"] = zeros(times * WIDTH, columns)
                found[f"{at}/linear_{n}/bias"] = zeros(times * WIDTH)
    return found


def text(name: str) -> bytes:
    return struct.pack("<H", len(name) + 1) + name.encode() + b"\0"


def container(path: Path, found: Arrays, n_more: int = 0) -> Path:
    raw = struct.pack("<I", 6) + text("WhisperSpec")
    raw += struct.pack("<II", 3, len(found) + n_more)
    for name, array in found.items():
        raw += text(name) + struct.pack("<B", array.ndim)
        raw += b"".join(struct.pack("<I", n) for n in array.shape)
        raw += struct.pack("<BI", IDS[array.dtype.name], array.nbytes) + array.tobytes()
    path.write_bytes(raw + struct.pack("<I", 0))
    return path


def code_of(do: Callable[[], object]) -> str:
    with pytest.raises(WlkError) as caught:
        do()
    assert caught.value.hint
    assert len(caught.value.message) < 2000
    return caught.value.code


def test_the_smallest_model_is_one(tmp_path: Path) -> None:
    found = read_whisper(container(tmp_path / "model.bin", variables()))
    assert found.keys() == variables().keys()


def put(name: str, value: NDArray[np.generic]) -> Change:
    return lambda found: found.update({name: value})


CHANGES: dict[str, Change] = {
    "no heads": put("encoder/num_heads", np.array(0, np.int16)),
    "no heads of the decoder": put("decoder/num_heads", np.array(0, np.int16)),
    "heads below zero": put("encoder/num_heads", np.array(-1, np.int8)),
    "more heads": put("decoder/num_heads", np.array(7, np.int16)),
    "heads as a list": put("encoder/num_heads", np.array([1], np.int16)),
    "heads of a layer": put("encoder/layer_0/self_attention/num_heads", np.array(0, np.int16)),
    "a number no model has": put("decoder/layer_0/self_attention/rotary_dim", np.array(0, np.int8)),
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


def convert(path: Path, base: Path | None = None) -> Path:
    return as_ctranslate2(path, path.parent / "cache", [], lambda _: base or path)


def bomb(path: Path) -> Path:
    """A thousandth of what it says it holds."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f4", "fortran_order": False, "shape": (BOMB_BYTES // 4,)}
    )
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("encoder.conv1.weight.npy", "w", force_zip64=True) as member,
    ):
        member.write(header.getvalue())
        block = bytes(2**20)
        for _ in range(BOMB_BYTES // len(block)):
            member.write(block)
    return path


def peak(do: Callable[[], object]) -> int:
    """Bytes allocated at the most meanwhile."""
    tracemalloc.start()
    try:
        do()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_an_archive_that_declares_more_than_it_can_hold_is_not_unpacked(tmp_path: Path) -> None:
    path = bomb(tmp_path / "weights.npz")
    assert path.stat().st_size < BOMB_BYTES / 500
    codes: list[str] = []
    grown = peak(lambda: codes.append(code_of(lambda: read_tensors([path]))))
    assert codes == ["model_corrupt"]
    assert grown < BOMB_BYTES / 10


def write_npy(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.zeros(3))


NO_MODELS: dict[str, Callable[[Path], object]] = {
    "weights.npz": write_npy,
    "empty.npz": lambda path: path.write_bytes(b""),
    "text.npz": lambda path: path.write_text("no model"),
    "objects.npz": lambda path: np.savez(path, a=np.array([{}], dtype=object)),
    "text.pt": lambda path: path.write_text("no model"),
    "text.bin": lambda path: path.write_text("no model"),
    "a list.pt": lambda path: torch.save([torch.zeros(1)], path),
    "a number.pt": lambda path: path.write_bytes(pickle.dumps(5)),
    "broad.pt": lambda path: torch.save({"a": torch.zeros(1).expand(2**40)}, path),
    "text.safetensors": lambda path: path.write_text("no model"),
    "other.safetensors": lambda path: save_file({"a": np.zeros(3)}, path),
    "lie.safetensors": lambda path: path.write_bytes(struct.pack("<Q", 2**60) + b"{}"),
    "photo.jpg": lambda path: path.write_bytes(b"\xff\xd8\xff" * 1000),
    "audio.wav": lambda path: path.write_bytes(b"RIFF" + bytes(5000)),
}


@pytest.mark.parametrize("name", NO_MODELS)
def test_a_file_that_is_no_model_is_a_coded_error(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    NO_MODELS[name](path)
    assert code_of(lambda: convert(path)) == "model_corrupt"


@pytest.mark.parametrize(
    "weight_map",
    [[], ["a"], {"a": ["b"]}, {"a": None}, {"a": {}}, {"a": 5}, "a", {"a": "x" * 400}],
    ids=lambda value: str(value)[:24],
)
def test_an_index_that_is_none_is_a_coded_error(weight_map: object, tmp_path: Path) -> None:
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": weight_map}))
    assert code_of(lambda: convert(tmp_path)) == "model_corrupt"


@pytest.mark.parametrize("content", ["[]", "[" * 100_000, "{"], ids=len)
def test_an_index_that_is_no_object_is_a_coded_error(content: str, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors.index.json").write_text(content)
    assert code_of(lambda: convert(tmp_path)) == "model_corrupt"


def test_adapters_that_lead_back_to_each_other_are_refused(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("one", "two")]
    for path in paths:
        path.mkdir()
        (path / "adapter_config.json").write_text('{"base_model_name_or_path": "other"}')
    names = iter([paths[1], paths[0], paths[1], paths[0]])
    assert (
        code_of(lambda: as_ctranslate2(paths[0], tmp_path / "cache", [], lambda _: next(names)))
        == "model_corrupt"
    )


def test_a_chain_of_adapters_ends(tmp_path: Path) -> None:
    def another(_: str) -> Path:
        path = tmp_path / str(len(list(tmp_path.iterdir())))
        path.mkdir()
        (path / "adapter_config.json").write_text('{"base_model_name_or_path": "other"}')
        return path

    first = another("")
    assert code_of(lambda: as_ctranslate2(first, tmp_path / "c", [], another)) == "model_corrupt"


def hugging_face(folder: Path, change: Change) -> Path:
    """The smallest model under OpenAI's names, changed."""
    from wlk_host.backends.checkpoints.names import to_openai  # noqa: PLC0415

    folder.mkdir()
    tensors = {name: np.array(array) for name, array in to_openai(variables()).items()}
    change(tensors)
    save_file(tensors, folder / "model.safetensors")
    return folder


@pytest.mark.parametrize(
    "change",
    [
        put("encoder.ln_post.weight", zeros(3)),
        put("decoder.blocks.0.attn.key.weight", zeros(WIDTH, 3)),
        put("encoder.blocks.3.mlp.0.bias", zeros(3)),
        put("decoder.token_embedding.weight", zeros(5)),
        put("alignment_heads", np.zeros(5, np.int32)),
        put("decoder.token_embedding.scales", zeros(5)),
    ],
)
def test_a_checkpoint_of_other_shapes_is_refused(change: Change, tmp_path: Path) -> None:
    assert code_of(lambda: convert(hugging_face(tmp_path / "m", change))) == "model_corrupt"


@pytest.mark.parametrize(
    "heads", [[5], [[1]], [["a", "b"]], [[0, None]]], ids=lambda value: str(value)[:24]
)
def test_heads_that_are_none_are_a_coded_error(heads: object, tmp_path: Path) -> None:
    folder = hugging_face(tmp_path / "m", lambda _: None)
    (folder / "config.json").write_text(json.dumps({"alignment_heads": heads}))
    assert code_of(lambda: convert(folder)) == "model_corrupt"


@pytest.mark.parametrize(
    "tokenizer",
    [{"model": 5}, {"model": {"vocab": {"a": "b"}}}, {"model": {"vocab": {}}, "added_tokens": [5]}],
    ids=lambda value: str(value)[:24],
)
def test_a_tokenizer_that_is_none_is_a_coded_error(tokenizer: object, tmp_path: Path) -> None:
    folder = hugging_face(tmp_path / "m", lambda _: None)
    (folder / "config.json").write_text(
        json.dumps({"suppress_tokens": [1], "begin_suppress_tokens": [1]})
    )
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    assert code_of(lambda: convert(folder)) == "model_corrupt"


def test_a_legacy_pickle_cannot_ask_for_more_than_it_has(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    tensors = {str(n): torch.zeros(1000) for n in range(5)}
    torch.save(tensors, path, _use_new_zipfile_serialization=False)
    assert len(read_legacy(path)) == 5
    content = path.read_bytes()
    path.write_bytes(
        content.replace(struct.pack("<BH", 0x4D, 1000), struct.pack("<BH", 0x4D, 9000))
    )

    def read() -> None:
        with pytest.raises(pickle.UnpicklingError, match="more numbers"):
            read_legacy(path)

    assert peak(read) < 1_000_000


def test_quantised_weights_that_declare_groups_of_any_size_are_refused(tmp_path: Path) -> None:
    parts: Arrays = {
        "weight": np.zeros((8, 8), np.uint32),
        "scales": zeros(8, 4),
        "biases": zeros(8, 4),
    }
    save_file({f"a.{name}": part for name, part in parts.items()}, tmp_path / "weights.safetensors")
    config = {"quantization": {"group_size": 10**12, "bits": 4}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert code_of(lambda: convert(tmp_path)) == "model_corrupt"


@pytest.mark.parametrize("name", [name for name in NO_MODELS if not name.startswith("broad")])
def test_a_file_that_is_no_end_of_word_model_is_a_coded_error(name: str, tmp_path: Path) -> None:
    NO_MODELS[name](tmp_path / name)
    assert code_of(lambda: load_end_of_word(tmp_path / name)) == "end_of_word_unreadable"


def test_an_end_of_word_model_cannot_be_wider_than_its_file(tmp_path: Path) -> None:
    broad = {"weight": torch.zeros(1).expand(1, 2**40), "bias": torch.zeros(1)}
    torch.save(broad, tmp_path / "broad.pt")
    assert code_of(lambda: load_end_of_word(tmp_path / "broad.pt")) == "end_of_word_unreadable"


def test_what_can_be_read_still_is(tmp_path: Path) -> None:
    np.savez(tmp_path / "weights.npz", a=np.arange(4), b=np.zeros((2, 3), np.float16))
    np.savez_compressed(tmp_path / "small.npz", a=np.zeros(1000, np.float32))
    assert read_tensors([tmp_path / "weights.npz"])["a"].tolist() == [0, 1, 2, 3]
    assert read_tensors([tmp_path / "small.npz"])["a"].shape == (1000,)
