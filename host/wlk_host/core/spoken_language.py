"""The language that a session is in: chosen, or heard."""

from collections.abc import Sequence
from typing import Final

from wlk_host.core.language_odds import Evidence, added, best_of, evidence_of, most_probable
from wlk_host.core.live.policy import LivePolicy
from wlk_host.core.live.trust import mean_probability
from wlk_host.core.passage import Stretch
from wlk_host.core.ports import LanguageOdds
from wlk_host.core.types import SAMPLE_RATE, LanguageDetected, Sample, Word

_SURE: Final = 0.5
"""Probability from which a language is believed while little was heard."""

_CERTAIN: Final = 0.9
"""Probability from which it is not asked for again. Of 26 clips of 2 to 4 s, none was as sure of
a wrong one after its first second (base)."""

_SURE_OF_CHANGE: Final = 0.8
"""Probability from which speakers are believed to have changed their language."""

_UNDERSTOOD: Final = 0.5
"""Mean probability of words from which the language they were decoded in is right."""

_LITTLE: Final[Sample] = SAMPLE_RATE
"""Speech below which nothing is asked while more is to come: a word or two sound like many
languages."""

_FIRST: Final[Sample] = 5 * SAMPLE_RATE
"""Of an utterance, speech after which it is not asked any more."""

_GROWTH: Final = 3 / 2
"""How much more speech each further question has to hold. So at most four are asked."""

_FADING: Final = 0.5
"""What counts of the evidence when another utterance begins: people take turns."""


class SpokenLanguage:
    """Detects the language until it is certain and words were understood in it.

    It is asked of all that was said of an utterance, again and again while that grows over its
    first seconds. What several utterances say counts together. Once it is settled, each utterance
    is asked once whether it is still the same.

    Args:
        chosen: by the user; None detects it.
        multilingual: whether the models know more than English.

    Attributes:
        code: a Whisper code such as "en"; None while it is not known.
    """

    def __init__(self, chosen: str | None, *, multilingual: bool) -> None:
        self._multilingual = multilingual
        self._is_understood = False
        self._probability = 0.0
        self._utterance: Sample | None = None
        self._asked_of: Sample = 0
        self._is_checked = False
        self._before: Evidence = {}
        self._now: Evidence = {}
        self.choose(chosen)

    def choose(self, chosen: str | None) -> None:
        """Go on with another choice."""
        self._chosen = chosen
        self.code = chosen or self._only_language()
        self._is_understood, self._probability = False, 0.0
        self._utterance, self._before, self._now = None, {}, {}

    def adopt(self, *, multilingual: bool) -> None:
        """Go on with other models."""
        self._multilingual = multilingual
        if not multilingual:
            self.code = self._only_language()

    @property
    def is_settled(self) -> bool:
        """Whether only another language, surely heard, changes it."""
        if self._chosen is not None or not self._multilingual:
            return True
        return self._is_understood and self._probability >= _CERTAIN

    def hear(self, live: LivePolicy, stretch: Stretch, *, is_long: bool) -> LanguageDetected | None:
        """The language of the stretch where it is another one than before; `code` stays.

        Args:
            live: the pass that it is of.
            stretch: of speech, about to be read.
            is_long: whether that is enough speech for a decision.
        """
        if self._chosen is not None or not self._multilingual:
            return None
        if self._utterance != stretch.utterance:
            self._begin(stretch.utterance)
        if self.is_settled:
            return self._changed(live, stretch) if is_long else None
        if self._is_due(stretch):
            odds = live.languages(stretch.start, stretch.end, padded=True)
            self._asked_of, self._now = stretch.end - stretch.start, evidence_of(odds)
        evidence = added(self._before, self._now)
        if not self._now:
            return None
        language, self._probability = most_probable(evidence)
        is_believed = self._probability >= _SURE or (
            self.code is None and (is_long or stretch.closing)
        )
        if language == self.code or not is_believed:
            return None
        return LanguageDetected(language, round(self._probability, 3))

    def asks_again_from(self, words: Sequence[Word]) -> float | None:
        """Probability from which the second pass is to take another language for finished speech.

        Args:
            words: that were read in it.

        Returns:
            None where the language is beyond doubt, and the second pass need not ask.
        """
        if self._chosen is not None or not self._multilingual:
            return None
        if not self.is_settled:
            return _SURE
        is_doubtful = bool(words) and mean_probability(words) < _UNDERSTOOD
        return _SURE_OF_CHANGE if is_doubtful else None

    def note_words(self, words: Sequence[Word]) -> None:
        """Learn from words that were settled in that language."""
        if words and mean_probability(words) >= _UNDERSTOOD:
            self._is_understood = True

    def go_on_in(self, detected: LanguageDetected) -> None:
        """Take this for the language from now on; words have yet to be understood in it."""
        self.code, self._probability = detected.language, detected.probability
        self._is_understood = False

    # -- inside ------------------------------------------------------------------

    def _begin(self, utterance: Sample) -> None:
        heard = added(self._before, self._now)
        self._before = {code: value * _FADING for code, value in heard.items()}
        self._now = {}
        self._utterance, self._asked_of, self._is_checked = utterance, 0, False

    def _is_due(self, stretch: Stretch) -> bool:
        heard = stretch.end - stretch.start
        if stretch.closing:
            return heard > self._asked_of and self._asked_of < _FIRST
        has_grown = heard >= max(_LITTLE, self._asked_of * _GROWTH)
        return has_grown and self._asked_of < _FIRST

    def _changed(self, live: LivePolicy, stretch: Stretch) -> LanguageDetected | None:
        """Another language than the settled one, where the utterance is surely in it."""
        if self._is_checked:
            return None
        self._is_checked = True
        # What is cheap goes first, and is mostly enough.
        if self._surely_other(live.languages(stretch.start, stretch.end, padded=False)) is None:
            return None
        odds = live.languages(stretch.start, stretch.end, padded=True)
        self._before, self._now = {}, evidence_of(odds)
        return self._surely_other(odds)

    def _surely_other(self, odds: LanguageOdds) -> LanguageDetected | None:
        found = best_of(odds)
        if found is None or found[0] == self.code or found[1] < _SURE_OF_CHANGE:
            return None
        return LanguageDetected(*found)

    def _only_language(self) -> str | None:
        return None if self._multilingual else "en"
