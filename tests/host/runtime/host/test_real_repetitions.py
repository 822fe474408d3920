"""Sentences that are said several times, through a session on real weights."""

from pathlib import Path

import numpy as np
import pytest

from fixtures.sound import english_part
from host.runtime.host.real_faults import recorded, silence, sound_in, text
from host.runtime.host.test_real_session import Counting, loaded, played
from wlk_host.core.options import SessionOptions
from wlk_host.core.tab_options import PolicyName

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def base() -> Counting:
    return loaded("base")


POLICIES: tuple[PolicyName, ...] = ("alignatt", "local_agreement")


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(("times", "gap_s"), [(2, 0.3), (4, 0.8), (5, 1.2)])
def test_a_sentence_is_shown_as_often_as_it_is_said(
    base: Counting, policy: PolicyName, times: int, gap_s: float
) -> None:
    once = np.concatenate([english_part("The", "spoken."), silence(gap_s)])
    done = played(base, np.tile(once, times), SessionOptions(policy=policy))
    assert text(done).casefold().count("words you are reading") == times


@pytest.mark.parametrize(
    ("path", "phrase", "times"),
    [
        (path, phrase, times)
        for name, phrase, times in (
            ("repeat5.flac", "Stella", 5),
            ("rep-didn-4x-gap0.8.flac", "didn't want to come", 4),
        )
        for path in recorded(name)
    ],
)
def test_a_recorded_sentence_is_shown_as_often_as_it_is_said(
    base: Counting, path: Path, phrase: str, times: int
) -> None:
    assert text(played(base, sound_in(path))).count(phrase) == times
