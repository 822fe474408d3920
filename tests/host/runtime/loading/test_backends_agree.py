"""All engines of this machine make the same words of the same sound."""

import functools

import pytest

from fixtures.engines import ENGINES
from fixtures.models import model
from fixtures.sound import TimedWord, english, english_words
from wlk_host.backends.availability import LocalBackend
from wlk_host.bench.scoring import error_rate
from wlk_host.core.options import SessionOptions
from wlk_host.core.tab_options import PolicyName
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, CaptionUpdate
from wlk_host.runtime.files.caption_log import CaptionLog
from wlk_host.runtime.files.clocks import SoundClock
from wlk_host.runtime.files.playback import play
from wlk_host.runtime.loading.loader import ModelLoader

pytestmark = pytest.mark.model

OTHERS = [backend for backend in ENGINES if backend != "faster-whisper"]


def spoken_words() -> list[TimedWord]:
    return [word for word in english_words() if word[2] < 11]


@functools.cache
def final(backend: LocalBackend, policy: PolicyName) -> str:
    """What stays of the clip's first sentences, with base."""
    options = SessionOptions("en", model=str(model("base")), policy=policy)
    session = ModelLoader(SoundClock(), backend=backend, device="cpu").open(options)
    pcm = english()[: round((spoken_words()[-1][2] + 0.3) * SAMPLE_RATE)]
    chunks = [AudioChunk(at, pcm[at : at + 1600]) for at in range(0, len(pcm), 1600)]
    log = CaptionLog()
    events = play(session, chunks, SoundClock())
    return [log.add(t, event) for t, event in events if isinstance(event, CaptionUpdate)][-1].final


@pytest.mark.parametrize("policy", ["alignatt", "local_agreement"])
@pytest.mark.parametrize("backend", OTHERS)
def test_it_says_what_faster_whisper_says(backend: LocalBackend, policy: PolicyName) -> None:
    assert error_rate(final("faster-whisper", policy), final(backend, policy), "en") <= 1


@pytest.mark.parametrize("policy", ["alignatt", "local_agreement"])
def test_that_is_what_was_spoken(policy: PolicyName) -> None:
    spoken = " ".join(word for word, _, _ in spoken_words())
    assert error_rate(spoken, final("faster-whisper", policy), "en") <= 5
