"""A whole session on real weights: what people read, and what silence costs."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from fixtures.models import model
from fixtures.sound import english, english_words, hum, noise
from fixtures.speech import english_clip
from wlk_host.backends.silero import SileroDetector, load_session
from wlk_host.backends.whisper.model import Whisper
from wlk_host.bench.scoring import align, error_rate, normalise
from wlk_host.core.live.agreement_pass import AgreementOptions, LocalAgreement
from wlk_host.core.live.alignatt_pass import LiveOptions, LivePass
from wlk_host.core.live.policy import OpenPolicy
from wlk_host.core.options import SessionOptions
from wlk_host.core.ports import (
    Ask,
    Hypothesis,
    LanguageOdds,
    LiveRecognizer,
    Sound,
    SoundStream,
    Task,
    Token,
    Tokenizer,
)
from wlk_host.core.recognition import Recognition
from wlk_host.core.session import Session
from wlk_host.core.tab_options import PolicyName
from wlk_host.core.types import (
    SAMPLE_RATE,
    AudioChunk,
    CaptionUpdate,
    LanguageDetected,
    Line,
    Pcm,
    Sample,
    seconds,
)
from wlk_host.runtime.files.caption_log import CaptionLog, Shown
from wlk_host.runtime.files.clocks import SoundClock
from wlk_host.runtime.files.playback import play
from wlk_host.runtime.loading.model import recognizer_of

pytestmark = pytest.mark.model

CHUNK = SAMPLE_RATE // 10


@dataclass
class Counting:
    """The real decoder and recogniser, and how often they were asked.

    `n_padded` counts the sounds that were padded for their language.
    """

    decoder: Whisper
    recognizer: LiveRecognizer
    listener: LiveRecognizer
    n_encoded: int = 0
    n_refined: int = 0
    n_padded: int = 0

    @property
    def tokenizer(self) -> Tokenizer:
        return self.decoder.tokenizer

    @property
    def multilingual(self) -> bool:
        return self.decoder.multilingual

    def listen(self, start: Sample) -> SoundStream:
        return CountingStream(self, self.decoder.listen(start))

    def transcribe(
        self, pcm: Pcm, task: Task, prompt: Sequence[Token], prefix: Sequence[Token]
    ) -> Hypothesis:
        return self.transcribe_all(pcm, [Ask(task, prompt, prefix)])[0]

    def languages(self, pcm: Pcm, *, padded: bool = True) -> LanguageOdds:
        self.n_padded += padded
        return self.recognizer.languages(pcm, padded=padded)

    def transcribe_all(self, pcm: Pcm, asks: Sequence[Ask]) -> list[Hypothesis]:
        self.n_refined += 1
        return self.recognizer.transcribe_all(pcm, asks)


@dataclass
class CountingStream:
    counting: Counting
    stream: SoundStream

    def feed(self, pcm: Pcm) -> None:
        self.stream.feed(pcm)

    def forget(self, before: Sample) -> None:
        self.stream.forget(before)

    def encode(self, start: Sample, end: Sample, *, padded: bool = False) -> Sound:
        self.counting.n_encoded += 1
        self.counting.n_padded += padded
        return self.stream.encode(start, end, padded=padded)


@dataclass
class Played:
    """What a session made of some sound."""

    models: Counting
    shown: list[Shown] = field(default_factory=list)
    lines: dict[Sample, Line] = field(default_factory=dict)
    languages: list[str] = field(default_factory=list)


def chunks(pcm: Pcm) -> Iterator[AudioChunk]:
    for at in range(0, len(pcm), CHUNK):
        yield AudioChunk(at, pcm[at : at + CHUNK])


def played(
    models: Counting, pcm: Pcm, options: SessionOptions | None = None, context: str = ""
) -> Played:
    clock = SoundClock()
    options = options or SessionOptions()
    listen: dict[PolicyName, OpenPolicy] = {
        "alignatt": partial(LivePass, models, options=LiveOptions()),
        "local_agreement": partial(
            LocalAgreement, models.listener, models.tokenizer, options=AgreementOptions()
        ),
    }
    shared = Recognition(
        listen[options.policy], models, models.tokenizer, models.multilingual, clock
    )
    session = Session(shared, SileroDetector(load_session()), options, context=context)
    result, log = Played(models), CaptionLog()
    for t, event in play(session, chunks(pcm), clock):
        match event:
            case CaptionUpdate():
                result.shown.append(log.add(t, event))
                result.lines |= {line.id: line for line in event.lines}
            case LanguageDetected():
                result.languages.append(event.language)
    return result


def loaded(name: str) -> Counting:
    """The halves that the host loads here, and its recognisers."""
    decoder = Whisper(model(name), threads=1)
    listener = recognizer_of(decoder, "faster-whisper", beams=1, least_window=750)
    return Counting(decoder, recognizer_of(decoder, "faster-whisper"), listener)


@pytest.fixture(scope="module")
def base() -> Counting:
    return loaded("base")


@pytest.fixture(scope="module")
def tiny() -> Counting:
    return loaded("tiny.en")


@pytest.fixture(scope="module", params=["alignatt", "local_agreement"])
def clip(base: Counting, request: pytest.FixtureRequest) -> Played:
    """The English clip through base with each policy, language to be detected."""
    return played(base, english(), SessionOptions(policy=request.param))


def test_live_words_are_nearly_all_right(clip: Played) -> None:
    assert error_rate(english_clip().text, clip.shown[-1].committed, "en") <= 15


def test_final_words_are_nearly_all_right(clip: Played) -> None:
    assert error_rate(english_clip().text, clip.shown[-1].final, "en") <= 10


def test_its_language_is_heard_once(clip: Played) -> None:
    assert clip.languages == ["en"]


def test_words_lie_where_they_are_spoken(clip: Played) -> None:
    words = [word for line_id in sorted(clip.lines) for word in clip.lines[line_id].words]
    assert all(a.start <= a.end <= b.start + CHUNK for a, b in pairwise(words))
    expected = [(part, w) for w in english_words() for part in normalise(w[0], "en")]
    heard = [(part, w) for w in words for part in normalise(w.text, "en")]
    _, pairs = align([part for part, _ in expected], [part for part, _ in heard])
    assert len(pairs) > 0.85 * len(expected)
    off = [abs(seconds(heard[j][1].start) - expected[i][1][1]) for i, j in pairs]
    assert np.median(off) <= 0.3


def test_words_come_while_they_are_spoken(clip: Played) -> None:
    """The first one, and on average: without the time that the work takes."""
    first = next(shown for shown in clip.shown if shown.committed or shown.draft)
    assert first.t <= 3
    lags = []
    for shown in clip.shown:
        said = [w for w in english_words() if w[2] <= shown.t]
        lags.append(len(said) - len(f"{shown.committed} {shown.draft}".split()))
    assert np.median(lags) <= 4


def test_committed_words_stay(clip: Played) -> None:
    for before, after in pairwise(clip.shown):
        assert after.committed.startswith(before.committed)


def test_lines_are_sentences(clip: Played) -> None:
    lines = [clip.lines[line_id] for line_id in sorted(clip.lines)]
    shown = [line.text for line in lines if line.text]
    assert len(shown) >= 7
    assert all(line.state == "final" for line in lines)
    assert sum(bool(re.search(r"[.?!]$", text)) for text in shown) >= 0.8 * len(shown)
    for before, after in pairwise(shown):
        # Only a sentence longer than two rows may go on in another line, from a clause on.
        assert after[0].isupper() or (before.endswith(",") and len(before) >= 84), (before, after)


@pytest.mark.parametrize("silence_s", [0.0, 0.2, 3.0])
def test_the_last_words_are_never_lost(tiny: Counting, silence_s: float) -> None:
    sentence = english()[round(2.1 * SAMPLE_RATE) : round(6.85 * SAMPLE_RATE)]
    pcm = np.concatenate([sentence, np.zeros(round(silence_s * SAMPLE_RATE), np.float32)])
    last = played(tiny, pcm).shown[-1]
    for text in (last.committed, last.final):
        assert normalise(text, "en")[-3:] == ["they", "were", "spoken"]
    assert last.draft == ""


NO_SPEECH = {
    "silence": np.zeros(60 * SAMPLE_RATE, np.float32),
    "a low noise": noise(60, 0.001),
    "a loud noise": noise(30, 0.1),
}


@pytest.mark.parametrize("sound", NO_SPEECH)
def test_silence_and_noise_run_no_decoder_and_show_no_word(base: Counting, sound: str) -> None:
    before = (base.n_encoded, base.n_refined)
    result = played(base, NO_SPEECH[sound])
    assert (base.n_encoded, base.n_refined) == before
    assert result.shown == []


def test_an_organ_shows_no_word(base: Counting) -> None:
    assert words_of(played(base, hum(30)).shown) == []


def words_of(shown: Iterable[Shown]) -> list[str]:
    return [word for s in shown for word in f"{s.committed} {s.final}".split()]


def test_what_goes_on_in_mid_sentence_keeps_its_words(tiny: Counting) -> None:
    spoken = english_words()
    lost, n_words = 0, 0
    for first in (22, 28, 40):  # "left", "sent", "a": as when another model takes over there.
        begin = spoken[first][1] - 0.05
        until = max(i for i, word in enumerate(spoken) if word[2] < begin + 15)
        pcm = english()[round(begin * SAMPLE_RATE) : round((spoken[until][2] + 0.1) * SAMPLE_RATE)]
        before = "".join(f" {word}" for word, _, _ in spoken[:first])
        final = normalise(played(tiny, pcm, context=before).shown[-1].final, "en")
        reference = normalise(" ".join(word for word, _, _ in spoken[first : until + 1]), "en")
        lost += max(0, len(reference) - len(final))
        n_words += len(reference)
    assert lost <= 0.05 * n_words


def test_silence_after_speech_runs_no_decoder_either(tiny: Counting) -> None:
    asked = []
    for silence_s in (5, 65):
        tiny.n_encoded = tiny.n_refined = 0
        silence = np.zeros(silence_s * SAMPLE_RATE, np.float32)
        played(tiny, np.concatenate([english()[: 7 * SAMPLE_RATE], silence]))
        asked.append((tiny.n_encoded, tiny.n_refined))
    assert asked[0] == asked[1]
    assert min(asked[0]) > 0


def test_words_after_a_long_silence_lie_where_they_are_spoken(tiny: Counting) -> None:
    silence = np.zeros(40 * SAMPLE_RATE, np.float32)
    sentence = english()[round(2.1 * SAMPLE_RATE) : round(6.9 * SAMPLE_RATE)]
    result = played(tiny, np.concatenate([sentence, silence, sentence]))
    words = [w for line_id in sorted(result.lines) for w in result.lines[line_id].words]
    second = [w for w in words if w.start > len(sentence) + SAMPLE_RATE]
    assert normalise("".join(w.text for w in second), "en")[:3] == ["the", "words", "you"]
    begin = seconds(len(sentence) + len(silence)) + 0.1
    assert seconds(second[0].start) == pytest.approx(begin, abs=0.4)
