"""Pauses within sentences and sound without words, through a session on real weights."""

from pathlib import Path

import numpy as np
import pytest

from fixtures.sound import english_part
from host.runtime.host.real_faults import final, named, recorded, silence, sound_in
from host.runtime.host.test_real_session import Counting, loaded, played
from wlk_host.core.types import seconds

pytestmark = pytest.mark.model

MARGIN_S = 0.15
"""Of `english_part`, before its first word."""


@pytest.fixture(scope="module")
def base() -> Counting:
    return loaded("base")


@pytest.mark.parametrize("pause_s", [2.0, 3.0, 5.0])
def test_a_line_after_a_pause_begins_with_its_first_word(base: Counting, pause_s: float) -> None:
    before = english_part("No", "machine,")
    pcm = np.concatenate([before, silence(pause_s), english_part("nothing", "server.")])
    begin_s = seconds(len(before)) + pause_s + MARGIN_S
    behind = [line for line in final(played(base, pcm)) if seconds(line.end) > begin_s]
    assert -0.2 <= seconds(behind[0].start) - begin_s <= 0.3


@pytest.mark.parametrize("path", recorded("pause-a.flac"), ids=named)
def test_a_recorded_line_after_a_pause_begins_with_its_first_word(
    base: Counting, path: Path
) -> None:
    """Somebody goes on at 7.2 s."""
    behind = [line for line in final(played(base, sound_in(path))) if "may" in line.text]
    assert seconds(behind[0].start) == pytest.approx(7.2, abs=0.2)


@pytest.mark.parametrize("path", recorded("waltz12.flac"), ids=named)
def test_a_piano_shows_no_word(base: Counting, path: Path) -> None:
    assert final(played(base, sound_in(path))) == []
