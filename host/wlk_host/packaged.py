"""What lies in this package beside its code: the extension, and some speech to try captions with.

Standard library only.
"""

from pathlib import Path
from typing import Final

from wlk_host.folders import is_file

_PACKAGE: Final = Path(__file__).parent
_CHECKOUT: Final = _PACKAGE.parents[1]

MANIFEST: Final = "manifest.json"
"""The file that makes a folder an extension."""

SPEECH: Final = _PACKAGE / "speech" / "english.wav"
"""About half a minute of English by a CC0 voice: s16le, mono, 16 kHz.

`english.json` beside it has its text, and when each word is spoken: `[word, start s, end s]`. Both
are made by `tests/tools/synthesise.py`.
"""


def extension() -> Path | None:
    """The folder of the extension that belongs to this host; None if it was left out.

    A wheel has it inside. A checkout, which may be installed in place, has it beside the host.
    """
    for folder in (_PACKAGE / "extension", _CHECKOUT / "extension"):
        if is_file(folder / MANIFEST):
            return folder
    return None
