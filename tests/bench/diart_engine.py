"""Whether diart runs as it should inside the host, and what it costs.

    pip install "wlk-host[diart]"  # in an environment of its own: several GB
    python tests/bench/diart_engine.py AUDIO... [--models segmentation resemblyzer] [--random]

What the engine tells of sound that comes in pieces is compared with what diart's own pipeline tells
of the same recording, by the same models and settings. With RTTM files beside the recordings the
diarization error (collar 0.25 s, overlap counted) of both is printed, without captions. `--random`
makes weights of the published sizes for models whose own cannot be had, saves them as PyTorch
Lightning does, and loads these. Network addresses that are looked up and files that are written
meanwhile are printed, and are an error outside the caches of matplotlib and of PyTorch.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from der import Turn, der, read_rttm
from wlk_host.core.speakers.sliding import CELL
from wlk_host.core.speakers.turns import Turn as TurnOfVoice
from wlk_host.core.types import SAMPLE_RATE, Pcm, Sample, seconds
from wlk_host.runtime.files.media import read_chunks
from wlk_host.runtime.loading import diart

_SEEN: Final[list[str]] = []
_CONNECTING: Final = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname"}


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Note what is looked up, and what is written."""
    if event in _CONNECTING:
        _SEEN.append(f"{event} {arguments[-1]}")
    elif event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax"):
        _SEEN.append(f"written {arguments[0]}")


def random_weights(models: diart.Pair) -> None:
    """Save a checkpoint of each model that has none, below the folder of models."""
    from wlk_host.backends import pyannote_models

    torch.manual_seed(17)
    for name in models:
        path = diart.weights(name)
        if name != diart.OF_HOST and not path.exists():
            path.parent.mkdir(parents=True)
            torch.save({"state_dict": pyannote_models.build(name).state_dict()}, path)


def in_pieces(engine: Any, pcm: Pcm) -> list[Turn]:
    """What the engine tells of sound as it comes."""
    from wlk_host.backends.diart import DiartStream

    stream, random, at = DiartStream(engine), np.random.default_rng(17), 0
    turns = list[TurnOfVoice]()
    whole = np.concatenate([pcm, np.zeros(stream.latency, np.float32)])
    while at < len(whole):
        n = int(random.integers(1, 2 * SAMPLE_RATE))
        turns += stream.hear(whole[at : at + n])
        at += n
    found = [(t.start, min(t.end, len(pcm)), str(t.voice)) for t in turns if t.start < len(pcm)]
    return [(seconds(start), seconds(end), voice) for start, end, voice in found]


def by_diart(engine: Any, pcm: Pcm) -> list[Turn]:
    """What diart's own pipeline tells of the same, with silence before it as for its benchmarks."""
    from diart import SpeakerDiarization, SpeakerDiarizationConfig
    from pyannote.core import SlidingWindow, SlidingWindowFeature

    tuning = engine.tuning
    window, step, latency = tuning.sliding.window, tuning.sliding.step, tuning.sliding.latency
    pipeline = SpeakerDiarization(
        SpeakerDiarizationConfig(
            segmentation=engine._segmentation.model,
            embedding=engine._embedding.embedding.model,
            duration=window / SAMPLE_RATE,
            step=step / SAMPLE_RATE,
            latency=latency / SAMPLE_RATE,
            tau_active=tuning.tau_active,
            rho_update=tuning.rho_update,
            delta_new=tuning.delta_new,
            max_speakers=12,
            device=torch.device("cpu"),
        )
    )
    before: Sample = window - latency
    padded = np.concatenate([np.zeros(before, np.float32), pcm, np.zeros(window, np.float32)])
    turns: list[Turn] = []
    for start in range(0, len(padded) - window + 1, step):
        frames = SlidingWindow(1 / SAMPLE_RATE, 1 / SAMPLE_RATE, start / SAMPLE_RATE)
        sound = SlidingWindowFeature(padded[start : start + window, None], frames)
        (told, _) = pipeline([sound])[0]
        for segment, _, voice in told.itertracks(yield_label=True):
            begin, end = (time - before / SAMPLE_RATE for time in (segment.start, segment.end))
            turns.append((max(0.0, begin), min(end, seconds(len(pcm))), str(voice)))
    return [turn for turn in turns if turn[0] < turn[1]]


def differing(one: Sequence[Turn], other: Sequence[Turn], n_cells: int) -> float:
    """The share of cells in which not the same voices speak, after the best pairing of names."""
    score = der(one, other, collar=0.0)
    wrong = score.miss + score.false_alarm + score.confusion
    return wrong / (n_cells * CELL / SAMPLE_RATE)


def examine(engine: Any, audio: Path) -> float:
    """Print one row; the share of the time in which the two differ."""
    pcm = np.concatenate([chunk.pcm for chunk in read_chunks(audio)])
    began = time.process_time()
    ours = in_pieces(engine, pcm)
    cost = (time.process_time() - began) / seconds(len(pcm))
    theirs = by_diart(engine, pcm)
    share = differing(ours, theirs, len(pcm) // CELL)
    rates = ["", ""]
    if (rttm := audio.with_suffix(".rttm")).exists():
        reference = read_rttm(rttm)
        rates = [f"{der(turns, reference).rate:.1%}" for turns in (ours, theirs)]
    voices = " / ".join(str(len({voice for *_, voice in turns})) for turns in (ours, theirs))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"| {audio.stem} | {voices} | {rates[0]} | {rates[1]} | {share:.1%} | {cost:.3f} "
        f"| {memory:.0f} |",
        flush=True,
    )
    return share


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("audio", nargs="+", type=Path)
    parser.add_argument("--models", nargs=2, default=diart.DEFAULT)
    parser.add_argument("--random", action="store_true", help="weights that are missing")
    asked = parser.parse_args()
    models = diart.pair(asked.models)
    sys.addaudithook(watch)
    with tempfile.TemporaryDirectory() as folder:
        if asked.random:
            os.environ["WLK_MODELS"] = folder
            random_weights(models)
        began = time.perf_counter()
        engine = diart.load(models)
        print(f"loaded {' + '.join(models)} in {time.perf_counter() - began:.1f} s\n")
        print("| recording | voices, ours / diart's | DER | diart's | they differ | CPU s/s | MB |")
        print("|---|---|---|---|---|---|---|")
        shares = [examine(engine, audio) for audio in asked.audio]
        seen = [
            one for one in dict.fromkeys(_SEEN) if "matplotlib" not in one and folder not in one
        ]
    print("\n" + ("\n".join(seen) or "nothing was looked up or written"))
    return 1 if seen or max(shares) > 0.1 else 0


if __name__ == "__main__":
    sys.exit(main())
