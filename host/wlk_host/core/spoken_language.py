"""The language that a session is in: chosen, or heard."""

from collections.abc import Sequence
from typing import Final

from wlk_host.core.live.policy import LivePolicy, LiveWindow
from wlk_host.core.passage import Stretch
from wlk_host.core.types import LanguageDetected, Sample, Word

_SURE: Final = 0.5
"""Probability from which a detected language is believed at once."""

_SURE_OF_CHANGE: Final = 0.8
"""Probability from which speakers are believed to have changed their language."""

_UNDERSTOOD: Final = 0.5
"""Mean probability of words from which the language they were decoded in is right."""


class SpokenLanguage:
    """Detects the language until words were understood in it, then once per utterance.

    Args:
        chosen: by the user; None detects it.
        multilingual: whether the models know more than English.

    Attributes:
        code: a Whisper code such as "en"; None while it is not known.
    """

    def __init__(self, chosen: str | None, *, multilingual: bool) -> None:
        self._multilingual = multilingual
        self._heard_at: Sample | None = None
        self.choose(chosen)

    def choose(self, chosen: str | None) -> None:
        """Go on with another choice."""
        self._chosen = chosen
        self._is_understood = False
        self.code = chosen or self._only_language()

    def adopt(self, *, multilingual: bool) -> None:
        """Go on with other models."""
        self._multilingual = multilingual
        if not multilingual:
            self.code = self._only_language()

    def hear(
        self, window: LiveWindow, live: LivePolicy, stretch: Stretch, *, is_long: bool
    ) -> LanguageDetected | None:
        """The language of the window where it is another one than before; `code` stays.

        Args:
            window: about to be read.
            live: the pass that it is of.
            stretch: of speech, at its end.
            is_long: whether that is enough speech for a decision.
        """
        if self._chosen is not None or not self._multilingual:
            return None
        if not self._is_understood:
            language, probability = window.detect_language()
            is_believed = probability >= _SURE or is_long or stretch.closing
        elif is_long and self._heard_at != stretch.utterance:
            self._heard_at = stretch.utterance
            language, probability = live.detect_language(stretch.start, stretch.end)
            is_believed = probability >= _SURE_OF_CHANGE
        else:
            return None
        if language == self.code or not is_believed:
            return None
        return LanguageDetected(language, probability)

    def note_words(self, words: Sequence[Word]) -> None:
        """Learn from words that were settled in that language."""
        if words:
            mean = sum(word.probability for word in words) / len(words)
            self._is_understood = self._is_understood or mean >= _UNDERSTOOD

    def _only_language(self) -> str | None:
        return None if self._multilingual else "en"
