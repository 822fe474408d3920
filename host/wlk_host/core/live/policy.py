"""What a session needs from its live pass, whichever way that settles words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from wlk_host.core.ports import LanguageOdds, Task, Token
from wlk_host.core.types import Pcm, Sample, Spoken, Word


@dataclass(frozen=True, slots=True)
class Heard:
    """What one step found.

    Attributes:
        committed: words settled by it.
        draft: words that may still change.
        complete: False where the decoder was stopped in the middle of an utterance that is
            over, so that another step has to read the rest.
    """

    committed: tuple[Word, ...]
    draft: tuple[Word, ...]
    complete: bool


class LiveWindow(Protocol):
    """Sound that is about to be read."""

    def languages(self) -> LanguageOdds:
        """How probable each language is, by what `read` hears anyway. Cheap."""
        ...

    def read(self, task: Task, closing: bool, in_english: bool = False) -> Heard:
        """Settle what can be settled; everything when the utterance is over (`closing`).

        With `in_english`, `translate` may follow, and what it needs can be heard now.
        """
        ...

    def translate(self, language: str, closing: bool) -> Heard:
        """The same sound in English, from what is encoded already.

        Comes after a `read` with `in_english`.
        """
        ...


class LivePolicy(Protocol):
    """One session's live pass: takes its sound and decides which words hold.

    Attributes:
        prompt: text given to the decoder as if it had been said before, as tokens.
    """

    prompt: tuple[Token, ...]

    @property
    def settled_until(self) -> Sample:
        """Where the words still to be settled begin."""
        ...

    def feed(self, pcm: Pcm) -> None:
        """Add sound that follows what was fed before."""
        ...

    def listen(self, end: Sample, speech_from: Sample) -> LiveWindow:
        """The window that ends there.

        Args:
            end: of the sound to be considered.
            speech_from: where the present utterance begins.
        """
        ...

    def languages(self, start: Sample, end: Sample, *, padded: bool) -> LanguageOdds:
        """How probable each language is in that stretch alone; see `SoundStream.encode`."""
        ...

    def replace(self, since: Sample, until: Sample, spoken: Spoken) -> None:
        """Go on from better words, and better English, for the sound in [since, until)."""
        ...

    def go_on(self, spoken: Spoken, at: Sample) -> None:
        """Take this as what is settled of the sound fed so far, up to `at`.

        Before anything is read: with it a pass takes over from another one.
        """
        ...

    def skip_to(self, at: Sample) -> None:
        """Go on there; what was not settled before is given up."""
        ...

    def read_again(self, since: Sample) -> Sample:
        """Give up what was settled from there on, and all words before; returns where it begins.

        That is later where the sound is forgotten.
        """
        ...


OpenPolicy: TypeAlias = Callable[[Sample, Sequence[Token]], LivePolicy]
"""Begins a live pass at a position, with that prompt."""
