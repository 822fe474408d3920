"""`wlk-host bench` as a user runs it."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fixtures import speech
from fixtures.models import model
from fixtures.sound import sentences, write_wav


def run_bench(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "wlk_host.cli", "bench", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def write_manifest(folder: Path) -> Path:
    """A manifest of the English clip, with its word times."""
    row = json.loads(speech.timed_reference().read_text(encoding="utf-8"))
    row |= {"id": "english", "audio": str(speech.english_clip().path)}
    row["utterances"] = [{"end": row["words"][-1][2]}]
    path = folder / "manifest.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a real run wrote."""
    folder = tmp_path_factory.mktemp("bench") / "out"
    manifest = write_manifest(folder.parent)
    done = run_bench(manifest, "--virtual", "--model", model("base"), "--out", folder)
    assert done.returncode == 0, done.stderr
    assert ", model base, " in done.stdout
    assert "| english |" in done.stdout
    assert "[1/1] english" in done.stderr
    return folder


@pytest.mark.model
def test_a_real_run_is_scored_and_written(out: Path) -> None:
    figures = json.loads((out / "report.json").read_text())["recordings"]["english"]
    assert figures["final_wer"] <= 15
    assert 0 < figures["commit_p50"] < figures["commit_p95"]
    assert figures["final_p50"] > 0
    assert figures["cpu_per_s"] > 0
    assert figures["word_time"] < 0.2
    log = json.loads((out / "english.json").read_text())
    assert log["dur"] > 20
    assert log["log"][-1]["final"]
    times = [shown["t"] for shown in log["log"]]
    assert times == sorted(times)
    assert [second for second, _ in log["lag"]] == list(range(len(log["lag"])))


@pytest.mark.model
def test_translations_are_scored_and_timed(tmp_path: Path) -> None:
    clip = write_wav(tmp_path / "pt.wav", sentences("pt", "pangrama"))
    row = {"audio": str(clip), "text": "A rápida raposa marrom salta.", "lang": "pt"}
    row["translation_en"] = "The quick brown fox jumps over the lazy dog."
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text(json.dumps(row), encoding="utf-8")
    out = tmp_path / "out"
    done = run_bench(manifest, "--model", model("base"), "--translate", "en", "--out", out)
    assert done.returncode == 0, done.stderr
    figures = json.loads((out / "report.json").read_text())["all"]
    assert figures["translation_chrf"] > 30
    assert 0 <= figures["final_translation_p50"] < 5


@pytest.mark.model
def test_the_report_shows_pictures_that_are_there(out: Path) -> None:
    report = (out / "report.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[.+\]\((.+)\)", report)
    assert shown == ["accuracy.svg", "latency.svg", "reading.svg", "lag.svg"]
    for name in shown:
        assert ElementTree.parse(out / name).getroot().tag.endswith("svg")


@pytest.mark.model
def test_runs_are_compared(out: Path, tmp_path: Path) -> None:
    other = shutil.copytree(out, tmp_path / "other")
    done = run_bench("--compare", out, other, "--out", tmp_path / "both")
    assert done.returncode == 0, done.stderr
    rows = done.stdout.splitlines()
    assert [row.split("|")[1].strip() for row in rows[2:]] == ["out", "other"]
    assert (tmp_path / "both/comparison.md").exists()
    for picture in ("accuracy", "reading"):
        assert (tmp_path / f"both/comparison-{picture}.svg").exists()


@pytest.mark.model
def test_a_selection_of_nothing_is_a_coded_error(tmp_path: Path) -> None:
    done = run_bench(write_manifest(tmp_path), "--model", model("base"), "--only", "german")
    assert done.returncode == 2
    assert done.stderr.startswith("nothing_to_measure")


def test_a_folder_without_logs_is_a_coded_error(tmp_path: Path) -> None:
    done = run_bench("--compare", tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("logs_unreadable")


@pytest.mark.parametrize(
    "wrong", [[], ["m.jsonl", "--compare", "a"], ["m", "--virtual", "--realtime"]]
)
def test_what_excludes_each_other_is_refused(wrong: list[str]) -> None:
    done = run_bench(*wrong)
    assert done.returncode == 2
    assert done.stderr.startswith("usage:")


@pytest.mark.model
def test_a_missing_manifest_is_a_coded_error(tmp_path: Path) -> None:
    done = run_bench(tmp_path / "none.jsonl", "--model", model("base"))
    assert done.returncode == 2
    assert done.stderr.startswith("manifest_unreadable")


@pytest.mark.model
def test_heads_that_the_model_lacks_are_a_coded_error(tmp_path: Path) -> None:
    manifest = write_manifest(tmp_path)
    done = run_bench(manifest, "--model", model("tiny.en"), "--alignment-heads", "9.9")
    assert done.returncode == 2
    assert "heads_invalid" in done.stderr
