"""The state of one port: whether it was greeted, which sessions are open, how far each was heard.

Performs no I/O and imports nothing heavy, so that it can answer before numpy is loaded.
"""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeAlias

from msgspec import Struct

from wlk_host.core.errors import WlkError
from wlk_host.protocol import codec, messages
from wlk_host.protocol.constants import PROTOCOL_VERSION, ErrorCode
from wlk_host.protocol.export import Export
from wlk_host.protocol.health import Health
from wlk_host.protocol.messages import (
    AboutServers,
    Audio,
    Configure,
    Cut,
    Hello,
    Remember,
    Retranslate,
    Speech,
    Start,
    Stop,
    ToModels,
    ToSession,
    ToVoices,
    Visibility,
)
from wlk_host.protocol.words import Translate
from wlk_host.version import __version__, is_newer

_SAMPLE_BYTES: Final = 2


class Sound(Struct, frozen=True, tag="audio"):
    """`messages.Audio` as a socket carries it: `pcm` is s16le, mono, 16 kHz, as bytes."""

    session: str
    seq: int
    start: int
    pcm: bytes


_OF_SESSIONS: Final = (Audio, Sound, Configure, Retranslate, Visibility, Cut, Stop)


@dataclass(frozen=True, slots=True)
class FeedAudio:
    """Sound that starts where the previous sound ended, or after a gap.

    Attributes:
        start: sample at 16 kHz.
        pcm: s16le, mono.
    """

    session: str
    start: int
    pcm: bytes


@dataclass(frozen=True, slots=True)
class Refuse:
    """A message that breaks the rules.

    Attributes:
        session: the session that this message ends; None if all sessions go on.
        request: the type of the message; None if it is unknown, or concerns the whole port.
    """

    error: WlkError
    session: str | None = None
    request: str | None = None


OfNoSession: TypeAlias = ToModels | ToVoices | Speech | Export | Health | Translate
"""What is carried out whatever becomes of sessions. A word of one that is over is answered, too."""

Command: TypeAlias = (
    Hello
    | Start
    | FeedAudio
    | Configure
    | Retranslate
    | Visibility
    | Cut
    | Stop
    | Remember
    | OfNoSession
    | AboutServers
    | Refuse
)


class _Phase(Enum):
    OPEN = auto()
    STOPPING = auto()
    """The extension has stopped it; the rest of its sound is being captioned."""


@dataclass(slots=True)
class _Heard:
    """How much of a session was received.

    Attributes:
        until: the sample after the last one received.
        seq: the number of the last audio message.
    """

    phase: _Phase
    until: int = 0
    seq: int = -1


MOST_SESSIONS: Final = 64
"""Sessions open at the same time. Twice as many as anybody has tabs that sound at once."""

MOST_REMEMBERED: Final = 256
"""Sessions that are over whose messages are still dropped silently. One forgotten is told again."""


class Connection:
    """Turn payloads into commands that the host loop can carry out without further checks.

    - `hello` comes first and once. A hello of another version is refused, and the port waits.
    - The first message for a session that is not open is refused. Further ones are dropped silently
      until the session starts, and so are messages that still arrive after `stop` or an error.
    - `seq` rises within a session.
    - Sound that was received before and is sent again is trimmed. A gap is passed on: the session
      decides whether it is a short hole or a new beginning.
    - A cut before the end of the received sound is moved to that end.
    """

    def __init__(self) -> None:
        self._greeted = False
        self._is_newer = False
        """Whether the extension is newer than this host."""
        self._sessions: dict[str, _Heard] = {}
        self._over: dict[str, None] = {}

    def receive(self, payload: bytes) -> Command | None:
        """The command that a payload carries; None if there is nothing to do. Never raises."""
        if not self._greeted and (mismatch := _version_mismatch(payload)):
            return Refuse(mismatch)
        if not self._greeted:
            self._is_newer = is_newer(codec.extension_of_hello(payload), __version__)
        try:
            message = self._decode(payload)
        except WlkError as error:
            return self._misunderstood(payload, error)
        return None if message is None else self.take(message)

    def commands(self, payload: bytes) -> Iterator[Command]:
        """See `receive`."""
        command = self.receive(payload)
        if command is not None:
            yield command

    def woken(self) -> tuple[Command, ...]:
        """Nothing: only the browser says anything here."""
        return ()

    def take(self, message: messages.ToHost | Sound) -> Command | None:
        """As `receive`, of a message that is decoded already."""
        if isinstance(message, Hello):
            return self._greet(message)
        if not self._greeted:
            return Refuse(_hello_expected(message))
        if isinstance(message, Start):
            return self._start(message)
        if isinstance(message, OfNoSession | AboutServers):
            return message
        return self._for_session(message)

    def end(self) -> list[Stop]:
        """The input has ended: each session that is still open is stopped."""
        still_open = [name for name, heard in self._sessions.items() if heard.phase is _Phase.OPEN]
        for session in still_open:
            self._sessions[session].phase = _Phase.STOPPING
        return [Stop(session) for session in still_open]

    def ended(self, session: str) -> None:
        """Note that a stopped session is finished, so that its id can be used again."""
        del self._sessions[session]

    def failed(self, session: str) -> None:
        """Note that a session ended with an error, and drop what still arrives for it."""
        self._sessions.pop(session, None)
        self._over.pop(session, None)
        self._over[session] = None
        while len(self._over) > MOST_REMEMBERED:
            del self._over[next(iter(self._over))]

    def turned(self, session: str, heard_until: int, lag: int) -> None:
        """Nothing: what the browser sends comes at the pace of sound."""

    def _misunderstood(self, payload: bytes, error: WlkError) -> Refuse:
        """What to do with a message that cannot be decoded.

        It is skipped. But a session without its start or a piece of its sound cannot go on.
        """
        request, session = codec.addressed_to(payload)
        if not self._greeted or request == "hello":
            return Refuse(error)
        heard = self._sessions.get(session or "")
        is_open = heard is not None and heard.phase is _Phase.OPEN
        ends = (request == "start" and heard is None) or (request == "audio" and is_open)
        if session is None or not ends:
            return Refuse(error, None, request)
        self.failed(session)
        return Refuse(error, session, request)

    def _decode(self, payload: bytes) -> messages.ToHost | None:
        """The message; None if only a newer host would know it. Raises WlkError."""
        try:
            return codec.decode(payload)
        except WlkError:
            if not self._is_newer:
                raise
            return codec.decode_of_newer(payload)

    def _greet(self, hello: Hello) -> Command:
        if self._greeted:
            return Refuse(
                WlkError(
                    code=ErrorCode.HELLO_REPEATED,
                    message="got a second hello, expected one at the start of the port",
                    hint="open a new port",
                )
            )
        self._greeted = True
        return hello

    def _start(self, start: Start) -> Command:
        if start.session in self._sessions:
            error = WlkError(
                code=ErrorCode.SESSION_EXISTS,
                message=f"got a start for session {start.session!r}, which is open already",
                hint="stop it and wait for the status ended, or start it under a new id",
            )
            return Refuse(error, None, "start")
        if len(self._sessions) >= MOST_SESSIONS:
            self.failed(start.session)
            return Refuse(_too_many_sessions(), start.session, "start")
        self._over.pop(start.session, None)
        self._sessions[start.session] = _Heard(_Phase.OPEN, until=start.start)
        return start

    def _for_session(self, message: ToSession | Sound) -> Command | None:
        session = message.session
        heard = self._sessions.get(session)
        if heard is None and session not in self._over:
            self.failed(session)
            return Refuse(_session_unknown(message), session, type_of(message))
        if heard is None or heard.phase is not _Phase.OPEN:
            if heard is None and isinstance(message, Stop):
                del self._over[session]
            return None
        match message:
            case Audio() | Sound():
                return self._audio(message, heard)
            case Cut():
                heard.until = max(heard.until, message.at)
                return Cut(message.session, heard.until)
            case Stop():
                heard.phase = _Phase.STOPPING
        return message

    def _audio(self, audio: Audio | Sound, heard: _Heard) -> Command | None:
        try:
            pcm = _pcm_of(audio)
            _check_order(audio, heard)
        except WlkError as error:
            self.failed(audio.session)
            return Refuse(error, audio.session, "audio")
        heard.seq = audio.seq
        # What lies behind the last position cannot be told of.
        end = min(audio.start + len(pcm) // _SAMPLE_BYTES, messages.LAST_POSITION)
        if end <= heard.until:
            return None
        start, heard.until = max(audio.start, heard.until), end
        first, last = (at - audio.start for at in (start, end))
        return FeedAudio(audio.session, start, pcm[first * _SAMPLE_BYTES : last * _SAMPLE_BYTES])


def _pcm_of(audio: Audio | Sound) -> bytes:
    try:
        pcm = audio.pcm if isinstance(audio, Sound) else base64.b64decode(audio.pcm, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _audio_invalid(f"got pcm that is not base64: {error}") from error
    if len(pcm) % _SAMPLE_BYTES:
        raise _audio_invalid(f"got {len(pcm)} bytes of pcm, expected whole samples of 2 bytes")
    return pcm


def _check_order(audio: Audio | Sound, heard: _Heard) -> None:
    if audio.seq <= heard.seq:
        raise WlkError(
            code=ErrorCode.AUDIO_OUT_OF_ORDER,
            message=f"got audio with seq {audio.seq}, expected more than {heard.seq}",
            hint="start the captions of this tab again",
        )


def _audio_invalid(message: str) -> WlkError:
    return WlkError(
        code=ErrorCode.AUDIO_INVALID,
        message=message,
        hint="update the extension and wlk-host to the same version",
    )


def _version_mismatch(payload: bytes) -> WlkError | None:
    """The error if this first payload is a hello of another version, otherwise None."""
    theirs = codec.protocol_of_hello(payload)
    if theirs is None or theirs == PROTOCOL_VERSION:
        return None
    older = "wlk-host" if theirs > PROTOCOL_VERSION else "the extension"
    return WlkError(
        code=ErrorCode.PROTOCOL_MISMATCH,
        message=f"got protocol {theirs}, expected {PROTOCOL_VERSION}",
        hint=f"update {older}",
    )


def _hello_expected(message: messages.ToHost | Sound) -> WlkError:
    return WlkError(
        code=ErrorCode.HELLO_EXPECTED,
        message=f"got {type_of(message)} as the first message, expected hello",
        hint="update the extension and wlk-host to the same version",
    )


def _session_unknown(message: ToSession | Sound) -> WlkError:
    return WlkError(
        code=ErrorCode.SESSION_UNKNOWN,
        message=f"got {type_of(message)} for session {message.session!r}, which is not open",
        hint="start the captions of this tab again",
    )


def _too_many_sessions() -> WlkError:
    return WlkError(
        code=ErrorCode.SESSIONS_TOO_MANY,
        message=f"{MOST_SESSIONS} sessions are open, which is the most",
        hint="stop the captions of another tab first",
    )


def type_of(message: messages.ToHost | Sound) -> str:
    """The type of a message, as the schema has it."""
    return str(message.__struct_config__.tag)
