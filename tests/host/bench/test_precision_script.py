"""`tests/bench/precision.py`: how recordings are shared out among processes."""

import json
from pathlib import Path

import precision


def test_recordings_are_shared_out_by_their_length(tmp_path: Path) -> None:
    rows = [
        {"audio": "a.flac", "text": "a", "duration_s": 50.0},
        {"audio": "b.flac", "text": "b", "duration_s": 300.0, "id": "long"},
        {"audio": "c.flac", "text": "c", "duration_s": 60.0},
        {"audio": "d.flac", "text": "d", "duration_s": 20.0},
        {"audio": "unknown.flac", "text": None, "duration_s": 20.0},
    ]
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    shards = list(precision.shards_of(manifest))
    assert [[row["id"] for row in shard.rows] for shard in shards] == [["long"], ["c", "a"], ["d"]]
    assert [shard.duration_s for shard in shards] == [300, 110, 20]
    assert shards[0].rows[0]["audio"] == str(tmp_path / "b.flac")


def test_nothing_is_told_of_a_run_that_is_not_there(tmp_path: Path) -> None:
    assert len(list(precision.table(tmp_path))) == 2
