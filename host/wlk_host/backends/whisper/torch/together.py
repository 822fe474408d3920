"""One pass of a Whisper decoder for several sessions, whatever each of them has to read.

Sessions are padded to the longest in each direction: tokens to be read, tokens read before, and
frames of the window. What is padding is hidden from what is not, so each session is told what it
would be told alone, but for rounding.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from wlk_host.backends.whisper.halves import Best, Branches
from wlk_host.backends.whisper.layout import HEAD_WIDTH
from wlk_host.backends.whisper.torch.weights import DecoderWeights
from wlk_host.core.types import EncoderFrames

_ROOM: Final = 64
"""Tokens that a text has room for at first. Most live texts never have more."""


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """An encoded window; `halves.Memory`.

    Attributes:
        encoded: shape (T, width), float32.
        seen: its keys and values in each layer, shape (2, layers, heads, T, 64).
    """

    encoded: Tensor
    seen: Tensor

    def frames(self, n_frames: EncoderFrames) -> NDArray[np.float32]:
        """The first frames of the window, shape (n_frames, width)."""
        frames: NDArray[np.float32] = self.encoded[:n_frames].float().cpu().numpy()
        return frames


class Text:
    """The tokens that were read in one decode; `halves.Cache`.

    Attributes:
        length: how many.

    Args:
        most: tokens.
    """

    def __init__(self, most: int) -> None:
        self.length = 0
        self._most = most
        self._kept: Tensor | None = None

    @property
    def kept(self) -> Tensor:
        """Keys and values in each layer, shape (2, layers, heads, length, 64)."""
        assert self._kept is not None  # noqa: S101 - there is room first
        return self._kept[..., : self.length, :]

    def make_room(self, more: int, empty: Callable[[int], Tensor]) -> None:
        """Have room for more tokens; `empty` makes it for so many."""
        n = self.length + more
        if self._kept is not None and n <= self._kept.shape[-2]:
            return
        room = empty(max(n, min(self._most, max(_ROOM, 2 * n))))
        if self._kept is not None:
            room[..., : self.length, :] = self.kept
        self._kept = room

    def add(self, read: Tensor) -> None:
        """Keep those of the tokens that follow. There is room for them."""
        before, self.length = self.length, self.length + read.shape[-2]
        self.kept[..., before:, :] = read


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """What one session has to read; see `halves.Decoder`.

    Attributes:
        rows: tokens whose successors are asked for, counted from 0.
        mask: added to the logits, on the device; None where the logits themselves are asked for.
        n_best: how many successors.
    """

    tokens: Sequence[int]
    text: Text
    window: Window
    rows: Sequence[int]
    branches: Branches | None = None
    mask: Tensor | None = None
    n_best: int = 1

    @property
    def n_frames(self) -> EncoderFrames:
        """Frames of its window."""
        return int(self.window.encoded.shape[0])


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What one session is told.

    Attributes:
        best: the successors of the rows; None where the logits were asked for.
        logits: of the rows, shape (rows, vocabulary); None where the successors were asked for.
        attention: of the alignment heads, shape (heads, tokens, T).
    """

    best: Best | None
    logits: NDArray[np.float32] | None
    attention: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """What several sessions read, padded, on the device; n sessions of q tokens each.

    Attributes:
        tokens: shape (n, q).
        places: in the text of each, shape (n, q).
        visible: which tokens each one sees, shape (1, n, q, p + q): p read before, then these.
        sound: which frames are no padding, shape (1, n, 1, T); None where none is.
        real: which of all tokens are none, shape (tokens,).
        asked: those whose successors are asked for, in the order of the sessions.
    """

    tokens: Tensor
    places: Tensor
    visible: Tensor
    sound: Tensor | None
    real: Tensor
    asked: Tensor


class SessionsReader:
    """Reads with the weights of a decoder for several sessions at once. Used by one thread.

    Args:
        weights: of the decoder.
    """

    def __init__(self, weights: DecoderWeights) -> None:
        self._weights = weights
        # On the device already: an index from the processor would wait for it.
        self._heads = [
            torch.tensor(heads, dtype=torch.long, device=weights.device) for heads in weights.heads
        ]

    @torch.inference_mode()
    def windows(self, encoded: Sequence[Tensor]) -> list[Window]:
        """Keys and values of encoded windows, each of shape (T, width)."""
        weights = self._weights
        frames = torch.cat(list(encoded)) if len(encoded) > 1 else encoded[0]
        layers = []
        for layer in weights.layers:
            both = layer.cross.key_value(frames).view(len(frames), 2, weights.n_heads, HEAD_WIDTH)
            layers.append(both.permute(1, 2, 0, 3).to(weights.dtype))
        seen = torch.stack(layers, dim=1)
        if len(encoded) == 1:
            return [Window(frames, seen)]
        parts = torch.split(seen, [len(one) for one in encoded], dim=-2)
        # A part of the whole would keep it in memory for as long as the longest session.
        return [Window(one, part.clone()) for one, part in zip(encoded, parts, strict=True)]

    @torch.inference_mode()
    def read(self, reads: Sequence[Read]) -> list[Told]:
        """Read on in all these texts. Where it fails, none of them has become longer."""
        for one in reads:
            one.text.make_room(len(one.tokens), self._empty)
        batch = self._batch(reads)
        past = _side_by_side([one.text.kept for one in reads])
        seen = _side_by_side([one.window.seen for one in reads])
        x, own, attention = self._through_layers(batch, past, seen)
        logits = self._weights.projection(self._weights.norm(x.flatten(0, 1)[batch.asked])).float()
        told = _told(reads, logits, attention.flatten(1, 2).index_select(1, batch.real))
        for one, read in zip(reads, own.unbind(-3), strict=True):
            one.text.add(read[..., : len(one.tokens), :])
        return told

    def _batch(self, reads: Sequence[Read]) -> _Batch:
        n, q = len(reads), max(len(one.tokens) for one in reads)
        p, t = max(one.text.length for one in reads), max(one.n_frames for one in reads)
        tokens, places = np.zeros((n, q), np.int64), np.zeros((n, q), np.int64)
        visible, sound = np.zeros((1, n, q, p + q), np.bool_), np.zeros((1, n, 1, t), np.bool_)
        real: list[int] = []
        asked: list[int] = []
        for i, one in enumerate(reads):
            count, length = len(one.tokens), one.text.length
            tokens[i, :count] = one.tokens
            if one.branches is None:
                places[i, :count] = np.arange(length, length + count)
                sees = np.tri(count, length + count, length, np.bool_)
            else:
                places[i, :count] = one.branches.position
                sees = one.branches.visible
            visible[0, i, :count, :length] = sees[:, :length]
            visible[0, i, :count, p : p + count] = sees[:, length:]
            # What sees nothing is not a number, and would be spread by whoever does not look.
            padding = np.arange(count, q)
            visible[0, i, padding, p + padding] = True
            sound[..., i, :, : one.n_frames] = True
            real += range(i * q, i * q + count)
            asked += [i * q + row for row in one.rows]
        device = self._weights.device
        return _Batch(
            torch.from_numpy(tokens).to(device),
            torch.from_numpy(places).to(device),
            torch.from_numpy(visible).to(device),
            None if sound.all() else torch.from_numpy(sound).to(device),
            torch.tensor(real, device=device),
            torch.tensor(asked, device=device),
        )

    def _through_layers(
        self, batch: _Batch, past: Tensor, seen: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What comes out, keys and values of the tokens, and where their alignment heads look."""
        weights = self._weights
        x = functional.embedding(batch.tokens, weights.embedding).float()
        x = x + weights.positions[batch.places]
        own, attended = [], []
        for i, layer in enumerate(weights.layers):
            query, *both = self._by_heads(layer.own.qkv(layer.own.norm(x)), 3).unbind(0)
            own.append(torch.stack(both))
            key, value = torch.cat([past[:, i], own[i]], dim=-2)
            looked = functional.scaled_dot_product_attention(
                query, key, value, attn_mask=batch.visible
            )
            x = x + layer.own.out(_joined(looked))
            query = layer.cross.query(layer.cross.norm(x)) * HEAD_WIDTH**-0.5
            key, value = seen[:, i]
            scores = self._by_heads(query, 1)[0] @ key.mT
            if batch.sound is not None:
                scores = scores.masked_fill(~batch.sound, -torch.inf)
            looks = torch.softmax(scores, dim=-1)
            if len(self._heads[i]):
                attended.append(looks.index_select(0, self._heads[i]))
            x = x + layer.cross.out(_joined(looks @ value))
            x = x + layer.ffn.narrow(functional.gelu(layer.ffn.widen(layer.ffn.norm(x))))
        return x, torch.stack(own, dim=1), torch.cat(attended)

    def _empty(self, room: int) -> Tensor:
        weights = self._weights
        shape = (2, len(weights.layers), weights.n_heads, room, HEAD_WIDTH)
        return torch.empty(shape, dtype=weights.dtype, device=weights.device)

    def _by_heads(self, x: Tensor, parts: int) -> Tensor:
        """Shape (n, q, parts * width) to (parts, heads, n, q, 64)."""
        weights = self._weights
        apart = x.to(weights.dtype).view(*x.shape[:2], parts, weights.n_heads, HEAD_WIDTH)
        return apart.permute(2, 3, 0, 1, 4)


def _side_by_side(parts: Sequence[Tensor]) -> Tensor:
    """Parts (…, length, 64) as (…, n, longest, 64). Behind a shorter one is anything finite."""
    lengths = [part.shape[-2] for part in parts]
    longest = max(lengths)
    packed = torch.cat(list(parts), dim=-2) if len(parts) > 1 else parts[0]
    if min(lengths) < longest:
        starts = np.cumsum([0, *lengths[:-1]])
        index = np.minimum(starts[:, None] + np.arange(longest), sum(lengths) - 1)
        packed = packed.index_select(-2, torch.from_numpy(index.ravel()).to(packed.device))
    return packed.view(*packed.shape[:-2], len(parts), longest, HEAD_WIDTH)


def _told(reads: Sequence[Read], logits: Tensor, attention: Tensor) -> list[Told]:
    """What each is told of its rows, and of its tokens, shape (heads, tokens, frames)."""
    looks = attention.float().cpu().numpy()
    best = _best(reads, logits)
    told: list[Told] = []
    n_rows = n_tokens = 0
    for one in reads:
        rows = slice(n_rows, n_rows + len(one.rows))
        tokens = slice(n_tokens, n_tokens + len(one.tokens))
        n_rows, n_tokens = rows.stop, tokens.stop
        # A copy, since a search keeps it: a part would keep what all others were told.
        look = looks[:, tokens, : one.n_frames].copy()
        if one.mask is None:
            told.append(Told(None, logits[rows].cpu().numpy(), look))
        else:
            ids, logprobs = best
            few = Best(ids[rows, : one.n_best].copy(), logprobs[rows, : one.n_best].copy())
            told.append(Told(few, None, look))
    return told


def _best(reads: Sequence[Read], logits: Tensor) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The most probable tokens of all rows, as many as anybody asks for; see `most_probable`."""
    masks = [one.mask for one in reads for _ in one.rows]
    given = {id(mask): mask for mask in masks if mask is not None}
    if not given:
        return np.empty((len(masks), 0), np.int64), np.empty((len(masks), 0), np.float32)
    numbers = {name: number for number, name in enumerate(given)}
    which = [numbers.get(id(mask), 0) for mask in masks]
    # Rows of those who ask for logits are masked as well, and not looked at.
    if len(given) == 1:
        masked = logits + next(iter(given.values()))
    else:
        masked = (
            logits + torch.stack(list(given.values()))[torch.tensor(which, device=logits.device)]
        )
    best = torch.log_softmax(masked, dim=-1).topk(max(one.n_best for one in reads), dim=-1)
    return best.indices.cpu().numpy(), best.values.cpu().numpy()


def _joined(x: Tensor) -> Tensor:
    """Heads side by side again, shape (heads, n, q, 64) to (n, q, width)."""
    return x.permute(1, 2, 0, 3).flatten(2)
