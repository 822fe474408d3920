"""M2M-100's languages, by the codes of its tokens (`__en__`).

Fan et al. (2020), "Beyond English-Centric Multilingual Machine Translation", table 1; the tokens
are those of the published vocabulary.
"""

from typing import Final

from wlk_host.core.languages import base_of
from wlk_host.core.translation.nllb_codes import usual_script
from wlk_host.core.translation.scripts import asked_script

_CODES: Final = """
    af am ar ast az ba be bg bn br bs ca ceb cs cy da de el en es et fa ff fi fr fy ga gd gl gu ha
    he hi hr ht hu hy id ig ilo is it ja jv ka kk km kn ko lb lg ln lo lt lv mg mk ml mn mr ms my ne
    nl no ns oc or pa pl ps pt ro ru sd si sk sl so sq sr ss su sv sw ta th tl tn tr uk ur uz vi wo
    xh yi yo zh zu
"""

_KNOWN: Final = frozenset(_CODES.split())

_ALIASES: Final = {"fil": "tl", "iw": "he", "jw": "jv", "nb": "no", "nso": "ns"}
"""Other codes of the same languages."""

_STAND_INS: Final = {"la": "it", "nn": "no", "yue": "zh"}
"""Languages that Whisper knows and M2M-100 does not, with the nearest relative that it knows."""

TARGETS: Final = tuple(sorted(_KNOWN - {"ns"} | {"nso"}))
"""Every language that M2M-100 translates into, by the code that users choose."""

SOURCES: Final = tuple(sorted({*TARGETS, *_STAND_INS}))
"""Every language that it translates from, with those that a relative stands in for."""


def source_code(language: str) -> str | None:
    """M2M-100's code for a language that is spoken; None if it has none."""
    return _code(language) or _STAND_INS.get(base_of(language))


def target_code(language: str) -> str | None:
    """M2M-100's code for a language (BCP 47) to translate into; None if it has none.

    It has one token for all of Chinese, and writes that in simplified characters.
    """
    return _code(language) if asked_script(language) in (None, usual_script(language)) else None


def _code(language: str) -> str | None:
    base = base_of(language)
    code = _ALIASES.get(base, base)
    return code if code in _KNOWN else None
