"""A peer: WhisperLiveKit from PyPI on the same recordings, in real time, with the same weights.

    python tests/bench/whisper_live_kit.py MANIFEST --out DIR [--policy localagreement] [--only ID]

The first use makes its environment in a cache folder (2 GB). SimulStreaming needs OpenAI's
checkpoint as well as CTranslate2's, so the latter is converted in a temporary folder. Each
recording has its own process (`peer_session.py`), which loads before its clock starts. Writes logs
and a report in the format of `wlk-host bench`, whose `--compare` compares them with ours. Linux
only.

A run takes as long as the recording, and up to two minutes more for its last words. Later words are
lost. Run nothing else on the machine meanwhile.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import numpy as np
import platformdirs
import torch

from openai_checkpoint import openai_checkpoint
from wlk_host.bench.logs import Run, Setup, write_log, write_setup
from wlk_host.bench.manifest import Recording, read_manifest
from wlk_host.bench.report import markdown, read_book, tabulate, write_report
from wlk_host.core.types import SAMPLE_RATE
from wlk_host.models import store
from wlk_host.runtime.files.caption_log import Shown
from wlk_host.runtime.files.media import read_chunks

VERSION: Final = "0.2.26"
TORCH: Final = "2.13.0"
"""Installed first, because pip would otherwise install gigabytes of CUDA libraries."""

SESSION: Final = Path(__file__).with_name("peer_session.py")


def ensure_environment() -> Path:
    """The Python of an environment that has WhisperLiveKit."""
    folder = Path(platformdirs.user_cache_dir("wlk-bench")) / "whisperlivekit"
    python = folder / "bin/python"
    if not any(folder.glob(f"lib/python*/site-packages/whisperlivekit-{VERSION}.dist-info")):
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        for package in (f"torch=={TORCH}", f"whisperlivekit=={VERSION}"):
            subprocess.run([str(python), "-m", "pip", "install", "-q", package], check=True)
    return python


def engine_options(policy: str, model: Path, scratch: Path) -> dict[str, str | float]:
    """The options of `TranscriptionEngine`: its defaults, and the paths of the weights.

    LocalAgreement waits for 1 s of new sound. With less it falls behind on two cores at once.
    """
    if policy == "localagreement":
        return {
            "backend_policy": policy,
            "backend": "faster-whisper",
            "model_dir": str(model),
            "asr_coalesce_min_s": 1.0,
        }
    checkpoint = scratch / f"{model.name}.pt"
    torch.save(openai_checkpoint(model), checkpoint)
    return {
        "backend_policy": policy,
        "encoder_model_path": str(model),
        "decoder_model_path": str(checkpoint),
        "heads_of": model.name,
    }


def play(python: Path, recording: Recording, options: dict[str, str | float], scratch: Path) -> Run:
    """Caption one recording in its own process."""
    pcm = np.concatenate([chunk.pcm for chunk in read_chunks(recording.audio)])
    sound, out = scratch / "sound.s16", scratch / "log.json"
    (pcm * 32767).astype("<i2").tofile(sound)
    language = recording.reference.spoken or "auto"
    given = json.dumps({**options, "lan": language})
    subprocess.run([str(python), str(SESSION), str(sound), str(out), given], check=True)
    found = json.loads(out.read_text("utf-8"))
    if not found["in_time"]:
        print("it was stopped before its last words came", file=sys.stderr)
    return Run(
        log=tuple(Shown(**shown) for shown in found["log"]),
        duration_s=len(pcm) / SAMPLE_RATE,
        cpu_s=found["cpu"],
        rss_mb=found["rss"],
    )


def main() -> int:
    """Run the manifest and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", default="base", help="an installed model or its folder")
    parser.add_argument(
        "--policy", choices=["simulstreaming", "localagreement"], default="simulstreaming"
    )
    parser.add_argument("--only", default="", help="only recordings whose id contains this")
    arguments = parser.parse_args()
    python, model = ensure_environment(), store.resolve(arguments.model)
    recordings = [r for r in read_manifest(arguments.manifest) if arguments.only in r.reference.id]
    with tempfile.TemporaryDirectory() as scratch:
        options = engine_options(arguments.policy, model, Path(scratch))
        for number, recording in enumerate(recordings, 1):
            print(f"[{number}/{len(recordings)}] {recording.reference.id}", file=sys.stderr)
            run = play(python, recording, options, Path(scratch))
            write_log(arguments.out, recording.reference, run)
    setup = Setup(
        system=f"WhisperLiveKit {VERSION}",
        options={"model": model.name, "policy": arguments.policy},
        clock="real",
    )
    write_setup(arguments.out, setup, [r.reference.id for r in recordings])
    book = read_book(arguments.out)
    write_report(arguments.out, book)
    sys.stdout.write(markdown(tabulate(book.measured)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
