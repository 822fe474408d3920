"""What a user chooses for one tab, and what follows from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from wlk_host.core.languages import same_language

WHISPER: Final = "whisper"
"""The translator that the recogniser itself is: into English, the original beside it."""

PolicyName: TypeAlias = Literal["alignatt", "local_agreement"]

BackendName: TypeAlias = Literal["faster-whisper", "torch", "mlx"]


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What the user chose for one tab.

    Attributes:
        language: Whisper language code, or None to detect it.
        task: "translate" is Whisper's direct translation into English.
        model: a name of the catalogue or a folder; None takes the default.
        policy: how the live pass settles words; holds for the whole session.
        vocabulary: names and jargon the recogniser should prefer.
        prompt: text it should take as said just before, all the time.
        translate_to: language code (BCP 47) of the translation; None translates nothing.
        translator: an engine's name or a model folder; None takes the best there is. With
            `WHISPER` the recogniser tells each line in English as well.
        step_down: whether a smaller model may take over when captions come late for good.
        backend: the engine; None takes the default one.
        alignment_heads: which ones of the model follow the sound, as "LAYER.HEAD,LAYER.HEAD",
            where it is named; None takes the model's own.
        speakers: whether lines are to tell who speaks, where what tells voices apart is installed.
    """

    language: str | None = None
    task: Literal["transcribe", "translate"] = "transcribe"
    model: str | None = None
    policy: PolicyName = "alignatt"
    vocabulary: Sequence[str] = field(default=())
    prompt: str = ""
    translate_to: str | None = None
    translator: str | None = None
    step_down: bool = False
    backend: BackendName | None = None
    alignment_heads: str | None = None
    speakers: bool = False

    @property
    def whisper_translates(self) -> bool:
        """Whether the user chose that the recogniser tells both: what is spoken and its English.

        Whether it does so unasked, where no translator serves: `whisper_tells`.
        """
        return self.wants_english_beside and self.translator == WHISPER

    @property
    def wants_english_beside(self) -> bool:
        """Whether what is spoken is to be shown, and its English, whoever translates."""
        into_english = self.translate_to is not None and same_language(self.translate_to, "en")
        return self.task == "transcribe" and into_english


TellsEnglish: TypeAlias = Callable[[SessionOptions, str | None], bool]
"""Whether the recogniser tells in English, too, what is spoken in that language, so that no
translator is asked. None: the language is not known yet."""


def whisper_tells(
    serves: Callable[[str | None], bool], options: SessionOptions, language: str | None
) -> bool:
    """`TellsEnglish`: where the user chose it, or no translator and none knows the language.

    Args:
        serves: whether an engine that is installed translates from there into English; of None,
            whether one does from any language.
    """
    if not options.wants_english_beside or language == "en":
        return False
    return options.whisper_translates or (options.translator is None and not serves(language))


def only_if_chosen(options: SessionOptions, language: str | None) -> bool:
    """`TellsEnglish` of a model that is to do so only where the user says so."""
    return whisper_tells(lambda _: True, options, language)
