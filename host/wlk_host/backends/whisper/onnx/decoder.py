"""Whisper's decoder in onnxruntime, which shows its cross-attention at every step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from wlk_host.backends.whisper.halves import N_CONTEXT, Best, Branches
from wlk_host.backends.whisper.layout import HEAD_WIDTH, Variables

Value: TypeAlias = onnxruntime.OrtValue


@dataclass(frozen=True, slots=True)
class OnnxMemory:
    """The encoded window, (T, W), and as layers see it.

    Attributes:
        encoded: the encoder's output.
        values: keys (1, H, 64, T) and values (1, H, T, 64) by the names of the graph's inputs.
    """

    encoded: NDArray[np.float32]
    values: dict[str, Value]

    def frames(self, n_frames: int) -> NDArray[np.float32]:
        """The first frames of the window, shape (n_frames, W)."""
        return self.encoded[:n_frames]


class OnnxCache:
    """Self-attention keys and values of all tokens read, by the names of the graph's inputs.

    Attributes:
        length: tokens read.
        values: each of shape (1, H, length, 64).
    """

    def __init__(self, names: Sequence[str], n_heads: int) -> None:
        empty = _value(np.zeros((1, n_heads, 0, HEAD_WIDTH), np.float32))
        self.length = 0
        self.values = dict.fromkeys(names, empty)


class OnnxDecoder:
    """The decoder half of a Whisper checkpoint; `halves.Decoder`. Threads can share it.

    Args:
        variables: CTranslate2 names and arrays, of which the embeddings are read.
        memory: a session on `graph.memory_graph`.
        decoder: a session on `graph.decoder_graph`.
    """

    def __init__(
        self,
        variables: Variables,
        memory: onnxruntime.InferenceSession,
        decoder: onnxruntime.InferenceSession,
    ) -> None:
        self._embedding = variables["decoder/embeddings/weight"]
        self._positions = variables["decoder/position_encodings/encodings"].astype(np.float32)
        self._memory = memory
        self._decoder = decoder
        self._keys = [output.name for output in memory.get_outputs()]
        # What the graph makes of a cache takes its place at the next call.
        names = [each.name for each in decoder.get_inputs() if each.name.startswith("past_")]
        self._own = {name: name.replace("past_", "own_") for name in names}
        self._no_mask = np.zeros(len(self._embedding), np.float32)

    @property
    def width(self) -> int:
        """Features of an encoder frame."""
        return int(self._embedding.shape[1])

    def cross_memory(self, encoded: NDArray[np.float32]) -> OnnxMemory:
        """Keys and values of an encoded window, shape (T, W), computed once for all tokens."""
        window = np.ascontiguousarray(encoded)
        values = self._memory.run_with_ort_values(self._keys, {"encoded": _value(window)})
        return OnnxMemory(window, dict(zip(self._keys, values, strict=True)))

    def cache(self, n_slots: int = N_CONTEXT) -> OnnxCache:  # noqa: ARG002 - it grows by itself
        """An empty cache for a new decode."""
        return OnnxCache(list(self._own), self.width // HEAD_WIDTH)

    def forward(
        self,
        tokens: Sequence[int],
        cache: OnnxCache,
        memory: OnnxMemory,
        rows: Sequence[int] = (-1,),
        branches: Branches | None = None,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Read tokens; see `halves.Decoder`."""
        asked = ("logits", "attention")
        indices = np.arange(len(tokens))[list(rows)]
        logits, attention = self._run(
            asked, tokens, cache, memory, indices, self._no_mask, 1, branches
        )
        return logits, attention[0]

    def successors(
        self,
        tokens: Sequence[int],
        cache: OnnxCache,
        memory: OnnxMemory,
        mask: NDArray[np.float32],
        n_best: int,
        branches: Branches | None = None,
    ) -> tuple[Best, NDArray[np.float32]]:
        """Read tokens for what most probably follows; see `halves.Decoder`."""
        asked = ("tokens", "logprobs", "attention")
        indices = np.arange(len(tokens))[None if branches else -1 :]
        best, logprobs, attention = self._run(
            asked, tokens, cache, memory, indices, mask, n_best, branches
        )
        return Best(best, logprobs), attention[0]

    def _run(
        self,
        asked: Sequence[str],
        tokens: Sequence[int],
        cache: OnnxCache,
        memory: OnnxMemory,
        rows: NDArray[np.int64],
        mask: NDArray[np.float32],
        n_best: int,
        branches: Branches | None,
    ) -> list[Any]:
        """Run the decoder's graph, whose inputs and outputs `graph` describes."""
        n, past = len(tokens), cache.length
        if branches is None:
            places, visible = self._positions[past : past + n], _before(n, past)
        else:
            places, visible = self._positions[branches.position], branches.visible
        inputs = {
            "x": self._embedding[list(tokens)].astype(np.float32) + places,
            "visible": np.where(visible, np.float32(0), np.float32(-np.inf)),
            "rows": rows.astype(np.int64),
            "mask": mask,
            "n_best": np.array([n_best], np.int64),
        }
        values = {name: _value(array) for name, array in inputs.items()}
        outputs = self._decoder.run_with_ort_values(
            [*asked, *self._own.values()], values | memory.values | cache.values
        )
        cache.values = dict(zip(self._own, outputs[len(asked) :], strict=True))
        cache.length = past + n
        return [output.numpy() for output in outputs[: len(asked)]]


def _before(n: int, past: int) -> NDArray[np.bool_]:
    """What each of `n` tokens in a row sees, shape (n, past + n)."""
    return np.tri(n, past + n, past, dtype=np.bool_)


def _value(array: NDArray[Any]) -> Value:
    return onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array))
