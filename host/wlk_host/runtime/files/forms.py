"""The formats of captions. Imports nothing heavy."""

from pathlib import Path
from typing import Final

FORMS: Final = ("text", "srt", "vtt", "jsonl")
"""What `--format` takes."""

PLAIN: Final = "text"

_ENDINGS: Final = {"text": "txt"}
"""Where it is not the name of the format."""


def ending_of(form: str) -> str:
    """The ending of a file's name, without its dot."""
    return _ENDINGS.get(form, form)


def chosen(form: str | None, output: str | None) -> str:
    """The format that was asked for: by name, or by the ending of the output's name."""
    if form is not None:
        return form
    ending = Path(output or "").suffix[1:].lower()
    return ending if ending in FORMS else PLAIN
