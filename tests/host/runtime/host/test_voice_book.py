"""Remembered voices lie in one private file, and are gone from it when they are erased."""

import os
import stat
import sys
from pathlib import Path

import numpy as np
import pytest

from host.core.speakers.printed import direction, remembered
from wlk_host.core.errors import WlkError
from wlk_host.protocol.messages import HostVoices, NamedVoice
from wlk_host.runtime.host import voice_book
from wlk_host.runtime.host.voice_book import VoiceBook

NOW = 1_795_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "voices.json"


@pytest.fixture
def book(path: Path) -> VoiceBook:
    return VoiceBook(path, lambda: NOW + 0.7)


def names(book: VoiceBook) -> list[str]:
    return [voice.name for voice in book.recall()]


def test_nothing_is_written_before_a_voice_is_remembered(book: VoiceBook, path: Path) -> None:
    assert book.listed() == HostVoices(())
    assert book.recall() == ()
    book.forget(None)
    assert not path.parent.exists()


def test_a_voice_is_known_to_the_next_host(book: VoiceBook, path: Path) -> None:
    told = book.remember(remembered("Ana", 0))
    assert told == HostVoices((NamedVoice("Ana", NOW),))
    (kept,) = VoiceBook(path).recall()
    assert (kept.name, kept.model) == ("Ana", remembered("Ana", 0).model)
    assert np.array_equal(kept.vector, direction(0))


def test_voices_are_listed_by_name_and_one_of_the_same_name_is_replaced(book: VoiceBook) -> None:
    book.remember(remembered("eva", 0))
    book.remember(remembered("Ana", 1))
    told = book.remember(remembered("eva", 2))
    assert [voice.name for voice in told.voices] == ["Ana", "eva"]
    (eva,) = [voice for voice in book.recall() if voice.name == "eva"]
    assert np.array_equal(eva.vector, direction(2))


def test_an_erased_voice_is_in_no_file(book: VoiceBook, path: Path) -> None:
    book.remember(remembered("Ana", 0))
    book.remember(remembered("Eva", 1))
    assert [voice.name for voice in book.forget("Ana").voices] == ["Eva"]
    assert b"Ana" not in path.read_bytes()
    assert names(book) == ["Eva"]
    assert book.forget("nobody") == book.listed()
    assert book.forget(None) == HostVoices(())
    assert list(path.parent.iterdir()) == []
    assert names(book) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_the_file_is_for_the_user_alone(book: VoiceBook, path: Path) -> None:
    before = os.umask(0)
    try:
        book.remember(remembered("Ana", 0))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_another_host_has_changed_is_seen_when_it_looks_again(
    book: VoiceBook, path: Path
) -> None:
    book.remember(remembered("Ana", 0))
    VoiceBook(path).forget("Ana")
    VoiceBook(path).remember(remembered("Eva", 1))
    assert names(book) == ["Ana"]
    book.look_again()
    assert names(book) == ["Eva"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not JSON",
        b"[]",
        b"\xff\xfe",
        b'{"voices": [{"name": "", "model": "m", "since": 1, "vector": ""}]}',
        b'{"voices": [{"name": "Ana", "model": "m", "since": -1, "vector": ""}]}',
        b'{"voices": [{"name": "' + b"a" * 81 + b'", "model": "m", "since": 1, "vector": ""}]}',
        b" " * 3_000_000,
    ],
)
def test_a_file_that_is_not_ours_is_nobody(book: VoiceBook, path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert book.recall() == ()
    assert book.listed() == HostVoices(())
    with pytest.raises(WlkError) as caught:
        book.remember(remembered("Eva", 1))
    assert caught.value.code == "voices_unreadable"
    with pytest.raises(WlkError) as caught:
        book.forget("Ana")
    assert caught.value.code == "voices_unreadable"
    # What may still be mended is not written over, unless that was asked for.
    assert path.read_bytes() == content
    assert book.forget(None) == HostVoices(())
    book.remember(remembered("Eva", 1))
    assert names(book) == ["Eva"]


@pytest.mark.parametrize("vector", ["", "?", "AAA=", "AAAAAA==", "AADAfw==", "AACAfw=="])
def test_a_vector_that_is_none_is_nobody(book: VoiceBook, path: Path, vector: str) -> None:
    """Empty, no base64, no whole number, zero, not a number, infinite."""
    path.parent.mkdir()
    kept = f'{{"voices": [{{"name": "Ana", "model": "m", "since": 1, "vector": "{vector}"}}]}}'
    path.write_text(kept, "utf-8")
    assert book.recall() == ()
    assert [voice.name for voice in book.listed().voices] == ["Ana"]


def test_no_more_than_a_hundred_voices_are_remembered(
    book: VoiceBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice_book, "MOST", 2)
    for number, name in enumerate(["Ana", "Eva", "Eva"]):
        book.remember(remembered(name, number))
    with pytest.raises(WlkError, match="2 voices") as caught:
        book.remember(remembered("Ida", 4))
    assert caught.value.code == "voices_too_many"
    assert names(book) == ["Ana", "Eva"]


def test_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    book = VoiceBook(tmp_path / "file" / "voices.json")
    with pytest.raises(WlkError, match=r"voices\.json") as caught:
        book.remember(remembered("Ana", 0))
    assert caught.value.code == "disk_error"
