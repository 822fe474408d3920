"""The log goes to stderr, which the browser keeps, and to a file.

Above DEBUG no record contains spoken words, titles or URLs.
"""

import logging
import os
import sys
from collections.abc import Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from wlk_host import places
from wlk_host.folders import make_private
from wlk_host.version import __version__

LEVEL_VARIABLE: Final = "WLK_LOG_LEVEL"
"""Environment variable that names the level, such as DEBUG."""

_FORMAT: Final = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"
_FILE_BYTES: Final = 1_000_000
_OLD_FILES: Final = 2


def log_file() -> Path:
    """The newest log file. It need not exist."""
    return places.log_folder() / "host.log"


def configure(argv: Sequence[str]) -> None:
    """Send the log of this process to stderr and, if possible, to `log_file()`."""
    root = logging.getLogger()
    root.setLevel(_level())
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    file = log_file()
    try:
        make_private(file.parent)
        handlers.append(RotatingFileHandler(file, "a", _FILE_BYTES, _OLD_FILES, encoding="utf-8"))
    except OSError as error:
        sys.stderr.write(f"cannot write a log file: {error}\n")
    for handler in handlers:
        handler.setFormatter(logging.Formatter(_FORMAT))
        root.addHandler(handler)
    root.info("wlk-host %s", __version__)
    root.debug("started with %s", list(argv))


def _level() -> int:
    """The level that the environment names; INFO if it names none."""
    asked = os.environ.get(LEVEL_VARIABLE, "").upper()
    return logging.getLevelNamesMapping().get(asked, logging.INFO)
