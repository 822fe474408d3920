"""A few seconds of speech to try captions with, from the clip that lies in this package."""

import base64
import json
import wave
from pathlib import Path
from typing import Final

from wlk_host import packaged
from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE
from wlk_host.protocol.messages import SpokenClip

_LONGEST_S: Final = 9.0
"""Enough for two sentences, and well below the limit of a message."""

_TAIL_S: Final = 0.3
_SAMPLE_BYTES: Final = 2


def spoken_clip(clip: Path = packaged.SPEECH) -> SpokenClip | None:
    """The first whole sentences of an English clip; None if there are none short enough.

    Args:
        clip: s16le, mono, 16 kHz. Beside it is a file `.json` with its words, each with its start
            and end in seconds.

    Raises:
        WlkError: `speech_damaged`.
    """
    try:
        return _first_sentences(clip)
    except (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise _damaged(clip, error) from error
    except (wave.Error, RecursionError) as error:
        raise _damaged(clip, error) from error


def _first_sentences(clip: Path) -> SpokenClip | None:
    words = json.loads(clip.with_suffix(".json").read_text("utf-8"))["words"]
    last = max(
        (n for n, (word, _, end) in enumerate(words) if word.endswith(".") and end <= _LONGEST_S),
        default=None,
    )
    if last is None:
        return None
    text = " ".join(word for word, _, _ in words[: last + 1])
    length = round((words[last][2] + _TAIL_S) * SAMPLE_RATE)
    with wave.open(str(clip), "rb") as file:
        form = (file.getframerate(), file.getnchannels(), file.getsampwidth())
        if form != (SAMPLE_RATE, 1, _SAMPLE_BYTES):
            return None
        pcm = file.readframes(length)
    return SpokenClip(text, "en", base64.b64encode(pcm).decode("ascii"))


def _damaged(clip: Path, error: Exception) -> WlkError:
    return WlkError(
        code="speech_damaged",
        message=f"cannot read the speech in {clip.parent}: {type(error).__name__}: {error}",
        hint="reinstall wlk-host in its environment",
    )
