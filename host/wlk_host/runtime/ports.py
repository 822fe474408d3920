"""What the host loop needs from sessions and models."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from enum import IntEnum
from typing import Protocol, TypeVar

from wlk_host.core.caption_session import CaptionSession
from wlk_host.core.errors import DeviceError, WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.core.ports import Promise
from wlk_host.core.speakers.speakers import Speakers
from wlk_host.core.translation.translators import TranslationService
from wlk_host.core.types import Event, Line, Sample

T = TypeVar("T")


class Urgency(IntEnum):
    """Of a session's turn, by its tab; the least first.

    What is due in it does not count: until it begins, sound comes that makes a live step due. One
    that waited for all live steps of others would wait for as long as there are too many of them.
    """

    VISIBLE = 0
    HIDDEN = 1


class UnderWay(Protocol):
    """A job that a thread works on.

    Attributes:
        busy_s: for how long, as the watchdog counts it.
    """

    busy_s: float

    @property
    def owner(self) -> str | None:
        """The session that it is for; None for the loading of models."""
        ...

    @property
    def urgency(self) -> Urgency | None:
        """Of a session's turn; None for other jobs."""
        ...


class Threads(Protocol):
    """Threads that do what sessions have to do, as many jobs side by side as there are threads."""

    def take(self, turn: Callable[[], T], urgency: Urgency) -> Promise[T]:
        """Do this as soon as nothing more urgent is to be done."""
        ...

    def submit(self, job: Callable[[], T]) -> Promise[T]:
        """Do this when its turn comes, after what is urgent.

        It lets what is urgent pass wherever it calls `core.pauses.give_way`.
        """
        ...

    def under_way(self) -> "Sequence[UnderWay]":
        """The jobs that the threads work on now."""
        ...

    def abandon(self, job: "UnderWay") -> None:
        """A job under way does not end: leave its thread alone, and let another one do the rest."""
        ...

    def apart(self, name: str) -> "Threads":
        """One more thread, for what would keep these waiting."""
        ...


class TranslatedCaptionSession(CaptionSession, Protocol):
    """One tab's captions and their translations."""

    @property
    def translation_delay(self) -> Sample | None:
        """How long after its words the newest translation came; None before the first one."""
        ...

    @property
    def translation_problem(self) -> WlkError | None:
        """Why translations are missing at present; None if they are not."""
        ...

    def retranslate(self, earlier: Sequence[Line] = ()) -> list[Event]:
        """Translate all lines into the language that is chosen now, `earlier` ones included."""
        ...


class LoadedModel(Protocol):
    """A model in memory, shared by sessions. Hashed by identity."""

    @property
    def name(self) -> str:
        """The name that users know: a name of the catalogue, or the last part of a path."""
        ...

    @property
    def device(self) -> str:
        """Where it runs: cpu, cuda or mps."""
        ...

    @property
    def problem(self) -> WlkError | None:
        """Why the model or its device is not the requested one."""
        ...

    def open(
        self, options: SessionOptions, start: Sample, context: str, speakers: Speakers
    ) -> TranslatedCaptionSession:
        """A session whose audio begins at `start` and that knows these voices.

        Raises:
            WlkError: the session cannot be opened.
        """
        ...

    def place(self, threads: Threads) -> Threads:
        """Where a session on this model takes its turns: there, or apart from them."""
        ...

    def take_over(self, session: TranslatedCaptionSession, options: SessionOptions) -> None:
        """Let an open session continue with this model. No word is lost or repeated."""
        ...

    def after_lines(self, job: "Callable[[TranslationService], T]") -> Promise[T]:
        """Have this done with the translator of its sessions when no line waits for it."""
        ...

    def smaller(self, options: SessionOptions) -> str | None:
        """The next smaller installed model that suits the options; None if there is none."""
        ...

    def guard(self) -> AbstractContextManager[None]:
        """A context for its work, in which a failing device raises `DeviceError`."""
        ...


class ModelLoader(Protocol):
    """Loads and owns the models. Used by one thread."""

    def load(self, options: SessionOptions) -> LoadedModel:
        """The model for sessions with these options. Takes seconds if it is not loaded yet.

        Raises:
            WlkError: `model_missing`, `model_corrupt`, or another code if it cannot be loaded.
        """
        ...

    def load_elsewhere(
        self, model: LoadedModel, options: SessionOptions, error: DeviceError
    ) -> LoadedModel:
        """The same model on a device that works. `error` says why its own device does not.

        Raises:
            WlkError: as `load`.
        """
        ...

    def release(self, model: LoadedModel) -> None:
        """Free a model that no session uses. A later `load` loads it again."""
        ...
