"""WebSockets whose other end can go at any time."""

from collections.abc import AsyncGenerator
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState


async def received(socket: WebSocket) -> AsyncGenerator[bytes | str, None]:
    """Its messages, until the other end has gone."""
    while (message := await socket.receive())["type"] == "websocket.receive":
        data = message.get("bytes")
        yield message["text"] if data is None else data


async def send(socket: WebSocket, text: str) -> bool:
    """Send this; returns False where the other end has gone."""
    try:
        await socket.send_text(text)
    except (WebSocketDisconnect, RuntimeError, OSError):
        return False
    return True


async def close(socket: WebSocket, code: int = 1000, reason: str = "") -> None:
    """Close it, if it is not closed already."""
    is_open = WebSocketState.DISCONNECTED not in (socket.client_state, socket.application_state)
    if is_open:
        with suppress(WebSocketDisconnect, RuntimeError, OSError):
            await socket.close(code, reason)
