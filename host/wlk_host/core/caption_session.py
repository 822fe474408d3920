"""One tab's captions, as the host loop sees them."""

from typing import Protocol

from wlk_host.core.options import SessionOptions
from wlk_host.core.recognition import Recognition
from wlk_host.core.types import AudioChunk, Event, Sample, Work


class CaptionSession(Protocol):
    """One tab's captions. Used by one thread at a time."""

    is_overloaded: bool
    """Whether captions stay late: then the second pass is left out."""

    @property
    def lag(self) -> Sample:
        """Audio received and not yet captioned."""
        ...

    @property
    def skipped(self) -> Sample:
        """Audio left out so far because the machine could not keep up."""
        ...

    @property
    def language(self) -> str | None:
        """Chosen or detected."""
        ...

    @property
    def refining(self) -> bool:
        """False while the second pass is left out to keep up."""
        ...

    def feed(self, chunk: AudioChunk) -> list[Event]:
        """Take audio that follows what was fed before. Cheap: no recognition."""
        ...

    def cut(self, at: Sample) -> list[Event]:
        """What comes next starts at `at` and has nothing to do with what came before.

        Cheap: what is left of that becomes due. A `Discontinuity` says where the break is, as it
        does where `feed` finds one.
        """
        ...

    def finish(self) -> None:
        """No more audio; the remaining work becomes due."""
        ...

    def configure(self, options: SessionOptions) -> None:
        """Go on with other options."""
        ...

    def adopt(self, recognition: Recognition) -> None:
        """Go on with other models; no word is lost or said twice."""
        ...

    def next_work(self) -> Work | None:
        """The most urgent work that is due now."""
        ...

    def run(self, work: Work) -> list[Event]:
        """Do one piece of it."""
        ...

    def finished(self) -> bool:
        """After `finish`: whether nothing is left to do."""
        ...
