"""LocalAgreement: a word is settled once two decodes in a row say it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from wlk_host.core.live.agreement_words import AgreedWords, AgreementOptions, Trim
from wlk_host.core.live.policy import Heard
from wlk_host.core.ports import Hypothesis, LanguageOdds, LiveRecognizer, Task, Token, Tokenizer
from wlk_host.core.sound.window import AudioBuffer
from wlk_host.core.types import AudioChunk, Pcm, Sample, Spoken

__all__ = ["AgreementOptions", "LocalAgreement", "Trim"]


class LocalAgreement:
    """LocalAgreement-2 (Liu et al., 2020; Macháček et al., 2023) over any recogniser.

    Settled sound stays in front of the window, and its words are given to the decoder as
    what it has said already. So each decode tells only what is new. The English of the same
    windows is settled apart, by the same rule: its words need not come when those that were
    spoken do.

    Args:
        recognizer: asked once a step.
        tokenizer: of the recogniser.
        start: position of the first sample.
        prompt: as in `core.live.policy.LivePolicy`.
        options: see there.
    """

    def __init__(
        self,
        recognizer: LiveRecognizer,
        tokenizer: Tokenizer,
        start: Sample,
        prompt: Sequence[Token],
        options: AgreementOptions,
    ) -> None:
        self._recognizer = recognizer
        self._options = options
        self._audio = AudioBuffer(start)
        self._spoken = AgreedWords(tokenizer, options, start)
        self._english = AgreedWords(tokenizer, options, start, translated=True)
        self.prompt = tuple(prompt)

    @property
    def settled_until(self) -> Sample:
        """Where the words still to be settled begin."""
        return self._spoken.until

    def feed(self, pcm: Pcm) -> None:
        """Add sound that follows what was fed before."""
        self._audio.append(AudioChunk(self._audio.end, pcm))

    def listen(self, end: Sample, speech_from: Sample) -> "_Window":
        """The window that ends there; see `core.live.policy.LivePolicy`."""
        self._slide(end, speech_from)
        return _Window(self, self._spoken.start, end)

    def languages(self, start: Sample, end: Sample, *, padded: bool) -> LanguageOdds:
        """How probable each language is in that stretch, without the settled sound before it."""
        first = max(start, self._spoken.start)
        return self._recognizer.languages(self._audio.slice(first, end), padded=padded)

    def decode(
        self, end: Sample, task: Task, closing: bool, in_english: bool
    ) -> tuple[Heard, Hypothesis | None]:
        """Settle what can be settled; everything when the utterance is over (`closing`).

        With it what was heard of the same sound in English, where that is asked for and there
        is anything to ask.
        """
        reads_spoken = not (closing and self._spoken.has_read(end))
        reads_english = in_english and not (closing and self._english.has_read(end))
        asks = [self._spoken.ask(task, self.prompt)] if reads_spoken else []
        if reads_english:
            asks.append(self._english.ask(Task(task.language, "translate"), self.prompt))
        pcm = self._audio.slice(self._spoken.start, end)
        found = self._recognizer.transcribe_all(pcm, asks) if asks else []
        english = found.pop() if reads_english else None
        if not reads_spoken:
            return self._spoken.close(end), english
        heard = self._spoken.take(found[0], end, closing)
        if self._spoken.is_stuck:
            self._start_afresh()
        return heard, english

    def translate(
        self, heard: Hypothesis | None, start: Sample, end: Sample, closing: bool
    ) -> Heard:
        """Settle of the English what can be settled; `start` is that of its window."""
        if start != self._english.start:  # Its words were given up meanwhile.
            return Heard((), (), complete=True)
        if heard is None:
            return self._english.close(end)
        # Where it is stuck, more sound or the second pass will help: what was spoken goes first.
        return self._english.take(heard, end, closing)

    def replace(self, since: Sample, until: Sample, spoken: Spoken) -> None:
        """Go on from better words for the sound between `since` and `until`."""
        self._spoken.replace(since, until, spoken.words)
        self._english.replace(since, until, spoken.english)

    def go_on(self, spoken: Spoken, at: Sample) -> None:
        """Take over from another pass; see `core.live.policy.LivePolicy`."""
        self._spoken.go_on(spoken.words, at)
        self._english.go_on(spoken.english, at)

    def skip_to(self, at: Sample) -> None:
        """Go on there; what was not settled before is given up."""
        self._spoken.skip_to(at)
        self._english.skip_to(at)
        self._audio.forget(self._spoken.start)

    def read_again(self, since: Sample) -> Sample:
        """Give up what was settled from there on; see `core.live.policy.LivePolicy`."""
        at = max(since, self._spoken.start)
        self.skip_to(at)
        return at

    def _start_afresh(self) -> None:
        """Drop the context: a decoder that is stuck in it repeats itself until it is gone."""
        at = self._spoken.until
        self._spoken.restart(at)
        self._english.restart(at)
        self._audio.forget(self._spoken.start)

    def _slide(self, end: Sample, speech_from: Sample) -> None:
        options, first = self._options, self._spoken.start
        if end - first <= options.window:
            return
        unsettled = max(self._spoken.until, min(speech_from, end))
        latest = min(end - options.left, unsettled)
        at = self._spoken.opening(end - options.window, latest)
        start = max(at, end - options.longest, first)
        self._spoken.slide(start)
        self._english.slide(start)
        self._audio.forget(start)


@dataclass(slots=True)
class _Window:
    live: LocalAgreement
    start: Sample
    end: Sample
    _english: Hypothesis | None = field(default=None, init=False)

    def languages(self) -> LanguageOdds:
        return self.live.languages(self.start, self.end, padded=False)

    def read(self, task: Task, closing: bool, in_english: bool = False) -> Heard:
        heard, self._english = self.live.decode(self.end, task, closing, in_english)
        return heard

    def translate(self, language: str, closing: bool) -> Heard:  # noqa: ARG002 - `read` knew it
        return self.live.translate(self._english, self.start, self.end, closing)
