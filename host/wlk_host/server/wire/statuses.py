"""HTTP's status of each of our errors, and OpenAI's kind."""

from typing import Final

from wlk_host.core.errors import WlkError

_STATUSES: Final = {
    "token_missing": 401,
    "token_refused": 401,
    "origin_refused": 403,
    "model_not_served": 404,
    "upload_too_large": 413,
    "sessions_too_many": 429,
    "quota_used_up": 429,
    "connections_too_many": 429,
    "engine_gone": 503,
    "client_gone": 503,
}

_OF_THE_REQUEST: Final = frozenset({
    "file_unreadable", "format_unsupported", "language_unknown", "message_invalid", "nothing_sent",
    "option_invalid", "option_not_served", "sound_missing", "translator_not_served",
})  # fmt: skip


def status_of(error: WlkError) -> int:
    """The status that answers a request with this error."""
    if error.code in _OF_THE_REQUEST:
        return 400
    return _STATUSES.get(error.code, 500)


def kind_of(error: WlkError) -> str:
    """The `type` of an error in OpenAI's answers and events."""
    return "server_error" if status_of(error) >= 500 else "invalid_request_error"
