"""Read a `tokenizer.json`, whatever is in it."""

from pathlib import Path
from typing import Any, Final

import tokenizers

_PANIC: Final = "PanicException"
"""What the library raises where it panics. It is no `Exception`, and cannot be imported."""


def read_tokenizer(path: Path) -> Any:
    """The `tokenizers.Tokenizer` of that file.

    Raises:
        ValueError: it cannot be read, or is damaged.
    """
    try:
        return tokenizers.Tokenizer.from_file(str(path))
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == _PANIC:
            raise ValueError(f"{path.name} cannot be read: {error}") from error
        raise
