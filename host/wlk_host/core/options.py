"""What a user chooses for one tab, and what follows from it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from wlk_host.core.languages import same_language
from wlk_host.core.speakers.limit import VoiceLimit
from wlk_host.core.tab_options import TabOptions

WHISPER: Final = "whisper"
"""The translator that the recogniser itself is: into English, the original beside it."""


@dataclass(frozen=True, slots=True)
class SessionOptions(TabOptions):
    """What the user chose for one tab, and on the command line besides.

    With `WHISPER` for a translator the recogniser tells each line in English as well. Policy,
    model, backend and heads hold for the whole session.

    Attributes:
        prompt: text that the recogniser takes as said just before, all the time.
        diart_models: names of the segmentation and the embedding model of the engine `diart`; None:
            its default.
    """

    prompt: str = ""
    diart_models: tuple[str, str] | None = None

    @property
    def whisper_translates(self) -> bool:
        """Whether the user chose that the recogniser tells both: what is spoken and its English.

        Whether it does so unasked, where no translator serves: `translation.choice`.
        """
        return self.wants_english_beside and self.translator == WHISPER

    @property
    def voice_limit(self) -> VoiceLimit:
        """How many speakers there are, as far as the user says so."""
        if self.num_speakers:
            return VoiceLimit(self.num_speakers, is_exact=True)
        return VoiceLimit(self.max_speakers or None)

    @property
    def wants_english_beside(self) -> bool:
        """Whether what is spoken is to be shown, and its English, whoever translates."""
        into_english = self.translate_to is not None and same_language(self.translate_to, "en")
        return self.task == "transcribe" and into_english


TellsEnglish: TypeAlias = Callable[[SessionOptions, str | None], bool]
"""Whether the recogniser tells in English, too, what is spoken in that language, so that no
translator is asked. None: the language is not known yet."""


def only_if_chosen(options: SessionOptions, language: str | None) -> bool:
    """`TellsEnglish` of a model that is to do so only where the user says so."""
    return options.whisper_translates and language != "en"
