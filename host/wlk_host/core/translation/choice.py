"""The one rule by which a translator is chosen, for sessions, commands and greetings alike.

1. What the user chose, by its name, or not at all.
2. Otherwise the best installed translator that knows both languages: by quality, then by speed.
3. Where none does: two installed ones through English, the best of each (`opus-es-en+opus-en-pt`).
4. Whisper's own English (`whisper_tells`) is no translator. It is shown where the user chose it, or
   where the user chose none and no installed one knows the spoken language; and only by models that
   can translate, which those of English alone and large-v3-turbo cannot.
5. A word that a user looks up is translated by 1 to 3. Whisper translates sound, and so no words.

Pure. `runtime.translators.registry` knows which translators there are on this machine.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from wlk_host.core.errors import WlkError
from wlk_host.core.languages import same_language
from wlk_host.core.options import WHISPER, SessionOptions, only_if_chosen
from wlk_host.core.translation.translators import Translator, TranslatorEntry

PIVOT: Final = "en"
"""The language between two translators."""

JOINED_BY: Final = "+"
"""Between their names."""

LOADING: Final = "translator_loading"
"""The code of the error with which a translator says that it is not loaded yet."""

_RANKS: Final = {"best": 0, "good": 1, "draft": 2}


def by_preference(entries: Iterable[TranslatorEntry]) -> list[TranslatorEntry]:
    """The best first: by quality, then by speed. Equals keep their order."""
    return sorted(entries, key=lambda entry: (_RANKS[entry.quality], entry.milliseconds))


def serving(
    entries: Sequence[TranslatorEntry], source: str | None, target: str
) -> list[TranslatorEntry]:
    """The installed translators between two languages, the best first; through English where no
    other way is. A source of None is any language."""
    installed = [entry for entry in by_preference(entries) if entry.is_installed()]
    direct = [entry for entry in installed if entry.supports(source, target)]
    return direct or list(_pivots(installed, source, target))


def best(
    entries: Sequence[TranslatorEntry], source: str | None, target: str
) -> TranslatorEntry | None:
    """The translator that the rule takes; None where none serves, or where it depends on the
    language that is spoken, which is not known yet."""
    found = serving(entries, source, target)
    if not found:
        return None
    others = {code for entry in found[1:] for code in entry.sources}
    return found[0] if source is not None or others <= set(found[0].sources) else None


def joined(first: TranslatorEntry, second: TranslatorEntry) -> TranslatorEntry:
    """Both one after the other, through English, as one translator."""

    def supports(source: str | None, target: str) -> bool:
        into_english = first.supports(source, PIVOT)
        return into_english and second.supports(PIVOT, target)

    return TranslatorEntry(
        name=f"{first.name}{JOINED_BY}{second.name}",
        sources=first.sources,
        targets=tuple(code for code in second.targets if not same_language(code, PIVOT)),
        supports=supports,
        is_installed=lambda: first.is_installed() and second.is_installed(),
        load=lambda: Joined(first.load(), second.load()),
        install="; ".join((first.install, second.install)),
        quality="draft",
        milliseconds=first.milliseconds + second.milliseconds,
        parts=(first, second),
    )


def all_ways(entries: Sequence[TranslatorEntry]) -> list[TranslatorEntry]:
    """The installed translators, the best first, then the ways through English that they lack."""
    there = [entry for entry in by_preference(entries) if entry.is_installed()]
    known = [replace(entry, is_installed=lambda: True) for entry in there]  # Looked up once.
    pivots = [entry for entry in known if entry.pivots]
    into = {code for e in pivots for code in e.sources if e.supports(code, PIVOT)}
    onto = {code for e in pivots for code in e.targets if e.supports(PIVOT, code)}
    found: dict[str, TranslatorEntry] = {}
    for source in sorted(into):
        for target in sorted(onto):
            if not same_language(source, target):
                way = serving(known, source, target)[0]
                if way.parts:
                    found.setdefault(way.name, way)
    return [*there, *found.values()]


@dataclass(frozen=True, slots=True)
class Joined:
    """A `Translator` that translates into English with one, and on with another."""

    first: Translator
    second: Translator

    def translate(self, texts: Sequence[str], source: str, target: str, context: str) -> list[str]:
        """One translation for each text; see `core.translation.translators.Translator`."""
        english = self.first.translate(texts, source, PIVOT, context)
        # What has no words cannot be translated on, and stays.
        worded = [text for text in english if any(c.isalnum() for c in text)]
        found = iter(self.second.translate(worded, PIVOT, target, "") if worded else ())
        return [next(found) if any(c.isalnum() for c in text) else text for text in english]


def _pivots(
    installed: Sequence[TranslatorEntry], source: str | None, target: str
) -> Iterator[TranslatorEntry]:
    if same_language(target, PIVOT) or (source is not None and same_language(source, PIVOT)):
        return
    on = [e for e in installed if e.pivots and e.supports(PIVOT, target)]
    for second in on[:1]:
        yield from (
            joined(first, second)
            for first in installed
            if first.pivots and first.supports(source, PIVOT)
        )


def whisper_tells(
    serves: Callable[[str | None], bool], options: SessionOptions, language: str | None
) -> bool:
    """`TellsEnglish` of a model that can: where the user chose it, or no translator and none knows
    the language.

    Args:
        serves: whether an installed translator translates from there into English; of None,
            whether one does from any language.
    """
    if options.translator is not None or not options.wants_english_beside or language == "en":
        return only_if_chosen(options, language)
    return not serves(language)


def refusal_of_word(translator: str | None) -> WlkError | None:
    """Why a single word is not translated by what the user chose; None where it can be."""
    if translator != WHISPER:
        return None
    return _no_word_by_whisper(
        "Whisper translates what is spoken, not single words",
        "choose another translator to look words up",
    )


def why_no_word(error: WlkError, target: str) -> WlkError:
    """The error that kept a word from being translated, as it is told.

    Lines can be English by Whisper all the same, which needs an explanation.
    """
    if error.code != "translator_missing" or not same_language(target, PIVOT):
        return error
    return _no_word_by_whisper(
        f"{error.message}, and Whisper translates what is spoken, not single words", error.hint
    )


def _no_word_by_whisper(message: str, hint: str) -> WlkError:
    return WlkError("whisper_translates_no_words", message, hint)
