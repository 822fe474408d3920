"""WhisperLiveKit's `/asr`, spoken to a server: a WebSocket for each session."""

import asyncio
import time
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection

from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE, Sample
from wlk_host.protocol.connection import Sound
from wlk_host.protocol.messages import Captions, Error, Start, State, Status, Stop
from wlk_host.remote import failures
from wlk_host.remote.address import Endpoint
from wlk_host.remote.asr_states import AsrCaptions, StateError
from wlk_host.remote.network import Talk
from wlk_host.remote.news import Said, ToServer
from wlk_host.remote.sockets import (
    OPEN_S,
    PING_S,
    end_all,
    first_of,
    opened,
    round_trip_ms,
    without_token,
)

_MOST_FILLED: Final[Sample] = 30 * SAMPLE_RATE
"""Silence that stands for sound that is missing: the server counts only what it gets."""

_A_SECOND: Final = 100.0
_AT_ONCE: Final = 1000.0

JsonObject = dict[str, Any]


class AsrTalk:
    """A `network.Speak`.

    Args:
        to: where the server is.
        token: its secret, if it wants one.
        fingerprint: of its certificate.
    """

    def __init__(self, to: Endpoint, token: str | None, fingerprint: str | None) -> None:
        self._to = to
        self._token = token
        self._fingerprint = fingerprint
        self._talk: Talk | None = None
        self._unsent: dict[str, asyncio.Queue[ToServer]] = {}

    async def __call__(self, talk: Talk) -> None:
        """Find out whether it is there, then speak for the sessions that begin.

        Raises:
            WlkError: why it is over.
        """
        self._unsent = {}
        async with opened(self._to, self._token, self._fingerprint) as socket:
            await self._greeted(socket)
            ms = await round_trip_ms(socket)
        talk.opened(None, frozenset(), frozenset(), ms)
        sessions: set[asyncio.Task[None]] = set()
        dispatching = asyncio.create_task(self._dispatch(talk, sessions))
        try:
            while not dispatching.done():
                waited = {dispatching, *sessions}
                done, _ = await asyncio.wait(waited, timeout=PING_S, return_when="FIRST_COMPLETED")
                for task in done:
                    task.result()
                sessions -= done
        finally:
            await end_all(*sessions, dispatching)

    async def _dispatch(self, talk: Talk, sessions: "set[asyncio.Task[None]]") -> None:
        while True:
            message = await talk.unsent.get()
            if isinstance(message, Start):
                unsent = self._unsent[message.session] = asyncio.Queue[ToServer]()
                sessions.add(asyncio.create_task(self._session(talk, message, unsent)))
            elif isinstance(message, Sound | Stop) and message.session in self._unsent:
                self._unsent[message.session].put_nowait(message)

    async def _session(self, talk: Talk, start: Start, unsent: "asyncio.Queue[ToServer]") -> None:
        try:
            async with opened(self._at(start), self._token, self._fingerprint) as socket:
                if not (await self._greeted(socket)).get("useAudioWorklet"):
                    raise _wants_encoded()
                heard = _Heard(talk, start, self._token)
                heard.tell("listening")
                await first_of(
                    asyncio.create_task(heard.read(socket)),
                    asyncio.create_task(_write(socket, unsent, start.start)),
                    asyncio.create_task(heard.ping(socket)),
                )
        except _RefusedError as refused:
            error = refused.error
            told = Error(error.code, error.message, error.hint, start.session)
            talk.said(Said(talk.number, told))
        finally:
            self._unsent.pop(start.session, None)

    async def _greeted(self, socket: ClientConnection) -> JsonObject:
        """Its first message."""
        try:
            async with asyncio.timeout(OPEN_S):
                config = _object(await socket.recv())
        except TimeoutError:
            raise failures.silent() from None
        if config.get("type") == "error":
            raise failures.as_told(
                "remote_refused", without_token(str(config.get("error")), self._token), ""
            )
        if config.get("type") != "config":
            raise failures.unintelligible("its first message is no configuration")
        return config

    def _at(self, start: Start) -> Endpoint:
        asked = {"mode": "full"}
        if start.options.language is not None:
            asked["language"] = start.options.language
        mark = "&" if urlsplit(self._to.uri).query else "?"
        return replace(self._to, uri=f"{self._to.uri}{mark}{urlencode(asked)}")


class _RefusedError(Exception):
    """The server cannot caption one session; the others go on."""

    def __init__(self, error: WlkError) -> None:
        super().__init__(error.code)
        self.error = error


class _Heard:
    """What the server says of one session, on its way to the extension."""

    def __init__(self, talk: Talk, start: Start, token: str | None) -> None:
        self._talk = talk
        self._session = start.session
        self._token = token
        self._captions = AsrCaptions(start.session, start.start)
        self._language = start.options.language
        self._lag_ms = 0

    async def read(self, socket: ClientConnection) -> None:
        """Until the server has said its last words."""
        state: JsonObject = {"lines": []}
        left, at = _AT_ONCE, time.monotonic()
        async for payload in socket:
            now = time.monotonic()
            left, at = min(_AT_ONCE, left + (now - at) * _A_SECOND) - 1, now
            if left < 0:
                raise failures.excessive()
            message = _object(payload)
            match message.get("type"):
                case "ready_to_stop":
                    self._hear(state, is_over=True)
                    self.tell("ended")
                    return
                case "error":
                    told = without_token(str(message.get("error")), self._token)
                    raise _RefusedError(failures.as_told("remote_refused", told, ""))
                case None:
                    state = message
                    self._hear(state)
        raise failures.lost()

    async def ping(self, socket: ClientConnection) -> None:
        """Tell that it is there. While nobody speaks, it says nothing."""
        while True:
            await asyncio.sleep(PING_S)
            self._talk.pinged(await round_trip_ms(socket))
            self.tell("listening")

    def tell(self, state: State) -> None:
        """Tell how the session is."""
        status = Status(
            self._session,
            state,
            None,
            self._language,
            self._lag_ms,
            0,
            refining=True,
            translation_delay_ms=None,
            translation_problem=None,
            device=None,
            smaller_model=None,
            model_problem=None,
        )
        self._talk.said(Said(self._talk.number, status))

    def _hear(self, state: JsonObject, *, is_over: bool = False) -> None:
        try:
            captions: Captions | None = self._captions.hear(state, is_over=is_over)
        except StateError as error:
            raise failures.unintelligible(str(error)) from error
        lag_s = state.get("remaining_time_transcription")
        if isinstance(lag_s, int | float) and 0 <= lag_s < 3600:
            self._lag_ms = round(lag_s * 1000)
        if captions is not None:
            self._talk.said(Said(self._talk.number, captions))


async def _write(
    socket: ClientConnection, unsent: "asyncio.Queue[ToServer]", start: Sample
) -> None:
    """Send the sound. An empty message ends it; then the last words are awaited."""
    sent_until = start
    while True:
        message = await unsent.get()
        if isinstance(message, Sound):
            missing = message.start - sent_until
            if missing > _MOST_FILLED:
                raise _RefusedError(_gap())
            await socket.send(bytes(2 * max(0, missing)) + message.pcm)
            sent_until = message.start + len(message.pcm) // 2
        elif isinstance(message, Stop):
            await socket.send(b"")
            await asyncio.Event().wait()


def _object(payload: bytes | str) -> JsonObject:
    try:
        value = msgspec.json.decode(payload)
    except (ValueError, RecursionError) as error:
        raise failures.unintelligible("a message that is no JSON") from error
    if not isinstance(value, dict):
        raise failures.unintelligible("a message that is no object")
    return value


def _gap() -> WlkError:
    return WlkError(
        "remote_refused",
        "sound was skipped, and a server of this kind counts only what it gets",
        "nothing: this machine captions for a while",
    )


def _wants_encoded() -> _RefusedError:
    return _RefusedError(
        WlkError(
            "remote_refused",
            "the server wants a recorder's stream, and gets samples",
            "have its owner start it with --pcm-input",
        )
    )
