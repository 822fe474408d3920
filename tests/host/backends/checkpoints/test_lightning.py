"""Checkpoints of PyTorch Lightning: tensors come back, nothing else is looked up."""

import io
import pickle
import struct
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.target import kept_seeds
from wlk_host.backends.checkpoints.lightning import read_lightning
from wlk_host.core.errors import WlkError

FULL, SMALL = kept_seeds("lightning")
"""Saved by PyTorch 2.8 with objects of pyannote.audio 3.4 and omegaconf 2.4, and without."""

NUMBERS = np.arange(4, dtype="<f4").tobytes()
STORAGE = b"(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0" + b"0X\3\0\0\0cpuK\4tQ"
REBUILD = b"ctorch._utils\n_rebuild_tensor_v2\n"


def packed(pickled: bytes, **members: bytes) -> bytes:
    """An archive with that pickle."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("archive/data.pkl", pickled)
        for name, content in ({"data/0": NUMBERS} | members).items():
            archive.writestr(f"archive/{name}", content)
    return made.getvalue()


def state_of(value: bytes) -> bytes:
    """A pickle of `{"state_dict": {"w": value}}`."""
    return b"\x80\2}X\12\0\0\0state_dict}X\1\0\0\0w" + value + b"ss."


def tensor(offset: bytes = b"K\0", shape: bytes = b"K\4\x85", strides: bytes = b"K\1\x85") -> bytes:
    """The pickled tensor of the storage with four numbers."""
    return REBUILD + b"(" + STORAGE + offset + shape + strides + b"\x89}tR"


def read(tmp_path: Path, content: bytes) -> dict[str, Any]:
    path = tmp_path / "pytorch_model.bin"
    path.write_bytes(content)
    return read_lightning(path)


def test_tensors_come_back_and_objects_of_other_libraries_do_not(tmp_path: Path) -> None:
    found = read(tmp_path, FULL)
    assert list(found) == ["a.weight", "a.bias", "n", "none"]
    np.testing.assert_array_equal(found["a.weight"], np.arange(4, dtype=np.float32).reshape(2, 2))
    np.testing.assert_array_equal(found["a.bias"], np.array([4, 5], np.float32))
    assert (found["n"].dtype, found["n"].shape, int(found["n"])) == (np.int64, (), 7)
    assert found["none"].shape == (0, 3)
    assert read(tmp_path, SMALL)["w"].dtype == np.float16


def test_the_pickle_that_the_hostile_ones_are_made_of_is_sound(tmp_path: Path) -> None:
    found = read(tmp_path, packed(state_of(tensor())))
    np.testing.assert_array_equal(found["w"], np.arange(4, dtype=np.float32))


def test_nothing_that_a_pickle_names_is_called(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "touched",))

    content = {"state_dict": {"w": Trap()}, "other": [Trap()]}
    assert read(tmp_path, packed(pickle.dumps(content, protocol=2))) == {}
    assert not (tmp_path / "touched").exists()


def many(times: int) -> bytes:
    return state_of(b"]" + b"Na" * times)


def exponential() -> bytes:
    """A tuple that holds one tuple twice, sixty times over, as a key and as an argument."""
    pairs = b"".join(
        b"h" + bytes([i]) + b"h" + bytes([i]) + b"\x86q" + bytes([i + 1]) + b"a" for i in range(60)
    )
    return b"])q\0a" + pairs + b"}h\x3cK\1sa" + b"cx\ny\nh\x3cRa"


def long(number: int) -> bytes:
    return b"\x8a\xff" + number.to_bytes(255, "little")


HOSTILE = {
    "nothing": b"",
    "no archive": b"PK\3\4" + bytes(100),
    "no pickle": packed(b""),
    "no end": packed(b"\x80\2}"),
    "no dict": packed(b"\x80\2K\1."),
    "no state": packed(b"\x80\2}."),
    "unpaired items": packed(b"\x80\2}(K\1u."),
    "empty stack": packed(b"\x80\2s."),
    "only a mark": packed(b"\x80\2(."),
    "another operation": packed(state_of(b"Q\x93")),
    "storage of text": packed(state_of(REBUILD + b"(X\1\0\0\0xK\0K\4\x85K\1\x85\x89}tR")),
    "storage of unknown numbers": packed(state_of(tensor()).replace(b"Float", b"Quart")),
    "beyond its storage": packed(state_of(tensor(offset=b"K\1"))),
    "negative offset": packed(state_of(tensor(offset=b"J\xff\xff\xff\xff"))),
    "transposed": packed(state_of(tensor(shape=b"K\2K\2\x86", strides=b"K\1K\2\x86"))),
    "a shape in a shape": packed(state_of(tensor(shape=b"K\4\x85\x85"))),
    "short storage": packed(state_of(tensor()), **{"data/0": NUMBERS[:8]}),
    "big-endian": packed(state_of(tensor()), byteorder=b"big"),
    "two pickles": packed(state_of(tensor()), **{"more/data.pkl": b"."}),
    "a list of pairs": packed(state_of(b"ccollections\nOrderedDict\n(K\1K\2\x86l\x85R")),
    "a huge place in the memo": packed(state_of(b"Nr\xff\xff\xff\xff")),
    "a million operations": packed(many(500_000)),
    "a pickle of megabytes": packed(many(3_000_000)),
    "a product of large numbers": packed(
        state_of(tensor(shape=b"(" + long(2**2000) * 9 + b"t", strides=b"(" + b"K\1" * 9 + b"t"))
    ),
    "text without its letters": packed(b"\x80\2X" + struct.pack("<I", 2**32 - 1) + b"a."),
}  # fmt: skip


@pytest.mark.parametrize("content", [pytest.param(one, id=name) for name, one in HOSTILE.items()])
def test_what_is_no_checkpoint_is_refused_soon_with_a_remedy(
    tmp_path: Path, content: bytes
) -> None:
    began = time.process_time()
    with pytest.raises(WlkError, match="no checkpoint of PyTorch Lightning") as caught:
        read(tmp_path, content)
    assert caught.value.code == "model_corrupt"
    assert caught.value.hint
    assert time.process_time() - began < 10  # Without limits, hours or all memory.


COLLIDING = b"".join(long(i * (2**61 - 1)) + b"Ns" for i in range(1, 2000))


@pytest.mark.parametrize(
    "value",
    [exponential(), b"]" * 100_000 + b"a" * 99_999, b"}" + COLLIDING],
    ids=["one tuple twice, sixty times", "lists in one another", "keys that collide"],
)
def test_what_would_keep_others_busy_is_dropped(tmp_path: Path, value: bytes) -> None:
    assert read(tmp_path, packed(state_of(value))) == {}


def test_an_archive_that_grows_is_refused_before_it_does(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", state_of(tensor()))
        archive.writestr("archive/data/0", bytes(64 << 20))
    with pytest.raises(WlkError, match="it declares 67"):
        read(tmp_path, made.getvalue())


@given(end=st.integers(0, len(FULL) - 1))
def test_a_part_of_a_file_is_refused(tmp_path_factory: pytest.TempPathFactory, end: int) -> None:
    with pytest.raises(WlkError, match="no checkpoint"):
        read(tmp_path_factory.mktemp("part"), FULL[:end])
