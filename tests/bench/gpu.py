"""What a graphics card can carry: step latency, sessions in real time, alone and together.

    python tests/bench/gpu.py                       # everything, on CUDA with large-v3 dimensions
    python tests/bench/gpu.py --size base --backends torch
    python tests/bench/gpu.py --device cpu --size tiny --seconds 1 --batch 2    # to try it out

Random weights of the real dimensions are as slow as real ones, so nothing is downloaded. The
vocabulary is taken from an installed model (`--like`). Prints absolute figures as tables for
RESULTS.md. For PyTorch and for CTranslate2 it has the time to load, the encoder and a whole live
step (p50, p95), how many sessions one card carries in real time with a step of 0.6 s, and what
windows of several sessions cost in one batch. CTranslate2 is left out where its libraries are not.

For PyTorch it also has what the card computes of a step's time, what sessions of `wlk-host serve`
take that are computed together (`torch.batched`), and what CUDA graphs would be worth
(`card_batches.py`), which the host does not use (`host/ARCHITECTURE.md`). This alone is

    python tests/bench/gpu.py --size base large-v3 --only together
"""

import argparse
import ctypes
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from card_rounds import FEATURES, Card, Round, error_of, halves, parts_today, time_round
from fixtures.sized_model import SIZES, write_sized_model
from wlk_host.backends.availability import LocalBackend, surroundings
from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.devices import Device, torch_device
from wlk_host.backends.threads import use_cores
from wlk_host.backends.whisper.model import Whisper
from wlk_host.backends.whisper.onnx.encoder import OnnxEncoder
from wlk_host.backends.whisper.torch.decoder import TorchDecoder
from wlk_host.backends.whisper.torch.encoder import TorchEncoder
from wlk_host.core.ports import Task
from wlk_host.core.recognition import Pace
from wlk_host.core.types import SAMPLE_RATE, Sample, seconds
from wlk_host.models import store
from wlk_host.runtime.loading.speed import time_step

STEP_S: Final = seconds(Pace().step)
CORES: Final = 2
WINDOW: Final[Sample] = 7 * SAMPLE_RATE
BATCHES: Final = (1, 2, 4, 8, 16, 32)
PREFIX: Final = " and so on" * 6
NEW_TOKENS: Final = 3
DTYPES: Final = ("float16", "bfloat16", "float32")
FEWER: Final = (1, 8, 32)
"""The batches of all precisions but the first."""

BACKENDS: Final[tuple[LocalBackend, ...]] = ("torch", "faster-whisper")


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


def p50_p95(taken: list[float]) -> str:
    """The median and the 95th percentile in milliseconds, as text."""
    return f"{1e3 * statistics.median(taken):.1f} / {1e3 * float(np.quantile(taken, 0.95)):.1f}"


def encode_batch(whisper: Whisper, n: int) -> Callable[[], object]:
    """Encode windows of n sessions in one batch, and wait for the result."""
    features = np.random.default_rng(0).normal(0, 0.3, (n, whisper.n_mels, FEATURES))
    batch = np.ascontiguousarray(features, np.float32)
    encoder = whisper.encoder
    if isinstance(encoder, TorchEncoder):
        return lambda: encoder(batch)
    if isinstance(encoder, OnnxEncoder):  # On the processor, which gains nothing by a batch.
        return lambda: [encoder(window) for window in batch]
    import ctranslate2  # noqa: PLC0415 - it can be absent

    from wlk_host.backends.whisper.ct2.encoder import CTranslate2Encoder  # noqa: PLC0415

    assert isinstance(encoder, CTranslate2Encoder)
    inner, view = encoder.whisper, ctranslate2.StorageView.from_array(batch)
    return lambda: np.array(inner.encode(view, to_cpu=True))


def report(folder: Path, backend: LocalBackend, device: Device, card: Card, most: int) -> None:
    """Measure one backend and print its rows."""
    began = time.perf_counter()
    use_cores(CORES)
    whisper = Whisper(folder, backend, CORES, device)
    card.wait()
    loaded_s = time.perf_counter() - began
    print(f"\n{backend} on {device} (PyTorch on {card.device}), loaded in {loaded_s:.1f} s")
    step_p95_s = report_steps(whisper, card)
    report_encoder(whisper, card, step_p95_s, most)
    if isinstance(whisper.encoder, TorchEncoder) and isinstance(whisper.decoder, TorchDecoder):
        report_parts(whisper, whisper.encoder, whisper.decoder, card)


def report_steps(whisper: Whisper, card: Card) -> float:
    """Print what a live step takes; returns the 95th percentile in seconds."""
    on_card = card.device.type == "cuda"
    steps = card.times(step_of(whisper), 4 * card.for_s)
    measured = time_step(whisper, on_card=on_card)
    step_p95_s = float(np.quantile(steps, 0.95))
    carried = int(STEP_S / step_p95_s)
    print(f"| live step, p50 / p95 | {p50_p95(steps)} ms |")
    print(f"| as `auto` measures it | {1e3 * (measured.encode_s + measured.decode_s):.1f} ms |")
    print(f"| sessions in real time, live pass alone, one after the other | {carried} |")
    if on_card:
        most_mb = torch.cuda.max_memory_allocated() / 2**20
        print(f"| memory of PyTorch, at most | {most_mb:.0f} MB |")
    return step_p95_s


def report_encoder(whisper: Whisper, card: Card, step_p95_s: float, most: int) -> None:
    """Print what windows of several sessions take in one batch."""
    alone_s = 0.0
    for n in (n for n in BATCHES if n <= most):
        taken = card.times(encode_batch(whisper, n))
        each_s = statistics.median(taken) / n
        alone_s = alone_s or each_s
        carried = int(STEP_S / max(each_s, step_p95_s - alone_s + each_s))
        print(
            f"| encode {n} windows in one batch, p50 / p95; each; sessions carried so | "
            f"{p50_p95(taken)}; {1e3 * each_s:.1f} ms; {carried} |"
        )


def report_parts(
    whisper: Whisper, encoder: TorchEncoder, decoder: TorchDecoder, card: Card
) -> None:
    """Print how much of each part of a step the card computes."""
    print("\n| part of a step today | p50 ms | the card computes, ms | in so many pieces |")
    print("|---|---|---|---|")
    vocabulary = whisper.tokenizer.vocabulary_size
    for name, do in parts_today(encoder, decoder, whisper.n_mels, vocabulary):
        busy = card.busy(do)
        told = "| |" if busy is None else f"{busy[0]:.2f} | {busy[1]} |"
        print(f"| {name} | {card.median_ms(do):.2f} | {told}", flush=True)


def report_rounds(folder: Path, card: Card, dtypes: Sequence[str], most: int) -> None:
    """Print what a step of several sessions would cost as CUDA graphs, in each precision."""
    variables = read_variables(folder / "model.bin")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    heads = [(pair[0], pair[1]) for pair in config["alignment_heads"]]
    n_mels = int(variables["encoder/conv1/weight"].shape[1])
    exact = TorchEncoder(variables, str(card.device), torch.float32)
    for name in dtypes:
        encoder, decoder = halves(variables, heads, str(card.device), getattr(torch, name))
        error = error_of(encoder, exact, n_mels)
        print(f"\nSessions together as graphs in {name}, error of the encoder {error:.2%}")
        print("Each: p50 ms; sessions: in a step of 0.6 s\n")
        print(
            "| together | encode | keys and values | prefixes | a token | step | each | sessions |"
        )
        print("|---|---|---|---|---|---|---|---|")
        for n in (n for n in (BATCHES if name == dtypes[0] else FEWER) if n <= most):
            print(_row(time_round(card, encoder, decoder, n_mels, n)), flush=True)


def _row(each: Round) -> str:
    parts = (each.encode, each.memory, each.prefix, each.token, each.total, each.total / each.n)
    cells = " | ".join(f"{part:.2f}" for part in parts)
    return f"| {each.n} | {cells} | {int(1000 * STEP_S * each.n / each.total)} |"


def report_together(folder: Path, device: Device, card: Card, most: int) -> None:
    """Print what live steps take of sessions that are computed together, as in `wlk-host serve`.

    Each session is a thread that takes one step after the other, so all are busy all the time.
    """
    use_cores(CORES)
    whisper = Whisper(folder, "torch", CORES, device, together=True)
    print("\nSessions whose steps are computed together; carried: in a step of 0.6 s\n")
    print("| sessions | a step, p50 / p95 | processor, each step | steps a second | carried |")
    print("|---|---|---|---|---|")
    for n in (n for n in BATCHES if n <= most):
        busy = together(whisper, n, card)
        print(
            f"| {n} | {p50_p95(busy.taken)} ms | {1e3 * busy.processor_s:.1f} ms | "
            f"{busy.steps_a_second:.1f} | {int(STEP_S * busy.steps_a_second)} |",
            flush=True,
        )


@dataclass(frozen=True, slots=True)
class Busy:
    """What sessions did that were busy side by side.

    Attributes:
        taken: seconds of each step.
        processor_s: seconds of the processor for a step.
        steps_a_second: of all sessions.
    """

    taken: list[float]
    processor_s: float
    steps_a_second: float


def together(whisper: Whisper, n: int, card: Card) -> Busy:
    """Let so many sessions take steps, each on a thread of its own, for as long as `card` says."""
    steps = [step_of(whisper) for _ in range(n)]
    begin = threading.Barrier(n + 1)
    end = threading.Event()

    def session(step: Callable[[], None]) -> list[float]:
        step()
        begin.wait()
        taken = []
        while not end.is_set():
            began = time.perf_counter()
            step()
            taken.append(time.perf_counter() - began)
        return taken

    with ThreadPoolExecutor(n) as threads:
        sessions = [threads.submit(session, step) for step in steps]
        begin.wait()
        began, used = time.perf_counter(), time.process_time()
        time.sleep(card.for_s)
        end.set()
        taken = [one for each in sessions for one in each.result()]
    passed, spent = time.perf_counter() - began, time.process_time() - used
    return Busy(taken, spent / len(taken), len(taken) / passed)


def left_out(backend: LocalBackend, device: Device, cublas: str = "libcublas.so.12") -> str | None:
    """Why a backend cannot be measured on that device; None if it can.

    Args:
        backend: the backend.
        device: where it is to compute.
        cublas: the library that CTranslate2 multiplies with on a card.
    """
    if backend == "torch":
        usable = device == "cpu" or torch.cuda.is_available()
        return None if usable else "PyTorch finds no CUDA device"
    if find_spec("ctranslate2") is None:
        return "CTranslate2 is not installed"
    if device == "cuda":
        try:
            ctypes.CDLL(cublas)
        except OSError as error:
            return f"CTranslate2 needs cuBLAS 12: {error}"
    return None


def arguments_of(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The arguments of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--size", choices=list(SIZES), nargs="+", default=["large-v3"])
    parser.add_argument("--backends", choices=BACKENDS, nargs="+", default=BACKENDS)
    parser.add_argument("--only", choices=["together"], help="leave all else out")
    parser.add_argument("--dtypes", choices=DTYPES, nargs="+", default=DTYPES)
    parser.add_argument("--like", default="base", help="the installed model with the vocabulary")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of each measurement")
    parser.add_argument("--batch", type=int, default=32, help="the most sessions in a batch")
    return parser.parse_args(argv)


def main() -> int:
    """Print the tables; returns 1 if the device cannot be used."""
    arguments = arguments_of()
    device: Device = arguments.device
    print(f"{surroundings(with_card=True)}\ntorch {torch.__version__}")
    reasons = {backend: left_out(backend, device) for backend in arguments.backends}
    for backend, reason in reasons.items():
        if reason is not None:
            print(f"{backend} is left out: {reason}", file=sys.stderr)
    backends = [backend for backend, reason in reasons.items() if reason is None]
    if not backends:
        return 1
    if device == "cuda":
        subprocess.run(["nvidia-smi"], check=False)
    card = Card(torch.device(torch_device(device)), arguments.seconds)
    for name in arguments.size:
        with tempfile.TemporaryDirectory() as home:
            size = SIZES[name]
            folder = write_sized_model(Path(home) / "model", size, store.resolve(arguments.like))
            print(f"\n## {name}: {size}, random weights")
            if "torch" in backends:
                report_together(folder, device, card, arguments.batch)
            if arguments.only:
                continue
            for backend in backends:
                report(folder, backend, device, card, arguments.batch)
            if "torch" in backends:
                report_rounds(folder, card, arguments.dtypes, arguments.batch)
    return 0


if __name__ == "__main__":
    sys.exit(main())
