from pathlib import Path

import pytest

from wlk_host.json_files import MOST_BYTES, read_json


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff", b"[" * 100_000, b"9" * 5000],
    ids=["empty", "cut_off", "no_utf8", "nested", "number"],
)
def test_what_is_no_json_is_one_kind_of_error(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"."):
        read_json(path)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(ValueError, match=f"{MOST_BYTES + 1} bytes, expected at most {MOST_BYTES}"):
        read_json(path)


def test_any_value_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('["é", 1]', "utf-8")
    assert read_json(path) == ["é", 1]
