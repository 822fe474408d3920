"""The process in which translators run: `python -m wlk_host.runtime.translators.child`.

A process of its own, because a translator can need gigabytes, crash, or print. Captions go on
regardless, and have the processor first. The process reads requests from stdin and writes answers
to stdout until stdin ends. Both are framed like native messages.
"""

import os
import sys
from collections.abc import Callable
from typing import Final, TypeAlias

import msgspec
from msgspec import Struct

from wlk_host.core.errors import WlkError
from wlk_host.core.translation.names import keep_names
from wlk_host.core.translation.translators import TranslationRequest, Translator, TranslatorEntry
from wlk_host.protocol.framing import FrameDecoder
from wlk_host.runtime import stdio
from wlk_host.runtime.translators import choice

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


class Translators:
    """A `TranslationService` that loads each translator at its first use.

    Args:
        choose: chooses the translator, like `choice.choose`.
    """

    def __init__(self, choose: Choose = choice.choose) -> None:
        self._choose = choose
        self._chosen: dict[tuple[str | None, str | None, str], TranslatorEntry] = {}
        self._loaded: dict[str, Translator] = {}

    def answer(self, request: TranslationRequest) -> Answer:
        """The answer to a request. An unexpected error ends the process, which reports it."""
        try:
            return Translated(self.translate(request))
        except WlkError as error:
            return Failed(error.code, error.message, error.hint)

    def translate(self, request: TranslationRequest) -> list[str]:
        """One translation for each text; see `core.translation.translators.TranslationService`."""
        entry = self._loaded_entry(request)
        if entry is None or request.source is None:
            return list(request.texts)
        translator, source, target = self._loaded[entry.name], request.source, request.target

        def translate(texts: list[str], context: str) -> list[str]:
            known_context = context if entry.uses_context else ""
            return translator.translate(texts, source, target, known_context)

        # Given a text without words, translators make some up.
        worded = [text for text in request.texts if any(c.isalnum() for c in text)]
        kept = keep_names(worded, request.names, request.context, translate) if worded else []
        found = iter(kept)
        return [next(found) if any(c.isalnum() for c in text) else text for text in request.texts]

    def release(self) -> None:
        """Free all translators."""
        self._loaded.clear()

    def _loaded_entry(self, request: TranslationRequest) -> TranslatorEntry | None:
        """The translator that serves this request, loaded if need be."""
        key = (request.translator, request.source, request.target)
        entry = self._chosen.get(key) or self._choose(*key)
        if entry is None:
            return None
        self._chosen[key] = entry
        if entry.name not in self._loaded:
            self._loaded[entry.name] = entry.load()
        return entry


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
    sys.exit(main())
