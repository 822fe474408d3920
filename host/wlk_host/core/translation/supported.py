"""Between which languages a translator of the catalogue translates."""

from collections.abc import Callable

from wlk_host.core.languages import same_language
from wlk_host.core.translation import m2m_codes, nllb_codes
from wlk_host.core.translation.nllb_codes import usual_script
from wlk_host.core.translation.scripts import asked_script

Supports = Callable[[str | None, str], bool]
"""Whether it translates from one language into another. A source of None is any."""

_FAMILIES = {
    "nllb": (nllb_codes.source_code, nllb_codes.target_code),
    "nllw": (nllb_codes.source_code, nllb_codes.target_code),
    "m2m100": (m2m_codes.source_code, m2m_codes.target_code),
}


def by(name: str, sources: tuple[str, ...], targets: tuple[str, ...]) -> Supports:
    """What the translator of that name supports: by its family's codes, or by its own pair."""
    family = _FAMILIES.get(name.partition("-")[0])
    if family is None:
        return pair(sources[0], targets[0])
    source_code, target_code = family

    def supports(source: str | None, target: str) -> bool:
        has_source = source is None or source_code(source) is not None
        return has_source and target_code(target) is not None

    return supports


def pair(from_code: str, into_code: str) -> Supports:
    """From one language into one other, in its script."""

    def supports(source: str | None, target: str) -> bool:
        is_source = source is None or same_language(source, from_code)
        return is_source and same_language(target, into_code) and _same_script(target, into_code)

    return supports


def _same_script(one: str, other: str) -> bool:
    scripts = {asked_script(code) or usual_script(code) for code in (one, other)}
    return len(scripts) == 1
