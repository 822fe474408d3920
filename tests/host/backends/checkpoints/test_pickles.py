"""Pickles that keep their reader busy are refused before anything is built of them."""

import io
import pickle
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from fixtures.smallest_model import code_of
from wlk_host.backends.checkpoints.end_of_word import load_end_of_word
from wlk_host.backends.checkpoints.files import read_tensors
from wlk_host.backends.checkpoints.pickles import require_plain

pytestmark = pytest.mark.torch

BEGIN = b"\x80\x02"
ORDERED = b"ccollections\nOrderedDict\n)R"


def doubled(times: int, make: bytes = b"") -> bytes:
    """A tuple that holds one tuple twice, and so on."""
    return make + b")" + b"q\x00h\x00\x86" * times


NASTY: dict[str, bytes] = {
    "a long name": BEGIN + b"c" + b"a" * 200_000 + b"\nb\n.",
    "a long text": BEGIN + b"}X" + struct.pack("<I", 200_000) + b"a" * 200_000 + b"K\x01s.",
    "a long number": BEGIN + b"\x8b" + struct.pack("<i", 200_000) + b"\x01" * 200_000 + b".",
    "one twice, as a key": BEGIN + b"}" + doubled(60) + b"K\x01s.",
    "one twice, called": BEGIN + doubled(60) + b")R.",
    "a list twice": BEGIN + b"]q\x00" + b"]q\x01(h\x00h\x00eq\x00" * 60 + b")R.",
    "made twice": BEGIN + ORDERED + b"q\x00(K\x01h\x00K\x02h\x00u" * 60 + b".",
    "deep, as a key": BEGIN + b"})" + b"\x85" * 1_000_000 + b"K\x01s.",
    "deep, called": BEGIN + b")" + b"\x85" * 1_000_000 + b")R.",
    "a tuple as a key": BEGIN + b"}K\x01\x85K\x01s.",
    "far in the memo": BEGIN + b"}r\xff\xff\xff\x7f.",
    "nothing to pop": BEGIN + b"\x87.",
    "nothing below the mark": BEGIN + b"K\x01(\x85.",
    "no mark": BEGIN + b"K\x01t.",
    "without an end": BEGIN + b"}" * 2_000_000,
}


def zipped(path: Path, content: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", content)
        archive.writestr("a/version", "3\n")
        archive.writestr("a/byteorder", "little")
    return path


@pytest.mark.parametrize("name", NASTY)
def test_it_is_refused_in_either_format(name: str, tmp_path: Path) -> None:
    packed = zipped(tmp_path / "zip.pt", NASTY[name])
    plain = tmp_path / "plain.pt"
    plain.write_bytes(NASTY[name])
    for path in (packed, plain):
        assert code_of(lambda path=path: read_tensors([path])) == "model_corrupt"  # type: ignore[misc]
        assert code_of(lambda path=path: load_end_of_word(path)) == "end_of_word_unreadable"  # type: ignore[misc]


def tied() -> dict[str, torch.Tensor]:
    tensor = torch.arange(6.0).reshape(2, 3)
    return {"embedding": tensor, "projection": tensor, "rows": tensor[1:]}


def ordered() -> OrderedDict[str, torch.Tensor]:
    made = torch.nn.Linear(2, 3).state_dict()
    assert hasattr(made, "_metadata")
    return OrderedDict(made)


@pytest.mark.parametrize(
    "make",
    [
        tied,
        ordered,
        lambda: torch.nn.Linear(2, 3).state_dict(),
        lambda: {str(n): torch.zeros(n, dtype=torch.float16) for n in range(2000)},
        lambda: {"dims": {"n_mels": 80}, "model_state_dict": tied()},
        lambda: {"a": torch.nn.Parameter(torch.zeros(2)), "b": 1.5, "c": [1, None, True]},
    ],
)
@pytest.mark.parametrize("zip_format", [True, False])
def test_what_pytorch_saves_is_read(
    make: Callable[[], dict[str, object]], zip_format: bool, tmp_path: Path
) -> None:
    path = tmp_path / "model.pt"
    torch.save(make(), path, _use_new_zipfile_serialization=zip_format)
    assert read_tensors([path])


@pytest.mark.parametrize("value", [object(), pickle.Pickler, {1: {2: print}}])
def test_more_than_tensors_is_called_unsafe(value: object, tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    torch.save(value, path)
    assert code_of(lambda: read_tensors([path])) == "model_unsafe"


def test_the_next_pickle_follows() -> None:
    file = io.BytesIO(pickle.dumps(5, 2) + pickle.dumps({"a": (1, 2)}, 2) + b"rest")
    require_plain(file)
    require_plain(file)
    assert file.read() == b"rest"
