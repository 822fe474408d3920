"""What the translation of lines needs from translators. Imports nothing heavy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class TranslationRequest:
    """Texts to be translated by one call; without any, the translator only makes itself ready.

    Attributes:
        translator: its name or a model folder; None takes the best for the languages.
        source: language of the texts, a Whisper code such as "en"; None where there are none.
        target: language code asked for, such as "pt-BR".
        texts: caption lines or beginnings of such.
        context: what was said just before; handed to translators that say they use it.
        names: words that stay as they are.
        changes: how often translators were installed or removed. With another number than before
            the translator is chosen anew.
        beside: whether lines go on meanwhile: a translator that is not loaded is loaded beside
            them, and until then the request fails with `choice.LOADING`.
    """

    translator: str | None
    source: str | None
    target: str
    texts: tuple[str, ...]
    context: str = ""
    names: tuple[str, ...] = ()
    changes: int = 0
    beside: bool = False


class TranslationService(Protocol):
    """Chooses a translator for a request and has it translate. Shared by sessions."""

    @property
    def changes(self) -> int:
        """How often translators were installed or removed. What failed before can succeed then."""
        ...

    def translate(self, request: TranslationRequest) -> list[str]:
        """One translation for each text. May take seconds; raises what kept it from translating.

        Raises:
            WlkError: there is no translator for it, or it failed. Another call can succeed.
        """
        ...

    def release(self) -> None:
        """Free the translators' memory; the next call loads again."""
        ...


class Translator(Protocol):
    """A loaded translator. Used by one thread."""

    def translate(self, texts: Sequence[str], source: str, target: str, context: str) -> list[str]:
        """One translation for each text, none of which is blank.

        Args:
            texts: sentences, parts of sentences, or a few of them.
            source: their language, a Whisper code such as "en".
            target: a language code (BCP 47) such as "pt-BR".
            context: the line before the first text, in the language of the texts; empty where
                there is none, and for a translator that does not use it (`TranslatorEntry`). Each
                further text follows the one before it.
        """
        ...


@dataclass(frozen=True, slots=True)
class TranslatorEntry:
    """A way to translate, as it is known before it is loaded.

    Attributes:
        name: what users choose it by.
        targets: language codes it translates into, from one language at least.
        supports: whether it translates between two languages; a source of None is any.
        is_installed: whether it can be loaded.
        load: loads it; may take seconds.
        sources: language codes it translates from, each into every target that is not the same
            language; empty where that is not known.
        install: what to do when it is not installed, e.g. "run: pip install ...".
        uses_context: whether it is given the line before and continues from it. Models of single
            sentences do not: with two sentences at once they drop one.
        quality: how well it translates.
        milliseconds: an ordinary line takes about that long.
        pivots: whether it may be joined with another one through English.
        parts: the translators that it is joined of.
    """

    name: str
    targets: tuple[str, ...]
    supports: Callable[[str | None, str], bool]
    is_installed: Callable[[], bool]
    load: Callable[[], Translator]
    install: str
    uses_context: bool = False
    sources: tuple[str, ...] = ()
    quality: Literal["draft", "good", "best"] = "good"
    milliseconds: int = 0
    pivots: bool = False
    parts: tuple["TranslatorEntry", ...] = ()
