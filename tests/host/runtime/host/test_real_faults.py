"""Sound that was captioned wrongly once, through a session on real weights.

The recordings lie beside the checkout, in `shared/data/faults`, where there are any. What can be
made of clips that every checkout has is tested with those as well.
"""

from pathlib import Path

import numpy as np
import pytest

from fixtures.sound import english
from fixtures.speech import language_clips
from host.runtime.host.test_real_session import Counting, Played, loaded, played
from wlk_host.core.types import SAMPLE_RATE, Line, Pcm, seconds
from wlk_host.runtime.files.media import read_chunks

FAULTS = Path(__file__).resolve().parents[5] / "shared" / "data" / "faults"

WRITTEN = {"en", "es", "fr", "it", "pt"}
"""Languages of clips of one second or more that base knows well enough to be held to them."""


def recorded(*names: str) -> list[Path]:
    """Those of the recordings that are there."""
    return [path for name in names if (path := FAULTS / name).is_file()]


def named(path: Path) -> str:
    return path.stem


@pytest.fixture(scope="module")
def base() -> Counting:
    return loaded("base")


def final(done: Played) -> list[Line]:
    return [done.lines[i] for i in sorted(done.lines) if done.lines[i].text]


def texts(done: Played) -> list[str]:
    return [line.text for line in final(done)]


def sound_in(path: Path) -> Pcm:
    return np.concatenate([chunk.pcm for chunk in read_chunks(path)])


def silence(length_s: float) -> Pcm:
    return np.zeros(round(length_s * SAMPLE_RATE), np.float32)


def test_short_clips_are_captioned_in_their_languages(base: Counting) -> None:
    """Of one to three seconds, without a language chosen."""
    wrong = {}
    for clip in language_clips():
        if clip.language not in WRITTEN:
            continue
        lines = final(played(base, sound_in(clip.path)))
        if not lines or {line.language for line in lines} != {clip.language}:
            wrong[clip.text] = [(line.language, line.text) for line in lines]
    assert len(wrong) <= 1, wrong


def test_a_sentence_said_four_times_is_shown_four_times(base: Counting) -> None:
    sentence = english()[: 4 * SAMPLE_RATE]
    end = int(np.flatnonzero(np.abs(sentence) > 0.02)[-1]) + 1600
    pcm = np.concatenate([np.concatenate([sentence[:end], silence(0.8)])] * 4)
    done = played(base, pcm)
    assert " ".join(texts(done)).count("words you are reading") == 4


def test_a_line_after_a_pause_begins_with_its_first_word(base: Counting) -> None:
    speech = english()[: 4 * SAMPLE_RATE]
    pcm = np.concatenate([speech, silence(3), english()[4 * SAMPLE_RATE : 9 * SAMPLE_RATE]])
    begin = seconds(len(speech)) + 3
    behind = [line for line in final(played(base, pcm)) if seconds(line.end) > begin]
    assert seconds(behind[0].start) >= begin - 0.2


@pytest.mark.parametrize("path", recorded("short-de-thorsten4.flac"), ids=named)
def test_two_seconds_of_german_are_german(base: Counting, path: Path) -> None:
    done = played(base, sound_in(path))
    assert {line.language for line in final(done)} == {"de"}
    assert "Plan" in " ".join(texts(done))


@pytest.mark.parametrize("path", recorded("repeat5.flac"), ids=named)
def test_a_sentence_said_five_times_is_shown_five_times(base: Counting, path: Path) -> None:
    assert " ".join(texts(played(base, sound_in(path)))).count("Stella") == 5


@pytest.mark.parametrize("path", recorded("rep-didn-4x-gap0.8.flac"), ids=named)
def test_a_recorded_sentence_said_four_times_is_shown_four_times(
    base: Counting, path: Path
) -> None:
    assert " ".join(texts(played(base, sound_in(path)))).count("didn't want to come") == 4


@pytest.mark.parametrize("path", recorded("pause-a.flac"), ids=named)
def test_a_recorded_line_after_a_pause_begins_with_its_first_word(
    base: Counting, path: Path
) -> None:
    """Somebody goes on at 7.2 s."""
    behind = [line for line in final(played(base, sound_in(path))) if "may" in line.text]
    assert seconds(behind[0].start) == pytest.approx(7.2, abs=0.2)


@pytest.mark.parametrize("path", recorded("fast175.flac"), ids=named)
def test_no_line_ends_at_a_title(base: Counting, path: Path) -> None:
    assert not any(text.endswith(("Mr.", "Mrs.")) for text in texts(played(base, sound_in(path))))


@pytest.mark.parametrize("path", recorded("waltz12.flac"), ids=named)
def test_a_piano_shows_no_word(base: Counting, path: Path) -> None:
    done = played(base, sound_in(path))
    assert done.lines == {}
