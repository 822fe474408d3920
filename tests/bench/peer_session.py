"""Captions one recording with WhisperLiveKit in real time. Runs in its environment, not in ours.

    python peer_session.py SOUND OUT OPTIONS

SOUND is raw 16 kHz mono s16le, OPTIONS a JSON object for `TranscriptionEngine`, OUT the log.
"""

import asyncio
import json
import logging
import re
import sys
import time
from pathlib import Path
from typing import Any, Final

from whisperlivekit.audio_processor import AudioProcessor
from whisperlivekit.core import TranscriptionEngine
from whisperlivekit.whisper import _ALIGNMENT_HEADS

CHUNK_S: Final = 0.1
CHUNK_BYTES: Final = 3200
"""100 ms, as much as our extension sends at a time."""

GRACE_S: Final = 120.0
"""How long to wait for words after the end of the sound."""


async def run(sound: bytes, options: dict[str, Any]) -> dict[str, Any]:
    """Load, then play. The clock and the processor time start with the first sample."""
    if heads := options.pop("heads_of", None):
        # WhisperLiveKit knows only the names of OpenAI's models here, not a path.
        options["custom_alignment_heads"] = _ALIGNMENT_HEADS[heads].decode()
    engine = TranscriptionEngine(pcm_input=True, warmup_file="", **options)
    processor = AudioProcessor(transcription_engine=engine)
    results = await processor.create_tasks()
    log: list[dict[str, Any]] = []
    cpu, started = time.process_time(), time.monotonic()

    async def collect() -> None:
        async for front in results:
            shown = front.to_dict()
            committed = " ".join(line["text"].strip() for line in shown["lines"] if line["text"])
            draft = shown["buffer_transcription"].strip()
            if not log or (committed, draft) != (log[-1]["committed"], log[-1]["draft"]):
                t = round(time.monotonic() - started, 3)
                log.append({"t": t, "committed": committed, "draft": draft, "final": committed})

    collecting = asyncio.create_task(collect())
    for number, at in enumerate(range(0, len(sound), CHUNK_BYTES), 1):
        await asyncio.sleep(max(0.0, started + number * CHUNK_S - time.monotonic()))
        await processor.process_audio(sound[at : at + CHUNK_BYTES])
    await processor.process_audio(b"")
    _, pending = await asyncio.wait([collecting], timeout=GRACE_S)
    cpu = time.process_time() - cpu
    if pending:
        collecting.cancel()
    await processor.cleanup()
    return {"log": log, "cpu": cpu, "rss": _peak_mb(), "in_time": not pending}


def _peak_mb() -> float:
    """The peak memory of this process (`getrusage` would include the parent's)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) / 2**10


def main() -> None:
    """Run and write the log."""
    logging.disable(logging.WARNING)
    sound, out, options = sys.argv[1:]
    result = asyncio.run(run(Path(sound).read_bytes(), json.loads(options)))
    Path(out).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
