"""Sound whose language is not told beforehand, through a session on real weights."""

from pathlib import Path

import pytest

from fixtures.sound import english, english_part
from fixtures.speech import language_clips
from host.runtime.host.real_faults import final, named, recorded, sound_in, text
from host.runtime.host.test_real_session import Counting, loaded, played
from wlk_host.core.types import SAMPLE_RATE

pytestmark = pytest.mark.model

KNOWN = {"en", "es", "fr", "it", "pt", "ja", "zh"}
"""Languages of the clips that base knows well enough to be held to them."""


@pytest.fixture(scope="module")
def base() -> Counting:
    return loaded("base")


def test_short_clips_are_captioned_in_their_languages(base: Counting) -> None:
    """Of one to three seconds."""
    wrong = {}
    for clip in language_clips():
        if clip.language in KNOWN:
            lines = final(played(base, sound_in(clip.path)))
            if not lines or {line.language for line in lines} != {clip.language}:
                wrong[clip.text] = [(line.language, line.text) for line in lines]
    assert len(wrong) <= 1, wrong


def test_a_clear_language_costs_no_padded_sound(base: Counting) -> None:
    base.n_padded = 0
    played(base, english()[: 10 * SAMPLE_RATE])
    assert base.n_padded == 0


def test_its_first_words_come_within_the_first_second_and_a_half(base: Counting) -> None:
    done = played(base, english_part("The", "spoken."))
    assert next(shown.t for shown in done.shown if shown.committed or shown.draft) <= 1.5


@pytest.mark.parametrize("path", recorded("short-de-thorsten4.flac"), ids=named)
def test_two_seconds_of_german_are_german(base: Counting, path: Path) -> None:
    done = played(base, sound_in(path))
    assert {line.language for line in final(done)} == {"de"}
    assert "Plan" in text(done)
