"""Manifests, as they stand beside recordings."""

import json
from pathlib import Path
from typing import Any

import pytest

from wlk_host.bench.manifest import Recording, read_manifest
from wlk_host.core.errors import WlkError


def read(folder: Path, **row: Any) -> Recording:
    """The recording of a manifest with this row."""
    path = folder / "manifest.jsonl"
    path.write_text(json.dumps(row) + "\n\n", encoding="utf-8")
    (recording,) = read_manifest(path)
    return recording


def test_a_row_is_read_whole(tmp_path: Path) -> None:
    row = {"id": "x", "audio": "a.wav", "text": "ja", "lang": "de", "duration_s": 2.5}
    timed = {"words": [["ja", 0.5, 1.0]], "utterances": [{"start": 0, "end": 1.5, "text": "ja"}]}
    recording = read(tmp_path, **row, **timed, translation_en="yes")
    assert recording.audio == tmp_path / "a.wav"
    assert recording.duration_s == 2.5
    reference = recording.expected("transcribe")
    assert (reference.id, reference.text, reference.language) == ("x", "ja", "de")
    assert reference.words == (("ja", 0.5, 1.0),)
    assert reference.utterance_ends_s == (1.5,)


def test_a_translation_is_english_without_word_times(tmp_path: Path) -> None:
    words = [["ja", 0.5, 1.0]]
    recording = read(
        tmp_path, audio="a.wav", text="ja", lang="de", words=words, translation_en="yes"
    )
    expected = recording.expected("translate")
    assert (expected.text, expected.language, expected.spoken) == ("yes", "en", "de")
    assert expected.words == ()


@pytest.mark.parametrize("text", [None, ""])
def test_a_text_that_nobody_knows_is_not_one_that_is_empty(
    tmp_path: Path, text: str | None
) -> None:
    recording = read(tmp_path, audio="music.flac", text=text, lang=None)
    assert recording.reference.id == "music"
    assert recording.reference.text == text
    assert recording.reference.spoken is None
    assert recording.expected("translate").text is None


@pytest.mark.parametrize("line", ["{", "[]", '{"audio": "a.wav"}', '{"text": "a"}'])
def test_a_bad_row_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "manifest.jsonl"
    path.write_text(f'{{"audio": "a.wav", "text": "a"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(WlkError, match="line 2"):
        list(read_manifest(path))
