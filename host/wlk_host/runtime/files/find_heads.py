"""`wlk-host models heads`: which cross-attention heads of a model follow the sound."""

import sys
from pathlib import Path
from typing import Final

import ctranslate2
import numpy as np
from numpy.typing import NDArray

from wlk_host.backends import availability
from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.checkpoints.heads import Heads, format_heads
from wlk_host.backends.whisper import head_search
from wlk_host.backends.whisper.halves import N_CONTEXT, Decoder
from wlk_host.backends.whisper.layout import HEAD_WIDTH
from wlk_host.backends.whisper.mel import log_mel
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.core.errors import WlkError
from wlk_host.core.ports import Task
from wlk_host.core.types import MEL_FRAME, SAMPLE_RATE, Pcm
from wlk_host.runtime.files.media import read_chunks
from wlk_host.runtime.loading.resolve import resolve

_MOST_S: Final = 30
"""What the encoder takes in at once."""

_WINDOW_FRAMES: Final = _MOST_S * SAMPLE_RATE // MEL_FRAME


def show_heads(model: str | None, audio: Path, text: str, language: str) -> int:
    """Print the heads as `--alignment-heads` takes them, and what each is worth; exit code 0.

    Raises:
        WlkError: the model or the file cannot be read; `sound_unsuitable`.
    """
    pcm = np.concatenate([chunk.pcm for chunk in read_chunks(audio)])
    found = find_heads(resolve(model), pcm, text, language)
    for (layer, head), share in sorted(found.items(), key=lambda item: -item[1]):
        sys.stderr.write(f"layer {layer}, head {head}: {share:.0%} of its attention\n")
    sys.stdout.write(format_heads(tuple(sorted(found))) + "\n")
    return 0


def find_heads(folder: Path, pcm: Pcm, text: str, language: str) -> dict[tuple[int, int], float]:
    """Pairs of layer and head, with the share of attention that follows the sound.

    Args:
        folder: in CTranslate2 form.
        pcm: up to 30 s of speech.
        text: exactly what is said.
        language: Whisper code.

    Raises:
        WlkError: `sound_unsuitable` when it is too long, or has no words; `language_unknown`;
            `torch_missing`.
    """
    if not availability.has_torch():
        raise availability.torch_missing("looking for alignment heads")
    tokenizer = WhisperTokenizer(folder)
    begin = tokenizer.task_tokens(Task(language))
    words = tokenizer.encode(" " + text.strip()) if text.strip() else []
    if len(pcm) > _MOST_S * SAMPLE_RATE or not 0 < len(words) < N_CONTEXT - len(begin):
        raise WlkError(
            code="sound_unsuitable",
            message=f"got {len(pcm) / SAMPLE_RATE:.1f} s of sound and {len(words)} tokens of text, "
            f"expected up to {_MOST_S} s and {N_CONTEXT - len(begin) - 1} tokens",
            hint="take some sentences of clear speech, and exactly their words",
        )
    heads, decoder = _all_heads(folder)
    memory = decoder.cross_memory(_encode(folder, pcm))
    _, attention = decoder.forward([*begin, *words], decoder.cache(), memory)
    # What is read off while a token is the last one is the attention for the next.
    n_frames = len(pcm) // (2 * MEL_FRAME)
    spoken = attention[:, len(begin) - 1 : -1, :n_frames]
    shares = head_search.following(spoken)
    return {heads[index]: float(shares[index]) for index in head_search.chosen(shares)}


def _all_heads(folder: Path) -> tuple[Heads, Decoder]:
    """All heads of a model, and a decoder in float32 that shows the attention of them all."""
    from wlk_host.backends.whisper.torch.decoder import TorchDecoder  # noqa: PLC0415 - an extra

    variables = read_variables(folder / "model.bin")
    n_heads = variables["decoder/embeddings/weight"].shape[1] // HEAD_WIDTH
    n_layers = sum(
        name.startswith("decoder/") and name.endswith("/attention/linear_0/weight")
        for name in variables
    )
    heads = tuple((layer, head) for layer in range(n_layers) for head in range(n_heads))
    return heads, TorchDecoder(variables, heads, int8=False)


def _encode(folder: Path, pcm: Pcm) -> NDArray[np.float32]:
    whisper = ctranslate2.models.Whisper(str(folder), compute_type="float32")
    features = log_mel(pcm, int(whisper.n_mels), _WINDOW_FRAMES)
    view = ctranslate2.StorageView.from_array(np.ascontiguousarray(features[None]))
    encoded: NDArray[np.float32] = np.array(whisper.encode(view, to_cpu=True), np.float32)
    first: NDArray[np.float32] = encoded[0]
    return first
