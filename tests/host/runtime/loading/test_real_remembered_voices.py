"""A real voice, the real model: it is recognised in other words, and strangers are not."""

import numpy as np
import pytest

from fixtures import models, sound
from fixtures.speech import language_clips
from wlk_host.core.options import SessionOptions
from wlk_host.core.sound.window import AudioBuffer
from wlk_host.core.speakers.diarizer import DiarizerModel
from wlk_host.core.speakers.remembered import LEAST_WINDOWS, RememberedVoice
from wlk_host.core.speakers.speakers import Speakers
from wlk_host.core.speakers.voices import VoicePrint, joint
from wlk_host.core.types import AudioChunk, Pcm
from wlk_host.models import errors
from wlk_host.models.catalog import SPEAKERS
from wlk_host.runtime.loading.diarizers import SharedDiarizers

pytestmark = pytest.mark.model

STRANGERS = ("es", "fr", "hi", "it", "ja", "zh")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> DiarizerModel:
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(models.model("speakers").parent))
    found = SharedDiarizers().model(SessionOptions(speakers=True, diarizer="embedded"))
    assert found is not None
    return found


def hearing(engine: DiarizerModel, pcm: Pcm, *known: RememberedVoice) -> Speakers:
    """Who has heard all of that, as one span of speech."""
    speakers = Speakers(recall=lambda: known)
    speakers.use(engine)
    heard = AudioBuffer(0)
    heard.append(AudioChunk(0, pcm))
    speakers.note(0, len(pcm))
    speakers.listen(heard, closing=True)
    return speakers


def print_of(speakers: Speakers) -> tuple[str, VoicePrint]:
    """Of the voice that was heard most."""
    found = speakers.prints_of([str(number) for number in range(1, 13)])
    assert found is not None
    by, prints = found
    return by, max(prints, key=lambda one: one.n_windows)


def test_a_voice_is_recognised_in_other_words_and_strangers_are_not(engine: DiarizerModel) -> None:
    pcm = sound.english()
    half = len(pcm) // 2
    by, heard = print_of(hearing(engine, pcm[:half]))
    assert by == SPEAKERS.files[0].sha256
    assert heard.n_windows >= LEAST_WINDOWS
    known = RememberedVoice("Ana", by, joint([heard]).vector)
    assert [name for _, name in hearing(engine, pcm[half:], known).recognise()] == ["Ana"]
    for language in STRANGERS:
        clips = [sound.read(clip.path) for clip in language_clips() if clip.language == language]
        other = hearing(engine, np.concatenate(clips * 3), known)
        assert print_of(other)[1].n_windows >= LEAST_WINDOWS, language
        assert other.recognise() == [], language
