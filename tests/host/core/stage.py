"""A session with scripted parts at hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any

from host.core.scripted import (
    ScriptedBackground,
    ScriptedDecoder,
    ScriptedDetector,
    ScriptedListener,
    ScriptedRecognizer,
    ScriptedSegmenter,
    ScriptedVoices,
    ScriptedWord,
    sound_of,
    spoken,
)
from wlk_host.core.live.agreement_pass import AgreementOptions, LocalAgreement
from wlk_host.core.live.alignatt_pass import LiveOptions, LivePass
from wlk_host.core.live.policy import OpenPolicy
from wlk_host.core.options import SessionOptions
from wlk_host.core.recognition import Pace, Recognition
from wlk_host.core.refine import RefineOptions
from wlk_host.core.session import Session
from wlk_host.core.speakers.embedded import Embedded
from wlk_host.core.speakers.speakers import Speakers
from wlk_host.core.tab_options import PolicyName
from wlk_host.core.types import (
    SAMPLE_RATE,
    AudioChunk,
    CaptionUpdate,
    Event,
    Line,
    Pcm,
    Sample,
    Word,
)
from wlk_host.runtime.files.caption_log import CaptionLog, Shown

S = SAMPLE_RATE
CHUNK = S // 10

# Written out, so that tuning the defaults changes no test.
LIVE = LiveOptions(
    margin=10,
    sure=0.4,
    patience=2 * S,
    draft_sure=0.5,
    window=12 * S,
    left=8 * S,
    longest=25 * S,
)
AGREEMENT = AgreementOptions(
    trim="sentence",
    window=12 * S,
    left=8 * S,
    longest=25 * S,
    sure=0.3,
    confident=0.95,
    fresh=S * 3 // 10,
    patience=3 * S,
    draft_sure=0.5,
)
REFINE = RefineOptions(
    least=5 * S,
    longest=20 * S,
    line=20 * S,
    left=10 * S,
    right=2 * S,
    pause=S,
    patience=4 * S,
)
PACE = Pace(
    step=S // 2,
    hush=S * 3 // 10,
    detect=3 * S,
    most=12 * S,
    overload=3 * S,
    backlog=60 * S,
    speech_pad=S * 3 // 10,
)

CLIP = spoken(
    "Here are the first words of a clip. 0.3 They go on for a while, 0.2 and then they stop. "
    "1.4 After a pause there is more, 0.1 and this is how it ends."
)


def scripted(script: Sequence[ScriptedWord], voices: Sequence[int]) -> Embedded:
    """An engine that hears whose words are in the sound."""
    return Embedded(ScriptedSegmenter(script, voices), ScriptedVoices(script, voices))


@dataclass
class Stage:
    """A session with its parts at hand, and what came of it.

    `voices` are those of the script's words, where speakers can be told apart.
    """

    script: Sequence[ScriptedWord]
    options: SessionOptions = field(default_factory=SessionOptions)
    multilingual: bool = False
    language: tuple[str, float] = ("en", 0.9)
    start: Sample = 0
    context: str = ""
    live: LiveOptions = LIVE
    refine: RefineOptions = REFINE
    voices: Sequence[int] | None = None
    speakers: Speakers = field(default_factory=Speakers)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.detector = ScriptedDetector()
        self.decoder = ScriptedDecoder(self.script, self.multilingual, self.language)
        tokenizer = self.decoder.tokenizer
        self.recognizer = ScriptedRecognizer(self.script, tokenizer, self.language)
        self.background = ScriptedBackground()
        self.diarizer = None if self.voices is None else scripted(self.script, self.voices)
        self.listener = ScriptedListener(self.script, tokenizer, self.language)
        listen: dict[PolicyName, OpenPolicy] = {
            "alignatt": partial(LivePass, self.decoder, options=self.live),
            "local_agreement": partial(LocalAgreement, self.listener, tokenizer, options=AGREEMENT),
        }
        self.recognitions: dict[PolicyName, Recognition] = {
            policy: Recognition(
                listen[policy],
                self.recognizer,
                tokenizer,
                self.multilingual,
                self.background,
                self.refine,
                PACE,
                diarizer=lambda options: self.diarizer,
            )
            for policy in listen
        }
        recognition = self.recognitions[self.options.policy]
        self.session = Session(
            recognition, self.detector, self.options, self.start, self.context, self.speakers
        )

    def feed(self, pcm: Pcm, at: Sample) -> None:
        self.events += self.session.feed(AudioChunk(at, pcm))

    def work(self) -> None:
        while (work := self.session.next_work()) is not None:
            self.events += self.session.run(work)

    def finish(self) -> None:
        self.session.finish()
        self.work()
        assert self.session.finished()

    def play(self, pcm: Pcm, at: Sample = 0, chunk: Sample = CHUNK) -> None:
        """Chunk by chunk, everything done that is due after each."""
        for begin in range(0, len(pcm), chunk):
            self.feed(pcm[begin : begin + chunk], at + begin)
            self.work()

    @property
    def updates(self) -> list[CaptionUpdate]:
        return [event for event in self.events if isinstance(event, CaptionUpdate)]

    @property
    def shown(self) -> list[Shown]:
        log = CaptionLog()
        return [log.add(0.0, update) for update in self.updates]

    @property
    def live_words(self) -> list[Word]:
        """The words of all lines as they stood last while live."""
        lines: dict[Sample, Line] = {}
        for update in self.updates:
            lines |= {line.id: line for line in update.lines if line.state == "committed"}
        return [word for line_id in sorted(lines) for word in lines[line_id].words]


def text_of(script: Iterable[ScriptedWord]) -> str:
    return "".join(word.text for word in script).strip()


def played(script: Sequence[ScriptedWord], **options: Any) -> Stage:
    stage = Stage(script, **options)
    stage.play(sound_of(script))
    stage.finish()
    return stage


def assert_sound(stage: Stage) -> None:
    """Committed text only grows, times are monotone, `final` is for ever."""
    for before, after in pairwise(stage.shown):
        assert after.committed.startswith(before.committed)
    for first, second in pairwise(stage.live_words):
        assert first.start <= first.end <= second.start
    finals: dict[Sample, Line] = {}
    final_until = stage.start
    for update in stage.updates:
        assert final_until <= update.final_until
        final_until = update.final_until
        for line in update.lines:
            assert line.id not in finals
            if line.state == "final":
                finals[line.id] = line
