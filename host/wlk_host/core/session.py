"""One tab's sound becoming captions: gate, first pass, second pass, lines."""

from dataclasses import replace
from typing import Final

from wlk_host.core.captions import Transcript
from wlk_host.core.options import SessionOptions
from wlk_host.core.passage import Passage, SecondLook, Stretch
from wlk_host.core.ports import Promise, SpeechDetector, Task, Token
from wlk_host.core.recognition import Recognition
from wlk_host.core.speakers.speakers import Speakers
from wlk_host.core.spoken_language import SpokenLanguage
from wlk_host.core.types import (
    SAMPLE_RATE,
    AudioChunk,
    AudioSkipped,
    Discontinuity,
    Event,
    Sample,
    Spoken,
    Work,
)

_PROMPT_TOKENS: Final = 100
"""Of prompt and vocabulary at the most: the decoder's 448 positions hold the words as well."""

_HOLE: Final = SAMPLE_RATE
"""Missing sound from which what follows is a new beginning; less is taken as silence."""


class Session:
    """Feed it sound, let it work when something is due, pass on its events.

    Its sound is a row of passages. The last one is being fed; those before it are over, and kept
    until their lines are final. Each pass works on the first passage that it is not done with, so
    that words come in their order, whatever is still to be done for a passage that was cut off.

    Args:
        recognition: the shared models.
        detector: this session's own speech detector.
        options: what the user chose.
        start: position of the first sample.
        context: text of the lines before `start`, when a session is resumed.
        speakers: knows the voices of the session that this one goes on with; None knows none.

    Attributes:
        skipped: sound that was left out.
        refining: False while the second pass is left out to keep up.
        is_overloaded: whether captions stay late, as whoever gives it turns knows.
    """

    def __init__(
        self,
        recognition: Recognition,
        detector: SpeechDetector,
        options: SessionOptions,
        start: Sample = 0,
        context: str = "",
        speakers: Speakers | None = None,
    ) -> None:
        self._recognition = recognition
        self._detector = detector
        self._options = options
        self.skipped: Sample = 0
        self.refining = True
        self.is_overloaded = False
        self._language = SpokenLanguage(options.language, multilingual=recognition.multilingual)
        self._speakers = speakers or Speakers()
        self._speakers.begin(start)
        self._transcript = Transcript(start, self._speakers.who)
        self._is_over = False
        self._prompt = self._static_prompt()
        self._find_voices()
        self._passages = [self._passage(start, context)]

    @property
    def language(self) -> str | None:
        """Chosen or detected."""
        return self._language.code

    @property
    def lag(self) -> Sample:
        """Speech received and not yet captioned."""
        return sum(passage.at.lag for passage in self._passages)

    # -- what is asked of it -----------------------------------------------------

    def feed(self, chunk: AudioChunk) -> list[Event]:
        """Take sound. Cheap: only the speech gate runs."""
        is_broken = chunk.start - self._passages[-1].at.end > _HOLE
        events = self.cut(chunk.start) if is_broken else []
        self._passages[-1].feed(chunk)
        return events + self._skip_backlog()

    def cut(self, at: Sample) -> list[Event]:
        """What comes next starts at `at`, or later, and has nothing to do with what came before.

        Cheap: what is left of that becomes due.
        """
        begin = max(at, self._passages[-1].at.end)
        self._passages[-1].is_over = True
        self._passages.append(self._passage(begin))
        self._drop_passages()
        return [Discontinuity(begin)]

    def finish(self) -> None:
        """No more sound comes; what is left becomes due."""
        self._is_over = self._passages[-1].is_over = True

    def finished(self) -> bool:
        """Whether everything is captioned after `finish`."""
        return self._is_over and all(passage.is_done for passage in self._passages)

    def configure(self, options: SessionOptions) -> None:
        """Go on with other options; what is captioned stays."""
        if options.language != self._options.language:
            self._language.choose(options.language)
            for passage in self._passages:
                passage.language = self.language or passage.language
        self._options = options
        self._find_voices()
        self._prompt = self._static_prompt()
        for passage in self._passages:
            passage.live.prompt = self._prompt

    def adopt(self, recognition: Recognition) -> None:
        """Go on with other models, from the words that are settled.

        No word is lost or said twice: what is not settled is read again, by the new ones.
        """
        self._recognition = recognition
        self._find_voices()
        self._language.adopt(multilingual=recognition.multilingual)
        self._prompt = self._static_prompt()
        for passage in self._passages:
            passage.adopt(recognition, self._prompt, self._transcript.live)

    # -- what is due -------------------------------------------------------------

    def next_work(self) -> Work | None:
        """The most urgent work that is due now; None while that is done in the background."""
        if self._unread() is not None:
            return Work.LIVE
        passage = self._passages[0]
        if passage.second_look is not None:
            return Work.REFINE if passage.second_look.spoken.done() else None
        return Work.REFINE if self._refine_until() is not None else None

    @property
    def in_background(self) -> Promise[Spoken] | None:
        """The second pass that is under way; work is due when it is done."""
        look = self._passages[0].second_look
        return None if look is None else look.spoken

    def run(self, work: Work) -> list[Event]:
        """Do one piece of work. The second pass runs in the background: begun, then taken over."""
        events: list[Event] = []
        first = self._passages[0]
        if work is Work.LIVE:
            if (passage := self._unread()) is not None:
                events += self._read(passage)
        elif first.second_look is not None:
            events += self._take_refined(first, first.second_look)
        elif (until := self._refine_until()) is not None:
            self._begin_refining(first, until)
        self._drop_passages()
        update = self._transcript.update()
        return [*events, update] if update else events

    def _unread(self) -> Passage | None:
        """The first passage with speech that is due to be read."""
        return next((passage for passage in self._passages if passage.is_live_due), None)

    def _refine_until(self) -> Sample | None:
        """Up to where the first passage is due for its second decode."""
        return self._passages[0].refine_until(self._transcript.closed_until)

    def _drop_passages(self) -> None:
        while len(self._passages) > 1 and self._passages[0].is_done:
            del self._passages[0]

    # -- the first pass ----------------------------------------------------------

    def _read(self, passage: Passage) -> list[Event]:
        stretch = passage.next_stretch()
        passage.hear_voices(closing=stretch.closing)
        window = passage.live.listen(stretch.end, stretch.start)
        is_long = stretch.end - stretch.start >= self._recognition.pace.detect
        was_settled = self._language.is_settled
        detected = self._language.hear(window, passage.live, stretch, is_long=is_long)
        if detected is not None:
            if self.language is not None:
                self._leave_language(passage, stretch, was_settled=was_settled)
                window = passage.live.listen(stretch.end, stretch.start)
            self._language.go_on_in(detected)
        passage.at = passage.at.read_to(stretch.end)
        events: list[Event] = [] if detected is None else [detected]
        if self.language is None and not stretch.closing:
            return events
        passage.language = self.language
        task = Task(self.language or "en", self._options.task)
        in_english = self._is_put_into_english(self.language)
        heard = window.read(task, stretch.closing, in_english)
        words = passage.placed([*heard.committed, *heard.draft])
        n = len(heard.committed)
        self._transcript.commit(words[:n], self.language)
        self._transcript.draft(words[n:])
        if in_english and not self._transcript.is_blank:
            english = window.translate(task.language, stretch.closing)
            self._transcript.translate(english.committed, self.language)
        self._language.note_words(heard.committed)
        if stretch.closing and heard.complete:
            passage.at = passage.at.closed_at(stretch.end)
            self._transcript.end_line()
        return events

    def _leave_language(self, passage: Passage, stretch: Stretch, *, was_settled: bool) -> None:
        """Finish what was said in it. Its words in front would keep both passes in it.

        Where it was a guess from the beginning of this utterance, that was wrong: its lines are
        taken back, and the sound is read again.
        """
        if not was_settled:
            look = passage.second_look
            since = max(stretch.start, passage.at.final, look.until if look else stretch.start)
            self._transcript.take_back(passage.live.read_again(since))
            passage.drop_context(stretch)
            return
        is_first = passage is self._passages[0]
        if is_first and passage.second_look is None and passage.at.closed > passage.at.refine_from:
            self._begin_refining(passage, passage.at.closed)
        passage.leave_language(stretch)

    def _skip_backlog(self) -> list[Event]:
        """Leave out what a machine this slow will never catch up with, and say so."""
        if self.lag < self._recognition.pace.backlog:
            return []
        events: list[Event] = []
        for passage in self._passages:
            kept = 0 if passage.is_over else self._recognition.pace.most // 2
            start, end = passage.at.unread_from, passage.at.end - kept
            if not passage.at.has_unread or start >= end:
                continue
            passage.skip_to(end)
            self.skipped += end - start
            events.append(AudioSkipped(start, end))
        return events

    # -- the second pass ---------------------------------------------------------

    def _begin_refining(self, passage: Passage, until: Sample) -> None:
        live = self._transcript.live(passage.at.start, until)
        is_late = self.is_overloaded or self.lag >= self._recognition.pace.overload
        self.refining = not is_late
        if not live.words or not self.refining:
            self._finalise(passage, until, live, passage.language)
            return
        passage.look_again(
            until,
            live,
            Task(passage.language or "en", self._options.task),
            self._prompt,
            in_english=self._is_put_into_english(passage.language),
            vocabulary=self._options.vocabulary,
            asks_from=self._language.asks_again_from(live.words),
        )

    def _take_refined(self, passage: Passage, look: SecondLook) -> list[Event]:
        passage.second_look = None
        spoken = look.spoken.result()
        spoken = replace(spoken, words=passage.placed(spoken.words, look.since))
        language, events = look.language, list[Event]()
        if (detected := spoken.detected) is not None:
            if self.language == language:
                # Nothing else was heard since.
                self._language.correct(detected)
                events.append(detected)
            language = passage.language = detected.language
        passage.live.replace(look.since, look.until, spoken)
        self._finalise(passage, look.until, spoken, language)
        return events

    def _finalise(
        self, passage: Passage, until: Sample, spoken: Spoken, language: str | None
    ) -> None:
        told = passage.ended(spoken)
        passage.settle(until, spoken)
        self._transcript.finalise(until, told, language)
        self._speakers.forget(until)

    # -- inside ------------------------------------------------------------------

    def _passage(self, start: Sample, context: str = "") -> Passage:
        return Passage(
            self._recognition, self._detector, self._speakers, start, self._prompt, context
        )

    def _find_voices(self) -> None:
        options = self._options
        diarizer = self._recognition.diarizer(options) if options.speakers else None
        self._speakers.use(diarizer, options.voice_limit)

    def _is_put_into_english(self, language: str | None) -> bool:
        """Whether the recogniser tells in English, too, what is spoken in that language."""
        return language is not None and self._recognition.tells_english(self._options, language)

    def _static_prompt(self) -> tuple[Token, ...]:
        """The user's text, names and jargon, as if they had been said just before."""
        vocabulary = ", ".join(self._options.vocabulary)
        parts = (self._options.prompt.strip(), f"{vocabulary}." if vocabulary else "")
        text = "".join(f" {part}" for part in parts if part)
        return tuple(self._recognition.tokenizer.encode(text)[-_PROMPT_TOKENS:])
