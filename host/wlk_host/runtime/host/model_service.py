"""Lists, downloads and removes models for the extension, beside the host loop."""

import logging
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from msgspec import UNSET, UnsetType

from wlk_host.backends.availability import Capabilities, examine, surroundings
from wlk_host.core.errors import WlkError
from wlk_host.models import store
from wlk_host.models.catalog import LISTED, SPEAKERS
from wlk_host.models.download import download
from wlk_host.models.entries import CatalogEntry
from wlk_host.models.errors import DownloadCancelledError
from wlk_host.models.store import Condition
from wlk_host.models.translators import TRANSLATORS
from wlk_host.protocol.messages import (
    Backend,
    Cancel,
    CatalogModel,
    Download,
    HostModels,
    ModelKind,
    Models,
    ModelState,
    Progress,
    Remove,
    ToExtension,
    ToModels,
    TranslatorFacts,
)
from wlk_host.protocol.problem import Problem
from wlk_host.runtime.host.failures import coded
from wlk_host.runtime.host.greeting import host_hello
from wlk_host.runtime.stdio import BrowserGoneError
from wlk_host.runtime.translators import speed
from wlk_host.runtime.translators.changes import CHANGES

PROGRESS_EVERY_S: Final = 0.25

_STATES: Final[dict[Condition, ModelState]] = {
    Condition.INSTALLED: "installed",
    Condition.ABSENT: "absent",
    Condition.DAMAGED: "damaged",
}

_log = logging.getLogger(__name__)


class ModelService:
    """Runs each download or removal on its own thread; `obey` returns at once.

    The threads are daemons. When the browser is gone, the process ends, and the next download uses
    what an unfinished one has fetched.

    Args:
        send: sends a message; called from any thread.
        entries: the known models.
        look: finds the backends of this machine, which can take a second.
        changed: called when a translator was installed or removed; from any thread.
    """

    def __init__(
        self,
        send: Callable[[ToExtension], None],
        entries: Sequence[CatalogEntry] = (*LISTED, *TRANSLATORS),
        look: Callable[[], Sequence[Capabilities]] = lambda: examine(surroundings(with_card=True)),
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._send = send
        self._changed = changed
        self._look = look
        self._looking = False
        self._backends: tuple[Backend, ...] = ()
        self._entries = {entry.name: entry for entry in entries}
        self._lock = threading.Lock()
        self._downloads: dict[str, threading.Event] = {}
        self._removals: dict[str, threading.Event] = {}
        self._problems: dict[str, WlkError] = {}

    def obey(self, request: ToModels) -> None:
        """Begin to carry out a request. An unknown name changes nothing."""
        match request:
            case Models():
                self._send_models()
                self._begin_to_look()
            case Download(name):
                self._begin_download(name)
            case Cancel(name):
                self._cancel(name)
            case Remove(name):
                self._begin_removal(name, store.remove)

    def _begin_to_look(self) -> None:
        if not self._looking:
            self._looking = True
            threading.Thread(target=self._find_backends, name="backends", daemon=True).start()

    def _begin_download(self, name: str) -> None:
        cancelled = threading.Event()
        with self._lock:
            entry = self._idle(name)
            if entry is not None:
                self._downloads[name] = cancelled
                self._problems.pop(name, None)
        # The start is reported before any progress.
        self._send_models()
        if entry is not None:
            self._start(self._download, entry, cancelled)

    def _cancel(self, name: str) -> None:
        with self._lock:
            cancelled = self._downloads.get(name)
        if cancelled is None:  # It failed before, and left what it had fetched.
            self._begin_removal(name, store.remove_partial)
        else:
            cancelled.set()

    def _begin_removal(self, name: str, remove: Callable[[CatalogEntry], None]) -> None:
        with self._lock:
            entry = self._idle(name)
            if entry is not None:
                self._removals[name] = threading.Event()
                self._problems.pop(name, None)
                self._start(self._remove, entry, remove)
        if entry is None:
            self._send_models()

    def _idle(self, name: str) -> CatalogEntry | None:
        """The entry, if it is known and neither being downloaded nor removed."""
        busy = name in self._downloads or name in self._removals
        return None if busy else self._entries.get(name)

    def _start(self, work: Callable[..., None], entry: CatalogEntry, *arguments: object) -> None:
        threading.Thread(
            target=work, args=(entry, *arguments), name=f"model-{entry.name}", daemon=True
        ).start()

    # On threads of their own

    def _find_backends(self) -> None:
        try:
            self._backends = tuple(_backend(able) for able in self._look())
        finally:
            if not self._backends:
                self._looking = False  # Whoever asks again has them looked for again.
            self._send_models()

    def _download(self, entry: CatalogEntry, cancelled: threading.Event) -> None:
        told_at = -PROGRESS_EVERY_S

        def progress(done: int, total: int) -> None:
            nonlocal told_at
            now = time.monotonic()
            if now - told_at >= PROGRESS_EVERY_S or done == total:
                told_at = now
                self._send_message(Progress(entry.name, done, total))

        def work() -> None:
            with suppress(DownloadCancelledError):
                download(entry, progress, cancelled)

        self._end(entry, work, self._downloads)

    def _remove(self, entry: CatalogEntry, remove: Callable[[CatalogEntry], None]) -> None:
        self._end(entry, lambda: remove(entry), self._removals)

    def _end(
        self, entry: CatalogEntry, work: Callable[[], None], busy: dict[str, threading.Event]
    ) -> None:
        """Do the work, then say what came of it, even where the thread dies of it."""
        try:
            work()
        except WlkError as error:
            self._fail(entry, error)
        finally:
            death = sys.exception()
            if death is not None:
                self._fail(entry, coded(death, "models"))
            with self._lock:
                busy.pop(entry.name, None)
            if entry.translation is not None:
                CHANGES.note()
                self._changed()
            self._send_change()

    def _fail(self, entry: CatalogEntry, error: WlkError) -> None:
        _log.warning("model %s: %s", entry.name, error)
        with self._lock:
            self._problems[entry.name] = error

    # Messages to the extension

    def _send_change(self) -> None:
        """Send the list of models, and the greeting, which pages without that list use."""
        self._send_message(host_hello())
        self._send_models()

    def _send_models(self) -> None:
        unreadable = None
        try:
            store.require_readable()
        except WlkError as error:
            unreadable = error
        measured = speed.read()
        models = tuple(
            self._model(entry, unreadable, measured.get(entry.name))
            for entry in self._entries.values()
        )
        self._send_message(HostModels(models, self._backends))

    def _model(
        self, entry: CatalogEntry, unreadable: WlkError | None, milliseconds: int | None
    ) -> CatalogModel:
        with self._lock:
            downloading = entry.name in self._downloads
            problem = self._problems.get(entry.name, unreadable)
        return CatalogModel(
            name=entry.name,
            kind=_kind(entry),
            languages=entry.languages,
            translates=entry.translates,
            licence=entry.licence,
            size_bytes=entry.size_bytes,
            state="downloading" if downloading else _STATES[store.condition(entry)],
            problem=None if problem is None else Problem.of(problem),
            translation=_facts(entry, milliseconds),
        )

    def _send_message(self, message: ToExtension) -> None:
        # Downloads go on until the process ends, which will be soon.
        with suppress(BrowserGoneError):
            self._send(message)


def _kind(entry: CatalogEntry) -> ModelKind:
    if entry.translation is not None:
        return "translator"
    return "speakers" if entry.name == SPEAKERS.name else "recogniser"


def _facts(entry: CatalogEntry, milliseconds: int | None) -> TranslatorFacts | UnsetType:
    facts = entry.translation
    if facts is None:
        return UNSET
    return TranslatorFacts(
        facts.sources, facts.targets, facts.pivots, facts.terms, facts.quality, milliseconds
    )


def _backend(able: Capabilities) -> Backend:
    problem = None if able.problem is None else Problem.of(able.problem)
    return Backend(able.backend, able.usable, able.devices, problem)
