"""The language that a session is in: chosen, or heard."""

from collections.abc import Sequence
from typing import Final

from wlk_host.core.language_odds import (
    Evidence,
    added,
    best_of,
    evidence_of,
    faded,
    most_probable,
    probability_of,
)
from wlk_host.core.live.policy import LivePolicy, LiveWindow
from wlk_host.core.live.trust import mean_probability
from wlk_host.core.passage import Stretch
from wlk_host.core.ports import LanguageOdds
from wlk_host.core.types import SAMPLE_RATE, LanguageDetected, Sample, Word

_SURE: Final = 0.5
"""Probability from which a language is believed."""

_SURE_AT_SIGHT: Final[Sequence[tuple[Sample, float]]] = (
    (SAMPLE_RATE, 0.8),
    (SAMPLE_RATE * 3 // 2, 0.65),
)
"""What it has to be while less speech than that was heard: a word or two sound like many languages.
Of 60 clips base took a wrong one for more probable in one."""

_CLEAR: Final = 0.8
"""Probability below which padded sound is asked as well."""

_REFUTED: Final = 0.05
"""Probability below which a language that nothing was understood in gives way to any other."""

_CERTAIN: Final = 0.9
"""Probability from which it is not asked for again."""

_SURE_OF_CHANGE: Final = 0.8
"""Probability from which speakers are believed to have changed their language."""

_UNDERSTOOD: Final = 0.5
"""Mean probability of words from which the language they were decoded in is right."""

_LITTLE: Final[Sample] = SAMPLE_RATE * 3 // 2
"""Speech below which the odds settle nothing."""

_ENOUGH: Final[Sample] = 2 * SAMPLE_RATE
"""Speech from which padded sound is asked, while more is to come."""

_REST: Final[Sample] = 10 * SAMPLE_RATE
"""Sound between two questions of padded sound: music can be uncertain for minutes."""

_GROWTH: Final = 3 / 2
"""How many times the speech of padded sound a window has to hold to count beside it."""

_FADING: Final = 0.5
"""What counts of the evidence when another utterance begins: people take turns."""


class SpokenLanguage:
    """Detects the language until it is certain and words were understood in it.

    The windows of the live pass tell it for next to nothing, again and again while an utterance
    grows, and mostly they are certain soon. Where they are not, padded sound is asked
    (`core.ports.SoundStream`), which is dear: once in an utterance. What all of them and several
    utterances say counts together. Once the language is settled, each utterance is asked once
    whether it is still the same.

    Args:
        chosen: by the user; None detects it.
        multilingual: whether the models know more than English.

    Attributes:
        code: a Whisper code such as "en"; None while it is not known.
    """

    def __init__(self, chosen: str | None, *, multilingual: bool) -> None:
        self._multilingual = multilingual
        self.choose(chosen)

    def choose(self, chosen: str | None) -> None:
        """Go on with another choice."""
        self._chosen = chosen
        self.code = chosen or self._only_language()
        self._is_understood = self._is_certain = False
        self._before: Evidence = {}
        self._heard: Evidence = {}
        self._padded: Evidence = {}
        self._asked_at: Sample | None = None
        self._begin(None)

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
        return self._is_understood and self._is_certain

    def hear(
        self, window: LiveWindow, live: LivePolicy, stretch: Stretch, *, is_long: bool
    ) -> LanguageDetected | None:
        """The language of the stretch where it is another one than before; `code` stays.

        Args:
            window: about to be read.
            live: the pass that it is of.
            stretch: of speech, at its end.
            is_long: whether that is enough speech for a decision.
        """
        if self._chosen is not None or not self._multilingual:
            return None
        if self._utterance != stretch.utterance:
            self._begin(stretch.utterance)
        if self.is_settled:
            return self._changed(live, stretch) if is_long else None
        self._heard = added(self._before, self._weigh(window, live, stretch))
        if not self._heard:
            return None
        language, probability = most_probable(self._heard)
        is_short = stretch.end - stretch.start < _LITTLE
        self._is_certain = probability >= _CERTAIN and (bool(self._before) or not is_short)
        is_believed = probability >= _needed(stretch)
        must_begin = self.code is None and (is_long or stretch.closing)
        must_leave = self._is_refuted() and not is_short
        if language == self.code or not (is_believed or must_begin or must_leave):
            return None
        return LanguageDetected(language, round(probability, 3))

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
        self.code = detected.language
        self._is_understood = False

    def correct(self, detected: LanguageDetected) -> None:
        """Take this for the language, whatever spoke for another one."""
        self.go_on_in(detected)
        self._is_certain = False
        self._before = self._padded = self._heard = {}

    # -- inside ------------------------------------------------------------------

    def _is_refuted(self) -> bool:
        """Whether what is heard speaks against the language, and no words speak for it."""
        if self.code is None or self._is_understood:
            return False
        return probability_of(self.code, self._heard) < _REFUTED

    def _begin(self, utterance: Sample | None) -> None:
        self._before = faded(self._heard, _FADING)
        self._padded = {}
        self._asked_of: Sample = 0
        self._utterance = utterance
        self._is_checked = False

    def _weigh(self, window: LiveWindow, live: LivePolicy, stretch: Stretch) -> Evidence:
        """What this utterance says about the language, up to the end of the stretch."""
        length = stretch.end - stretch.start
        cheap = evidence_of(window.languages())
        if self._is_padded_due(added(self._before, cheap), stretch):
            odds = live.languages(stretch.start, stretch.end, padded=True)
            self._padded = evidence_of(odds)
            self._asked_of, self._asked_at = length, stretch.end
        # Of the same sound, the padded one knows better.
        is_new = length >= self._asked_of * _GROWTH
        if not self._padded or not is_new:
            return self._padded or cheap
        # Both heard the beginning, so it would count twice.
        return added(faded(self._padded, 0.5), faded(cheap, 0.5))

    def _is_padded_due(self, evidence: Evidence, stretch: Stretch) -> bool:
        is_enough = stretch.closing or stretch.end - stretch.start >= _ENOUGH
        is_clear = bool(evidence) and most_probable(evidence)[1] >= _CLEAR
        has_rested = self._asked_at is None or stretch.end - self._asked_at >= _REST
        return is_enough and not is_clear and not self._padded and has_rested

    def _changed(self, live: LivePolicy, stretch: Stretch) -> LanguageDetected | None:
        """Another language than the settled one, where the utterance is surely in it."""
        if self._is_checked:
            return None
        self._is_checked = True
        # What is cheap goes first, and is mostly enough.
        if self._surely_other(live.languages(stretch.start, stretch.end, padded=False)) is None:
            return None
        odds = live.languages(stretch.start, stretch.end, padded=True)
        self._before, self._padded = {}, evidence_of(odds)
        self._asked_of = stretch.end - stretch.start
        return self._surely_other(odds)

    def _surely_other(self, odds: LanguageOdds) -> LanguageDetected | None:
        found = best_of(odds)
        if found is None or found[0] == self.code or found[1] < _SURE_OF_CHANGE:
            return None
        return LanguageDetected(*found)

    def _only_language(self) -> str | None:
        return None if self._multilingual else "en"


def _needed(stretch: Stretch) -> float:
    """Probability from which a language is believed that was heard in that stretch."""
    length = stretch.end - stretch.start
    at_sight = (needed for limit, needed in _SURE_AT_SIGHT if length < limit)
    return _SURE if stretch.closing else next(at_sight, _SURE)
