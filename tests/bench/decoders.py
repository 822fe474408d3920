"""The live decoder in each precision: how near to float32 it is, and what it costs.

    python tests/bench/decoders.py [--model base] [--windows 60] SOUND...

Each window of 7.5 s, the last 0.8 s of it silence, is encoded by CTranslate2 and decoded greedily;
the reference is PyTorch in float32. `same` counts windows of the same text, `next` the share of
tokens that are the most probable ones after the reference's text as well. Costs are CPU
milliseconds of one thread, the median of some calls, the decoders taking turns in one process. What
a start costs is measured in a process of its own, with graphs that lie there already, as they do
from a model's second start on. Prints the tables for RESULTS.md.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, get_args

import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.whisper.ct2.encoder import CTranslate2Encoder
from wlk_host.backends.whisper.ct2.model import load
from wlk_host.backends.whisper.halves import Branches, Decoder
from wlk_host.backends.whisper.mel import log_mel
from wlk_host.backends.whisper.onnx.files import load_decoder
from wlk_host.backends.whisper.onnx.linear import Precision
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.core.ports import Task
from wlk_host.core.types import SAMPLE_RATE, Sample
from wlk_host.models import store
from wlk_host.runtime.files.media import read_chunks

Rows = NDArray[np.float32]

SOUND: Final[Sample] = 67 * SAMPLE_RATE // 10
N_FRAMES: Final = 750
MOST_TOKENS: Final = 40
PREFIX: Final = 31
BEAMS: Final = 3

_START: Final = """
import json, sys, time
began = time.perf_counter()
from pathlib import Path
from wlk_host.core.options import SessionOptions
from wlk_host.runtime.files.clocks import SoundClock
from wlk_host.runtime.loading.loader import ModelLoader
ModelLoader(SoundClock(), backend=sys.argv[2], device="cpu").load(SessionOptions(model=sys.argv[1]))
ready = time.perf_counter() - began
status = Path("/proc/self/status").read_text()
kb = {line.split(":")[0]: line.split()[1] for line in status.splitlines() if line.startswith("Vm")}
row = ready, time.process_time(), int(kb["VmRSS"]) / 1024, int(kb["VmHWM"]) / 1024
print(json.dumps(row))
"""


@dataclass
class Costs:
    """CPU milliseconds of each call, by what was called."""

    calls: dict[str, list[float]] = field(default_factory=dict)

    def time(self, name: str, do: Callable[[], Any]) -> Any:
        """Do it, and note what it took."""
        before = time.process_time()
        result = do()
        self.calls.setdefault(name, []).append(1000 * (time.process_time() - before))
        return result


def greedy(
    decoder: Decoder, encoded: Rows, begin: list[int], mask: Rows, end: int, costs: Costs
) -> list[int]:
    """The text of a window, token by token."""
    memory = costs.time("memory", lambda: decoder.cross_memory(encoded))
    cache, tokens, text = decoder.cache(), begin, list[int]()
    while len(text) < MOST_TOKENS:
        read = tokens
        name = "1 beam" if text else "begin"
        best, _ = costs.time(name, lambda: decoder.successors(read, cache, memory, mask, 1))  # noqa: B023
        token = int(best.tokens[0, 0])
        if token == end:
            break
        text.append(token)
        tokens = [token]
    return text


def n_next(decoder: Decoder, encoded: Rows, begin: list[int], mask: Rows, text: list[int]) -> int:
    """How many tokens of a text are the most probable ones after those before them."""
    rows = range(len(begin) - 1, len(begin) + len(text) - 1)
    memory = decoder.cross_memory(encoded)
    logits, _ = decoder.forward([*begin, *text], decoder.cache(), memory, rows)
    return int(((logits + mask).argmax(axis=1) == text).sum())


def time_beams(decoder: Decoder, encoded: Rows, token: int, mask: Rows, costs: Costs) -> None:
    """A prefix, and some tokens of several beams after it."""
    memory, cache = decoder.cross_memory(encoded), decoder.cache()
    given = [token] * PREFIX
    costs.time("prefix", lambda: decoder.successors(given, cache, memory, mask, BEAMS + 1))
    visible = np.ones((BEAMS, PREFIX), np.bool_)
    for step in range(5):
        visible = np.concatenate([visible, np.eye(BEAMS, dtype=np.bool_)], axis=1)
        branches = Branches(PREFIX + step, visible)
        costs.time(
            f"{BEAMS} beams",
            lambda: decoder.successors([token] * BEAMS, cache, memory, mask, BEAMS + 1, branches),  # noqa: B023
        )


def starts(folder: Path) -> list[str]:
    """What a process pays until a model is ready: by itself, and in PyTorch."""
    rows = []
    for backend in ("faster-whisper", "torch"):
        command = [sys.executable, "-c", _START, str(folder), backend]
        took = [json.loads(subprocess.check_output(command)) for _ in range(3)]
        wall, cpu, now, most = min(took)
        rows.append(f"| {backend} | {wall:.2f} | {cpu:.2f} | {now:.0f} | {most:.0f} |")
    return rows


def main() -> int:
    """Measure and print."""
    import torch  # noqa: PLC0415 - what starts in a process of its own does without

    from wlk_host.backends.whisper.torch.decoder import TorchDecoder  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="base")
    parser.add_argument("--windows", type=int, default=60)
    parser.add_argument("sound", nargs="+", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    folder = store.resolve(arguments.model)
    variables = read_variables(folder / "model.bin")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    heads = [(pair[0], pair[1]) for pair in config["alignment_heads"]]
    tokenizer = WhisperTokenizer(folder)
    mask = np.zeros(tokenizer.vocabulary_size, np.float32)
    mask[tokenizer.end_of_text + 1 :] = -np.inf
    begin = list(tokenizer.task_tokens(Task("en")))
    encoder = CTranslate2Encoder(load(folder, 1))
    exact = TorchDecoder(variables, heads, int8=False)
    decoders: dict[str, Decoder] = {"torch int8": TorchDecoder(variables, heads)}
    precisions: tuple[Precision, ...] = get_args(Precision)
    for precision in precisions:
        decoders[precision] = load_decoder(
            folder / "model.bin", variables, heads, store.decoders_dir() / precision, 1, precision
        )
    costs = {name: Costs() for name in decoders}
    same, follow = dict.fromkeys(decoders, 0), dict.fromkeys(decoders, 0)
    n_windows = n_tokens = 0
    for path in arguments.sound:
        pcm = np.concatenate([chunk.pcm for chunk in read_chunks(path)])
        for at in range(0, max(1, len(pcm) - SOUND + 1), SOUND // 4):
            if n_windows == arguments.windows:
                break
            n_windows += 1
            encoded = encoder(log_mel(pcm[at : at + SOUND], int(encoder.whisper.n_mels), N_FRAMES))
            expected = greedy(exact, encoded, begin, mask, tokenizer.end_of_text, Costs())
            n_tokens += len(expected)
            for name, decoder in decoders.items():
                text = greedy(decoder, encoded, begin, mask, tokenizer.end_of_text, costs[name])
                same[name] += text == expected
                follow[name] += n_next(decoder, encoded, begin, mask, expected)
                time_beams(decoder, encoded, 400, mask, costs[name])
    columns = ("memory", "prefix", "1 beam", f"{BEAMS} beams")
    print(f"| decoder | same of {n_windows} | next % | " + " | ".join(columns) + " |")
    print("|---" * (3 + len(columns)) + "|")
    for name, cost in costs.items():
        medians = " | ".join(f"{statistics.median(cost.calls[each]):.1f}" for each in columns)
        print(f"| {name} | {same[name]} | {100 * follow[name] / n_tokens:.1f} | {medians} |")
    print("\n| engine | ready s | CPU s | MB then | MB most |\n|---|---|---|---|---|")
    print("\n".join(starts(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
