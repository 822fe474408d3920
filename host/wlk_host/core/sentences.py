"""Where a sentence ends, and where a full stop only shortens a word.

The abbreviations are those frequent in speech of Unicode CLDR's sentence break suppressions
(`common/segments/{de,en,es,fr,it,pt,ru}.xml`), and their like in Dutch and Polish. Left out is what
ends a sentence as often, such as "etc." and "U.S.", unless a small letter follows.
"""

import re
from typing import Final

from wlk_host.core.languages import base_of
from wlk_host.core.words import SENTENCE_ENDS

_ANYWHERE: Final = frozenset(("mr", "mrs", "ms", "dr", "st", "prof", "vs"))
"""Written in many languages, mostly before a name."""

_BEFORE_ANYTHING: Final[dict[str, frozenset[str]]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "messrs mt gen col capt lt sgt rev gov sen e.g i.e cf",
        "de": "hr fr frl hrn geb bzw ca z.b d.h u.a z.t sog evtl ggf inkl vgl dipl ing",
        "es": "sr sra srta srs sres d dña dra ud uds vd sto sta lic ing gral p.ej",
        "fr": "m mm mme mmes mlle mlles mgr ste env p.ex cf",
        "it": "sig sigg sig.ra sig.na dott dott.ssa prof.ssa ing avv arch geom p.es ca",
        "pt": "sr sra srs sras srta dra d eng exmo exma sto sta p.ex",
        "nl": "dhr mevr mw drs ir ds bijv d.w.z m.b.t o.a t.a.v ca",
        "pl": "inż mgr hab św ul pl al np m.in tzw tj",
        "ru": "г-н г-жа проф акад ул им т.е напр",  # noqa: RUF001 - Cyrillic
    }.items()
}
"""Words whose full stop ends no sentence, whatever follows, by language."""

_BEFORE_NUMBER: Final = frozenset(
    (
        "no",
        "nos",
        "nr",
        "núm",
        "num",
        "nro",
        "vol",
        "p",
        "pp",
        "art",
        "fig",
        "abs",
        "kap",
        "pág",
        "n",
    )
)
"""Words whose full stop ends a sentence unless a number follows: "No. 5", but "No. I won't."."""

_BEFORE_SMALL: Final = frozenset(
    (
        "etc",
        "usw",
        "ecc",
        "enz",
        "itd",
        "itp",
        "т.д",
        "т.п",
        "a.m",
        "p.m",
        "u.s",
        "u.k",
        "ph.d",
        "inc",
    )
) | {"ltd", "corp", "co", "jr", "sr", "bros"}
"""Words whose full stop ends a sentence unless a small letter follows."""

_WITH_ORDINALS: Final = frozenset(
    ("de", "pl", "cs", "sk", "da", "no", "nb", "nn", "fi", "hu", "hr")
)
"""Languages that write "the 3rd" as "3."."""

_LAST: Final = re.compile(r"(?:^|[\s(\"'«„“])([\w.-]+)\.$")


def ends_sentence(text: str, following: str, language: str | None = None) -> bool:
    """Whether a sentence ends with this text.

    Args:
        text: at least its last word, with its punctuation.
        following: the next word.
        language: a code such as "de" or "pt-BR"; None where it is not known.
    """
    text, following = text.strip(), following.strip()
    if not text.endswith(SENTENCE_ENDS):
        return False
    last = _LAST.search(text)
    if last is None:
        return True
    word = last[1]
    return not _is_shortened(word, following, None if language is None else base_of(language))


def _is_shortened(word: str, following: str, language: str | None) -> bool:
    """Whether the full stop belongs to the word."""
    key = word.lower()
    if key in _ANYWHERE or (len(word) == 1 and word.isupper() and word != "I"):
        return True
    if language is None:
        known = any(key in words for words in _BEFORE_ANYTHING.values() if len(key) > 1)
    else:
        known = key in _BEFORE_ANYTHING.get(language, ())
    if known:
        return True
    if key in _BEFORE_NUMBER:
        return following[:1].isdigit()
    if key in _BEFORE_SMALL:
        return following[:1].islower()
    return language in _WITH_ORDINALS and word.isdigit() and len(word) <= 2
