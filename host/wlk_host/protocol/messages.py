"""The messages of schema.json as types (JSON to and from them: `codec`).

The schema defines their meaning and their limits. The tests check both against the same fixtures.
"""

from typing import Annotated, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType, field

from wlk_host.core.errors import WlkError
from wlk_host.core.tab_options import BackendName
from wlk_host.protocol.export import Export, Exported
from wlk_host.protocol.health import Health, HostHealth
from wlk_host.protocol.legible import legible
from wlk_host.protocol.options import Options
from wlk_host.protocol.problem import Code, Problem
from wlk_host.protocol.words import Translate, Translated

LAST_POSITION: Final = 2**53 - 1
"""The last sample that can be told: JavaScript's safe integers end here."""

Position: TypeAlias = Annotated[int, Meta(ge=0, le=LAST_POSITION)]
"""A `Sample` on the wire."""

MOST_OF_AN_ID: Final = 64

SessionId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=MOST_OF_AN_ID)]
ModelName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
_Count: TypeAlias = Annotated[int, Meta(ge=0)]
_Ordinal: TypeAlias = Annotated[int, Meta(ge=1)]
_VersionText: TypeAlias = Annotated[str, Meta(max_length=32)]
_Context: TypeAlias = Annotated[str, Meta(max_length=2000)]
_VoiceNumber: TypeAlias = Annotated[str, Meta(pattern="^[1-9][0-9]{0,5}$")]
VoiceName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=80)]
_Base64: TypeAlias = Annotated[str, Meta(max_length=1_048_576)]


class Hello(Struct, frozen=True, forbid_unknown_fields=True, tag="hello"):
    """The first message on a port."""

    protocol: _Ordinal
    extension: _VersionText


class Start(Struct, frozen=True, forbid_unknown_fields=True, tag="start"):
    """Opens a session. `start` and `context` say where a resumed session continues."""

    session: SessionId
    options: Options
    start: Position = field(default=0, name="from")
    context: _Context = ""
    visible: bool = True
    words: bool = False
    known_voices: bool = False


class Audio(Struct, frozen=True, forbid_unknown_fields=True, tag="audio"):
    """Sound as it travels: `pcm` is base64 of s16le, mono, 16 kHz."""

    session: SessionId
    seq: _Count
    start: Position
    pcm: _Base64


class Configure(Struct, frozen=True, forbid_unknown_fields=True, tag="configure"):
    """Replaces the options of a running session."""

    session: SessionId
    options: Options


class Retranslate(Struct, frozen=True, forbid_unknown_fields=True, tag="retranslate"):
    """Translate the whole transcript into the language that is chosen now.

    `earlier` has the lines from before the session was resumed here.
    """

    session: SessionId
    earlier: Annotated[tuple["CaptionLine", ...], Meta(max_length=1000)] = ()


class Visibility(Struct, frozen=True, forbid_unknown_fields=True, tag="visibility"):
    """Whether the user looks at the tab."""

    session: SessionId
    visible: bool


class Cut(Struct, frozen=True, forbid_unknown_fields=True, tag="cut"):
    """The sound is discontinuous at this sample."""

    session: SessionId
    at: Position


class Stop(Struct, frozen=True, forbid_unknown_fields=True, tag="stop"):
    """No more audio."""

    session: SessionId


class Remember(Struct, frozen=True, forbid_unknown_fields=True, tag="remember"):
    """Keeps on the disk how these voices of a session sound, which are one person's."""

    session: SessionId
    voices: Annotated[tuple[_VoiceNumber, ...], Meta(min_length=1, max_length=12)]
    name: VoiceName


class Forget(Struct, frozen=True, forbid_unknown_fields=True, tag="forget"):
    """Erases a remembered voice; None: all of them."""

    name: VoiceName | None


class Voices(Struct, frozen=True, forbid_unknown_fields=True, tag="voices"):
    """Asks which voices are remembered."""


class Models(Struct, frozen=True, forbid_unknown_fields=True, tag="models"):
    """Asks which models there are."""


class Download(Struct, frozen=True, forbid_unknown_fields=True, tag="download"):
    """Installs or repairs a model."""

    model: ModelName


class Cancel(Struct, frozen=True, forbid_unknown_fields=True, tag="cancel"):
    """Cancels a download and deletes what it has fetched."""

    model: ModelName


class Remove(Struct, frozen=True, forbid_unknown_fields=True, tag="remove"):
    """Deletes a model from the disk."""

    model: ModelName


class Speech(Struct, frozen=True, forbid_unknown_fields=True, tag="speech"):
    """Asks for a few seconds of speech to try captions with."""


class RemoteServer(Struct, frozen=True, forbid_unknown_fields=True):
    """A machine that captions for this one. Its token is in no text that is made of it."""

    address: Annotated[str, Meta(min_length=1, max_length=500)]
    token: Annotated[str, Meta(min_length=1, max_length=500)] | None
    fingerprint: Annotated[str, Meta(min_length=1, max_length=200)] | None

    def __repr__(self) -> str:
        return "RemoteServer(…)"


class Remote(Struct, frozen=True, forbid_unknown_fields=True, tag="remote"):
    """From now on a server captions the sessions; None: this machine does."""

    server: RemoteServer | None


class Probe(Struct, frozen=True, forbid_unknown_fields=True, tag="probe"):
    """Asks whether a server can be had."""

    server: RemoteServer


class Model(Struct, frozen=True, forbid_unknown_fields=True):
    """An installed model."""

    name: str
    multilingual: bool


class Translator(Struct, frozen=True, forbid_unknown_fields=True):
    """An installed translator: the codes of the languages it translates from, and into.

    Each is empty where it is not known.
    """

    name: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]


class HostHello(Struct, frozen=True, forbid_unknown_fields=True, tag="hello"):
    """The answer to `Hello`, sent again after every installation or removal of a model.

    The default model and the best translator come first. `speakers` says whether speakers can be
    told apart.
    """

    protocol: _Ordinal
    host: str
    models: tuple[Model, ...]
    translators: tuple[Translator, ...]
    speakers: bool


class CaptionTranslation(Struct, frozen=True, forbid_unknown_fields=True):
    """The translation of a line."""

    text: str
    language: str
    state: Literal["draft", "final"]


class CaptionWord(Struct, frozen=True, forbid_unknown_fields=True):
    """A word of a line. Its text begins with a space where its script writes one."""

    text: str
    start: Position
    end: Position
    probability: Annotated[float, Meta(ge=0, le=1)]


class CaptionLine(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Inserts or replaces the line with this id; an empty text removes it.

    `words` is there in final lines of a session that was started with words.
    """

    id: Position
    start: Position
    end: Position
    text: str
    state: Literal["committed", "final"]
    language: str | None
    speaker: str | None
    translation: CaptionTranslation | None
    words: tuple[CaptionWord, ...] | UnsetType = UNSET


class CaptionDraft(Struct, frozen=True, forbid_unknown_fields=True):
    """Words that can still vanish."""

    line: Position
    text: str
    start: Position
    end: Position


class Captions(Struct, frozen=True, forbid_unknown_fields=True, tag="captions"):
    """Everything that changed since the revision before."""

    session: SessionId
    revision: _Ordinal
    lines: tuple[CaptionLine, ...]
    draft: CaptionDraft | None
    final_until: Position


State: TypeAlias = Literal["loading", "listening", "lagging", "ended"]


class Status(Struct, frozen=True, forbid_unknown_fields=True, tag="status"):
    """The state of a session. `model` is the chosen one; None is the default."""

    session: SessionId
    state: State
    model: str | None
    language: str | None
    lag_ms: _Count
    skipped_ms: _Count
    refining: bool
    translation_delay_ms: _Count | None
    translation_problem: Problem | None
    device: str | None
    smaller_model: str | None
    model_problem: Problem | None


ModelKind: TypeAlias = Literal["recogniser", "speakers", "translator"]
ModelState: TypeAlias = Literal["absent", "downloading", "installed", "damaged"]


class TranslatorFacts(Struct, frozen=True, forbid_unknown_fields=True):
    """What a translator can do; `milliseconds` is what an ordinary line takes here."""

    sources: tuple[str, ...] = field(name="from")
    into: tuple[str, ...]
    pivot: bool
    terms: str
    quality: Literal["draft", "good", "best"]
    milliseconds: _Count | None


class CatalogModel(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A model in its present state. `problem` says why the last request for it failed."""

    name: ModelName
    kind: ModelKind
    languages: tuple[str, ...]
    translates: bool
    licence: str
    size_bytes: _Count
    state: ModelState
    problem: Problem | None
    translation: TranslatorFacts | UnsetType = UNSET


class Backend(Struct, frozen=True, forbid_unknown_fields=True):
    """A backend: the devices it runs on, and what keeps it from them or from the best one."""

    name: BackendName
    usable: bool
    devices: tuple[str, ...]
    problem: Problem | None


class HostModels(Struct, frozen=True, forbid_unknown_fields=True, tag="models"):
    """All models the host knows, recognisers first, and the backends once they are known."""

    models: tuple[CatalogModel, ...]
    backends: tuple[Backend, ...]


class Progress(Struct, frozen=True, forbid_unknown_fields=True, tag="progress"):
    """The progress of a download."""

    model: ModelName
    done_bytes: _Count
    total_bytes: _Ordinal


class SpokenClip(Struct, frozen=True, forbid_unknown_fields=True):
    """A few seconds of speech. `pcm` is base64 of s16le, mono, 16 kHz."""

    text: Annotated[str, Meta(min_length=1)]
    language: str
    pcm: Annotated[str, Meta(max_length=1_000_000)]


class HostSpeech(Struct, frozen=True, forbid_unknown_fields=True, tag="speech"):
    """Speech that was synthesised on this machine; None if there is none."""

    clip: SpokenClip | None


RemoteState: TypeAlias = Literal["off", "connecting", "on", "away"]


class HostRemote(Struct, frozen=True, forbid_unknown_fields=True, tag="remote"):
    """How it is with the server. `sessions` are those that it captions now."""

    state: RemoteState
    name: Annotated[str, Meta(max_length=300)]
    round_trip_ms: _Count | None
    sessions: Annotated[tuple[SessionId, ...], Meta(max_length=64)]
    problem: Problem | None


class Probed(Struct, frozen=True, forbid_unknown_fields=True, tag="probed"):
    """What came of a probe."""

    name: Annotated[str, Meta(max_length=300)]
    version: Annotated[str, Meta(max_length=100)] | None
    round_trip_ms: _Count | None
    problem: Problem | None


class NamedVoice(Struct, frozen=True, forbid_unknown_fields=True):
    """A remembered voice. `since` is in seconds since 1970."""

    name: VoiceName
    since: _Count


class HostVoices(Struct, frozen=True, forbid_unknown_fields=True, tag="voices"):
    """The remembered voices, by name. How they sound is not told."""

    voices: tuple[NamedVoice, ...]


class Recognised(Struct, frozen=True, forbid_unknown_fields=True, tag="recognised"):
    """A voice of a session is one that is remembered under that name."""

    session: str
    speaker: str
    name: VoiceName


class Error(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="error"):
    """What went wrong and what to do.

    With a session, that session is over. With a `request`, the type of a message, the error answers
    that message, and the port goes on. With neither, it concerns the whole port.
    """

    code: Code
    message: str
    hint: str
    session: str | None
    request: Annotated[str, Meta(pattern="^[a-z]{1,32}$")] | UnsetType = UNSET

    @classmethod
    def of(cls, error: WlkError, session: str | None = None, request: str | None = None) -> "Error":
        """The message that reports this error. It always fits into a frame."""
        answered = UNSET if request is None else request
        return cls(error.code, legible(error.message), legible(error.hint), session, answered)


ToSession: TypeAlias = Audio | Configure | Retranslate | Visibility | Cut | Stop | Remember
ToModels: TypeAlias = Models | Download | Cancel | Remove
ToVoices: TypeAlias = Forget | Voices
AboutServers: TypeAlias = Remote | Probe
ToHost: TypeAlias = (
    Hello
    | Start
    | ToSession
    | ToModels
    | ToVoices
    | Speech
    | Export
    | Health
    | Translate
    | AboutServers
)
ToExtension: TypeAlias = (
    HostHello
    | Captions
    | Status
    | HostModels
    | Progress
    | HostSpeech
    | Exported
    | HostHealth
    | HostRemote
    | Probed
    | HostVoices
    | Recognised
    | Translated
    | Error
)
