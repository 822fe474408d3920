"""What the engine needs from whoever makes the captions."""

from typing import Protocol

from wlk_host.core.errors import WlkError
from wlk_host.core.ports import CaptionSession
from wlk_host.core.types import Event, Sample, SessionOptions


class TranslatedCaptionSession(CaptionSession, Protocol):
    """One tab's captions and their translations."""

    @property
    def translation_delay(self) -> Sample | None:
        """How long after its words the newest translation came; None while there is none."""
        ...

    @property
    def translation_problem(self) -> WlkError | None:
        """Why there are no translations at present, though there should be."""
        ...

    def retranslate(self) -> list[Event]:
        """Translate all lines into the language that is chosen now."""
        ...


class SessionFactory(Protocol):
    """Opens sessions and owns the models they share."""

    def open(
        self, options: SessionOptions, start: Sample, context: str
    ) -> TranslatedCaptionSession:
        """A session whose audio begins at `start`; loads what it needs, which may take seconds.

        Raises:
            WlkError: `model_missing`, `model_corrupt` and what else keeps it from opening.
        """
        ...

    def release(self) -> None:
        """Free the models. Called when no session is open; a later `open` loads them again."""
        ...
