"""The process in which translators run: `python -m wlk_host.runtime.translators.child`.

A process of its own, because a translator can need gigabytes, crash, or print. Captions go on
regardless, and have the processor first. The process reads requests from stdin and writes answers
to stdout until stdin ends. Both are framed like native messages.
"""

import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeAlias

import msgspec
from msgspec import Struct

from wlk_host.core.errors import WlkError
from wlk_host.core.ports import Background, Promise
from wlk_host.core.translation import choice
from wlk_host.core.translation.names import keep_names
from wlk_host.core.translation.translators import TranslationRequest, Translator, TranslatorEntry
from wlk_host.protocol.framing import FrameDecoder
from wlk_host.runtime import stdio
from wlk_host.runtime.translators import registry
from wlk_host.runtime.translators.speed import Stopwatch

_NICER: Final = 5
"""Added to the niceness of the process (POSIX), so that captions come first."""


class Translated(Struct, frozen=True, tag="translated"):
    """One translation for each text of the request."""

    texts: list[str]


class Failed(Struct, frozen=True, tag="failed"):
    """The error that prevented a translation."""

    code: str
    message: str
    hint: str


Answer: TypeAlias = Translated | Failed

Choose = Callable[[str | None, str | None, str], TranslatorEntry | None]


_MOST_LOADED: Final = 4
"""Translators kept in memory: a tab in each of two languages, both through English."""


class Translators:
    """A `TranslationService` that loads each translator at its first use.

    Args:
        choose: chooses the translator, like `registry.choose`.
        stopwatch: notes how long translations take.
        background: where translators are loaded for requests beside; None: a thread.
    """

    def __init__(
        self,
        choose: Choose = registry.choose,
        stopwatch: Stopwatch | None = None,
        background: Background | None = None,
    ) -> None:
        self._background = background or ThreadPoolExecutor(1, "loading")
        self._choose = choose
        self._stopwatch = stopwatch or Stopwatch()
        self._chosen: dict[tuple[str | None, str | None, str], TranslatorEntry] = {}
        self._loaded: dict[str, Translator] = {}
        self._loading: dict[str, Promise[Translator]] = {}
        self._changes = 0

    @property
    def changes(self) -> int:
        """What the last request said of them."""
        return self._changes

    def answer(self, request: TranslationRequest) -> Answer:
        """The answer to a request. An unexpected error ends the process, which reports it."""
        try:
            return Translated(self.translate(request))
        except WlkError as error:
            return Failed(error.code, error.message, error.hint)

    def translate(self, request: TranslationRequest) -> list[str]:
        """One translation for each text; see `core.translation.translators.TranslationService`."""
        if request.changes != self._changes:
            self._changes = request.changes
            self._chosen.clear()
        entry = self._choice(request)
        if entry is None:
            return list(request.texts)
        translator = self._ready(entry, beside=request.beside)
        if request.source is None or not request.texts:
            return list(request.texts)
        began = time.monotonic()
        texts = _translated(translator, entry, request, request.source)
        if not request.beside:  # A word is no ordinary line.
            self._stopwatch.note(entry.name, len(texts), time.monotonic() - began)
        return texts

    def release(self) -> None:
        """Free all translators."""
        self._loaded.clear()
        self._loading.clear()

    def _choice(self, request: TranslationRequest) -> TranslatorEntry | None:
        """The translator that serves this request; None as long as that is not known."""
        key = (request.translator, request.source, request.target)
        entry = self._chosen.get(key) or self._choose(*key)
        if entry is not None:
            self._chosen[key] = entry
        return entry

    def _ready(self, entry: TranslatorEntry, *, beside: bool) -> Translator:
        """The translator, loaded if need be. Those used least recently are freed.

        Raises:
            WlkError: `choice.LOADING`, where it is not to be waited for.
        """
        if entry.parts:
            first, second = (self._ready(part, beside=beside) for part in entry.parts)
            return choice.Joined(first, second)
        translator = self._loaded.pop(entry.name, None)
        if translator is None:
            translator = self._load(entry, beside=beside)
        self._loaded[entry.name] = translator
        return translator

    def _load(self, entry: TranslatorEntry, *, beside: bool) -> Translator:
        if beside and entry.name not in self._loading:
            self._loading[entry.name] = self._background.submit(entry.load)
        loading = self._loading.get(entry.name)
        if beside and loading is not None and not loading.done():
            raise _still_loading(entry.name)
        while len(self._loaded) >= _MOST_LOADED:
            del self._loaded[next(iter(self._loaded))]
        if loading is None:
            return entry.load()
        del self._loading[entry.name]
        return loading.result()


def _translated(
    translator: Translator, entry: TranslatorEntry, request: TranslationRequest, source: str
) -> list[str]:
    def translate(texts: list[str], context: str) -> list[str]:
        known_context = context if entry.uses_context else ""
        return translator.translate(texts, source, request.target, known_context)

    # Given a text without words, translators make some up.
    worded = [text for text in request.texts if any(c.isalnum() for c in text)]
    kept = keep_names(worded, request.names, request.context, translate) if worded else []
    found = iter(kept)
    return [next(found) if any(c.isalnum() for c in text) else text for text in request.texts]


def _still_loading(name: str) -> WlkError:
    return WlkError(
        code=choice.LOADING,
        message=f"the translator {name} is being loaded",
        hint="look the word up again in a moment",
    )


def main(translators: Translators | None = None) -> int:
    """Answer requests until stdin ends, and return the exit code."""
    pipes = stdio.claim_pipes()
    if sys.platform != "win32":
        os.nice(_NICER)
    translators = translators or Translators()
    decoder = FrameDecoder()
    writer = stdio.FrameWriter(pipes.to_browser)
    while received := os.read(pipes.from_browser, 64 * 1024):
        for payload in decoder.feed(received):
            request = msgspec.json.decode(payload, type=TranslationRequest)
            try:
                writer.write(msgspec.json.encode(translators.answer(request)))
            except stdio.BrowserGoneError:
                return 0
    return 0


if __name__ == "__main__":
    # Python itself would wait for a translator that is still being loaded.
    os._exit(main())
