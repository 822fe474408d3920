"""Voices that the user had remembered, and when one that is heard is one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from wlk_host.core.speakers.voices import Voice, VoicePrint

RECOGNISED: Final = 0.88
"""Cosine from which a voice is one that is remembered (`tests/bench/remembered_voices.py`)."""

AHEAD: Final = 0.03
"""How much more it is like that one than like any other that is remembered."""

LEAST_WINDOWS: Final = 16
"""Windows of a voice (each 1.6 s, every 0.4 s) that are wanted to remember or to recognise it."""


@dataclass(frozen=True, slots=True)
class RememberedVoice:
    """A voice with a name.

    Attributes:
        model: identity of what made the vector. Vectors of different models do not compare.
        vector: how it sounds, shape (d,), length 1.
    """

    name: str
    model: str
    vector: Voice


def recognised(heard: VoicePrint, remembered: Sequence[RememberedVoice]) -> str | None:
    """The name of the voice that it certainly is; None where that is in doubt.

    Args:
        heard: a voice of a session.
        remembered: vectors of the same model.
    """
    if heard.n_windows < LEAST_WINDOWS or not remembered:
        return None
    cosines = np.stack([voice.vector for voice in remembered]) @ heard.vector
    best = int(cosines.argmax())
    name = remembered[best].name
    others = [c for c, voice in zip(cosines, remembered, strict=True) if voice.name != name]
    if cosines[best] < RECOGNISED or cosines[best] < max(others, default=-1) + AHEAD:
        return None
    return name
