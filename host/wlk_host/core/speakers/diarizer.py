"""What an engine that tells voices apart has to be able to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.sound.voicing import Span
from wlk_host.core.sound.window import AudioBuffer
from wlk_host.core.speakers.limit import VoiceLimit
from wlk_host.core.speakers.voices import VoicePrint
from wlk_host.core.types import Sample


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well each of some stretches of sound fits each voice.

    Attributes:
        scores: shape (stretches, voices), in [-1, 1]; higher is likelier. A cosine, or the share of
            the stretch in which the voice is heard.
        is_known: shape (stretches,). False: nothing was heard there, and the scores mean nothing.
        speaks: shape (stretches, voices). Whether that voice is heard there; two are where people
            speak at the same time.
    """

    scores: NDArray[np.float32]
    is_known: NDArray[np.bool_]
    speaks: NDArray[np.bool_]


class Diarizer(Protocol):
    """Tells the voices of one session apart. They are numbered from 0, as they come."""

    def limit(self, limit: VoiceLimit) -> None:
        """Tell apart no more voices than that from now on."""
        ...

    def begin(self, at: Sample) -> None:
        """Sound begins anew there. The voices stay known, what was heard of them does not."""
        ...

    def listen(self, sound: AudioBuffer, speech: Sequence[Span], *, closing: bool) -> None:
        """Learn from sound that came since.

        Args:
            sound: what is kept, its end included; most of it was heard before.
            speech: where in it, or beyond it, somebody speaks.
            closing: whether the last of these spans is over. The one before it always is.
        """
        ...

    def evidence(self, stretches: Sequence[Span]) -> Evidence:
        """How well these stretches, in order, fit the voices that are known now."""
        ...

    def prints(self) -> Sequence[VoicePrint]:
        """What was heard of each voice, in their order; none where it makes no vectors."""
        ...

    def forget(self, before: Sample) -> None:
        """Nothing before that sample will be asked for."""
        ...


class DiarizerModel(Protocol):
    """A loaded engine, shared by sessions.

    Attributes:
        name: as it is chosen.
        prints_by: identity of the model that makes the prints of voices; None where none does.
    """

    @property
    def name(self) -> str:
        """As it is chosen, such as "embedded"."""
        ...

    @property
    def prints_by(self) -> str | None:
        """Identity of the model that makes the prints of voices; None where none does."""
        ...

    def open(self) -> Diarizer:
        """A session's own."""
        ...
