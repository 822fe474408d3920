"""What a graphics card can carry: step latency, real-time sessions, batches across sessions.

    python tests/bench/gpu.py                       # everything, on CUDA with large-v3 dimensions
    python tests/bench/gpu.py --device cpu --size tiny --seconds 1 --batch 2    # to try it out

Random weights of the real dimensions are as slow as real ones, so nothing is downloaded. The
vocabulary is taken from an installed model (`--like`). Prints absolute figures as a table for
RESULTS.md. For PyTorch and for CTranslate2 it has the time to load, the encoder and a whole live
step (p50, p95), and how many sessions one card carries in real time with a step of 0.6 s. It also
has the cost of windows of several sessions in one batch, and how many sessions the card would then
carry. This shows whether batches across sessions, which the host does not make, would be worth it
(`host/ARCHITECTURE.md`).
"""

import argparse
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import ctranslate2
import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fixtures.sized_model import SIZES, write_sized_model
from wlk_host.backends.availability import LocalBackend, surroundings
from wlk_host.backends.devices import Device, torch_device
from wlk_host.backends.threads import use_cores
from wlk_host.backends.whisper.ct2.encoder import CTranslate2Encoder
from wlk_host.backends.whisper.layout import LEAST_LIVE_WINDOW
from wlk_host.backends.whisper.model import Whisper
from wlk_host.backends.whisper.onnx.encoder import OnnxEncoder
from wlk_host.backends.whisper.torch.encoder import TorchEncoder
from wlk_host.core.ports import Task
from wlk_host.core.recognition import Pace
from wlk_host.core.types import MEL_FRAME, SAMPLE_RATE, MelFrames, Sample, seconds
from wlk_host.models import store
from wlk_host.runtime.loading.speed import time_step

STEP_S: Final = seconds(Pace().step)
CORES: Final = 2
WINDOW: Final[Sample] = 7 * SAMPLE_RATE
FEATURES: Final[MelFrames] = LEAST_LIVE_WINDOW // MEL_FRAME
BATCHES: Final = (1, 2, 4, 8, 16, 32)
PREFIX: Final = " and so on" * 6
NEW_TOKENS: Final = 3


def step_of(whisper: Whisper) -> Callable[[], None]:
    """One live step of one session: encode its window, read the prefix, decode new words."""
    stream = whisper.listen(0)
    stream.feed(np.random.default_rng(0).normal(0, 0.05, WINDOW).astype(np.float32))
    prefix = whisper.tokenizer.encode(PREFIX)

    def step() -> None:
        steps = stream.encode(0, WINDOW).steps(Task("en"), (), prefix)
        for _ in itertools.islice(steps, NEW_TOKENS + 1):
            pass

    return step


def times_of(do: Callable[[], object], for_s: float, device: Device) -> list[float]:
    """The seconds of each round, at least five and otherwise as many as fit into the time."""
    do()
    taken: list[float] = []
    end = time.perf_counter() + for_s
    while len(taken) < 5 or time.perf_counter() < end:
        began = time.perf_counter()
        do()
        if torch_device(device) == "cuda":
            torch.cuda.synchronize()
        taken.append(time.perf_counter() - began)
    return taken


def p50_p95(taken: list[float]) -> str:
    """The median and the 95th percentile in milliseconds, as text."""
    return f"{1e3 * statistics.median(taken):.1f} / {1e3 * float(np.quantile(taken, 0.95)):.1f}"


def encode_batch(whisper: Whisper, n: int) -> Callable[[], object]:
    """Encode windows of n sessions in one batch, and wait for the result."""
    features = np.random.default_rng(0).normal(0, 0.3, (n, whisper.n_mels, FEATURES))
    batch = np.ascontiguousarray(features, np.float32)
    encoder = whisper.encoder
    if isinstance(encoder, CTranslate2Encoder):
        view = ctranslate2.StorageView.from_array(batch)
        return lambda: np.array(encoder.whisper.encode(view, to_cpu=True))
    if isinstance(encoder, OnnxEncoder):  # On the processor, which gains nothing by a batch.
        return lambda: [encoder(window) for window in batch]
    assert isinstance(encoder, TorchEncoder)

    def at_once() -> torch.Tensor:
        with torch.inference_mode():
            return encoder(batch)

    return at_once


def report(folder: Path, backend: str, device: Device, for_s: float, most: int) -> None:
    """Measure one backend and print its rows."""
    began = time.perf_counter()
    at = torch_device(device)
    use_cores(CORES)
    local: LocalBackend = "torch" if backend == "torch" else "faster-whisper"
    whisper = Whisper(folder, local, CORES, device)
    loaded_s = time.perf_counter() - began
    steps = times_of(step_of(whisper), for_s, device)
    measured = time_step(whisper)
    print(f"\n{backend} on {device} (PyTorch on {at}), loaded in {loaded_s:.1f} s")
    print(f"| live step, p50 / p95 | {p50_p95(steps)} ms |")
    print(f"| as `auto` measures it | {1e3 * (measured.encode_s + measured.decode_s):.1f} ms |")
    carried = int(STEP_S / float(np.quantile(steps, 0.95)))
    print(f"| sessions in real time, live pass alone, one after the other | {carried} |")
    if at == "cuda":
        most_mb = torch.cuda.max_memory_allocated() / 2**20
        print(f"| memory of PyTorch, at most | {most_mb:.0f} MB |")
    step_p95, alone_s = float(np.quantile(steps, 0.95)), 0.0
    for n in (n for n in BATCHES if n <= most):
        taken = times_of(encode_batch(whisper, n), for_s / len(BATCHES), device)
        each_s = statistics.median(taken) / n
        alone_s = alone_s or each_s
        carried = int(STEP_S / max(each_s, step_p95 - alone_s + each_s))
        print(
            f"| encode {n} windows in one batch, p50 / p95; each; sessions carried so | "
            f"{p50_p95(taken)}; {1e3 * each_s:.1f} ms; {carried} |"
        )


def main() -> int:
    """Print the tables; returns 1 if the device cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--size", choices=list(SIZES), default="large-v3")
    parser.add_argument("--like", default="base", help="the installed model with the vocabulary")
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each measurement")
    parser.add_argument("--batch", type=int, default=32, help="the most sessions in a batch")
    arguments = parser.parse_args()
    here = surroundings(with_card=True)
    print(f"{here}\ntorch {torch.__version__}, ctranslate2 {ctranslate2.__version__}")
    if arguments.device == "cuda":
        if not torch.cuda.is_available() or ctranslate2.get_cuda_device_count() == 0:
            print("no CUDA device that both backends can use", file=sys.stderr)
            return 1
        subprocess.run(["nvidia-smi"], check=False)
    with tempfile.TemporaryDirectory() as home:
        size = SIZES[arguments.size]
        folder = write_sized_model(Path(home) / "model", size, store.resolve(arguments.like))
        print(f"{arguments.size}: {size}, random weights")
        for backend in ("torch", "faster-whisper"):
            report(folder, backend, arguments.device, arguments.seconds, arguments.batch)
    return 0


if __name__ == "__main__":
    sys.exit(main())
