"""Names of files that every system takes, and that show what they are."""

import re
import unicodedata
from typing import Final

_FALLBACK: Final = "captions"
"""Where a title has nothing that a name may have."""

_MOST_BYTES: Final = 150
"""Of a name's stem, as UTF-8. Linux takes 255 bytes, macOS and Windows take 255 units of UTF-16;
browsers add to a name, and old programs on Windows take no more than 260 for the whole path."""

_RESERVED: Final = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])", re.IGNORECASE
)
"""Devices of Windows, with any ending (Microsoft, "Naming Files, Paths, and Namespaces")."""

_FORBIDDEN: Final = frozenset('<>:"/\\|?*~')
"""What Windows forbids (Microsoft), and the tilde, which Chrome replaces (`file_util_icu.cc`)."""

_JOINERS: Final = frozenset("\u200c\u200d")
"""Persian words and emoji need them."""

_CLINGING: Final = ("Mn", "Mc", "Me", "Cf")
"""Unicode's categories of what belongs to the character before it."""

_AT_THE_ENDS: Final = " .-"
"""Windows drops dots and spaces at the end, systems hide names that begin with a dot, and commands
take those with a hyphen for options."""


def file_name(title: str, language: str | None, ending: str) -> str:
    """The title, the language if it is known, and the ending: "A talk.en.srt".

    Players find subtitles by the name of the video and such a language.
    """
    stem = _stem(title, _MOST_BYTES) or _FALLBACK
    if _RESERVED.fullmatch(stem.split(".")[0].strip()):
        stem = f"{_FALLBACK} {stem}"
    spoken = re.sub(r"[^A-Za-z0-9-]", "", language or "")[:20].strip("-")
    return ".".join([stem, *([spoken] if spoken else []), ending])


def _stem(title: str, most_bytes: int) -> str:
    kept = (_kept(character) for character in unicodedata.normalize("NFC", title))
    stem = " ".join("".join(kept).split()).strip(_AT_THE_ENDS)
    while len(stem.encode()) > most_bytes:
        stem = _without_last(stem)
    return stem.strip(_AT_THE_ENDS + "".join(_JOINERS))


def _without_last(text: str) -> str:
    """The text without its last character and the marks on that."""
    while text and unicodedata.category(text[-1]) in _CLINGING:
        text = text[:-1]
    return text[:-1]


def _kept(character: str) -> str:
    """The character, or a space for one that some system refuses or does not show."""
    if character in _JOINERS:
        return character
    if character in _FORBIDDEN or unicodedata.category(character) in ("Cc", "Zl", "Zp"):
        return " "
    # Formatting such as right-to-left marks, halves of pairs, private use, and what is unassigned.
    return "" if unicodedata.category(character).startswith("C") else character
