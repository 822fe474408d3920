"""Recognition on processors without VNNI, emulated: what saturates, and what is done about it.

    python tests/bench/without_vnni.py [--model base] [--windows 4] [--cpu NAME...] SOUND

VNNI adds products of 8 bits up in 32 bits. Without it two of them meet in 16 bits first, where
the largest ones do not fit. No switch turns MLAS (onnxruntime) to the other kernels, so an emulator
(`qemu-user`) shows it a processor that has none: Haswell by Intel, for which CTranslate2 takes
MKL, and the first EPYC by AMD, for which it takes oneDNN.

Windows of 7.5 s, the last 0.8 s of it silence, are encoded by CTranslate2 and decoded. The
reference is float32 in both, on this processor. `encoder` is the relative error of what is encoded,
`logits` that of the decoder on what the reference encoded, and `next` the share of tokens that are
the most probable ones after the reference's text as well. `untried` is the decoder as it would be
if nobody had tried out whether products overflow. `text` says whether encoder and decoder together
say in the first window what they say on this processor. Prints the table for RESULTS.md. An
emulated window takes a minute.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ctranslate2
import numpy as np

from decoders import N_FRAMES, SOUND, Costs, Rows, greedy
from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.graphs.session import products_overflow
from wlk_host.backends.whisper.ct2.encoder import CTranslate2Encoder
from wlk_host.backends.whisper.ct2.model import load
from wlk_host.backends.whisper.mel import log_mel
from wlk_host.backends.whisper.onnx import files, linear
from wlk_host.backends.whisper.onnx.decoder import OnnxDecoder
from wlk_host.backends.whisper.onnx.files import load_decoder
from wlk_host.backends.whisper.onnx.linear import Precision, best_precision
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.core.errors import WlkError
from wlk_host.core.ports import Task
from wlk_host.models import store
from wlk_host.runtime.files.media import read_chunks

EMULATOR: Final = "qemu-x86_64"

CPUS: Final = ("Haswell", "EPYC")


@dataclass(frozen=True, slots=True)
class Trial:
    """A model, and the windows it hears.

    Args:
        folder: of the model.
        kept_in: the folder of decoders' graphs.
    """

    folder: Path
    kept_in: Path

    def decoder(self, precision: Precision) -> OnnxDecoder:
        """The live decoder.

        Raises:
            WlkError: it answers something else than it should.
        """
        config = json.loads((self.folder / "config.json").read_text("utf-8"))
        heads = [(pair[0], pair[1]) for pair in config["alignment_heads"]]
        path = self.folder / "model.bin"
        kept_in = self.kept_in / precision
        return load_decoder(path, read_variables(path), heads, kept_in, 1, precision)

    def text(self, decoder: OnnxDecoder, encoded: Rows) -> list[int]:
        """Of a window, without times."""
        tokenizer = WhisperTokenizer(self.folder)
        mask = np.zeros(tokenizer.vocabulary_size, np.float32)
        mask[tokenizer.end_of_text + 1 :] = -np.inf
        begin = list(tokenizer.task_tokens(Task("en")))
        return greedy(decoder, encoded, begin, mask, tokenizer.end_of_text, Costs())

    def logits(self, decoder: OnnxDecoder, encoded: Rows, text: list[int]) -> Rows:
        """After each token of a text."""
        memory = decoder.cross_memory(encoded)
        begin = list(WhisperTokenizer(self.folder).task_tokens(Task("en")))
        rows = range(len(begin) - 1, len(begin) + len(text))
        found, _ = decoder.forward([*begin, *text], decoder.cache(), memory, rows)
        return found


def refer(trial: Trial, sound: Path, n_windows: int) -> list[dict[str, Any]]:
    """What each window is in float32."""
    whisper = ctranslate2.models.Whisper(str(trial.folder), compute_type="float32")
    encoder, decoder = CTranslate2Encoder(whisper), trial.decoder("float32")
    pcm = np.concatenate([chunk.pcm for chunk in read_chunks(sound)])
    windows = []
    for at in range(0, n_windows * SOUND, SOUND):
        features = log_mel(pcm[at : at + SOUND], int(whisper.n_mels), N_FRAMES)
        encoded = encoder(features)
        text = trial.text(decoder, encoded)
        logits = trial.logits(decoder, encoded, text)
        windows.append({"mel": features, "encoded": encoded, "text": text, "logits": logits})
    return windows


def compare(trial: Trial, windows: list[dict[str, Any]], label: str) -> None:
    """Print a row for each decoder, on the processor that this process sees."""
    overflows = products_overflow()
    whisper = CTranslate2Encoder(load(trial.folder, 1))
    encoded = [whisper(window["mel"]) for window in windows]
    head = f"| {label} | {mean_error(encoded, [window['encoded'] for window in windows]):.3f} |"
    precisions: tuple[Precision, ...] = ("int8", "mixed")
    for precision in precisions:
        for tried in (True, False) if overflows else (True,):
            for module in (files, linear):
                vars(module)["products_overflow"] = lambda: overflows and tried  # noqa: B023
            name = precision if tried else f"{precision}, untried"
            try:
                decoder = trial.decoder(precision)
            except WlkError as error:
                print(f"{head} {name} | {error.code} | | |", flush=True)
                continue
            logits = [trial.logits(decoder, w["encoded"], w["text"]) for w in windows]
            wrong = mean_error(logits, [window["logits"] for window in windows])
            same = [
                (found.argmax(axis=1) == w["logits"].argmax(axis=1)).mean()
                for found, w in zip(logits, windows, strict=True)
            ]
            text = ""
            if tried and precision == best_precision():
                own = trial.text(decoder, encoded[0])
                text = "same" if windows[0].setdefault("here", own) == own else "other"
            print(f"{head} {name} | {wrong:.3f} | {100 * np.mean(same):.0f} | {text} |", flush=True)


def mean_error(found: list[Rows], expected: list[Rows]) -> float:
    """Relative to what is expected."""
    pairs = zip(found, expected, strict=True)
    return float(np.mean([np.linalg.norm(a - b) / np.linalg.norm(b) for a, b in pairs]))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="base")
    parser.add_argument("--windows", type=int, default=4)
    parser.add_argument("--cpu", nargs="+", default=CPUS)
    parser.add_argument("--emulated", metavar="CPU", help=argparse.SUPPRESS)
    parser.add_argument("sound", type=Path)
    arguments = parser.parse_args()
    folder = store.resolve(arguments.model)
    if arguments.emulated:
        windows = np.load(arguments.sound, allow_pickle=True).tolist()
        compare(Trial(folder, arguments.sound.parent), windows, arguments.emulated)
        return 0
    emulator = shutil.which(EMULATOR)
    if emulator is None:
        parser.error(f"{EMULATOR} is missing; on Debian and Ubuntu: apt-get install qemu-user")
    with tempfile.TemporaryDirectory() as scratch:
        trial = Trial(folder, Path(scratch))
        windows = refer(trial, arguments.sound, arguments.windows)
        print("| processor | encoder | decoder | logits | next % | text |")
        print("|---" * 6 + "|", flush=True)
        compare(trial, windows, "this one")
        kept = Path(scratch, "windows.npy")
        np.save(kept, np.array(windows, object), allow_pickle=True)
        command = [sys.executable, __file__, "--model", arguments.model, str(kept), "--emulated"]
        for cpu in arguments.cpu:
            subprocess.run([emulator, "-cpu", cpu, *command, cpu], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
