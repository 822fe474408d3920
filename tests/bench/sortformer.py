"""Whether Sortformer runs through NeMo as it should, and what it costs: with random weights.

    pip install "nemo_toolkit[asr]"  # in an environment of its own: several GB
    python tests/bench/sortformer.py [--size small|real] [--device cpu|cuda] [--seconds 60]

The weights cannot be had without the network, so this makes random ones of the published
architecture (the model card's 17 FastConformer and 18 Transformer layers with `real`). It compares
what the engine tells of sound that comes in pieces with what NeMo tells of all of it at once, saves
the model as a `.nemo` file and loads that as the host does, and measures the time of a step.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from nemo.collections.asr.models import SortformerEncLabelModel
from omegaconf import DictConfig

from wlk_host.backends.sortformer import (
    LOW,
    ULTRA_LOW,
    Latency,
    Sortformer,
    SortformerStream,
    load_sortformer,
)
from wlk_host.core.types import SAMPLE_RATE, Pcm

_SIZES: Final = {
    "small": {"layers": 1, "width": 32, "tf_layers": 1, "tf_width": 16, "tf_inner": 32},
    "real": {"layers": 17, "width": 512, "tf_layers": 18, "tf_width": 192, "tf_inner": 768},
}
_LATENCIES: Final = {"low": LOW, "ultra low": ULTRA_LOW}


def random_model(size: str) -> Any:
    """A model of that size."""
    shape = _SIZES[size]
    modules = "nemo.collections.asr.modules"
    config = {
        "sample_rate": SAMPLE_RATE,
        "max_num_of_spks": 4,
        "streaming_mode": True,
        "async_streaming": False,
        "model_defaults": {"fc_d_model": shape["width"], "tf_d_model": shape["tf_width"]},
        "preprocessor": {
            "_target_": f"{modules}.AudioToMelSpectrogramPreprocessor",
            "normalize": "NA",
            "window_size": 0.025,
            "sample_rate": SAMPLE_RATE,
            "window_stride": 0.01,
            "window": "hann",
            "features": 128,
            "n_fft": 512,
            "frame_splicing": 1,
            "dither": 0.00001,
        },
        "sortformer_modules": {
            "_target_": f"{modules}.sortformer_modules.SortformerModules",
            "num_spks": 4,
            "dropout_rate": 0.5,
            "fc_d_model": shape["width"],
            "tf_d_model": shape["tf_width"],
        },
        "encoder": {
            "_target_": f"{modules}.ConformerEncoder",
            "feat_in": 128,
            "feat_out": -1,
            "n_layers": shape["layers"],
            "d_model": shape["width"],
            "subsampling": "dw_striding",
            "subsampling_factor": 8,
            "subsampling_conv_channels": 256,
            "ff_expansion_factor": 4,
            "self_attention_model": "rel_pos",
            "n_heads": 8,
            "att_context_size": [-1, -1],
            "xscaling": True,
            "untie_biases": True,
            "pos_emb_max_len": 5000,
            "conv_kernel_size": 9,
            "conv_norm_type": "batch_norm",
            "dropout": 0.1,
            "dropout_pre_encoder": 0.1,
            "dropout_emb": 0.0,
            "dropout_att": 0.1,
        },
        "transformer_encoder": {
            "_target_": f"{modules}.transformer.transformer_encoders.TransformerEncoder",
            "num_layers": shape["tf_layers"],
            "hidden_size": shape["tf_width"],
            "inner_size": shape["tf_inner"],
            "num_attention_heads": 8,
            "attn_score_dropout": 0.5,
            "attn_layer_dropout": 0.5,
            "ffn_dropout": 0.5,
            "hidden_act": "relu",
            "pre_ln": False,
            "pre_ln_final_layer_norm": True,
        },
        "loss": {
            "_target_": "nemo.collections.asr.losses.bce_loss.BCELoss",
            "weight": None,
            "reduction": "mean",
        },
        "optim": {"name": "adam", "lr": 0.001},
    }
    torch.manual_seed(17)
    return SortformerEncLabelModel(cfg=DictConfig(config)).eval()


def at_once(model: Any, pcm: Pcm) -> Any:
    """What NeMo's own streaming tells of all of the sound, shape (frames, voices)."""
    sound = torch.from_numpy(pcm)[None].to(model.device)
    with torch.inference_mode():
        told = model(audio_signal=sound, audio_signal_length=torch.tensor([len(pcm)]))
    return told[0].float().cpu().numpy()


def in_pieces(engine: Sortformer, pcm: Pcm) -> tuple[Any, float]:
    """What the engine tells of the same, as it comes; and the longest time of a piece."""
    stream, told, longest = SortformerStream(engine), [], 0.0
    random = np.random.default_rng(17)
    at = 0
    while at < len(pcm):
        n = int(random.integers(1, 2 * SAMPLE_RATE))
        began = time.perf_counter()
        told.append(stream.probabilities(pcm[at : at + n]))
        longest = max(longest, time.perf_counter() - began)
        at += n
    return np.concatenate(told), longest


def examine(name: str, model: Any, latency: Latency, pcm: Pcm) -> None:
    """Print one row."""
    engine = Sortformer("sortformer", model, latency)
    began = time.perf_counter()
    told, longest = in_pieces(engine, pcm)
    cost = (time.perf_counter() - began) / (len(pcm) / SAMPLE_RATE)
    expected = at_once(model, pcm)
    n = len(told)
    if not 0 < n <= len(expected):
        raise SystemExit(f"told of {n} frames, expected up to {len(expected)}")
    off = float(np.abs(told - expected[:n]).max())
    spread = float(expected.std(axis=0).mean())  # Over time: each voice has a level of its own.
    figures = f"{off:.1e} | {spread:.1e} | {cost:.3f} | {longest:.2f}"
    print(f"| {name} | {n} of {len(expected)} | {figures} |")
    if off > 0.1 * spread:
        raise SystemExit("they differ")


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=list(_SIZES), default="small")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seconds", type=int, default=60)
    asked = parser.parse_args()
    time_axis = np.arange(asked.seconds * SAMPLE_RATE) / SAMPLE_RATE
    random = np.random.default_rng(17)
    pcm = (0.1 * random.normal(size=len(time_axis)) * (np.sin(time_axis) > 0)).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "random.nemo"
        random_model(asked.size).save_to(str(path))
        print("| latency | frames | largest difference | spread | s/s | longest piece s |")
        print("|---|---|---|---|---|---|")
        for name, latency in _LATENCIES.items():
            engine = load_sortformer("sortformer", path, latency, asked.device)
            examine(name, engine._model, latency, pcm)
    return 0


if __name__ == "__main__":
    sys.exit(main())
