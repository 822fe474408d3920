"""Whisper on a card for several sessions at once, as CUDA graphs.

Nothing of this is in the host: what that computes together (`torch.together`) has buffers of other
sizes in each pass, which no graph can replay. `gpu.py` measures with it what graphs would be worth.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from wlk_host.backends.whisper.layout import (
    HEAD_WIDTH,
    Variables,
    by_layer,
    decoder_layer,
    n_heads,
    n_layers,
)
from wlk_host.backends.whisper.torch.layers import Checkpoint

N_SLOTS: Final = 64
"""Tokens of a session that the cache has room for."""

_WARM_UPS: Final = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What one pass tells of each session, on the card.

    Attributes:
        tokens: the most probable next tokens, shape (sessions, asked, n), the best first.
        logprobs: of the same shape.
        attention: of the alignment heads, shape (heads, sessions, tokens, frames).
    """

    tokens: Tensor
    logprobs: Tensor
    attention: Tensor

    def fetch(self) -> tuple[NDArray[Any], ...]:
        """The same on the processor."""
        answer = self.tokens, self.logprobs, self.attention.float()
        return tuple(x.cpu().numpy() for x in answer)


class SessionsDecoder:
    """`TorchDecoder` for several sessions in one pass. All its buffers stay where they are.

    A token's slot in the cache is its position in the text, so sessions with prefixes of different
    lengths are padded behind them: what the padding wrote is written over, or not yet visible.

    Args:
        variables: CTranslate2 names and arrays.
        heads: pairs of layer and head whose attention follows the sound.
        device: a torch device.
        dtype: of the weights, their products and the cache.
    """

    def __init__(
        self,
        variables: Variables,
        heads: Sequence[tuple[int, int]],
        device: str,
        dtype: torch.dtype,
    ) -> None:
        checkpoint = Checkpoint(variables, "decoder", device, dtype)
        count = n_layers(variables, "decoder")
        self.layers = [decoder_layer(checkpoint, i) for i in range(count)]
        self.projection = checkpoint.linear("projection", bias=False)
        self.embedding = checkpoint.raw("embeddings/weight")
        self.positions = checkpoint.tensor("position_encodings/encodings")
        self.norm = checkpoint.norm("layer_norm")
        self.n_heads = n_heads(variables)
        # On the card already: an index from the processor would wait for it, and be in no graph.
        self.heads = [
            torch.tensor(of_layer, dtype=torch.long, device=device)
            for of_layer in by_layer(heads, count)
        ]
        self.device, self.dtype = torch.device(device), dtype

    def sessions(self, n: int, n_frames: int) -> "Sessions":
        """Room for so many sessions, whose windows have so many frames."""
        return Sessions(self, n, n_frames)


class Sessions:
    """The windows and the texts of some sessions.

    Args:
        decoder: shared by all.
        n: how many.
        n_frames: of each window.
    """

    def __init__(self, decoder: SessionsDecoder, n: int, n_frames: int) -> None:
        def zeros(*size: int) -> Tensor:
            shape = (len(decoder.layers), n, *size)
            return torch.zeros(shape, dtype=decoder.dtype, device=decoder.device)

        self._decoder = decoder
        self._n = n
        self._keys = zeros(decoder.n_heads, HEAD_WIDTH, n_frames)
        self._values = zeros(decoder.n_heads, n_frames, HEAD_WIDTH)
        self._own_keys = zeros(N_SLOTS, decoder.n_heads, HEAD_WIDTH)
        self._own_values = zeros(N_SLOTS, decoder.n_heads, HEAD_WIDTH)
        self._sessions = torch.arange(n, device=decoder.device)[:, None]
        self._slots = torch.arange(N_SLOTS, device=decoder.device)

    @torch.inference_mode()
    def hear(self, encoded: Tensor) -> None:
        """Take over encoded windows, shape (sessions, frames, width)."""
        decoder = self._decoder
        for i, layer in enumerate(decoder.layers):
            both = layer.cross.key_value(encoded).view(self._n, -1, 2, decoder.n_heads, HEAD_WIDTH)
            key, value = both.unbind(2)
            self._keys[i].copy_(key.permute(0, 2, 3, 1))
            self._values[i].copy_(value.transpose(1, 2))

    @torch.inference_mode()
    def read(
        self, tokens: Tensor, positions: Tensor, asked: Tensor, mask: Tensor, n_best: int
    ) -> Answer:
        """Read tokens of all sessions.

        Args:
            tokens: vocabulary indices, shape (sessions, tokens).
            positions: where each stands in its session's text, of the same shape.
            asked: of which tokens the successors are asked for, shape (sessions, asked).
            mask: added to the logits, shape (vocabulary,).
            n_best: how many successors.
        """
        decoder = self._decoder
        x = functional.embedding(tokens, decoder.embedding).float() + decoder.positions[positions]
        visible = (self._slots <= positions[..., None])[:, None]
        attended = []
        for i, layer in enumerate(decoder.layers):
            qkv = layer.own.qkv(layer.own.norm(x))
            x = x + layer.own.out(self._to_own(i, qkv, positions, visible))
            query = self._split(layer.cross.query(layer.cross.norm(x)) * HEAD_WIDTH**-0.5)
            weights = torch.softmax(query @ self._keys[i], dim=-1)
            if len(decoder.heads[i]):
                attended.append(weights.index_select(1, decoder.heads[i]).transpose(0, 1))
            x = x + layer.cross.out(_join(weights @ self._values[i]))
            x = x + layer.ffn.narrow(functional.gelu(layer.ffn.widen(layer.ffn.norm(x))))
        logits = decoder.projection(decoder.norm(x[self._sessions, asked])).float()
        best = torch.log_softmax(logits + mask, dim=-1).topk(n_best, dim=-1)
        return Answer(best.indices, best.values, torch.cat(attended))

    def _to_own(self, i: int, qkv: Tensor, positions: Tensor, visible: Tensor) -> Tensor:
        """Self-attention of layer `i`."""
        parts = qkv.view(*qkv.shape[:2], 3, self._decoder.n_heads, HEAD_WIDTH)
        query, key, value = parts.unbind(2)
        self._own_keys[i, self._sessions, positions] = key
        self._own_values[i, self._sessions, positions] = value
        attended = functional.scaled_dot_product_attention(
            query.transpose(1, 2),
            self._own_keys[i].transpose(1, 2),
            self._own_values[i].transpose(1, 2),
            attn_mask=visible,
        )
        return _join(attended)

    def _split(self, x: Tensor) -> Tensor:
        heads = x.to(self._decoder.dtype).view(*x.shape[:2], self._decoder.n_heads, HEAD_WIDTH)
        return heads.transpose(1, 2)


def graphed(do: Callable[[], Any], device: torch.device) -> Callable[[], Any]:
    """The same work as one CUDA graph; on the processor the work itself.

    Whatever it reads has to stay in place, and what it returns is written over by the next call.
    """
    if device.type != "cuda":
        return do
    beside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    beside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(beside):
        for _ in range(_WARM_UPS):
            do()
    torch.cuda.current_stream().wait_stream(beside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        result = do()

    def replay() -> Any:
        graph.replay()
        return result

    return replay


def prefixes(n: int, lengths: Sequence[int], token: int) -> tuple[NDArray[np.int64], ...]:
    """Texts of those lengths in turn, padded: tokens, positions, and where each text ends."""
    of_each = np.resize(np.asarray(lengths, np.int64), n)
    positions = np.tile(np.arange(of_each.max()), (n, 1))
    return np.full_like(positions, token), positions, of_each[:, None] - 1


def _join(x: Tensor) -> Tensor:
    """Heads side by side again, shape (sessions, heads, tokens, 64)."""
    return x.transpose(1, 2).flatten(2)
