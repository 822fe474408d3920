"""JSON files that others may have written: only two kinds of error, and bounded memory.

Standard library only.
"""

import json
from pathlib import Path
from typing import Any, Final

MOST_BYTES: Final = 64 << 20
"""The largest such file, a tokenizer, has 4 MB."""


def read_json(path: Path, most_bytes: int = MOST_BYTES) -> Any:
    """The value in the file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no JSON in UTF-8, is nested too deeply, or has more than `most_bytes`.
    """
    size = path.stat().st_size
    if size > most_bytes:
        raise ValueError(f"it has {size} bytes, expected at most {most_bytes}")
    try:
        return json.loads(path.read_text("utf-8"))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
