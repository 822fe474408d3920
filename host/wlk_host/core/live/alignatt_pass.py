"""The first pass: what can be said now about the sound up to now."""

from collections.abc import Sequence
from dataclasses import dataclass

from wlk_host.core.live.alignatt_words import LiveOptions, SettledWords
from wlk_host.core.live.policy import Heard
from wlk_host.core.ports import AttentiveDecoder, LanguageOdds, Sound, SoundStream, Task, Token
from wlk_host.core.types import ENCODER_FRAME, Pcm, Sample, Spoken

__all__ = ["LiveOptions", "LivePass"]


class LivePass:
    """AlignAtt over a sliding window that keeps some settled sound and its words in front.

    That left context halves the errors against starting empty after each pause. The English of
    the same windows is settled apart; its words need not come when those that were spoken do.
    """

    def __init__(
        self,
        decoder: AttentiveDecoder,
        start: Sample,
        prompt: Sequence[Token],
        options: LiveOptions,
    ) -> None:
        self._options = options
        self.prompt = tuple(prompt)
        self._stream: SoundStream = decoder.listen(start)
        self._spoken = SettledWords(decoder.tokenizer, options, start)
        self._english = SettledWords(decoder.tokenizer, options, start)
        self._last: tuple[Sample, Sample, Sound] | None = None

    @property
    def settled_until(self) -> Sample:
        """Where the words still to be settled begin."""
        return self._spoken.until

    def feed(self, pcm: Pcm) -> None:
        """Add sound that follows what was fed before."""
        self._stream.feed(pcm)

    def listen(self, end: Sample, speech_from: Sample) -> "_Window":
        """Encode the window that ends there; see `core.live.policy.LivePolicy`."""
        self._slide(end, speech_from)
        start, last = self._spoken.start, self._last
        if last is None or last[:2] != (start, end):
            last = self._last = (start, end, self._stream.encode(start, end))
        return _Window(self, start, speech_from, last[2])

    def languages(self, start: Sample, end: Sample, *, padded: bool) -> LanguageOdds:
        """How probable each language is in that stretch, without the settled sound before it."""
        first = max(self._spoken.start, -(-start // ENCODER_FRAME) * ENCODER_FRAME)
        return self._stream.encode(first, end, padded=padded).languages()

    def decode(self, sound: Sound, speech_from: Sample, task: Task, closing: bool) -> Heard:
        """Settle what can be settled; everything when the utterance is over (`closing`)."""
        heard = self._spoken.decode(sound, task, self.prompt, closing, speech_from)
        if closing:
            self._last = None
        if self._spoken.is_stuck:
            self._start_afresh()
        return heard

    def translate(self, sound: Sound, start: Sample, language: str, closing: bool) -> Heard:
        """The same in English; `start` is that of the sound."""
        if start != self._spoken.start:  # Its words were given up meanwhile.
            return Heard((), (), complete=True)
        # Where it is stuck, more sound or the second pass will help: what was spoken goes first.
        return self._english.decode(sound, Task(language, "translate"), self.prompt, closing)

    def replace(self, since: Sample, until: Sample, spoken: Spoken) -> None:
        """Go on from better words for the sound between `since` and `until`."""
        self._spoken.replace(since, until, spoken.words)
        self._english.replace(since, until, spoken.english)

    def go_on(self, spoken: Spoken, at: Sample) -> None:
        """Take over from another pass; see `core.live.policy.LivePolicy`."""
        self.replace(self._spoken.start, at, spoken)
        self._spoken.until = self._english.until = at

    def skip_to(self, at: Sample) -> None:
        """Go on there; what was not settled before is given up."""
        self._spoken.until = at
        self._start_afresh()

    def read_again(self, since: Sample) -> Sample:
        """Give up what was settled from there on; see `core.live.policy.LivePolicy`."""
        at = max(since, self._spoken.start)
        self.skip_to(at)
        return at

    def _start_afresh(self) -> None:
        """Drop the context: a decoder that is stuck in it repeats itself until it is gone."""
        start = max(self._spoken.start, self._spoken.until // ENCODER_FRAME * ENCODER_FRAME)
        self._spoken.restart(start)
        self._english.restart(start)
        self._stream.forget(start)

    def _slide(self, end: Sample, speech_from: Sample) -> None:
        first = self._spoken.start
        if end - first <= self._options.window:
            return
        unsettled = max(self.settled_until, min(speech_from, end))
        earliest = min(end - self._options.left, unsettled)
        earliest = max(earliest, end - self._options.longest, first)
        begin = self._spoken.first_from(earliest)
        start = max(first, earliest if begin is None else begin)
        self._spoken.slide(start)
        self._english.slide(start)
        self._stream.forget(self._spoken.start)


@dataclass(frozen=True, slots=True)
class _Window:
    live: LivePass
    start: Sample
    speech_from: Sample
    sound: Sound

    def languages(self) -> LanguageOdds:
        return self.sound.languages()

    def read(
        self,
        task: Task,
        closing: bool,
        in_english: bool = False,  # noqa: ARG002 - the sound stays encoded
    ) -> Heard:
        return self.live.decode(self.sound, self.speech_from, task, closing)

    def translate(self, language: str, closing: bool) -> Heard:
        return self.live.translate(self.sound, self.start, language, closing)
