"""A Whisper model: an encoder, and a decoder that shows where it looks."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.checkpoints.heads import Heads, require_within
from wlk_host.backends.checkpoints.shapes import read_whisper
from wlk_host.backends.choice import Backend
from wlk_host.backends.devices import Device, device_errors
from wlk_host.backends.whisper.config import WhisperConfig, read_config
from wlk_host.backends.whisper.halves import N_CONTEXT, Memory
from wlk_host.backends.whisper.layout import (
    LANGUAGE_WINDOW,
    LEAST_LIVE_WINDOW,
    n_heads,
    n_layers,
)
from wlk_host.backends.whisper.load_halves import Wanted, load_halves, needs_ctranslate2
from wlk_host.backends.whisper.mel import LogMelStream
from wlk_host.backends.whisper.onnx.linear import Precision, best_precision
from wlk_host.backends.whisper.scores import softmax
from wlk_host.backends.whisper.text_search import TextSearch
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
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
        least = LANGUAGE_WINDOW if padded else 0
        features = self._features.window(start, end, max(n_mel, least))
        return EncodedSound(self._whisper, self._whisper.encode(features), n_frames)


class Whisper:
    """`core.ports.AttentiveDecoder` on one CTranslate2 model folder.

    Attributes:
        encoder: shared by the passes.
        decoder: shows where it looks.

    Args:
        folder: `model.bin`, `config.json`, `tokenizer.json`, `vocabulary.txt`.
        backend: what encodes and decodes.
        threads: cores that it may use for one window.
        device: what it runs on.
        loading: the model in CTranslate2 (`ct2.model.begin`), which encodes then; None loads it
            only where it is needed (`needs_ctranslate2`).
        heads: whose attention follows the sound; None for those that the folder names.
        decoders: where the graphs of decoders are kept (`onnx.files`); None is beside the folder.
        together: whether PyTorch computes at once what sessions ask for at the same time
            (`torch.batched`); each of them then needs a thread of its own.

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
        *,
        together: bool = False,
    ) -> None:
        variables = read_whisper(folder / "model.bin")
        config = read_config(folder, variables)
        self.tokenizer = WhisperTokenizer(folder)
        self.tokenizer.require_fit(len(variables["decoder/embeddings/weight"]))
        self.multilingual = self.tokenizer.multilingual
        # The embeddings stay in a mapping of their own, of which only the rows looked up become
        # resident; the other mapping goes when its weights are converted.
        embeddings = "decoder/embeddings/weight"
        variables[embeddings] = read_variables(folder / "model.bin")[embeddings]
        try:
            self.n_mels = int(variables["encoder/conv1/weight"].shape[1])
            heads = heads or config.alignment_heads
            require_within(heads, n_layers(variables, "decoder"), n_heads(variables))
            with device_errors(device):
                self.encoder, self.decoder = load_halves(
                    Wanted(folder, variables, heads, threads, device, decoders, together),
                    backend,
                    loading,
                )
        except (RuntimeError, ValueError, KeyError) as error:
            raise _corrupt(folder, str(error)) from error
        self.mask = np.zeros(self.tokenizer.vocabulary_size, np.float32)
        self.mask[_suppressed(config, self.tokenizer)] = -np.inf
        self.mask_at_start = self.mask.copy()
        self.mask_at_start[list(config.suppress_ids_begin)] = -np.inf

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

    def languages(self) -> LanguageOdds:
        """How probable each language is."""
        codes, ids = zip(*self._whisper.tokenizer.languages.items(), strict=True)
        probabilities = softmax(self._after_start()[list(ids)])
        return dict(zip(codes, probabilities.tolist(), strict=True))

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

    So was its encoder, where it is used.

    Args:
        folder: of a model.
        decoders: as for `Whisper`.

    Raises:
        WlkError: `model_corrupt`, `disk_error`, `decoder_unsound`.
    """
    from wlk_host.backends.whisper.onnx.files import load_decoder, load_encoder  # noqa: PLC0415 - as below

    variables = read_whisper(folder / "model.bin")
    heads = read_config(folder, variables).alignment_heads
    precision = best_precision()
    load_decoder(folder / "model.bin", variables, heads, decoders, precision=precision)
    if not needs_ctranslate2("cpu"):
        load_encoder(folder / "model.bin", variables, decoders)
    return precision


def _suppressed(config: WhisperConfig, tokenizer: WhisperTokenizer) -> list[Token]:
    """Tokens that are never text: symbols by the checkpoint's list, specials, timestamps."""
    timestamps = range(tokenizer.end_of_text + 1, tokenizer.vocabulary_size)
    return sorted({*config.suppress_ids, *timestamps} - {tokenizer.end_of_text})


def _corrupt(folder: Path, reason: str) -> WlkError:
    return WlkError(
        code="model_corrupt",
        message=f"the model in {folder} cannot be loaded: {reason}",
        hint="download the model again, for example: wlk-host models download base",
    )
