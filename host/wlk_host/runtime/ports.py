"""What the host loop needs from sessions and models."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias, TypeVar

from wlk_host.core.caption_session import CaptionSession
from wlk_host.core.errors import DeviceError, WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.core.ports import Promise
from wlk_host.core.speakers import Speakers
from wlk_host.core.types import Event, Line, Sample

T = TypeVar("T")

Urgency: TypeAlias = tuple[int, bool]
"""Of a session's turn, the least first: `Work.value` of what is due, and whether its tab is hidden.
"""


class Threads(Protocol):
    """Threads that do what sessions have to do, as many jobs side by side as there are threads."""

    def take(self, turn: Callable[[], T], urgency: Urgency) -> Promise[T]:
        """Do this as soon as nothing more urgent is to be done."""
        ...

    def submit(self, job: Callable[[], T]) -> Promise[T]:
        """Do this when its turn comes, after what is urgent."""
        ...

    def apart(self, name: str) -> "Threads":
        """One more thread, for what would keep these waiting."""
        ...


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

    def retranslate(self, earlier: Sequence[Line] = ()) -> list[Event]:
        """Translate all lines into the language that is chosen now, and those from before it."""
        ...


class LoadedModel(Protocol):
    """A model in memory, shared by sessions. Hashed by identity."""

    @property
    def name(self) -> str:
        """As users know it: a name of the catalogue, or the last part of a path."""
        ...

    @property
    def device(self) -> str:
        """What it runs on: cpu, cuda or mps."""
        ...

    @property
    def problem(self) -> WlkError | None:
        """Why it is not the model, or not on the device, that was asked for."""
        ...

    def open(
        self, options: SessionOptions, start: Sample, context: str, speakers: Speakers
    ) -> TranslatedCaptionSession:
        """A session whose audio begins at `start`, and that knows these voices.

        Raises:
            WlkError: what keeps it from opening.
        """
        ...

    def place(self, threads: Threads) -> Threads:
        """Where a session on this model takes its turns: there, or apart from them."""
        ...

    def take_over(self, session: TranslatedCaptionSession, options: SessionOptions) -> None:
        """Have an open session go on with this model; no word is lost or said twice."""
        ...

    def smaller(self, options: SessionOptions) -> str | None:
        """The next smaller installed model that suits what the user asked for."""
        ...

    def guard(self) -> AbstractContextManager[None]:
        """While its work is done: a device that cannot go on raises `DeviceError`."""
        ...


class ModelLoader(Protocol):
    """Loads and owns the models. Used by one thread."""

    def load(self, options: SessionOptions) -> LoadedModel:
        """What sessions with these options work with; takes seconds where it is not there yet.

        Raises:
            WlkError: `model_missing`, `model_corrupt` and what else keeps it from loading.
        """
        ...

    def load_elsewhere(
        self, model: LoadedModel, options: SessionOptions, error: DeviceError
    ) -> LoadedModel:
        """The same model on a device that can go on; `error` is why its own cannot.

        Raises:
            WlkError: as `load`.
        """
        ...

    def release(self, model: LoadedModel) -> None:
        """Free a model that no session uses; a later `load` loads it again."""
        ...
