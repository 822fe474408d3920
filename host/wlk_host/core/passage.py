"""Sound without a break in it, and how far both passes have come with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from wlk_host.core.cursors import Cursors
from wlk_host.core.ports import Promise, SpeechDetector, Task, Token
from wlk_host.core.recognition import Recognition
from wlk_host.core.refine import RefinePass
from wlk_host.core.sound.speech_gate import SpeechGate
from wlk_host.core.sound.voicing import ended, placed
from wlk_host.core.speakers.speakers import Speakers
from wlk_host.core.types import ENCODER_FRAME, SAMPLE_RATE, AudioChunk, Sample, Spoken, Word

_PART: Final = SAMPLE_RATE // 2
"""Sound that the gate is given at once. Shorter than its patience, so that no span of
speech begins and ends unseen."""

_TAKEN_OVER: Final = SAMPLE_RATE * 9 // 2
"""Settled sound that new models are given in front, with its words."""

_REREAD: Final = 2 * SAMPLE_RATE
"""Before what is final, sound in which words of the next stretch can still seem to begin."""

_LEAD: Final = SAMPLE_RATE // 10
"""Sound before the first of these words, which may begin earlier than it was said to. Shorter than
a word, so that none is heard in it."""

_TRAIL: Final = SAMPLE_RATE // 5
"""Sound after the last voiced block in which a word can still fade away."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What the live pass is to read next.

    Attributes:
        start: of the speech that is not closed; the window may begin earlier.
        end: of the window.
        utterance: tells the utterances of a session apart.
        closing: whether the utterance ends there, so that all its words can be settled.
    """

    start: Sample
    end: Sample
    utterance: Sample
    closing: bool


@dataclass(frozen=True, slots=True)
class SecondLook:
    """A second pass that is under way: over the speech in [since, until), in that language."""

    since: Sample
    until: Sample
    language: str | None
    spoken: Promise[Spoken]


class Passage:
    """One passage of a session's sound.

    Args:
        recognition: the shared models.
        detector: of the session.
        speakers: of the session.
        start: position of the first sample.
        prompt: of the live pass.
        context: text of what was said before.

    Attributes:
        at: how far everything has come.
        live: the first pass.
        is_over: no more sound comes.
        language: in which it was read last; None before that.
        second_look: the second pass that is under way.
    """

    def __init__(
        self,
        recognition: Recognition,
        detector: SpeechDetector,
        speakers: Speakers,
        start: Sample,
        prompt: Sequence[Token],
        context: str = "",
    ) -> None:
        self._recognition = recognition
        self._speakers = speakers
        self._gate = SpeechGate(detector, start)
        self._refiner = RefinePass(
            recognition.recognizer,
            recognition.tokenizer,
            start,
            recognition.refine,
            context,
            spans=lambda: self._gate.spans,
        )
        self.at = Cursors.starting(start)
        self.live = recognition.listen(start, prompt)
        self.is_over = False
        self.language: str | None = None
        self.second_look: SecondLook | None = None

    # -- sound in ----------------------------------------------------------------

    def feed(self, chunk: AudioChunk) -> None:
        """Take sound; what is missing before it is silence. Only the speech gate runs."""
        missing = chunk.start - self.at.end
        if missing > 0:
            self._take(AudioChunk(self.at.end, np.zeros(missing, np.float32)))
        self._take(chunk)

    def _take(self, chunk: AudioChunk) -> None:
        self.at = self.at.fed_to(chunk.end)
        self.live.feed(chunk.pcm)
        self._refiner.feed(chunk)
        for begin in range(0, len(chunk.pcm), _PART):
            self._gate.feed(AudioChunk(chunk.start + begin, chunk.pcm[begin : begin + _PART]))
            self._speakers.note(self._gate.opened_at, self._gate.voiced_until)
            self.at = self.at.judged_by(self._gate, self._recognition.pace.speech_pad)

    # -- the first pass ----------------------------------------------------------

    @property
    def is_live_due(self) -> bool:
        """Whether there is enough to read."""
        if not self.at.has_unread:
            return False
        if self._is_closing:
            return True
        new_since, pace = max(self.at.read, self.at.opened), self._recognition.pace
        # The step that closes the utterance comes next, or somebody goes on speaking.
        return self.at.end - new_since >= pace.step and self.at.silence < pace.hush

    @property
    def _is_closing(self) -> bool:
        return self.is_over or not self._gate.is_open

    def next_stretch(self) -> Stretch:
        """What is to be read now."""
        at, pace = self.at, self._recognition.pace
        end = min(at.end, at.unread_from + pace.most)
        closing = self._is_closing and end >= at.voiced
        if closing:
            end = min(end, at.voiced + pace.speech_pad)
            if at.read >= at.voiced + _TRAIL:
                # All of it has been heard, in a window that need not be encoded again.
                end = at.read
        return Stretch(max(at.closed, at.utterance_from), end, at.opened, closing)

    def hear_voices(self, *, closing: bool) -> None:
        """Learn who speaks in the sound that came since."""
        self._speakers.listen(self._refiner.audio, closing=closing)

    def leave_language(self, stretch: Stretch) -> None:
        """Go on without the words from before it, which would keep both passes in theirs."""
        self.live.skip_to(self.live.settled_until)
        self.drop_context(stretch)

    def drop_context(self, stretch: Stretch) -> None:
        """Give the second pass no words from before it."""
        self._refiner.drop_context(stretch.start)

    def skip_to(self, at: Sample) -> None:
        """Leave out what was not read before."""
        self.live.skip_to(at)
        self.at = self.at.skipped_to(at)

    def placed(self, words: Sequence[Word], since: Sample = 0) -> tuple[Word, ...]:
        """The words where somebody speaks, from `since` on."""
        return placed(words, [(max(a, since), b) for a, b in self._gate.spans if b > since])

    def ended(self, spoken: Spoken) -> Spoken:
        """What is told of it: words end where the voice does, not where the detector notices."""
        return replace(spoken, words=ended(spoken.words, self._gate.spans))

    # -- the second pass ---------------------------------------------------------

    def refine_until(self, lines_until: Sample | None) -> Sample | None:
        """Up to where speech is due for its second decode; None while it is not.

        Args:
            lines_until: where the lines that get no more words end.
        """
        at, options = self.at, self._recognition.refine
        since = at.refine_from
        if at.closed > since:
            has_waited = at.silence >= options.pause or at.end - at.closed >= options.patience
            enough = at.closed - since >= options.least or has_waited
            if self.is_over or enough:
                return at.closed
        if lines_until is None:
            return None
        until = min(lines_until, at.read)
        is_long = self.live.settled_until - since >= options.longest
        is_due = until > since if is_long else until - since >= options.line
        return until if is_due else None

    def look_again(
        self,
        until: Sample,
        live: Spoken,
        task: Task,
        prompt: Sequence[Token],
        *,
        in_english: bool,
        vocabulary: Sequence[str],
        asks_from: float | None,
    ) -> None:
        """Begin the second pass up to there; see `RefinePass.prepare`."""
        since = self.at.refine_from
        job = self._refiner.prepare(
            since,
            until,
            live,
            task,
            prompt,
            in_english=in_english,
            vocabulary=vocabulary,
            asks_from=asks_from,
        )
        spoken = self._recognition.background.submit(job)
        self.second_look = SecondLook(since, until, self.language, spoken)

    def settle(self, until: Sample, spoken: Spoken) -> None:
        """Take this as final for the sound before `until`."""
        self._refiner.settle(until, spoken)
        self._gate.forget(until - _REREAD)
        self.at = self.at.finalised(until)

    @property
    def is_done(self) -> bool:
        """Whether it is over, and nothing is left to do."""
        is_idle = self.second_look is None and self.refine_until(None) is None
        return self.is_over and is_idle and not self.at.has_unread

    # -- other models ------------------------------------------------------------

    def adopt(
        self,
        recognition: Recognition,
        prompt: Sequence[Token],
        shown: Callable[[Sample, Sample], Spoken],
    ) -> None:
        """Go on with other models, from the words that are settled.

        No word is lost or said twice: what is not settled is read again, by the new ones.

        Args:
            recognition: the other models.
            prompt: of the new live pass, in its tokens.
            shown: what is not final of the lines that begin in [since, until).
        """
        settled_until = self.live.settled_until
        said = self._refiner.final.followed_by(shown(self.at.start, settled_until))
        kept = [word for word in said.words if word.start >= settled_until - _TAKEN_OVER]
        begin = settled_until // ENCODER_FRAME * ENCODER_FRAME
        if kept:
            # The greater part of a short word may lie in the lead; then it would be heard there.
            before = said.words[: len(said.words) - len(kept)]
            middles = [(word.start + word.end) // 2 + 1 for word in before]
            begin = -(-max([kept[0].start - _LEAD, *middles]) // ENCODER_FRAME) * ENCODER_FRAME
        start = max(begin, self._refiner.sound_from)
        self._recognition = recognition
        self._refiner.adopt(recognition.recognizer, recognition.tokenizer, recognition.refine)
        self.live = recognition.listen(start, prompt)
        self.live.feed(self._refiner.sound(start).pcm)
        self.live.go_on(Spoken(tuple(kept), said.since(start).english), settled_until)
        self.at = self.at.resumed(settled_until)
