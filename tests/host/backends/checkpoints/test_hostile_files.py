"""Files that lie about themselves: a coded error, before anything is unpacked."""

import io
import json
import pickle
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from fixtures.smallest_model import (
    WIDTH,
    Arrays,
    Change,
    code_of,
    put,
    variables,
    zeros,
)
from wlk_host.backends.checkpoints.conversion import as_ctranslate2
from wlk_host.backends.checkpoints.end_of_word import load_end_of_word
from wlk_host.backends.checkpoints.files import read_tensors
from wlk_host.backends.checkpoints.legacy_pickle import read_legacy
from wlk_host.backends.checkpoints.names import to_openai

pytestmark = pytest.mark.torch  # It makes some of the files, and reads some.

BOMB_BYTES = 2**28


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
