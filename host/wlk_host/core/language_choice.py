"""Which language somebody means: by code, by name in English or in the language, in any case."""

import difflib
import re
import unicodedata
from typing import Final

from wlk_host.core.errors import WlkError
from wlk_host.core.language_names import NAMES

AUTOMATIC: Final = frozenset({"auto", "detect", "automatic"})
"""Words for: detect the language."""

_SEPARATOR: Final = re.compile(r"[\s_-]+")

_SUBTAG: Final = re.compile(r"[a-z0-9]{1,8}")

_NOT_SPOKEN: Final = {"yue": "yue", "cmn": "zh"}
"""Extended language subtags of Chinese, such as in zh-yue."""


def _key(text: str) -> str:
    """Text without case, accents and the differences between separators."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in letters if unicodedata.category(c) != "Mn" or not _is_latin(c))
    return _SEPARATOR.sub(" ", plain).strip()


def _is_latin(mark: str) -> bool:
    """Whether it is an accent; marks of other scripts are vowels."""
    return mark < "\u0370"


_MEANT: Final = {
    _key(name): code for code, names in NAMES.items() for name in (code, *names)
} | dict.fromkeys(AUTOMATIC)

_ENGLISH_NAME: Final = {
    code: next(name for name in names if len(name) > 3 or not name.islower())
    for code, names in NAMES.items()
}


def spoken_language(text: str | None) -> str | None:
    """Whisper's code of the language that is meant; None to detect it.

    Understood are codes with or without script and region ("en", "EN", "en-US", "zh_Hans_CN",
    "deu") and names ("German", "deutsch", "Français"). Whisper does not tell regions apart.

    Raises:
        WlkError: `language_unknown`, with the nearest language.
    """
    if text is None:
        return None
    key = _key(text)
    if key in _MEANT:
        return _MEANT[key]
    tags = key.split(" ")
    if len(tags) > 1 and all(_SUBTAG.fullmatch(tag) for tag in tags):
        if tags[1] in _NOT_SPOKEN:
            return _NOT_SPOKEN[tags[1]]
        if len(tags[0]) <= 3 and tags[0] in _MEANT and _are_details(tags[1:]):
            return _MEANT[tags[0]]
    raise WlkError(
        "language_unknown",
        f"no language {text[:60]!r} is known",
        _suggestion(key) or "choose a code such as en, or a name such as English",
    )


def target_language(text: str) -> str:
    """The code of a language to translate into, by code or name; any other text as it is.

    Script and region stay: a translator can tell them apart.
    """
    primary, *details = re.split("[-_]", text.strip())
    if 2 <= len(primary) <= 3 and primary.isascii():
        return "-".join([primary.lower(), *details])
    return _MEANT.get(_key(text)) or text


def _are_details(tags: list[str]) -> bool:
    """Whether they can be script, region and variants (BCP 47)."""
    return all(
        len(tag) in (2, 4) or tag.isdigit() or len(tag) > 4 or any(c.isdigit() for c in tag)
        for tag in tags
    )


def _suggestion(key: str) -> str:
    nearest = difflib.get_close_matches(key, _MEANT, n=1, cutoff=0.6)
    code = _MEANT[nearest[0]] if nearest else None
    return "" if code is None else f"did you mean {_ENGLISH_NAME[code]} ({code})?"
