"""The upper limit: faster-whisper on whole recordings, with the weights that the host uses.

    python tests/bench/offline.py MANIFEST --out DIR [--model base] [--task translate]

Uses beam 5, the manifest's language, and defaults for everything else. Writes logs and a report in
the format of `wlk-host bench`, so that its `--compare` can compare them with live runs.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Final, get_args

import faster_whisper
from faster_whisper.audio import decode_audio

from wlk_host.bench.logs import Run, Setup, write_log, write_setup
from wlk_host.bench.manifest import Recording, read_manifest
from wlk_host.bench.progress import Progress
from wlk_host.bench.report import markdown, read_book, tabulate, write_report
from wlk_host.core.tab_options import TaskName
from wlk_host.core.types import SAMPLE_RATE
from wlk_host.models import store
from wlk_host.runtime.files.caption_log import Shown

BEAMS: Final = 5
THREADS: Final = 2


def transcribe(model: faster_whisper.WhisperModel, recording: Recording, task: str) -> Run:
    """Transcribe one recording as a whole. Its log has a single entry, at the end."""
    pcm = decode_audio(str(recording.audio), SAMPLE_RATE)
    cpu, started = time.process_time(), time.monotonic()
    segments, _ = model.transcribe(
        pcm, language=recording.reference.spoken, task=task, beam_size=BEAMS
    )
    text = " ".join(segment.text.strip() for segment in segments)
    duration_s = len(pcm) / SAMPLE_RATE
    at = duration_s + time.monotonic() - started
    return Run((Shown(at, text, "", text),), duration_s, time.process_time() - cpu)


def main() -> int:
    """Run the manifest and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", help="a model's name or folder; default: the first installed")
    parser.add_argument("--task", choices=get_args(TaskName), default="transcribe")
    parser.add_argument("--only", default="", help="only recordings whose id contains this")
    arguments = parser.parse_args()
    folder = store.resolve(arguments.model)
    model = faster_whisper.WhisperModel(
        str(folder), device="cpu", compute_type="int8", cpu_threads=THREADS
    )
    recordings = [r for r in read_manifest(arguments.manifest) if arguments.only in r.reference.id]
    progress = Progress(len(recordings))
    for recording in recordings:
        progress.begin(recording.reference.id, recording.duration_s)
        run = transcribe(model, recording, arguments.task)
        progress.heard(run.duration_s)
        progress.end()
        write_log(arguments.out, recording.expected(arguments.task), run)
    setup = Setup(
        system=f"faster-whisper {faster_whisper.__version__}",
        options={"model": folder.name, "beams": str(BEAMS), "task": arguments.task},
        live=False,
        clock="no",
    )
    write_setup(arguments.out, setup, [r.reference.id for r in recordings])
    book = read_book(arguments.out)
    write_report(arguments.out, book)
    sys.stdout.write(markdown(tabulate(book.measured)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
