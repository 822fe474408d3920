"""Names and jargon that a translation must leave as they are."""

import re
from collections.abc import Callable, Sequence
from unicodedata import east_asian_width


def keep_names(
    texts: Sequence[str], names: Sequence[str], translate: Callable[[list[str]], list[str]]
) -> list[str]:
    """Translate, and see to it that names come through.

    Where a name is lost, the text is translated once more with a placeholder for it ("Z1"
    is copied by most engines). Where that is lost too, the plain translation stays.
    """
    translated = translate(list(texts))
    masked: dict[int, str] = {}
    lost_names: dict[int, list[str]] = {}
    for i, (text, result) in enumerate(zip(texts, translated, strict=True)):
        lost = [n for n in names if _pattern(n).search(text) and n not in result]
        if lost:
            lost_names[i] = lost
            masked[i] = _mask(text, lost)
    if masked:
        for i, result in zip(masked, translate(list(masked.values())), strict=True):
            translated[i] = _unmask(result, lost_names[i]) or translated[i]
    return translated


def _mask(text: str, names: Sequence[str]) -> str:
    for number, name in enumerate(names, 1):
        text = _pattern(name).sub(f"Z{number}", text)
    return text


def _unmask(text: str, names: Sequence[str]) -> str | None:
    """The text with its names; None where a placeholder is missing."""
    for number, name in enumerate(names, 1):
        before, placeholder, after = text.partition(f"Z{number}")
        if not placeholder:
            return None
        text = before + name + after
    return text


def _pattern(name: str) -> re.Pattern[str]:
    """The name as a whole word, in any case; scripts without spaces have no whole words."""
    spaced = all(east_asian_width(character) not in "WF" for character in name)
    edge = r"(?<!\w){}(?!\w)" if spaced else "{}"
    return re.compile(edge.format(re.escape(name)), re.IGNORECASE)
