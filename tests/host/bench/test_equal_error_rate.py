"""`tests/bench/voices.py`: what it takes from recordings, and its rate."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import voices
from fixtures.models import model
from fixtures.speech import language_clips


@pytest.mark.parametrize(
    ("same", "other", "expected"),
    [
        ([0.8, 0.9], [0.1, 0.7], (0.0, 0.8)),
        ([0.2, 0.9], [0.1, 0.5], (0.5, 0.5)),
        ([0.1, 0.6, 0.7, 0.8], [0.0, 0.2, 0.3, 0.65], (0.25, 0.6)),
    ],
)
def test_as_many_are_missed_as_confused(
    same: list[float], other: list[float], expected: tuple[float, float]
) -> None:
    found = voices.equal_error_rate(np.array(same, np.float32), np.array(other, np.float32))
    assert found == pytest.approx(expected)


def test_who_speaks_alone_is_known_from_the_turns() -> None:
    turns = [(0.0, 4.0, "anna"), (3.0, 6.0, "bob")]
    assert voices.alone(turns, 1.0, 2.6) == "anna"
    assert voices.alone(turns, 4.2, 5.8) == "bob"
    assert voices.alone(turns, 2.5, 4.1) is None
    assert voices.alone(turns, 5.5, 7.1) is None
    assert voices.alone([], 0.0, 1.6) is None


@pytest.mark.model
def test_distinct_voices_are_told_apart_without_an_error(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.jsonl"
    rows = [
        {
            "id": f"{clip.language}-{clip.path.stem}",
            "audio": str(clip.path),
            "speaker": clip.language,
        }
        for clip in language_clips()
        if clip.language in ("en", "fr", "ja")
    ]
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    command = [sys.executable, str(Path(voices.__file__)), str(manifest)]
    environment = {"WLK_MODELS": str(model("speakers").parent)}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("equal error rate 0.00%")
