"""One tab's sound becoming captions: gate, first pass, second pass, lines."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from wlk_host.core.captions import Transcript
from wlk_host.core.live.policy import LiveWindow
from wlk_host.core.options import SessionOptions
from wlk_host.core.ports import (
    Promise,
    SpeechDetector,
    Task,
    Token,
)
from wlk_host.core.recognition import Recognition
from wlk_host.core.refine import Refined, RefinePass
from wlk_host.core.speakers import Speakers
from wlk_host.core.speech_gate import SpeechGate
from wlk_host.core.types import (
    ENCODER_FRAME,
    SAMPLE_RATE,
    AudioChunk,
    AudioSkipped,
    Event,
    LanguageDetected,
    Sample,
    Work,
)

_SURE: Final = 0.5
"""Probability from which a detected language is believed at once."""

_SURE_OF_CHANGE: Final = 0.8
"""Probability from which speakers are believed to have changed their language."""

_UNDERSTOOD: Final = 0.5
"""Mean probability of words from which the language they were decoded in is right."""

_PROMPT_TOKENS: Final = 100
"""Of prompt and vocabulary at the most: the decoder's 448 positions hold the words as well."""

_PART: Final = SAMPLE_RATE // 2
"""Sound that the gate is given at once. Shorter than its patience, so that no span of
speech begins and ends unseen."""

_TAKEN_OVER: Final = SAMPLE_RATE * 9 // 2
"""Settled sound that new models are given in front, with its words."""

_LEAD: Final = SAMPLE_RATE // 10
"""Sound before the first of these words, which may begin earlier than it was said to. Shorter than
a word, so that none is heard in it."""

_HOLE: Final = SAMPLE_RATE
"""Missing sound from which what follows is a new beginning; less is taken as silence."""


@dataclass(frozen=True, slots=True)
class _SecondLook:
    """A second pass on its way: over the speech from `since` up to `until`."""

    since: Sample
    until: Sample
    words: Promise[Refined]

    @property
    def is_due(self) -> bool:
        return self.words.done()


class Session:
    """Feed it sound, let it work when something is due, pass on its events.

    Args:
        recognition: the shared models.
        detector: this session's own speech detector.
        options: what the user chose.
        start: position of the first sample.
        context: text of the lines before `start`, when a session is resumed.
        speakers: knows the voices of the session that this one goes on with; None knows none.
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
        self._context = context
        self.language: str | None = options.language or self._only_language()
        self.skipped: Sample = 0
        self.refining = True
        self._speakers = speakers or Speakers()
        self._speakers.begin(start)
        self._transcript = Transcript(start, self._speakers.who)
        self._is_over = False
        self._is_understood = False
        self._language_heard_at: Sample | None = None
        self._prompt = self._static_prompt()
        self._second_look: _SecondLook | None = None
        self._find_voices()
        self._begin(start)

    # -- sound in ---------------------------------------------------------------

    def feed(self, chunk: AudioChunk) -> list[Event]:
        """Take sound. Cheap: only the speech gate runs."""
        events: list[Event] = []
        hole = chunk.start - self._end
        if hole > _HOLE:
            events = self.cut(chunk.start)
        elif hole > 0:
            self._take(AudioChunk(self._end, np.zeros(hole, np.float32)))
        self._take(chunk)
        return events + self._skip_backlog()

    def cut(self, at: Sample) -> list[Event]:
        """The sound is discontinuous there: finish what came before, forget its context."""
        self.finish()
        events: list[Event] = []
        while (work := self.next_work()) is not None:
            events += self.run(work)
        self._is_over = False
        self._context = ""
        self._begin(max(at, self._end))
        return events

    def finish(self) -> None:
        """No more sound comes; what is left becomes due."""
        self._is_over = True

    def finished(self) -> bool:
        """Whether everything is captioned after `finish`."""
        return self._is_over and self.next_work() is None

    def configure(self, options: SessionOptions) -> None:
        """Go on with other options; what is captioned stays."""
        if options.language != self._options.language:
            self.language = options.language or self._only_language()
            self._is_understood = False
        self._options = options
        self._find_voices()
        self._prompt = self._static_prompt()
        self._live.prompt = self._prompt

    # -- work -------------------------------------------------------------------

    @property
    def lag(self) -> Sample:
        """Speech received and not yet captioned."""
        return max(0, self._gate.voiced_until - self._unread_since)

    def next_work(self) -> Work | None:
        """The most urgent work that is due now."""
        if self._live_due():
            return Work.LIVE
        if self._second_look is not None:
            return Work.REFINE if self._second_look.is_due or self._is_over else None
        return Work.REFINE if self._refine_until() is not None else None

    def run(self, work: Work) -> list[Event]:
        """Do one piece of work. The second pass runs in the background: begun, then taken over."""
        events: list[Event] = []
        if work is Work.LIVE:
            events += self._step()
        elif self._second_look is None:
            if (until := self._refine_until()) is not None:
                self._begin_refining(until)
        else:
            self._take_refined(self._second_look)
        update = self._transcript.update()
        return [*events, update] if update else events

    def _begin(self, at: Sample) -> None:
        self._audio_from = at
        self._end = at
        self._read_until = at
        self._closed_until = at
        self._speech_from = at
        self._unread_from = at
        self._gate = SpeechGate(self._detector, at)
        self._live = self._recognition.listen(at, self._prompt)
        self._refiner = RefinePass(
            self._recognition.recognizer,
            self._recognition.tokenizer,
            at,
            self._recognition.refine,
            self._context,
        )

    def adopt(self, recognition: Recognition) -> None:
        """Go on with other models, from the words that are settled.

        No word is lost or said twice: what is not settled is read again, by the new ones.
        """
        settled_until = self._live.settled_until
        since = settled_until - _TAKEN_OVER
        words = [*self._refiner.words_since(0), *self._transcript.live_words(settled_until)]
        kept = [word for word in words if word.start >= since]
        begin = settled_until // ENCODER_FRAME * ENCODER_FRAME
        if kept:
            # The greater part of a short word may lie in the lead; then it would be heard there.
            middles = [(word.start + word.end) // 2 + 1 for word in words if word.start < since]
            begin = -(-max([kept[0].start - _LEAD, *middles]) // ENCODER_FRAME) * ENCODER_FRAME
        start = max(begin, self._refiner.sound_from)
        self._recognition = recognition
        self._find_voices()
        if not recognition.multilingual:
            self.language = self._only_language()
        self._prompt = self._static_prompt()
        self._refiner.adopt(recognition.recognizer, recognition.tokenizer, recognition.refine)
        self._live = recognition.listen(start, self._prompt)
        self._live.feed(self._refiner.sound(start).pcm)
        told = [*self._refiner.english_since(start), *self._transcript.live_english(settled_until)]
        self._live.go_on(kept, settled_until, [w for w in told if w.start >= start])
        self._read_until = min(self._read_until, settled_until)

    def _take(self, chunk: AudioChunk) -> None:
        self._end = chunk.end
        self._live.feed(chunk.pcm)
        self._refiner.feed(chunk)
        for at in range(0, len(chunk.pcm), _PART):
            had_unread = self._has_unread_speech()
            self._gate.feed(AudioChunk(chunk.start + at, chunk.pcm[at : at + _PART]))
            self._speakers.note(self._gate.opened_at, self._gate.voiced_until)
            if self._has_unread_speech() and not had_unread:
                self._begin_speech()

    def _begin_speech(self) -> None:
        """Somebody speaks, and everything said before has been read."""
        pad = self._recognition.pace.speech_pad
        self._unread_from = max(self._gate.opened_at - pad, self._audio_from)
        if self._closed_until <= self._refiner.final_until:
            self._speech_from = self._unread_from

    def _has_unread_speech(self) -> bool:
        return self._gate.voiced_until > self._closed_until

    def _is_closing(self) -> bool:
        return self._is_over or not self._gate.is_open

    def _live_due(self) -> bool:
        if not self._has_unread_speech():
            return False
        if self._is_closing():
            return True
        since = max(self._read_until, self._gate.opened_at)
        return self._end - since >= self._recognition.pace.step

    def _step(self) -> list[Event]:
        pad = self._recognition.pace.speech_pad
        end = min(self._end, self._unread_since + self._recognition.pace.most)
        closing = self._is_closing() and end >= self._gate.voiced_until
        if closing:
            end = min(end, self._gate.voiced_until + pad)
        speech_from = max(self._closed_until, self._unread_from)
        self._speakers.listen(self._refiner.audio, closing=closing)
        window = self._live.listen(end, speech_from)
        was = self.language
        events = self._choose_language(window, speech_from, end, closing)
        if was is not None and self.language != was:
            window = self._live.listen(end, speech_from)
        self._read_until = end
        if self.language is None and not closing:
            return events
        task = Task(self.language or "en", self._options.task)
        in_english = self._is_put_into_english()
        heard = window.read(task, closing, in_english)
        self._transcript.commit(heard.committed, self.language)
        self._transcript.draft(heard.draft)
        if in_english and not self._transcript.is_blank:
            english = window.translate(task.language, closing)
            self._transcript.translate(english.committed, self.language)
        if heard.committed:
            mean = sum(word.probability for word in heard.committed) / len(heard.committed)
            self._is_understood = self._is_understood or mean >= _UNDERSTOOD
        if closing and heard.complete:
            self._closed_until = end
            self._transcript.end_line()
        return events

    def _choose_language(
        self, window: LiveWindow, speech_from: Sample, end: Sample, closing: bool
    ) -> list[Event]:
        """Detect the language until words were understood in it, then once per utterance."""
        if self._options.language is not None or not self._recognition.multilingual:
            return []
        enough = end - speech_from >= self._recognition.pace.detect
        if not self._is_understood:
            language, probability = window.detect_language()
            believed = probability >= _SURE or enough or closing
        elif enough and self._language_heard_at != self._gate.opened_at:
            self._language_heard_at = self._gate.opened_at
            language, probability = self._live.detect_language(speech_from, end)
            believed = probability >= _SURE_OF_CHANGE
        else:
            return []
        if language == self.language or not believed:
            return []
        if self.language is not None:
            self._leave_language(speech_from)
        self.language = language
        return [LanguageDetected(language, probability)]

    def _leave_language(self, speech_from: Sample) -> None:
        """Finish what was said in it. Its words in front would keep both passes in it."""
        if self._second_look is None and self._closed_until > self._refine_from:
            self._begin_refining(self._closed_until)
        self._live.skip_to(self._live.settled_until)
        self._refiner.drop_context(speech_from)

    def _refine_until(self) -> Sample | None:
        """Up to where speech is ready for its second decode, if it is time for that."""
        options = self._recognition.refine
        since = self._refine_from
        if self._closed_until > since:
            silence = self._gate.heard_until - self._gate.voiced_until
            enough = self._closed_until - since >= options.least or silence >= options.pause
            if self._is_over or enough:
                return self._closed_until
        if self._live.settled_until - since >= options.longest:
            return self._transcript.closed_until
        return None

    def _begin_refining(self, until: Sample) -> None:
        live = self._transcript.live_words(until)
        english = self._transcript.live_english(until)
        self.refining = self.lag < self._recognition.pace.overload
        if not live or not self.refining:
            self._finalise(until, Refined(tuple(live), tuple(english)))
            return
        task = Task(self.language or "en", self._options.task)
        since = self._refine_from
        wanted = english if self._is_put_into_english() else None
        names = self._options.vocabulary
        job = self._refiner.prepare(since, until, live, task, self._prompt, wanted, names)
        self._second_look = _SecondLook(since, until, self._recognition.background.submit(job))

    def _take_refined(self, look: "_SecondLook") -> None:
        self._second_look = None
        refined = look.words.result()
        self._live.replace(look.since, look.until, refined.words, refined.english)
        self._finalise(look.until, refined)

    def _finalise(self, until: Sample, refined: Refined) -> None:
        self._refiner.settle(until, refined)
        self._transcript.finalise(until, refined.words, self.language, refined.english)
        self._speakers.forget(until)

    def _find_voices(self) -> None:
        self._speakers.encoder = self._recognition.voices() if self._options.speakers else None

    def _is_put_into_english(self) -> bool:
        """Whether the recogniser tells in English, too, what is spoken now."""
        known = self.language is not None
        return known and self._recognition.tells_english(self._options, self.language)

    @property
    def _unread_since(self) -> Sample:
        """Where the speech begins that was not read yet; the silence before it is no lag."""
        return max(self._read_until, self._unread_from)

    @property
    def _refine_from(self) -> Sample:
        """Where the speech begins that is not final yet."""
        return max(self._refiner.final_until, self._speech_from)

    def _skip_backlog(self) -> list[Event]:
        """Leave out what a machine this slow will never catch up with, and say so."""
        if self.lag < self._recognition.pace.backlog:
            return []
        start, end = self._unread_since, self._end - self._recognition.pace.most // 2
        self._live.skip_to(end)
        self._read_until = self._closed_until = end
        self.skipped += end - start
        return [AudioSkipped(start, end)]

    def _static_prompt(self) -> tuple[Token, ...]:
        """The user's text, names and jargon, as if they had been said just before."""
        vocabulary = ", ".join(self._options.vocabulary)
        parts = (self._options.prompt.strip(), f"{vocabulary}." if vocabulary else "")
        text = "".join(f" {part}" for part in parts if part)
        return tuple(self._recognition.tokenizer.encode(text)[-_PROMPT_TOKENS:])

    def _only_language(self) -> str | None:
        return None if self._recognition.multilingual else "en"
