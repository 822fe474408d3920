"""Voices that the user had remembered, and when one that is heard is one of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from wlk_host.core.speakers.voices import Voice, VoicePrint

RECOGNISED: Final = 0.90
"""Cosine from which a voice is one that is remembered.

Measured with `tests/bench/remembered_voices.py`: strangers reach 0.78, and 0.85 where both come
through a thin microphone (0.88 among the people with whom it was checked). The same person through
the same microphone has 0.90 at the least. In doubt nobody is named: a wrong name is worse than
none."""

AHEAD: Final = 0.03
"""How much more it is like that one than like any other that is remembered. Whoever was recognised
was ahead by 0.10 at the least, so this matters only where two remembered voices are alike."""

LEAST_WINDOWS: Final = 8
"""Windows of a voice (each of up to 3.2 s, every second) that it takes to remember or to recognise
it: 10 s.

With 8, 6 of 61 sessions of the same person and microphone stay below `RECOGNISED`; with 16, none of
40."""


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


Recall: TypeAlias = Callable[[], Sequence[RememberedVoice]]
"""The voices that are remembered now. Called from any thread, after every live step."""


def recognised(heard: VoicePrint, remembered: Sequence[RememberedVoice]) -> str | None:
    """The name of the voice that it certainly is; None where that is in doubt.

    Args:
        heard: a voice of a session.
        remembered: vectors of the same model.
    """
    # The file can be damaged.
    same = [voice for voice in remembered if voice.vector.shape == heard.vector.shape]
    if heard.n_windows < LEAST_WINDOWS or not same:
        return None
    cosines = np.stack([voice.vector for voice in same]) @ heard.vector
    best = int(cosines.argmax())
    likeness, others = float(cosines[best]), np.delete(cosines, best)
    is_sure = likeness >= RECOGNISED and likeness >= float(others.max(initial=-1)) + AHEAD
    return same[best].name if is_sure else None
