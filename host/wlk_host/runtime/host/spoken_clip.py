"""Some seconds of speech to try captions with, from what the quickstart has synthesised."""

import base64
import json
import wave
from pathlib import Path
from typing import Final

from platformdirs import user_data_dir

from wlk_host.core.types import SAMPLE_RATE
from wlk_host.protocol.messages import SpokenClip

_LONGEST_S: Final = 9.0
"""Enough for two sentences, and with room to spare for one message of the protocol."""

_TAIL_S: Final = 0.3
_SAMPLE_BYTES: Final = 2


def speech_dir() -> Path:
    """Where the quickstart keeps what it has synthesised. It need not exist."""
    return Path(user_data_dir("wlk-host", appauthor=False)) / "speech"


def spoken_clip(folder: Path | None = None) -> SpokenClip | None:
    """The first whole sentences of the newest English clip; None where none was made.

    Beside `english.wav` (s16le, mono, 16 kHz) lies `english.json` with its words, each with the
    seconds at which it begins and ends.

    Args:
        folder: other than `speech_dir`.
    """
    clips = sorted(
        (folder or speech_dir()).glob("english-*/english.wav"),
        key=lambda path: path.stat().st_mtime,
    )
    if not clips:
        return None
    words = json.loads(clips[-1].with_suffix(".json").read_text("utf-8"))["words"]
    last = max(
        (n for n, (word, _, end) in enumerate(words) if word.endswith(".") and end <= _LONGEST_S),
        default=None,
    )
    if last is None:
        return None
    text = " ".join(word for word, _, _ in words[: last + 1])
    length = round((words[last][2] + _TAIL_S) * SAMPLE_RATE)
    with wave.open(str(clips[-1]), "rb") as file:
        form = (file.getframerate(), file.getnchannels(), file.getsampwidth())
        if form != (SAMPLE_RATE, 1, _SAMPLE_BYTES):
            return None
        pcm = file.readframes(length)
    return SpokenClip(text, "en", base64.b64encode(pcm).decode("ascii"))
