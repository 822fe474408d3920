"""Several sessions side by side on real weights: each says what it would say alone."""

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import pytest

from fixtures.models import model
from fixtures.sound import english, english_words
from host.runtime.port import Port
from wlk_host.bench.scoring import error_rate
from wlk_host.core.options import SessionOptions
from wlk_host.core.tab_options import BackendName
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, CaptionUpdate, Pcm
from wlk_host.protocol.messages import Captions
from wlk_host.runtime.files.caption_log import CaptionLog, Shown
from wlk_host.runtime.files.clocks import SoundClock
from wlk_host.runtime.files.playback import play
from wlk_host.runtime.loading.loader import ModelLoader
from wlk_host.runtime.ports import Urgency
from wlk_host.runtime.workers import Workers

pytestmark = pytest.mark.model

CHUNK = SAMPLE_RATE // 10
N_TABS = 4
LIVE = Urgency.VISIBLE


def parts() -> list[tuple[str, Pcm]]:
    """Text and sound of as many parts of the English clip, one for each tab."""
    words = english_words()
    at = [len(words) * n // N_TABS for n in range(N_TABS)]
    found = []
    for first, last in pairwise([*at, len(words)]):
        begin, end = words[first][1] - 0.1, words[last - 1][2] + 0.1
        pcm = english()[round(max(0, begin) * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
        found.append((" ".join(word for word, _, _ in words[first:last]), pcm))
    return found


def captions(loader: ModelLoader, pcm: Pcm) -> list[Shown]:
    """All that a session shows of it, its second pass done in the same thread."""
    session = loader.open(SessionOptions(model=str(model("tiny.en")), language="en"))
    log, clock = CaptionLog(), SoundClock()
    chunks = (AudioChunk(at, pcm[at : at + CHUNK]) for at in range(0, len(pcm), CHUNK))
    events = play(session, chunks, clock)
    return [log.add(t, event) for t, event in events if isinstance(event, CaptionUpdate)]


@pytest.fixture(params=["faster-whisper", pytest.param("torch", marks=pytest.mark.torch)])
def loader(request: pytest.FixtureRequest) -> Iterator[ModelLoader]:
    backend: BackendName = request.param
    made = ModelLoader(SoundClock(), backend=backend, device="cpu")
    yield made
    made.release_all()


def test_sessions_that_work_at_the_same_time_say_what_each_says_alone(loader: ModelLoader) -> None:
    """To the word, and at the same moments: nothing of one gets into another."""
    sounds = [pcm[: 8 * SAMPLE_RATE] for _, pcm in parts()]
    alone = [captions(loader, pcm) for pcm in sounds]
    workers = Workers(N_TABS)
    together = [workers.take(partial(captions, loader, pcm), LIVE) for pcm in sounds]
    assert [promise.result() for promise in together] == alone


def test_tabs_are_captioned_side_by_side_by_one_host(port: Port) -> None:
    texts = [text for text, _ in parts()]
    for n, (_, pcm) in enumerate(parts()):
        name = f"tab {n}"
        port.say(
            type="start",
            session=name,
            options={"model": str(model("tiny.en")), "language": "en"},
            visible=n == 0,
        )
        for seq, at in enumerate(range(0, len(pcm), CHUNK)):
            port.sound(name, seq, at, pcm[at : at + CHUNK])
    port.serve(
        lambda threads: ModelLoader(threads, threads.apart("translations"), device="cpu"),
        make_threads=lambda wake: Workers(2, wake),
    )
    assert port.errors() == []
    for n, text in enumerate(texts):
        lines = {
            line.id: line
            for message in port.heard
            if isinstance(message, Captions) and message.session == f"tab {n}"
            for line in message.lines
        }
        assert all(line.state == "final" for line in lines.values())
        said = "".join(lines[at].text for at in sorted(lines))
        assert error_rate(text, said, "en") <= 15, (text, said)
