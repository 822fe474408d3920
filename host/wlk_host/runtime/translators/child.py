"""The process that holds the translation engines: `python -m wlk_host.runtime.translators.child`.

A process of its own, because an engine may need gigabytes, crash, or print: captions go on
meanwhile, with the processor to themselves when they need it. It reads requests from stdin and
writes answers to stdout, framed as native messages are, until stdin ends.
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
"""Added to the process's niceness (POSIX): captions come first."""


class Translated(Struct, frozen=True, tag="translated"):
    """One translation for each text of the request."""

    texts: list[str]


class Failed(Struct, frozen=True, tag="failed"):
    """What kept the engine from translating."""

    code: str
    message: str
    hint: str


Answer: TypeAlias = Translated | Failed

Choose = Callable[[str | None, str | None, str], TranslatorEntry | None]


class Translators:
    """`TranslationService` that loads each translator when it is first asked for.

    Args:
        choose: as `choice.choose`.
    """

    def __init__(self, choose: Choose = choice.choose) -> None:
        self._choose = choose
        self._chosen: dict[tuple[str | None, str | None, str], TranslatorEntry] = {}
        self._loaded: dict[str, Translator] = {}

    def answer(self, request: TranslationRequest) -> Answer:
        """What comes of a request. What is not foreseen ends the process, and is told by that."""
        try:
            return Translated(self.translate(request))
        except WlkError as error:
            return Failed(error.code, error.message, error.hint)

    def translate(self, request: TranslationRequest) -> list[str]:
        """One translation for each text; see `core.translation.translators.TranslationService`."""
        engine = self._engine(request)
        if engine is None or request.source is None:
            return list(request.texts)
        translator, source, target = self._loaded[engine.name], request.source, request.target

        def translate(texts: list[str], context: str) -> list[str]:
            told = context if engine.uses_context else ""
            return translator.translate(texts, source, target, told)

        # Translators make up words for what has none.
        worded = [text for text in request.texts if any(c.isalnum() for c in text)]
        kept = keep_names(worded, request.names, request.context, translate) if worded else []
        found = iter(kept)
        return [next(found) if any(c.isalnum() for c in text) else text for text in request.texts]

    def release(self) -> None:
        """Free the engines."""
        self._loaded.clear()

    def _engine(self, request: TranslationRequest) -> TranslatorEntry | None:
        """The engine for it, loaded."""
        key = (request.translator, request.source, request.target)
        engine = self._chosen.get(key) or self._choose(*key)
        if engine is None:
            return None
        self._chosen[key] = engine
        if engine.name not in self._loaded:
            self._loaded[engine.name] = engine.load()
        return engine


def main(engines: Translators | None = None) -> int:
    """Answer requests until stdin ends; the process's exit code."""
    pipes = stdio.claim_pipes()
    if sys.platform != "win32":
        os.nice(_NICER)
    engines = engines or Translators()
    decoder = FrameDecoder()
    writer = stdio.FrameWriter(pipes.to_browser)
    while received := os.read(pipes.from_browser, 64 * 1024):
        for payload in decoder.feed(received):
            request = msgspec.json.decode(payload, type=TranslationRequest)
            try:
                writer.write(msgspec.json.encode(engines.answer(request)))
            except stdio.BrowserGoneError:
                return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
