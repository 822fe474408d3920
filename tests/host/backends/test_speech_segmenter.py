"""The real segmenter on real voices, one after the other and at the same time."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fixtures.models import model
from fixtures.sound import english, read
from fixtures.speech import language_clips
from wlk_host.backends.speech_segmenter import WEIGHTS, PyanNet, load_speech_segmenter
from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE, Pcm, Sample

pytestmark = pytest.mark.model

S = SAMPLE_RATE


@pytest.fixture(scope="module")
def segmenter() -> PyanNet:
    return load_speech_segmenter(model("speakers"))


def as_loud(pcm: Pcm) -> Pcm:
    """As loud as any other."""
    return np.asarray(pcm * (0.05 / pcm.std()), np.float32)


def said_by(language: str, length: Sample) -> Pcm:
    """Speech of that voice, from where it begins."""
    clips = [read(clip.path) for clip in language_clips() if clip.language == language]
    pcm = np.concatenate(clips)
    begin = int(np.flatnonzero(np.abs(pcm) > 0.1 * np.abs(pcm).max())[0])
    return as_loud(pcm[begin : begin + length])


def said_without_a_pause(length: Sample) -> Pcm:
    """Speech of the packaged English voice."""
    return as_loud(english()[12 * S :][:length])


def heard(segmenter: PyanNet, pcm: Pcm) -> NDArray[np.bool_]:
    """Who speaks in each tenth of a second, by the frame in its middle."""
    told = segmenter.segment(pcm)
    middles = np.arange(S // 20, len(pcm), S // 10)
    frames = np.rint((middles - segmenter.first) / segmenter.frame).astype(int)
    return np.asarray(told[frames.clip(0, len(told) - 1)] > 0.5)


@pytest.mark.parametrize("language", ["en", "es", "hi", "ja", "zh"])
def test_two_who_speak_in_turn_are_two_and_their_change_is_where_it_is(
    segmenter: PyanNet, language: str
) -> None:
    half = 5 * S // 2
    pcm = np.concatenate([said_without_a_pause(half), said_by(language, half)])
    first, second = np.split(heard(segmenter, pcm), 2)
    one, other = int(first.sum(axis=0).argmax()), int(second.sum(axis=0).argmax())
    assert one != other
    assert first[:, one].mean() > 0.8
    assert second[:, other].mean() > 0.8
    assert first[:22, other].mean() < 0.1
    assert second[3:, one].mean() < 0.1


@pytest.mark.parametrize("language", ["en", "es", "hi", "ja", "zh"])
def test_two_who_speak_at_once_are_both_heard(segmenter: PyanNet, language: str) -> None:
    pcm = said_without_a_pause(4 * S)
    pcm[S : 3 * S] += said_by(language, 2 * S)
    n_heard = heard(segmenter, pcm).sum(axis=1)
    assert (n_heard[12:28] == 2).mean() > 0.8
    assert (n_heard[:8] == 1).all()
    assert (n_heard[32:] == 1).mean() > 0.8


def test_one_voice_is_one_and_silence_is_nobody(segmenter: PyanNet) -> None:
    pcm = said_without_a_pause(5 * S)
    pcm[3 * S :] = np.random.default_rng(17).normal(0, 1e-4, 2 * S).astype(np.float32)
    n_heard = heard(segmenter, pcm).sum(axis=1)
    assert (n_heard[:28] == 1).mean() > 0.8
    assert (n_heard[35:] == 0).all()


def test_frames_are_as_many_as_the_sound_has_room_for(segmenter: PyanNet) -> None:
    for length in (S, 2 * S + 7, 5 * S):
        told = segmenter.segment(np.zeros(length, np.float32))
        assert told.shape == ((length - 991) // segmenter.frame + 1, 3)
    with pytest.raises(ValueError, match="expected at least 16000 samples, got 15999"):
        segmenter.segment(np.zeros(S - 1, np.float32))


def refused(folder: Path, reason: str) -> None:
    with pytest.raises(WlkError, match=reason) as caught:
        load_speech_segmenter(folder)
    assert caught.value.code == "model_corrupt"
    assert caught.value.hint == "run: wlk-host models download speakers"


def test_a_file_that_is_no_checkpoint_is_a_coded_error(tmp_path: Path) -> None:
    refused(tmp_path, "does not hold the weights")
    (tmp_path / WEIGHTS).write_bytes(b"half of it")
    refused(tmp_path, "does not hold the weights")
    whole = (model("speakers") / WEIGHTS).read_bytes()
    (tmp_path / WEIGHTS).write_bytes(whole[:-100_000])
    refused(tmp_path, "does not hold the weights")
