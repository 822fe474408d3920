"""The items of OpenAI's transcription sessions, and the events that tell of them."""

from collections.abc import Callable
from typing import Final

from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE, Sample, seconds
from wlk_host.server.wire.openai import JsonObject
from wlk_host.server.wire.realtime_events import details

_TRANSCRIPTION: Final = "conversation.item.input_audio_transcription"
_MS: Final = SAMPLE_RATE // 1000


class Conversation:
    """The items of a connection.

    Attributes:
        last: the id of the newest item of which nothing more will be told.

    Args:
        new_id: of an item; another one each time.
        is_beta: whether the client knows the events of the beta only.
    """

    def __init__(self, new_id: Callable[[], str], *, is_beta: bool = False) -> None:
        self.new_id = new_id
        self.is_beta = is_beta
        self.last: str | None = None

    def add(self, item: str, after: str | None) -> list[JsonObject]:
        """Tell of a new item behind that one."""
        told = {
            "id": item,
            "object": "realtime.item",
            "type": "message",
            "status": "completed",
            "role": "user",
            "content": [{"type": "input_audio", "transcript": None}],
        }
        names = ("created",) if self.is_beta else ("added", "done")
        return [
            {
                "type": "input_audio_buffer.committed",
                "item_id": item,
                "previous_item_id": after,
            },
            *(
                {"type": f"conversation.item.{name}", "previous_item_id": after, "item": told}
                for name in names
            ),
        ]


def started(item: str, at: Sample) -> JsonObject:
    """Somebody began to speak there."""
    return {
        "type": "input_audio_buffer.speech_started",
        "item_id": item,
        "audio_start_ms": at // _MS,
    }


def stopped(item: str, at: Sample) -> JsonObject:
    """Nobody speaks any more there."""
    return {"type": "input_audio_buffer.speech_stopped", "item_id": item, "audio_end_ms": at // _MS}


def delta(item: str, text: str) -> JsonObject:
    """This text comes next."""
    return {"type": f"{_TRANSCRIPTION}.delta", "item_id": item, "content_index": 0, "delta": text}


def completed(item: str, text: str, length: Sample) -> JsonObject:
    """This is the text of the item, which is so long."""
    return {
        "type": f"{_TRANSCRIPTION}.completed",
        "item_id": item,
        "content_index": 0,
        "transcript": text,
        "usage": {"type": "duration", "seconds": round(seconds(length), 2)},
    }


def failed(item: str, error: WlkError) -> JsonObject:
    """The item will have no text."""
    return {
        "type": f"{_TRANSCRIPTION}.failed",
        "item_id": item,
        "content_index": 0,
        "error": details(error),
    }
