"""`wlk-host caption` as a process, and what it printed."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pysubs2

from fixtures.models import model

Captioned = subprocess.CompletedProcess[str]


def caption(*arguments: str | Path, **variables: str) -> Captioned:
    models = str(model("base").parent)
    return subprocess.run(
        [sys.executable, "-m", "wlk_host.cli", "caption", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "WLK_MODELS": models, **variables},
        check=False,
        timeout=120,
    )


def piped(content: bytes, *arguments: str | Path) -> Captioned:
    """The captions of what comes through a pipe."""
    done = subprocess.run(
        [sys.executable, "-m", "wlk_host.cli", "caption", *map(str, arguments)],
        input=content,
        capture_output=True,
        env={**os.environ, "WLK_MODELS": str(model("base").parent)},
        check=False,
        timeout=120,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def running(*arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "wlk_host.cli", "caption", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "WLK_MODELS": str(model("base").parent)},
    )


def cues_in(srt: str) -> list[pysubs2.SSAEvent]:
    return list(pysubs2.SSAFile.from_string(srt, format_="srt"))


def assert_rules(cues: list[pysubs2.SSAEvent]) -> None:
    """Two rows of 42 columns, 1 to 7 s, one after the other."""
    assert cues
    assert all(a.end <= b.start for a, b in pairwise(cues))
    for cue in cues:
        assert 1000 <= cue.end - cue.start <= 7000
        rows = cue.plaintext.split("\n")
        assert len(rows) <= 2
        assert max(map(len, rows)) <= 42
