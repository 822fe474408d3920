"""Which language is believed, while what is heard changes its mind."""

from dataclasses import dataclass, field
from typing import Final, cast

from host.core.scripted import odds
from wlk_host.core.live.policy import LivePolicy, LiveWindow
from wlk_host.core.passage import Stretch
from wlk_host.core.ports import LanguageOdds
from wlk_host.core.spoken_language import SpokenLanguage
from wlk_host.core.types import SAMPLE_RATE, LanguageDetected, Sample, Word

UNDERSTOOD: Final = [Word(" said", 0, SAMPLE_RATE, 0.9)]


@dataclass
class Heard:
    """A window, and the pass that it is of, by their odds alone."""

    cheap: LanguageOdds
    padded: LanguageOdds = field(default_factory=dict)

    def languages(self, *_: Sample, padded: bool = False) -> LanguageOdds:
        return self.padded if padded else self.cheap


def heard(
    language: SpokenLanguage,
    seconds: float,
    cheap: LanguageOdds,
    padded: LanguageOdds | None = None,
    *,
    closing: bool = False,
) -> LanguageDetected | None:
    """What is believed after so many seconds of an utterance; the session goes on in it."""
    window = Heard(cheap, padded or cheap)
    end = int(seconds * SAMPLE_RATE)
    detected = language.hear(
        cast("LiveWindow", window),
        cast("LivePolicy", window),
        Stretch(0, end, 0, closing),
        is_long=seconds >= 3,
    )
    if detected is not None:
        language.go_on_in(detected)
    return detected


def likely(**probabilities: float) -> LanguageOdds:
    """Those, and the rest for the other languages."""
    rest = odds(("en", 0.0))
    left = 1 - sum(probabilities.values())
    others = [code for code in rest if code not in probabilities]
    return {**dict.fromkeys(others, left / len(others)), **probabilities}


def test_a_language_that_nothing_speaks_for_any_more_gives_way() -> None:
    """Base takes 1.3 s of German for Tibetan, and is then not sure enough of German."""
    language = SpokenLanguage(None, multilingual=True)
    assert heard(language, 1.3, likely(ru=0.74)) is not None
    assert language.code == "ru"
    detected = heard(language, 2.0, likely(de=0.47, en=0.4, ru=0.001), closing=True)
    assert detected is not None
    assert language.code == "de"


def test_one_that_may_still_be_right_stays_until_another_is_believed() -> None:
    language = SpokenLanguage(None, multilingual=True)
    heard(language, 1.3, likely(en=0.74))
    assert heard(language, 2.0, likely(de=0.47, en=0.4), closing=True) is None
    assert language.code == "en"


def test_one_that_words_were_understood_in_stays_until_another_is_believed() -> None:
    language = SpokenLanguage(None, multilingual=True)
    heard(language, 1.3, likely(ru=0.74))
    language.note_words(UNDERSTOOD)
    assert heard(language, 2.0, likely(de=0.47, en=0.4, ru=0.001)) is None
    assert language.code == "ru"


def test_a_moment_of_speech_refutes_nothing() -> None:
    language = SpokenLanguage(None, multilingual=True)
    heard(language, 0.8, likely(ru=0.85))
    assert heard(language, 1.2, likely(de=0.47, en=0.4, ru=0.001)) is None
    assert language.code == "ru"
