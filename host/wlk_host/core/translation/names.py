"""Names and jargon that a translation must leave as they are."""

import re
from collections.abc import Callable, Sequence
from unicodedata import east_asian_width


def keep_names(
    texts: Sequence[str],
    names: Sequence[str],
    context: str,
    translate: Callable[[list[str], str], list[str]],
) -> list[str]:
    """Translate, and see to it that names come through.

    `translate` is given texts that follow one another, and what was said before the first one.

    Where a name is lost, the text is translated once more with a placeholder for it ("Z1"
    is copied by most translators). Where that is lost too, the plain translation stays.
    """
    translated = translate(list(texts), context)
    for i, text in enumerate(texts):
        lost = [n for n in names if _pattern(n).search(text) and n not in translated[i]]
        if lost:
            [masked] = translate([_mask(text, lost)], texts[i - 1] if i else context)
            translated[i] = _unmask(masked, lost) or translated[i]
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
