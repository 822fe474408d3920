"""The user's folders for what the host keeps: models, measurements, logs."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import platformdirs

_NAME: Final = "wlk-host"

_NOWHERE: Final = Path(os.devnull) / _NAME
"""Holds nothing, and nothing can be made there."""


def data_folder() -> Path:
    """Where models lie. It need not exist; without a home it cannot."""
    return _of(lambda: platformdirs.user_data_dir(_NAME, appauthor=False))


def cache_folder() -> Path:
    """Where lies what can be made again. It need not exist; without a home it cannot."""
    return _of(lambda: platformdirs.user_cache_dir(_NAME, appauthor=False))


def log_folder() -> Path:
    """Where the log is written. It need not exist; without a home it cannot."""
    return _of(lambda: platformdirs.user_log_dir(_NAME, appauthor=False))


def _of(find: Callable[[], str]) -> Path:
    try:
        return Path(find())
    except RuntimeError:  # The user has no home: neither HOME nor an entry among the users.
        return _NOWHERE
