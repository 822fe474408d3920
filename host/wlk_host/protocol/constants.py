"""Names and limits that the host, the installer and the extension agree on. Stdlib only."""

from enum import StrEnum
from typing import Final

PROTOCOL_VERSION: Final = 1

HOST_NAME: Final = "dev.wlk.host"
"""The name that the extension passes to `connectNative`, and the manifest's file name."""

EXTENSION_ID: Final = "adliapmgjimkjkbmaenmlijopoacdhcg"
"""Follows from the public `key` pinned in extension/manifest.json."""

MAX_OUTBOUND: Final = 1024 * 1024
"""The most bytes of a message to the browser (Chrome, "Native messaging")."""

MAX_INBOUND: Final = 4 * 1024 * 1024
"""The most bytes of a message from the browser. Chrome allows 64 MiB; audio needs 5 KiB."""


class ErrorCode(StrEnum):
    """The errors of the port and the sessions. Stable. Backends and models add their own codes."""

    FRAME_TOO_LARGE = "frame_too_large"
    """A frame above the limit. The process ends, because the start of the next one is unknown."""
    FRAME_TRUNCATED = "frame_truncated"
    """The stream ended inside a frame."""
    MESSAGE_INVALID = "message_invalid"
    """Not JSON, or not a message of the schema. It is skipped, and the port goes on."""
    PROTOCOL_MISMATCH = "protocol_mismatch"
    HELLO_EXPECTED = "hello_expected"
    HELLO_REPEATED = "hello_repeated"
    SESSION_EXISTS = "session_exists"
    SESSION_UNKNOWN = "session_unknown"
    SESSIONS_TOO_MANY = "sessions_too_many"
    AUDIO_INVALID = "audio_invalid"
    AUDIO_OUT_OF_ORDER = "audio_out_of_order"
    STEP_HUNG = "step_hung"
    LOAD_HUNG = "load_hung"
    """Work that does not end (`runtime.host.watchdog`)."""
    REQUEST_FAILED = "request_failed"
    """An unexpected error in the answer to a request of a page. The log has its traceback."""
    RECOGNITION_FAILED = "recognition_failed"
    """An unexpected error. The log has its traceback."""
    SESSION_MOVED = "session_moved"
    """The session goes on elsewhere: the extension starts it again from what is not final."""
