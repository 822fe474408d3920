"""Products of 8 bits where two of them meet in 16 bits, on a processor that is emulated."""

import json
from pathlib import Path

import numpy as np
import pytest

from fixtures.emulated import WITHOUT_VNNI, run_on
from fixtures.models import model
from fixtures.sound import english, english_words
from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.whisper.ct2.encoder import CTranslate2Encoder
from wlk_host.backends.whisper.ct2.model import load
from wlk_host.backends.whisper.mel import log_mel
from wlk_host.backends.whisper.onnx.files import load_decoder
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.core.types import SAMPLE_RATE

HEADS = [(3, 5)]

PRODUCTS = """
import json
import wlk_host
import numpy as np
from wlk_host.backends.graphs.graph import Graph
from wlk_host.backends.graphs.session import open_session, products_overflow
from wlk_host.backends.whisper.onnx import linear as linears
from wlk_host.backends.whisper.onnx.linear import block_linear, channel_linear

def error(linear, weight, x, bias):
    graph = Graph("product")
    graph.input("x", "float32", ("n", 256))
    graph.output(linear(graph, "x", weight, bias), "float32", ("n", 64))
    (y,) = open_session(graph.encoded()).run(None, {"x": x})
    exact = x @ weight.T
    return float(np.linalg.norm(y - exact) / np.linalg.norm(exact))

overflows = products_overflow()
largest = np.ones((64, 256), np.float32)
zeros = np.zeros(64, np.float32)
some = np.random.default_rng(0).normal(size=(64, 256)).astype(np.float32)
found = {}
for tried in (True, False):
    linears.products_overflow = lambda: overflows and tried
    for linear in (channel_linear, block_linear):
        for n in (1, 3, 31):
            found[f"{linear.__name__} {n} {tried}"] = max(
                error(linear, weight, x, bias)
                for weight, x in ((largest, 2 * largest[:1].repeat(n, 0)), (some, some[:n]))
                for bias in (zeros, None)
                if bias is zeros or linear is channel_linear
            )
print(json.dumps({"overflows": overflows, "errors": found}))
"""

DECODER = """
import sys
from pathlib import Path
import wlk_host
import numpy as np
from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.graphs.session import products_overflow
from wlk_host.backends.whisper.onnx.files import load_decoder

assert products_overflow()
path, kept_in = map(Path, sys.argv[1:])
decoder = load_decoder(path, read_variables(path), [(3, 5)], kept_in)
window = np.load(kept_in / "window.npy")
text = np.load(kept_in / "text.npy").tolist()
logits, _ = decoder.forward(text, decoder.cache(), decoder.cross_memory(window), range(len(text)))
np.save(kept_in / "logits.npy", logits)
"""


def test_products_do_not_overflow_there_because_it_is_tried_out() -> None:
    found = json.loads(run_on(WITHOUT_VNNI, PRODUCTS))
    assert found["overflows"]
    wrong = {name for name, error in found["errors"].items() if error > 0.015}
    # The emulator shows what would be, had nobody tried. Products in blocks are another kernel.
    assert wrong == {f"channel_linear {n} False" for n in (1, 3, 31)}


@pytest.mark.model
def test_the_decoder_is_there_as_near_to_float32_as_here(tmp_path: Path) -> None:
    path = model("tiny.en") / "model.bin"
    encoded = CTranslate2Encoder(load(model("tiny.en"), 1))
    window = encoded(log_mel(english()[: 7 * SAMPLE_RATE], 80, 750))
    words = " ".join(word for word, _, _ in english_words()[:12])
    text = [50257, 50362, *WhisperTokenizer(model("tiny.en")).encode(words)]
    np.save(tmp_path / "window.npy", window)
    np.save(tmp_path / "text.npy", text)
    exact = load_decoder(path, read_variables(path), HEADS, tmp_path / "exact", precision="float32")
    expected, _ = exact.forward(text, exact.cache(), exact.cross_memory(window), range(len(text)))
    run_on(WITHOUT_VNNI, DECODER, path, tmp_path)
    found = np.load(tmp_path / "logits.npy")
    assert np.linalg.norm(found - expected) / np.linalg.norm(expected) < 0.05
    same = found[2:].argmax(axis=1) == expected[2:].argmax(axis=1)
    assert same.sum() >= len(text) - 4
