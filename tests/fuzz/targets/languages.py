"""What somebody calls a language, on a command line or in a message."""

from typing import Final

from fuzz import mutation
from wlk_host.core.language_choice import spoken_language, target_language
from wlk_host.core.language_names import NAMES

CORPUS: Final = tuple(
    text.encode()
    for text in (
        *("en", "EN_us", "zh-Hans-CN", "zh-yue", "deu", "auto", "de-CH-1996", "nb", "jw"),
        *("German", "Français", "中文", "Português do Brasil", "हिन्दी", "Haitian Creole", "x" * 63),
    )
)

MUTATORS: Final = (mutation.of_bytes,)

_LONGEST: Final = 200


def try_one(data: bytes) -> None:
    """A language that is known, or `language_unknown`; a target is never lost."""
    text = data.decode("utf-8", "surrogateescape")[:_LONGEST]
    target = target_language(text)
    assert isinstance(target, str)
    assert bool(target) == bool(text) or not text.strip()
    meant = spoken_language(text)
    assert meant is None or meant in NAMES
