"""Names and limits that the host, the installer and the extension agree on. Stdlib only."""

from enum import StrEnum
from typing import Final

PROTOCOL_VERSION: Final = 1

HOST_NAME: Final = "dev.wlk.host"
"""What the extension passes to `connectNative`, and the manifest's file name."""

EXTENSION_ID: Final = "adliapmgjimkjkbmaenmlijopoacdhcg"
"""Follows from the public `key` pinned in extension/manifest.json."""

MAX_OUTBOUND: Final = 1024 * 1024
"""Bytes of one message towards the browser (Chrome, "Native messaging")."""

MAX_INBOUND: Final = 4 * 1024 * 1024
"""Bytes of one message from the browser. Chrome allows 64 MiB; audio needs 5 KiB."""


class ErrorCode(StrEnum):
    """What the port and the sessions report. Stable; backends and models add codes of their own."""

    FRAME_TOO_LARGE = "frame_too_large"
    """A frame above the limit. The process ends: where the next one begins is unknown."""
    FRAME_TRUNCATED = "frame_truncated"
    """The stream ended inside a frame."""
    MESSAGE_INVALID = "message_invalid"
    """Not JSON, or no message of the schema. It is left out, the port goes on."""
    PROTOCOL_MISMATCH = "protocol_mismatch"
    HELLO_EXPECTED = "hello_expected"
    HELLO_REPEATED = "hello_repeated"
    SESSION_EXISTS = "session_exists"
    SESSION_UNKNOWN = "session_unknown"
    AUDIO_INVALID = "audio_invalid"
    AUDIO_OUT_OF_ORDER = "audio_out_of_order"
    RECOGNITION_FAILED = "recognition_failed"
    """An error nobody foresaw; the log has its traceback."""
