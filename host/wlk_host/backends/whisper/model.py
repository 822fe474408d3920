"""A Whisper model: an encoder, and a decoder that shows where it looks."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.checkpoints.heads import Heads, require_within
from wlk_host.backends.choice import Backend
from wlk_host.backends.devices import Device, device_errors, torch_device, torch_dtype
from wlk_host.backends.whisper.halves import N_CONTEXT, Cache, Decoder, Encoder, Memory
from wlk_host.backends.whisper.layout import FULL_WINDOW, HEAD_WIDTH, LEAST_LIVE_WINDOW, Variables
from wlk_host.backends.whisper.mel import LogMelStream
from wlk_host.backends.whisper.text_search import TextSearch
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.backends.whisper.torch.decoder import TorchDecoder
from wlk_host.backends.whisper.torch.encoder import TorchEncoder
from wlk_host.core.errors import WlkError
from wlk_host.core.live.attention import AttentionTracker
from wlk_host.core.ports import DecodeStep, LanguageOdds, Task, Token
from wlk_host.core.types import ENCODER_FRAME, MEL_FRAME, SAMPLE_RATE, EncoderFrames, Pcm, Sample

_PAD: Final[EncoderFrames] = 4 * SAMPLE_RATE // 5 // ENCODER_FRAME
"""Silence behind the sound (0.8 s): an abrupt end makes the decoder guess."""

_LEAST_WINDOW: Final[EncoderFrames] = LEAST_LIVE_WINDOW // ENCODER_FRAME


class WhisperStream:
    """One session's features and the shared encoder."""

    def __init__(self, whisper: "Whisper", start: Sample) -> None:
        self._whisper = whisper
        self._features = LogMelStream(whisper.n_mels, start)

    def feed(self, pcm: Pcm) -> None:
        """Add sound that follows what was fed before."""
        self._features.feed(pcm)

    def forget(self, before: Sample) -> None:
        """Drop what lies before that sample."""
        self._features.forget(before)

    def encode(self, start: Sample, end: Sample, *, padded: bool = False) -> "EncodedSound":
        """Encode [start, end). `start` is a multiple of 320; see `core.ports.SoundStream`."""
        n_frames = -(-(end - start) // ENCODER_FRAME)
        n_mel = max(_LEAST_WINDOW, n_frames + _PAD) * ENCODER_FRAME // MEL_FRAME
        features = self._features.window(start, end, FULL_WINDOW if padded else n_mel)
        return EncodedSound(self._whisper, self._whisper.encode(features), n_frames)


class Whisper:
    """`core.ports.AttentiveDecoder` on one CTranslate2 model folder.

    Attributes:
        encoder: shared by the passes.
        decoder: shows where it looks.

    Args:
        folder: `model.bin`, `config.json`, `tokenizer.json`, `vocabulary.txt`.
        backend: what encodes; with MLX also what decodes.
        threads: cores that CTranslate2 may use for one window.
        device: what it runs on.
        loading: its half in CTranslate2, where that was begun already (`ct2.model.begin`).
        heads: whose attention follows the sound; None for those that the folder names.

    Raises:
        WlkError: `model_corrupt`, `heads_invalid`.
        DeviceError: it does not fit into the device's memory.
    """

    def __init__(
        self,
        folder: Path,
        backend: Backend = "faster-whisper",
        threads: int = 2,
        device: Device = "cpu",
        loading: Future[Any] | None = None,
        heads: Heads | None = None,
    ) -> None:
        config = _read_config(folder)
        self.tokenizer = WhisperTokenizer(folder)
        self.multilingual = self.tokenizer.multilingual
        variables = read_variables(folder / "model.bin")
        # The embeddings stay in a mapping of their own, of which only the rows looked up become
        # resident; the other mapping goes when its weights are converted.
        embeddings = "decoder/embeddings/weight"
        variables[embeddings] = read_variables(folder / "model.bin")[embeddings]
        try:
            self.n_mels = int(variables["encoder/conv1/weight"].shape[1])
            heads = heads or tuple((pair[0], pair[1]) for pair in config["alignment_heads"])
            require_within(heads, *_decoder_size(variables))
            with device_errors(device):
                self.encoder, self.decoder = _load(
                    folder, variables, heads, backend, threads, device, loading
                )
        except (RuntimeError, ValueError, KeyError) as error:
            raise _corrupt(folder, str(error)) from error
        self.mask = torch.zeros(self.tokenizer.vocabulary_size)
        self.mask[_suppressed(config, self.tokenizer)] = -torch.inf
        self.mask_at_start = self.mask.clone()
        self.mask_at_start[config["suppress_ids_begin"]] = -torch.inf

    def listen(self, start: Sample) -> WhisperStream:
        """A stream for the sound of a new session."""
        return WhisperStream(self, start)

    def encode(self, features: NDArray[np.float32]) -> Memory:
        """Normalised features of shape (n_mels, 2 * window frames) as the decoder sees them."""
        with torch.inference_mode():
            return self.decoder.cross_memory(self.encoder(features))


class EncodedSound:
    """`core.ports.Sound`: a window as the decoder sees it.

    Args:
        whisper: the shared model.
        memory: cross-attention keys and values, padding included.
        n_frames: of real sound.
    """

    def __init__(self, whisper: Whisper, memory: Memory, n_frames: EncoderFrames) -> None:
        self._whisper = whisper
        self._memory = memory
        self.n_frames = n_frames

    @property
    def encoded(self) -> NDArray[np.float32]:
        """The encoder's output for the real sound, shape (n_frames, width)."""
        return self._memory.frames(self.n_frames)

    def steps(
        self, task: Task, prompt: Sequence[Token], prefix: Sequence[Token], beams: int = 1
    ) -> Iterator[DecodeStep]:
        """Decode lazily; see `core.ports.Sound`."""
        whisper = self._whisper
        begin = whisper.tokenizer.task_tokens(task)
        history = [whisper.tokenizer.start_of_previous, *prompt] if prompt else []
        tokens = [*history, *begin, *prefix]
        if beams > 1:
            room = N_CONTEXT - len(tokens)
            search = TextSearch(whisper, self._memory, beams, tokens, room)
            yield from search.steps(not prefix, self.n_frames)
            return
        cache = whisper.decoder.cache()
        tracker = AttentionTracker(self.n_frames)
        while cache.length + len(tokens) < N_CONTEXT:
            logits, frame = self._read(tokens, cache, tracker)
            at_start = cache.length == len(history) + len(begin)
            logits = logits + (whisper.mask_at_start if at_start else whisper.mask)
            logprobs = torch.log_softmax(logits, dim=-1)
            token = int(logprobs.argmax())
            if token == whisper.tokenizer.end_of_text:
                return
            yield DecodeStep(token, frame, float(logprobs[token]))
            tokens = [token]

    def languages(self) -> LanguageOdds:
        """How probable each language is."""
        codes, ids = zip(*self._whisper.tokenizer.languages.items(), strict=True)
        probabilities = torch.softmax(self._after_start()[list(ids)], dim=0)
        return dict(zip(codes, probabilities.tolist(), strict=True))

    def no_speech(self) -> float:
        """Probability of no speech in place of the language (Radford et al., 2022)."""
        return float(torch.softmax(self._after_start(), dim=0)[self._whisper.tokenizer.no_speech])

    def _after_start(self) -> torch.Tensor:
        """Logits of what follows the start of the transcript, where the language stands."""
        decoder, start = self._whisper.decoder, self._whisper.tokenizer.start
        with torch.inference_mode():
            logits, _ = decoder.forward([start], decoder.cache(), self._memory)
        return logits[0]

    def _read(
        self, tokens: Sequence[Token], cache: Cache, tracker: AttentionTracker
    ) -> tuple[torch.Tensor, int]:
        with torch.inference_mode():
            logits, attention = self._whisper.decoder.forward(tokens, cache, self._memory)
        return logits[0], tracker.read(attention.numpy())


def _load(
    folder: Path,
    variables: Variables,
    heads: Sequence[tuple[int, int]],
    backend: Backend,
    threads: int,
    device: Device,
    loading: Future[Any] | None,
) -> tuple[Encoder, Decoder]:
    """Both halves. Each engine costs 30 MB and more, which those without it need not pay."""
    at = torch_device(device)
    match backend:
        case "mlx":
            from wlk_host.backends.whisper.mlx.decoder import MlxDecoder  # noqa: PLC0415
            from wlk_host.backends.whisper.mlx.encoder import MlxEncoder  # noqa: PLC0415
            from wlk_host.backends.whisper.mlx.layers import product_dtype  # noqa: PLC0415

            dtype = product_dtype()
            return MlxEncoder(variables, dtype), MlxDecoder(variables, heads, dtype)
        case "torch":
            return TorchEncoder(variables, at, torch_dtype(at)), _decoder(variables, heads, at)
        case "faster-whisper":
            from wlk_host.backends.whisper.ct2.encoder import CTranslate2Encoder  # noqa: PLC0415
            from wlk_host.backends.whisper.ct2.model import begin  # noqa: PLC0415

            loading = loading or begin(folder, threads, device)
            decoder = _decoder(variables, heads, at)
            return CTranslate2Encoder(loading.result()), decoder


def _decoder_size(variables: Variables) -> tuple[int, int]:
    """Layers, and heads of each."""
    layers = [name for name in variables if name.endswith("/attention/layer_norm/gamma")]
    n_layers = sum(name.startswith("decoder/layer_") for name in layers)
    return n_layers, variables["decoder/embeddings/weight"].shape[1] // HEAD_WIDTH


def _decoder(variables: Variables, heads: Sequence[tuple[int, int]], at: str) -> TorchDecoder:
    if at == "cpu":
        return TorchDecoder(variables, heads)
    return TorchDecoder(variables, heads, at, torch_dtype(at), int8=False)


def _read_config(folder: Path) -> dict[str, Any]:
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _corrupt(folder, str(error)) from error
    missing = {"alignment_heads", "suppress_ids", "suppress_ids_begin"} - config.keys()
    if missing:
        raise _corrupt(folder, f"config.json lacks {sorted(missing)}")
    return config


def _suppressed(config: dict[str, Any], tokenizer: WhisperTokenizer) -> list[Token]:
    """Tokens that are never text: symbols by the checkpoint's list, specials, timestamps."""
    timestamps = range(tokenizer.end_of_text + 1, tokenizer.vocabulary_size)
    return sorted({*config["suppress_ids"], *timestamps} - {tokenizer.end_of_text})


def _corrupt(folder: Path, reason: str) -> WlkError:
    return WlkError(
        code="model_corrupt",
        message=f"the model in {folder} cannot be loaded: {reason}",
        hint="download the model again, for example: wlk-host models download base",
    )
