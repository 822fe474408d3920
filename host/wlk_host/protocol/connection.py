"""The state of one port: whether it was greeted, which sessions are open, how far each was heard.

Performs no I/O and imports nothing heavy, so that it can answer before numpy is loaded.
"""

import base64
import binascii
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeAlias

from wlk_host.core.errors import WlkError
from wlk_host.protocol import messages
from wlk_host.protocol.constants import PROTOCOL_VERSION, ErrorCode
from wlk_host.protocol.messages import (
    Audio,
    Cancel,
    Configure,
    Cut,
    Download,
    Hello,
    Models,
    Remove,
    Retranslate,
    Speech,
    Start,
    Stop,
    ToModels,
    ToSession,
    Visibility,
)

_SAMPLE_BYTES: Final = 2


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
    """

    error: WlkError
    session: str | None = None


Command: TypeAlias = (
    Hello
    | Start
    | FeedAudio
    | Configure
    | Retranslate
    | Visibility
    | Cut
    | Stop
    | ToModels
    | Speech
    | Refuse
)


class _Phase(Enum):
    OPEN = auto()
    STOPPING = auto()
    """The extension has stopped it; the rest of its sound is being captioned."""
    OVER = auto()
    """It ended with an error; messages that still arrive for it are dropped."""


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
        self._sessions: dict[str, _Heard] = {}

    def receive(self, payload: bytes) -> Command | None:
        """The command that a payload carries; None if there is nothing to do. Never raises."""
        if not self._greeted and (mismatch := _version_mismatch(payload)):
            return Refuse(mismatch)
        try:
            message = messages.decode(payload)
        except WlkError as error:
            return Refuse(error)
        if isinstance(message, Hello):
            return self._greet(message)
        if not self._greeted:
            return Refuse(_hello_expected(message))
        if isinstance(message, Start):
            return self._start(message)
        if isinstance(message, (Models, Download, Cancel, Remove, Speech)):
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
        self._sessions[session] = _Heard(_Phase.OVER)

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
        heard = self._sessions.get(start.session)
        if heard is not None and heard.phase is not _Phase.OVER:
            return Refuse(
                WlkError(
                    code=ErrorCode.SESSION_EXISTS,
                    message=f"got a start for session {start.session!r}, which is open already",
                    hint="stop it and wait for the status ended, or start it under a new id",
                )
            )
        self._sessions[start.session] = _Heard(_Phase.OPEN, until=start.start)
        return start

    def _for_session(self, message: ToSession) -> Command | None:
        heard = self._sessions.get(message.session)
        if heard is None:
            self.failed(message.session)
            return Refuse(_session_unknown(message), message.session)
        if heard.phase is not _Phase.OPEN:
            if heard.phase is _Phase.OVER and isinstance(message, Stop):
                del self._sessions[message.session]
            return None
        match message:
            case Audio():
                return _audio(message, heard)
            case Cut():
                heard.until = max(heard.until, message.at)
                return Cut(message.session, heard.until)
            case Stop():
                heard.phase = _Phase.STOPPING
        return message


def _audio(audio: Audio, heard: _Heard) -> Command | None:
    try:
        pcm = _pcm_of(audio)
        _check_order(audio, heard)
    except WlkError as error:
        heard.phase = _Phase.OVER
        return Refuse(error, audio.session)
    heard.seq = audio.seq
    end = audio.start + len(pcm) // _SAMPLE_BYTES
    if end <= heard.until:
        return None
    start = max(audio.start, heard.until)
    heard.until = end
    return FeedAudio(audio.session, start, pcm[(start - audio.start) * _SAMPLE_BYTES :])


def _pcm_of(audio: Audio) -> bytes:
    try:
        pcm = base64.b64decode(audio.pcm, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _audio_invalid(f"got pcm that is not base64: {error}") from error
    if len(pcm) % _SAMPLE_BYTES:
        raise _audio_invalid(f"got {len(pcm)} bytes of pcm, expected whole samples of 2 bytes")
    return pcm


def _check_order(audio: Audio, heard: _Heard) -> None:
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
    theirs = messages.protocol_of_hello(payload)
    if theirs is None or theirs == PROTOCOL_VERSION:
        return None
    older = "wlk-host" if theirs > PROTOCOL_VERSION else "the extension"
    return WlkError(
        code=ErrorCode.PROTOCOL_MISMATCH,
        message=f"got protocol {theirs}, expected {PROTOCOL_VERSION}",
        hint=f"update {older}",
    )


def _hello_expected(message: messages.ToHost) -> WlkError:
    return WlkError(
        code=ErrorCode.HELLO_EXPECTED,
        message=f"got {_type_of(message)} as the first message, expected hello",
        hint="update the extension and wlk-host to the same version",
    )


def _session_unknown(message: ToSession) -> WlkError:
    return WlkError(
        code=ErrorCode.SESSION_UNKNOWN,
        message=f"got {_type_of(message)} for session {message.session!r}, which is not open",
        hint="start the captions of this tab again",
    )


def _type_of(message: messages.ToHost) -> str:
    return str(message.__struct_config__.tag)
