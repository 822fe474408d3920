"""Captions and translations side by side: neither waits for the other."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.core.scripted import sound_of, spoken
from host.core.stage import Stage as CoreStage
from host.core.translation.translated_stage import BROKEN, INTO_PT, Later, Stage, Upper
from wlk_host.core.captions import Transcript, text_of
from wlk_host.core.errors import WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.core.translation.session import TranslatedSession
from wlk_host.core.translation.translators import TranslationRequest
from wlk_host.core.types import (
    SAMPLE_RATE,
    AudioChunk,
    CaptionUpdate,
    Discontinuity,
    Event,
    Line,
    Sample,
    Spoken,
    Translation,
    Word,
    Work,
)


def test_the_translator_is_made_ready_before_the_first_line() -> None:
    stage = Stage()
    assert stage.work() == []
    assert stage.service.asked == [TranslationRequest(None, "en", "pt", (), "", ("Rhea",))]


def test_nothing_is_asked_where_nothing_is_to_be_translated() -> None:
    stage = Stage(SessionOptions())
    stage.say((0, "One.", "final"))
    assert stage.work() == [("One.", None)]
    assert stage.service.asked == []
    assert stage.session.translation_delay is None


def test_captions_come_while_the_translator_is_busy_and_drafts_of_the_past_are_left_out() -> None:
    stage = Stage()
    stage.work()
    stage.say((0, "One, two, three", "committed"))
    assert stage.session.next_work() is Work.LIVE
    stage.session.run(Work.LIVE)
    stage.session.run(Work.TRANSLATE)
    for text in ("One, two, three, four,", "One, two, three, four, five,"):
        stage.say((0, text, "committed"))
        assert stage.session.next_work() is Work.LIVE
        assert len(stage.session.run(Work.LIVE)) == 1
        assert stage.session.next_work() is None
    stage.say((0, "One, two, three, four, five, six.", "final"), (9, "Seven.", "final"))
    stage.work()
    asked = [request.texts for request in stage.service.asked[1:]]
    assert asked == [("One, two,",), ("One, two, three, four, five, six.", "Seven.")]


def test_the_delay_is_counted_in_sound_heard() -> None:
    stage = Stage()
    stage.work()
    stage.hear(1)
    stage.say((0, "One.", "final"))
    stage.session.run(Work.LIVE)
    stage.session.run(Work.TRANSLATE)
    stage.hear(0.75)
    stage.background.work()
    stage.session.run(Work.TRANSLATE)
    assert stage.session.translation_delay == 0.75 * SAMPLE_RATE


def test_a_failure_is_told_once_and_the_lines_are_translated_after_recovery() -> None:
    stage = Stage()
    stage.work()
    stage.service.failures = [BROKEN, WlkError("translator_died", "it died", "wait")]
    stage.say((0, "One.", "final"))
    stage.work()
    assert stage.session.translation_problem is BROKEN
    assert stage.session.next_work() is None
    stage.say((5, "Two.", "final"))
    assert stage.work() == [("Two.", None)]
    stage.hear(1)
    stage.work()
    assert stage.session.translation_problem is BROKEN
    stage.hear(1)
    assert stage.session.next_work() is None
    stage.hear(1)
    assert stage.work() == [("One.", "ONE."), ("Two.", "TWO.")]
    assert stage.session.translation_problem is None


def test_the_end_waits_for_the_last_translation_but_not_for_a_translator_that_fails() -> None:
    stage = Stage()
    stage.work()
    stage.say((0, "One.", "final"))
    stage.session.finish()
    assert not stage.session.finished()
    stage.session.run(Work.LIVE)
    stage.session.run(Work.TRANSLATE)
    assert not stage.session.finished()
    assert stage.work() == [("One.", "ONE.")]
    assert stage.session.finished()

    stage = Stage()
    stage.work()
    stage.service.failures = [BROKEN] * 9
    stage.say((0, "One.", "final"))
    stage.session.finish()
    stage.work()
    assert stage.session.finished()
    assert len(stage.service.failures) == 8


def test_another_translator_is_tried_at_once_and_other_options_leave_it_alone() -> None:
    stage = Stage()
    stage.work()
    stage.service.failures = [BROKEN]
    stage.say((0, "One.", "final"))
    stage.work()
    stage.session.configure(SessionOptions(language="en", translate_to="pt", model="base"))
    assert stage.session.translation_problem is BROKEN
    stage.session.configure(
        SessionOptions(language="en", translate_to="pt", model="base", translator="other")
    )
    assert stage.session.translation_problem is None
    assert stage.work()[-1] == ("One.", "ONE.")
    assert stage.service.asked[-1].translator == "other"


def test_what_the_recogniser_put_into_english_is_translated_from_english() -> None:
    options = SessionOptions(language="de", task="translate", translate_to="de")
    stage = Stage(options)
    stage.captions.language = "de"
    line = Line(0, 0, 1, "One.", "final", "de")
    stage.captions.says.append(CaptionUpdate(1, (line,), None, 0))
    assert stage.work() == [("One.", None), ("One.", "ONE.")]
    assert {request.source for request in stage.service.asked} == {"en"}


def test_the_transcript_is_translated_anew_on_request() -> None:
    stage = Stage()
    stage.say((0, "One.", "final"))
    stage.work()
    stage.session.configure(SessionOptions(language="en", translate_to="de"))
    assert stage.work() == []
    assert stage.session.retranslate() == []
    assert stage.work() == [("One.", "ONE.")]
    assert stage.service.asked[-1].target == "de"


def test_the_line_before_is_told_but_none_from_before_a_cut_or_in_another_language() -> None:
    stage = Stage()
    stage.say((0, "One.", "final"))
    stage.work()
    stage.say((1, "Two.", "final"))
    stage.work()
    stage.hear(1)
    stage.session.cut(stage.heard)
    stage.say((stage.heard, "Three.", "final"))
    stage.work()
    german = Line(stage.heard + 1, 0, 1, "Vier.", "final", "de")
    stage.captions.says.append(CaptionUpdate(1, (german,), None, 0))
    stage.work()
    told = [(request.texts, request.context) for request in stage.service.asked[1:]]
    assert told == [(("One.",), ""), (("Two.",), "One."), (("Three.",), ""), (("Vier.",), "")]


def test_nothing_from_before_a_hole_in_the_sound_is_told_with_what_follows() -> None:
    """The captions find the break themselves, and their lines from before it come later."""
    script = spoken("One is here. 0.4 Two is here. 0.4 Three is there. 0.4 Four is there.")
    captions = CoreStage(script).session
    service, background = Upper(), Later()
    session = TranslatedSession(captions, service, background, INTO_PT)
    pcm, half = sound_of(script), script[6].start - SAMPLE_RATE // 5
    for begin, start in ((0, 0), (half, half + 3 * SAMPLE_RATE)):
        end = begin + (half if begin == 0 else len(pcm))
        session.feed(AudioChunk(start, pcm[begin:end]))
    session.finish()
    while not session.finished():
        while (work := session.next_work()) is not None:
            session.run(work)
        background.work()
    final = [request for request in service.asked if request.texts and request.texts[0].isupper()]
    told = [(request.texts, request.context) for request in final]
    assert told == [
        (("ONE IS HERE. TWO IS HERE.",), ""),
        (("THREE IS THERE. FOUR IS THERE.",), ""),
    ]


def test_no_translator_is_asked_for_languages_that_the_recogniser_tells_itself() -> None:
    stage = Stage(SessionOptions(translate_to="en"), serves=lambda source: source in (None, "pt"))
    english = Translation("Good day.", "en", "final")
    german = Line(0, 0, 1, "Guten Tag.", "final", "de", translation=english)
    portuguese = Line(5, 5, 6, "Bom dia.", "final", "pt")
    without = Line(9, 9, 10, "Tja.", "final", "de")
    stage.captions.says.append(CaptionUpdate(1, (german, portuguese, without), None, 0))
    told = [("Guten Tag.", "Good day."), ("Bom dia.", None), ("Tja.", None)]
    assert stage.work() == [*told, ("Bom dia.", "BOM DIA.")]
    assert [(r.source, r.texts) for r in stage.service.asked] == [(None, ()), ("pt", ("Bom dia.",))]
    assert not stage.session.asks_translator("de")
    assert stage.session.asks_translator("pt")
    stage.session.finish()
    assert stage.session.finished()


@pytest.mark.parametrize("language", ["de", None])
def test_none_is_made_ready_where_none_serves(language: str | None) -> None:
    stage = Stage(SessionOptions(language=language, translate_to="en"), serves=lambda _: False)
    assert stage.work() == []
    assert stage.service.asked == []


def test_what_the_recogniser_told_in_english_is_translated_when_another_target_is_chosen() -> None:
    stage = Stage(SessionOptions(translate_to="en"), serves=lambda _: False)
    english = Translation("Good day.", "en", "final")
    german = Line(0, 0, 1, "Guten Tag.", "final", "de", translation=english)
    stage.captions.says.append(CaptionUpdate(1, (german,), None, 0))
    stage.work()
    stage.session.configure(SessionOptions(translate_to="pt"))
    stage.session.retranslate()
    assert stage.work() == [("Guten Tag.", "GUTEN TAG.")]
    assert stage.service.asked[-1].source == "de"


# -- whatever happens ------------------------------------------------------------------

ACTIONS = st.lists(
    st.sampled_from(["commit", "commit", "finalise", "pause", "reset", "translate", "fail"]),
    min_size=5,
    max_size=60,
)


class Speech:
    """Words through the real `Transcript`: lines grow, break, are mended, split anew, removed."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.words: list[Word] = []
        self.shown: dict[int, str] = {}
        self.settled: dict[int, list[str]] = {}
        self._transcript = Transcript()
        self._at: Sample = 0
        self._n_final = 0

    def commit(self) -> None:
        number = len(self.words)
        end = {0: ".", 1: "", 2: ","}[number % 3]
        self.words.append(Word(f" w{number}{end}", self._at, self._at + 1000, 1.0))
        self._transcript.commit(self.words[-1:], "en")
        self._at += 4000
        self._tell()

    def finalise(self) -> None:
        self._transcript.finalise(self._at + 1, Spoken(tuple(self.words[self._n_final :])), "en")
        self._n_final = len(self.words)
        self._tell()

    def pause(self) -> None:
        self._at += 2 * SAMPLE_RATE
        self._transcript.end_line()

    def reset(self) -> None:
        self.finalise()
        self._take(self.stage.session.cut(self._at))

    def translate(self) -> None:
        if self.stage.session.next_work() is Work.TRANSLATE:
            self._take(self.stage.session.run(Work.TRANSLATE))
        self.stage.background.work()

    def fail(self) -> None:
        self.stage.service.failures = [BROKEN]

    def recover(self) -> None:
        self.stage.service.failures = []
        self.translate()
        self.stage.hear(120)
        while self.stage.session.next_work() is not None:
            self.translate()

    def _tell(self) -> None:
        if (update := self._transcript.update()) is not None:
            self.stage.captions.says.append(update)
            self._take(self.stage.session.run(Work.LIVE))

    def _take(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Discontinuity):
                continue
            assert isinstance(event, CaptionUpdate)
            for one in event.lines:
                self.shown[one.id] = one.text
                if one.translation and one.translation.state == "final":
                    self.settled.setdefault(one.id, []).append(one.translation.text)


@given(ACTIONS)
def test_every_word_is_translated_for_good_exactly_once_and_in_order(
    actions: Sequence[str],
) -> None:
    speech = Speech()
    for action in [*actions, "finalise", "recover"]:
        getattr(speech, action)()
    spoken = text_of(speech.words)
    assert " ".join(text for _, text in sorted(speech.shown.items()) if text) == spoken
    assert all(len(texts) == 1 for texts in speech.settled.values())
    assert " ".join(texts[0] for _, texts in sorted(speech.settled.items())) == spoken.upper()
