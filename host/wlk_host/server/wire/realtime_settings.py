"""The settings of OpenAI's transcription sessions, as clients send them and as they are told.

Sources: the types `realtime.RealtimeTranscriptionSession*` and, of the beta,
`beta.realtime.TranscriptionSession*` of OpenAI's Python client 3.57.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType, structs

from wlk_host.core.errors import WlkError
from wlk_host.server.wire.openai import JsonObject

Coding: TypeAlias = Literal["audio/pcm", "audio/pcmu", "audio/pcma"]
Delay: TypeAlias = Literal["minimal", "low", "medium", "high", "xhigh"]

RATES: Final[dict[Coding, int]] = {"audio/pcm": 24_000, "audio/pcmu": 8_000, "audio/pcma": 8_000}
"""Samples a second."""

_BETAS: Final[dict[str, Coding]] = {
    "pcm16": "audio/pcm",
    "g711_ulaw": "audio/pcmu",
    "g711_alaw": "audio/pcma",
}

_SOON: Final = ("minimal", "low", "medium")


class Format(Struct, frozen=True, forbid_unknown_fields=True):
    """`RealtimeAudioFormats`."""

    type: str = "audio/pcm"
    rate: int | None = None


class Transcription(Struct, frozen=True, forbid_unknown_fields=True):
    """`AudioTranscription`."""

    model: str | None = None
    language: str | None = None
    languages: tuple[str, ...] | None = None
    prompt: str | None = None
    keywords: tuple[str, ...] | None = None
    delay: Delay | None = None


class TurnDetection(Struct, frozen=True, forbid_unknown_fields=True):
    """`ServerVad` and `SemanticVad`. The engine has a detector of its own: numbers are hints."""

    type: str = "server_vad"
    threshold: float | None = None
    prefix_padding_ms: int | None = None
    silence_duration_ms: int | None = None
    idle_timeout_ms: int | None = None
    eagerness: str | None = None
    create_response: bool | None = None
    interrupt_response: bool | None = None


class Input(Struct, frozen=True, forbid_unknown_fields=True):
    """`RealtimeTranscriptionSessionAudioInput`."""

    format: Format | UnsetType | None = UNSET
    noise_reduction: dict[str, Any] | UnsetType | None = UNSET
    transcription: Transcription | UnsetType | None = UNSET
    turn_detection: TurnDetection | UnsetType | None = UNSET


class Audio(Struct, frozen=True, forbid_unknown_fields=True):
    """`RealtimeTranscriptionSessionAudio`."""

    input: Input | None = None


class Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    """`RealtimeTranscriptionSessionCreateRequest`: what a `session.update` asks for."""

    type: str
    audio: Audio | None = None
    include: tuple[str, ...] | None = None


class BetaWanted(Struct, frozen=True, forbid_unknown_fields=True):
    """`TranscriptionSessionUpdate.Session`: what a `transcription_session.update` asks for."""

    input_audio_format: str | UnsetType | None = UNSET
    input_audio_noise_reduction: dict[str, Any] | UnsetType | None = UNSET
    input_audio_transcription: Transcription | UnsetType | None = UNSET
    turn_detection: TurnDetection | UnsetType | None = UNSET
    include: tuple[str, ...] | None = None
    modalities: tuple[str, ...] | None = None

    def as_wanted(self) -> Wanted:
        """The same in the form of today.

        Raises:
            WlkError: `format_unsupported`.
        """
        coding: Format | UnsetType = UNSET
        if isinstance(self.input_audio_format, str):
            if self.input_audio_format not in _BETAS:
                raise _unsupported(self.input_audio_format, ", ".join(_BETAS))
            coding = Format(_BETAS[self.input_audio_format])
        sound = Input(
            coding,
            self.input_audio_noise_reduction,
            self.input_audio_transcription,
            self.turn_detection,
        )
        return Wanted("transcription", Audio(sound), self.include)


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for a connection.

    Attributes:
        coding: of the sound.
        transcription: what the client chose of it.
        finds_turns: whether the engine says where items end; otherwise the client does.
    """

    coding: Coding = "audio/pcm"
    transcription: Transcription = field(default_factory=Transcription)
    finds_turns: bool = True

    @property
    def is_early(self) -> bool:
        """Whether words are told as soon as the first pass has committed them."""
        return self.transcription.delay in _SOON

    def updated(self, wanted: Wanted) -> "Settings":
        """These with what is wanted; what is absent stays.

        Raises:
            WlkError: `option_not_served`, `format_unsupported`.
        """
        if wanted.type != "transcription":
            raise _not_served(f"a session of type {wanted.type!r}", "transcription")
        if wanted.include:
            raise _not_served(f"include {list(wanted.include)}", "nothing there")
        asked = Input() if wanted.audio is None else wanted.audio.input or Input()
        return replace(
            self,
            coding=_coding(asked.format) or self.coding,
            transcription=self._transcription(asked.transcription),
            finds_turns=self._finds_turns(asked.turn_detection),
        )

    def _transcription(self, asked: Transcription | UnsetType | None) -> Transcription:
        if asked is UNSET:
            return self.transcription
        if asked is None:
            raise _not_served("no transcription", "settings for it")
        if len(asked.languages or ()) > 1 or (asked.languages and asked.language):
            raise _not_served("several languages", "one, or none to have it detected")
        language = asked.language or (asked.languages or (None,))[0]
        model = asked.model or self.transcription.model
        return structs.replace(asked, model=model, language=language, languages=None)

    def _finds_turns(self, asked: TurnDetection | UnsetType | None) -> bool:
        if asked is UNSET:
            return self.finds_turns
        if asked is None:
            return False
        if asked.type != "server_vad" or asked.idle_timeout_ms is not None:
            kind = f"turn_detection {asked.type!r}"
            kind += "" if asked.idle_timeout_ms is None else " with idle_timeout_ms"
            raise _not_served(kind, "server_vad without a timeout, or null")
        return True

    def told(self, session_id: str, *, is_beta: bool) -> JsonObject:
        """The session as `session.updated` shows it."""
        chosen = self.transcription
        transcription: JsonObject = {
            "model": chosen.model or "whisper-1",
            "language": chosen.language,
            "prompt": chosen.prompt,
        }
        turns = {"type": "server_vad"} if self.finds_turns else None
        if is_beta:
            names = {coding: name for name, coding in _BETAS.items()}
            return {
                "id": session_id,
                "object": "realtime.transcription_session",
                "modalities": ["text"],
                "input_audio_format": names[self.coding],
                "input_audio_transcription": transcription,
                "turn_detection": turns,
            }
        if chosen.keywords:
            transcription["keywords"] = list(chosen.keywords)
        if chosen.delay:
            transcription["delay"] = chosen.delay
        sound = {
            "format": _format(self.coding),
            "noise_reduction": None,
            "transcription": transcription,
            "turn_detection": turns,
        }
        return {
            "id": session_id,
            "object": "realtime.transcription_session",
            "type": "transcription",
            "audio": {"input": sound},
        }


def _format(coding: Coding) -> JsonObject:
    return {"type": coding, "rate": RATES[coding]} if coding == "audio/pcm" else {"type": coding}


def _coding(asked: Format | UnsetType | None) -> Coding | None:
    if asked is UNSET or asked is None:
        return None
    found = next((coding for coding in RATES if coding == asked.type), None)
    if found is None or asked.rate not in (None, RATES[found]):
        got = asked.type if asked.rate is None else f"{asked.type} at {asked.rate} Hz"
        known = ", ".join(f"{coding} at {rate} Hz" for coding, rate in RATES.items())
        raise _unsupported(got, known)
    return found


def _unsupported(got: str, known: str) -> WlkError:
    return WlkError(
        "format_unsupported",
        f"got the sound format {got!r}, expected one of {known}",
        "choose one of these",
    )


def _not_served(got: str, expected: str) -> WlkError:
    return WlkError(
        "option_not_served", f"got {got}, expected {expected}", "change it, or leave it out"
    )
