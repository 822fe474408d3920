"""Opening sessions on shared models."""

import numpy as np
import pytest

from fixtures.engines import ENGINES
from fixtures.models import model
from fixtures.sound import english
from wlk_host.bench.scoring import normalise
from wlk_host.core.errors import WlkError
from wlk_host.core.live.alignatt_pass import LiveOptions
from wlk_host.core.live.end_of_word import IntegrateAndFire
from wlk_host.core.options import SessionOptions
from wlk_host.core.tab_options import PolicyName
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, CaptionUpdate
from wlk_host.runtime.files.caption_log import CaptionLog
from wlk_host.runtime.files.clocks import SoundClock
from wlk_host.runtime.files.playback import play
from wlk_host.runtime.loading.loader import ModelLoader

pytestmark = pytest.mark.model


@pytest.fixture(scope="module", params=ENGINES)
def loader(request: pytest.FixtureRequest) -> ModelLoader:
    return ModelLoader(SoundClock(), backend=request.param)


@pytest.mark.parametrize("policy", ["alignatt", "local_agreement"])
def test_a_session_captions_with_the_policy_asked_for(
    loader: ModelLoader, policy: PolicyName
) -> None:
    options = SessionOptions(model=str(model("tiny.en")), policy=policy)
    session = loader.open(options)
    assert loader.load(options).name == "tiny.en"
    pcm = english()[: 7 * SAMPLE_RATE]
    chunks = [AudioChunk(at, pcm[at : at + 1600]) for at in range(0, len(pcm), 1600)]
    events = play(session, chunks, SoundClock())
    log = CaptionLog()
    shown = [log.add(t, event) for t, event in events if isinstance(event, CaptionUpdate)]
    assert normalise(shown[-1].committed, "en")[-3:] == ["they", "were", "spoken"]


def test_an_end_of_word_model_of_another_model_is_refused() -> None:
    live = LiveOptions(end_of_word=IntegrateAndFire(np.zeros(512, np.float32), 0.0))
    loader = ModelLoader(SoundClock(), live=live)
    with pytest.raises(WlkError, match="512 features, expected 384") as caught:
        loader.open(SessionOptions(model=str(model("tiny.en"))))
    assert caught.value.code == "end_of_word_mismatch"
