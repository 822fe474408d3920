"""What failed a moment ago, and is not tried again at once."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final

from wlk_host.core.errors import WlkError, without_frames
from wlk_host.protocol.constants import ErrorCode
from wlk_host.runtime.logs import log_file

FIRST_HOLD_S: Final = 1.0
"""How long the first failure answers in place of another try. Each further one holds twice as
long."""

LONGEST_HOLD_S: Final = 60.0

MOST_KEPT: Final = 64
"""Failures remembered. The one noted longest ago is forgotten."""

_FREE: Final = frozenset({"model_missing", "models_unreadable", "model_busy"})
"""Failures that cost nothing, and that users mend while they look at them."""

_NO_MEMORY: Final = ("bad allocation", "bad_alloc", "failed to allocate memory")
"""How onnxruntime and CTranslate2 say it, in exceptions of their own."""


@dataclass(slots=True)
class _Failure:
    error: WlkError
    hold_s: float
    until: float


class Failures:
    """Answers from a failure for a growing time.

    Args:
        now: seconds that pass.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._kept: dict[Hashable, _Failure] = {}

    def of(self, key: Hashable) -> WlkError | None:
        """The failure that answers now; None where another try may be made."""
        kept = self._kept.get(key)
        if kept is None or self._now() >= kept.until:
            return None
        return without_frames(kept.error)

    def note(self, key: Hashable, error: WlkError) -> None:
        """It failed, perhaps again."""
        if error.code in _FREE:
            return
        before = self._kept.pop(key, None)
        hold_s = FIRST_HOLD_S if before is None else min(2 * before.hold_s, LONGEST_HOLD_S)
        self._kept[key] = _Failure(without_frames(error), hold_s, self._now() + hold_s)
        while len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]

    def forget(self, key: Hashable) -> None:
        """It went well."""
        self._kept.pop(key, None)

    def forget_all(self) -> None:
        """Something has changed that may mend them."""
        self._kept.clear()


def lacks_memory(error: Exception) -> bool:
    """Whether memory was all that a piece of work lacked."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(words in text for words in _NO_MEMORY)


def coded(error: BaseException, request: str | None = None) -> WlkError:
    """The error as it can be told and kept.

    Args:
        error: of any kind.
        request: the type of the message that asked for what failed; None for recognition.
    """
    if isinstance(error, WlkError):
        return without_frames(error)
    return WlkError(
        code=ErrorCode.RECOGNITION_FAILED if request is None else ErrorCode.REQUEST_FAILED,
        message=f"{request or 'recognition'} failed: {type(error).__name__}",
        hint=f"run: wlk-host doctor; the log is {log_file()}",
    )
