"""Which cross-attention heads follow the sound."""

import base64
import gzip
from typing import Final, TypeAlias

import numpy as np

from wlk_host.backends.checkpoints.names import Dimensions
from wlk_host.core.errors import WlkError

Heads: TypeAlias = tuple[tuple[int, int], ...]
"""Pairs of decoder layer and head."""

_KNOWN: Final = {
    # Decoder layers, heads, vocabulary: one bit per layer and head, gzipped, base 85
    # (openai/whisper, `_ALIGNMENT_HEADS`).
    (4, 6, 51864): b"ABzY8J1N>@0{>%R00Bk>$p{7v037`oCl~+#00",
    (4, 6, 51865): b"ABzY8bu8Lr0{>%RKn9Fp%m@SkK7Kt=7ytkO",
    (6, 8, 51864): b"ABzY8;40c<0{>%RzzG;p*o+Vo09|#PsxSZm00",
    (6, 8, 51865): b"ABzY8KQ!870{>%RzyTQH3`Q^yNP!>##QT-<FaQ7m",
    (12, 12, 51864): b"ABzY8>?_)10{>%RpeA61k&I|OI3I$65C{;;pbCHh0B{qLQ;+}v00",
    (12, 12, 51865): b"ABzY8DmU6=0{>%Rpa?J`kvJ6qF(V^F86#Xh7JUGMK}P<N0000",
    (24, 16, 51864): b"ABzY8usPae0{>%R7<zz_OvQ{)4kMa0BMw6u5rT}kRKX;$NfYBv00*Hl@qhsU00",
    (24, 16, 51865): b"ABzY8B0Jh+0{>%R7}kK1fFL7w6%<-Pf*t^=N)Qr&0RR9",
    (32, 20, 51865): (
        b"ABzY8zd+h!0{>%R7=D0pU<_bnWW*tkYAhobTNnu$jnkEkXqp)j;w1Tzk)UH3X%SZd&fFZ2fC2yj"
    ),
    (32, 20, 51866): b"ABzY8gWO1E0{>%R7(9S+Kn!D~%ngiGaR?*L!iJG9p-nab0JQ=-{D1-g00",
    (4, 20, 51866): b"ABzY8j^C+e0{>%RARaKHP%t(lGR*)0g!tONPyhe`",
}


def known(size: Dimensions) -> Heads | None:
    """The heads of OpenAI's model of that size, which fine-tuned ones keep; None if unknown."""
    packed = _KNOWN.get((size.decoder_layers, size.n_heads, size.n_vocab))
    if packed is None:
        return None
    flags = np.frombuffer(gzip.decompress(base64.b85decode(packed)), np.bool_)
    pairs = np.argwhere(flags.reshape(size.decoder_layers, size.n_heads))
    return tuple((int(layer), int(head)) for layer, head in pairs)


def upper_half(size: Dimensions) -> Heads:
    """All heads of the upper half of the layers, for models whose heads are unknown."""
    layers = range(size.decoder_layers // 2, size.decoder_layers)
    return tuple((layer, head) for layer in layers for head in range(size.n_heads))


def parse(text: str) -> Heads:
    """The heads that a user names: "3.1,4.2" is head 1 of layer 3 and head 2 of layer 4.

    Raises:
        WlkError: `heads_invalid`.
    """
    try:
        pairs = [tuple(int(number) for number in pair.split(".")) for pair in text.split(",")]
    except ValueError:
        pairs = []
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise WlkError(
            code="heads_invalid",
            message=f"got alignment heads {text[:60]!r}, expected LAYER.HEAD,LAYER.HEAD,…",
            hint="find them with: wlk-host models heads",
        )
    return tuple((pair[0], pair[1]) for pair in pairs)


def format_heads(heads: Heads) -> str:
    """The heads as text, in the form that `parse` reads."""
    return ",".join(f"{layer}.{head}" for layer, head in heads)


def require_within(heads: Heads, n_layers: int, n_heads: int) -> Heads:
    """The same heads, if a decoder with this many layers and heads per layer has all of them.

    Raises:
        WlkError: `heads_invalid`.
    """
    for layer, head in heads:
        if not (0 <= layer < n_layers and 0 <= head < n_heads):
            raise WlkError(
                code="heads_invalid",
                message=f"got alignment head {layer}.{head}, but the model has "
                f"{n_layers} layers of {n_heads} heads",
                hint="find them with: wlk-host models heads",
            )
    return heads
