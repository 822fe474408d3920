"""A Whisper model: an encoder, and a decoder that shows where it looks."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.checkpoints.heads import Heads, require_within
from wlk_host.backends.choice import Backend
from wlk_host.backends.devices import Device, device_errors, torch_device, torch_dtype
from wlk_host.backends.whisper.halves import N_CONTEXT, Decoder, Encoder, Memory
from wlk_host.backends.whisper.layout import LEAST_LIVE_WINDOW, Variables, n_heads, n_layers
from wlk_host.backends.whisper.mel import LogMelStream
from wlk_host.backends.whisper.onnx.linear import Precision, best_precision
from wlk_host.backends.whisper.scores import softmax
from wlk_host.backends.whisper.text_search import TextSearch
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.core.errors import WlkError
from wlk_host.core.live.attention import AttentionTracker
from wlk_host.core.ports import DecodeStep, Task, Token
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

    def encode(self, start: Sample, end: Sample) -> "EncodedSound":
        """Encode [start, end). `start` is a multiple of 320."""
        n_frames = -(-(end - start) // ENCODER_FRAME)
        n_window = max(_LEAST_WINDOW, n_frames + _PAD)
        features = self._features.window(start, end, n_window * ENCODER_FRAME // MEL_FRAME)
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
        decoders: where the graphs of decoders are kept (`onnx.files`); None is beside the folder.

    Raises:
        WlkError: `model_corrupt`, `heads_invalid`, `disk_error`, `decoder_unsound`.
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
        decoders: Path | None = None,
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
            require_within(heads, n_layers(variables, "decoder"), n_heads(variables))
            with device_errors(device):
                self.encoder, self.decoder = _load(
                    _Wanted(folder, variables, heads, threads, device, decoders),
                    backend,
                    loading,
                )
        except (RuntimeError, ValueError, KeyError) as error:
            raise _corrupt(folder, str(error)) from error
        self.mask = np.zeros(self.tokenizer.vocabulary_size, np.float32)
        self.mask[_suppressed(config, self.tokenizer)] = -np.inf
        self.mask_at_start = self.mask.copy()
        self.mask_at_start[config["suppress_ids_begin"]] = -np.inf

    def listen(self, start: Sample) -> WhisperStream:
        """A stream for the sound of a new session."""
        return WhisperStream(self, start)

    def encode(self, features: NDArray[np.float32]) -> Memory:
        """Normalised features of shape (n_mels, 2 * window frames) as the decoder sees them."""
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
        self,
        task: Task,
        prompt: Sequence[Token],
        prefix: Sequence[Token],
        beams: int = 1,
        *,
        goes_on: bool = False,
    ) -> Iterator[DecodeStep]:
        """Decode lazily; see `core.ports.Sound`."""
        whisper = self._whisper
        begin = whisper.tokenizer.task_tokens(task)
        history = [whisper.tokenizer.start_of_previous, *prompt] if prompt else []
        tokens = [*history, *begin, *prefix]
        if beams > 1:
            room = N_CONTEXT - len(tokens)
            search = TextSearch(whisper, self._memory, beams, tokens, room)
            yield from search.steps(goes_on or not prefix, self.n_frames)
            return
        cache = whisper.decoder.cache()
        tracker = AttentionTracker(self.n_frames)
        while cache.length + len(tokens) < N_CONTEXT:
            at_start = cache.length == 0 and (goes_on or not prefix)
            mask = whisper.mask_at_start if at_start else whisper.mask
            best, attention = whisper.decoder.successors(tokens, cache, self._memory, mask, 1)
            frame = tracker.read(attention)
            token = int(best.tokens[0, 0])
            if token == whisper.tokenizer.end_of_text:
                return
            yield DecodeStep(token, frame, float(best.logprobs[0, 0]))
            tokens = [token]

    def detect_language(self) -> tuple[str, float]:
        """The most probable language and its probability."""
        codes, ids = zip(*self._whisper.tokenizer.languages.items(), strict=True)
        probabilities = softmax(self._after_start()[list(ids)])
        best = int(probabilities.argmax())
        return codes[best], float(probabilities[best])

    def no_speech(self) -> float:
        """Probability of no speech in place of the language (Radford et al., 2022)."""
        return float(softmax(self._after_start())[self._whisper.tokenizer.no_speech])

    def _after_start(self) -> NDArray[np.float32]:
        """Logits of what follows the start of the transcript, where the language stands."""
        decoder, start = self._whisper.decoder, self._whisper.tokenizer.start
        logits, _ = decoder.forward([start], decoder.cache(), self._memory)
        after: NDArray[np.float32] = logits[0]
        return after


def try_decoder(folder: Path, decoders: Path) -> Precision:
    """The precision in which onnxruntime decodes here, once it was found to compute rightly.

    Args:
        folder: of a model.
        decoders: as for `Whisper`.

    Raises:
        WlkError: `model_corrupt`, `disk_error`, `decoder_unsound`.
    """
    from wlk_host.backends.whisper.onnx.files import load_decoder  # noqa: PLC0415 - as below

    variables = read_variables(folder / "model.bin")
    heads = tuple((pair[0], pair[1]) for pair in _read_config(folder)["alignment_heads"])
    precision = best_precision()
    load_decoder(folder / "model.bin", variables, heads, decoders, precision=precision)
    return precision


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be loaded; see `Whisper`."""

    folder: Path
    variables: Variables
    heads: Heads
    threads: int
    device: Device
    decoders: Path | None


def _load(
    wanted: _Wanted, backend: Backend, loading: Future[Any] | None
) -> tuple[Encoder, Decoder]:
    """Both halves. Each library is imported for those alone who use it."""
    match backend:
        case "mlx":
            from wlk_host.backends.whisper.mlx.decoder import MlxDecoder  # noqa: PLC0415
            from wlk_host.backends.whisper.mlx.encoder import MlxEncoder  # noqa: PLC0415
            from wlk_host.backends.whisper.mlx.layers import product_dtype  # noqa: PLC0415

            dtype = product_dtype()
            encoder = MlxEncoder(wanted.variables, dtype)
            return encoder, MlxDecoder(wanted.variables, wanted.heads, dtype)
        case "torch":
            from wlk_host.backends.whisper.torch.encoder import TorchEncoder  # noqa: PLC0415

            at = torch_device(wanted.device)
            return TorchEncoder(wanted.variables, at, torch_dtype(at)), _torch_decoder(wanted, at)
        case "faster-whisper":
            from wlk_host.backends.whisper.ct2.encoder import CTranslate2Encoder  # noqa: PLC0415
            from wlk_host.backends.whisper.ct2.model import begin  # noqa: PLC0415

            loading = loading or begin(wanted.folder, wanted.threads, wanted.device)
            decoder = _decoder_beside_ctranslate2(wanted)
            return CTranslate2Encoder(loading.result()), decoder


def _decoder_beside_ctranslate2(wanted: _Wanted) -> Decoder:
    """In onnxruntime on the processor; on a card in PyTorch, where that is there and can use it."""
    at = torch_device(wanted.device)
    if at != "cpu":
        return _torch_decoder(wanted, at)
    from wlk_host.backends.whisper.onnx.files import load_decoder  # noqa: PLC0415

    return load_decoder(
        wanted.folder / "model.bin",
        wanted.variables,
        wanted.heads,
        wanted.decoders or wanted.folder.parent / ".decoders",
        wanted.threads,
    )


def _torch_decoder(wanted: _Wanted, at: str) -> Decoder:
    """In int8 on the processor, otherwise in what the device multiplies quickly."""
    from wlk_host.backends.whisper.torch.decoder import TorchDecoder  # noqa: PLC0415 - an extra

    if at == "cpu":
        return TorchDecoder(wanted.variables, wanted.heads)
    return TorchDecoder(wanted.variables, wanted.heads, at, torch_dtype(at), int8=False)


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
