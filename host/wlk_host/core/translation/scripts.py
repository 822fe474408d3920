"""In which script a language code (BCP 47) asks to be written."""

from typing import Final

_ALIASES: Final = {"Kore": "Hang", "Hrkt": "Jpan", "Hani": "Hans"}
"""ISO 15924 has several codes for what is one script here."""

_BY_REGION: Final = dict.fromkeys(("zh-tw", "zh-hk", "zh-mo"), "Hant")
"""Regions that write in a script of their own, where the code does not name one."""


def asked_script(language: str) -> str | None:
    """The script (ISO 15924) that the code asks for; None where it leaves that open."""
    primary, *details = language.replace("_", "-").split("-")
    named = next((d.title() for d in details if len(d) == 4 and d.isalpha()), None)
    if named is not None:
        return _ALIASES.get(named, named)
    region = next((d.lower() for d in details if len(d) == 2), "")
    return _BY_REGION.get(f"{primary.lower()}-{region}")


def writes(language: str, script: str) -> bool:
    """Whether what is written in that script is what the code asks for."""
    return asked_script(language) in (None, script)
