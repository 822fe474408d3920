"""The formats of captions. Imports nothing heavy."""

from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

from wlk_host.core.subtitles.format import Format

Form: TypeAlias = Format | Literal["jsonl"]

FORMS: Final[tuple[Form, ...]] = (*get_args(Format), "jsonl")
"""What `--format` takes."""

PLAIN: Final[Form] = "text"

_ENDINGS: Final = {"text": "txt"}
"""Where it is not the name of the format."""


def ending_of(form: Form) -> str:
    """The ending of a file's name, without its dot."""
    return _ENDINGS.get(form, form)


def chosen(form: Form | None, output: str | None) -> Form:
    """The format that was asked for: by name, or by the ending of the output's name."""
    if form is not None:
        return form
    ending = Path(output or "").suffix[1:].lower()
    return next((form for form in FORMS if form == ending), PLAIN)
