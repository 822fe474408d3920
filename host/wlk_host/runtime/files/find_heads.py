"""`wlk-host models heads`: which cross-attention heads of a model follow the sound."""

import sys
from pathlib import Path
from typing import Final

import ctranslate2
import numpy as np
from numpy.typing import NDArray

from wlk_host.backends import availability
from wlk_host.backends.checkpoints.heads import Heads, format_heads
from wlk_host.backends.checkpoints.shapes import read_whisper
from wlk_host.backends.whisper import head_search
from wlk_host.backends.whisper.halves import N_CONTEXT, Decoder
from wlk_host.backends.whisper.layout import FULL_WINDOW, n_heads, n_layers
from wlk_host.backends.whisper.mel import log_mel
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.core.errors import WlkError
from wlk_host.core.language_choice import spoken_language
from wlk_host.core.ports import Task
from wlk_host.core.types import ENCODER_FRAME, MEL_FRAME, Pcm, Sample, seconds
from wlk_host.runtime.files.media import read_chunks
from wlk_host.runtime.loading.resolve import resolve

_MOST: Final[Sample] = FULL_WINDOW * MEL_FRAME
"""The most sound that the encoder takes at once."""


def show_heads(model: str | None, audio: Path, text: str, language: str) -> int:
    """Print the heads in the form of `--alignment-heads`, and how well each follows the sound.

    Raises:
        WlkError: the model or the file cannot be read; `sound_unsuitable`.
    """
    pcm = np.concatenate([chunk.pcm for chunk in read_chunks(audio)])
    code = spoken_language(language) or "en"
    found = find_heads(resolve(model), pcm, text, code)
    for (layer, head), share in sorted(found.items(), key=lambda item: -item[1]):
        sys.stderr.write(f"layer {layer}, head {head}: {share:.0%} of its attention\n")
    sys.stdout.write(format_heads(tuple(sorted(found))) + "\n")
    return 0


def find_heads(folder: Path, pcm: Pcm, text: str, language: str) -> dict[tuple[int, int], float]:
    """Pairs of layer and head, with the share of attention that follows the sound.

    Args:
        folder: a CTranslate2 model.
        pcm: up to 30 s of speech.
        text: the exact words of the speech.
        language: Whisper code.

    Raises:
        WlkError: `sound_unsuitable` if the sound is too long or the text empty; `language_unknown`;
            `torch_missing`.
    """
    if not availability.has_torch():
        raise availability.torch_missing("looking for alignment heads")
    tokenizer = WhisperTokenizer(folder)
    begin = tokenizer.task_tokens(Task(language))
    words = tokenizer.encode(" " + text.strip()) if text.strip() else []
    if len(pcm) > _MOST or not 0 < len(words) < N_CONTEXT - len(begin):
        raise WlkError(
            code="sound_unsuitable",
            message=f"got {seconds(len(pcm)):.1f} s of sound and {len(words)} tokens of text, "
            f"expected up to {seconds(_MOST):.0f} s and {N_CONTEXT - len(begin) - 1} tokens",
            hint="use a few sentences of clear speech, and their exact words",
        )
    heads, decoder = _all_heads(folder)
    memory = decoder.cross_memory(_encode(folder, pcm))
    _, attention = decoder.forward([*begin, *words], decoder.cache(), memory)
    # The attention read while a token is the last one belongs to the next token.
    n_frames = len(pcm) // ENCODER_FRAME
    spoken = attention[:, len(begin) - 1 : -1, :n_frames]
    shares = head_search.following(spoken)
    return {heads[index]: float(shares[index]) for index in head_search.chosen(shares)}


def _all_heads(folder: Path) -> tuple[Heads, Decoder]:
    """All heads of a model, and a decoder in float32 that shows the attention of them all."""
    from wlk_host.backends.whisper.torch.decoder import TorchDecoder  # noqa: PLC0415 - an extra

    variables = read_whisper(folder / "model.bin")
    layers, per_layer = range(n_layers(variables, "decoder")), range(n_heads(variables))
    heads = tuple((layer, head) for layer in layers for head in per_layer)
    return heads, TorchDecoder(variables, heads, int8=False)


def _encode(folder: Path, pcm: Pcm) -> NDArray[np.float32]:
    whisper = ctranslate2.models.Whisper(str(folder), compute_type="float32")
    features = log_mel(pcm, int(whisper.n_mels), FULL_WINDOW)
    view = ctranslate2.StorageView.from_array(np.ascontiguousarray(features[None]))
    encoded: NDArray[np.float32] = np.array(whisper.encode(view, to_cpu=True), np.float32)
    first: NDArray[np.float32] = encoded[0]
    return first
