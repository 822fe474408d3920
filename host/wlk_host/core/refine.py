"""The second pass: finished speech is decoded once more, with more context. Its words are final."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from wlk_host.core.language_odds import best_of
from wlk_host.core.live.said_again import with_repeats, without_copies
from wlk_host.core.live.trust import bare, goes_round, n_copied
from wlk_host.core.ports import Ask, Hypothesis, LanguageOdds, Recognizer, Task, Token, Tokenizer
from wlk_host.core.sound.voicing import Span, placed
from wlk_host.core.sound.window import AudioBuffer
from wlk_host.core.types import (
    ENCODER_FRAME,
    SAMPLE_RATE,
    AudioChunk,
    LanguageDetected,
    Sample,
    Spoken,
    Word,
)

_LEAD: Final = SAMPLE_RATE // 5
"""Sound before the first word: word times are not exact."""

_WINDOW: Final = 29 * SAMPLE_RATE
"""What one decode can take; the encoder's window is 30 s."""

_MOST_WORDS: Final = 256
"""Kept for context: more than are spoken in `left` and fit into a prompt."""

_MOST_COMPRESSIBLE: Final = 2.4
"""Text that compresses better repeats itself (openai/whisper, `transcribe.py`)."""

_LEAST_LOGPROB: Final = -1.0
"""Mean below which a decode has failed (openai/whisper, `transcribe.py`)."""

_ENOUGH: Final = 0.9
"""Share of the first pass's letters below which text in front may have ended a decode."""

_LEAST: Final = 0.6
"""Share of them below which speech was passed over: the first pass was better."""

_SILENT: Final = 0.6
"""Probability of no speech from which that holds for a translation, too (same place): it can be
worded in many ways, so a good one is less probable."""


@dataclass(frozen=True, slots=True)
class RefineOptions:
    """When speech is decoded once more, and with how much around it.

    Attributes:
        least: speech worth a decode of its own.
        longest: speech decoded at once at the most.
        line: speech in complete lines worth a decode of its own while the speaker goes on.
        left: earlier sound given as context, with its refined words.
        right: later sound given as context, as far as it has come.
        pause: silence after which less than `least` is refined as well.
        patience: sound after the end of an utterance from which it no longer waits for more.
        rolling: tokens of what was said before that are given as a prompt where no sound of
            it is left: in a resumed session, and after a long pause.
    """

    least: Sample = 8 * SAMPLE_RATE
    longest: Sample = 16 * SAMPLE_RATE
    line: Sample = 10 * SAMPLE_RATE
    left: Sample = 10 * SAMPLE_RATE
    right: Sample = 3 * SAMPLE_RATE
    pause: Sample = 2 * SAMPLE_RATE
    patience: Sample = 6 * SAMPLE_RATE
    rolling: int = 64


class RefinePass:
    """Keeps the sound that is not final yet, and some before it.

    Args:
        recognizer: decodes.
        tokenizer: its own.
        start: position of the first sample.
        options: when and with how much context.
        context: what was said before the first sample.
        spans: tells where somebody spoke. A decoder gives a pause to the words beside it.

    Attributes:
        audio: the sound that is not final yet, and some before it.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        tokenizer: Tokenizer,
        start: Sample,
        options: RefineOptions,
        context: str = "",
        spans: Callable[[], Sequence[Span]] = tuple,
    ) -> None:
        self._recognizer = recognizer
        self._spans = spans
        self._tokenizer = tokenizer
        self._options = options
        self.audio = AudioBuffer(start)
        self._final = Spoken()
        self._context = context
        self._context_from = start

    def feed(self, chunk: AudioChunk) -> None:
        """Add sound that follows what was fed before."""
        self.audio.append(chunk)

    def adopt(self, recognizer: Recognizer, tokenizer: Tokenizer, options: RefineOptions) -> None:
        """Go on with another recogniser; jobs prepared before keep theirs."""
        self._recognizer, self._tokenizer, self._options = recognizer, tokenizer, options

    @property
    def final(self) -> Spoken:
        """What is final and kept, of which the sound is kept as well; none of another language."""
        kept = self._final.since(self._context_from)
        heard = kept.since(self.audio.start + ENCODER_FRAME)
        return Spoken(heard.words, kept.english)

    @property
    def sound_from(self) -> Sample:
        """The first sample that is kept."""
        return self.audio.start

    def sound(self, start: Sample) -> AudioChunk:
        """The sound from there on. What is not final yet is always there, and some before it."""
        return AudioChunk(start, self.audio.slice(start, self.audio.end))

    def drop_context(self, before: Sample) -> None:
        """Give no words from before that sample as context: they are of another language."""
        self._context_from = before
        self._context = ""

    def prepare(
        self,
        since: Sample,
        until: Sample,
        live: Spoken,
        task: Task,
        prompt: Sequence[Token],
        *,
        in_english: bool = False,
        vocabulary: Sequence[str] = (),
        asks_from: float | None = None,
    ) -> Callable[[], Spoken]:
        """A job that decodes the speech between `since` and `until` once more.

        It holds all it needs, so it can run on another thread. It returns the better words, or
        those of `live`, the first pass, where the decode failed. With `in_english` the same goes
        for their English, which is decoded from the same encoded sound.
        With text before it, it is decoded without as well: `vocabulary` are the words in
        `prompt` that it is there for. What follows `until` is heard as well, for context, if it has
        come. For translations it is not: their words have no exact times by which they could be
        told from those that follow.

        Where the sound is in another language than `task` says, from the probability `asks_from`
        on, it is decoded in that one, without the words before it. None takes the task's word.
        """
        room = min(self._options.left, _WINDOW - (until - since))
        earliest = max(since - room + _LEAD, self._context_from)
        left = [w for w in self._final.words if w.start >= earliest]
        said = [*prompt, *(() if left else self._rolling(earliest))]
        start = max((left[0].start if left else since) - _LEAD, self.audio.start)
        has_times = task.kind == "transcribe" and not in_english
        right = self._options.right if has_times else 0
        heard_until = min(until + right, start + _WINDOW, self.audio.end)
        pcm = self.audio.slice(start, max(until, heard_until))
        speech_from = max(since - _LEAD, self.audio.start)
        recognizer = self._recognizer
        prefix = self._tokens(left)
        spoken = [Ask(task, text, prefix) for text in ([said, ()] if said else [()])]
        asks = list(spoken)
        if in_english:
            told = [w for w in self._final.english if w.start >= start] if left else []
            asks.append(Ask(Task(task.language, "translate"), tuple(prompt), self._tokens(told)))

        spans = tuple(self._spans())

        def job() -> Spoken:
            found = recognizer.transcribe_all(pcm, asks)
            # Without words before it, what was encoded is the speech in question and little more.
            if asks_from is not None and (left or _other(found[0].languages(), task, asks_from)):
                speech = AudioChunk(speech_from, pcm[speech_from - start : until - start])
                other = _in_another_language(
                    recognizer, speech, task, asks_from, in_english=in_english
                )
                if other is not None:
                    return other
            if heard_until > until:
                found = [_heard_until(until, start, hypothesis, spans) for hypothesis in found]
            # Without text, the first two are one.
            told, plain, translated = found[0], found[len(spoken) - 1], found[len(spoken) :]
            heard = _heeded(told, plain, live.words, vocabulary)
            english = [_better(h, asks[-1].task, start, live.english) for h in translated]
            return Spoken(_better(heard, task, start, live.words), english[0] if english else ())

        return job

    def settle(self, until: Sample, spoken: Spoken) -> None:
        """Take this as final for the sound before `until`."""
        known = self._final.followed_by(spoken)
        self._final = Spoken(known.words[-_MOST_WORDS:], known.english[-_MOST_WORDS:])
        self.audio.forget(until - self._options.left - 2 * _LEAD)

    def _tokens(self, words: Sequence[Word]) -> list[Token]:
        return [token for word in words for token in self._tokenizer.encode(word.text)]

    def _rolling(self, before: Sample) -> list[Token]:
        """The newest of what was said before that sample."""
        words = [w.text for w in self._final.words if self._context_from <= w.start < before]
        tokens = [t for text in (self._context, *words) for t in self._tokenizer.encode(text)]
        return tokens[max(0, len(tokens) - self._options.rolling) :]


def _other(odds: LanguageOdds, task: Task, sure: float) -> LanguageDetected | None:
    """The most probable language where it surely is another one than the task's."""
    found = best_of(odds)
    if found is None or found[0] == task.language or found[1] < sure:
        return None
    return LanguageDetected(*found)


def _in_another_language(
    recognizer: Recognizer, speech: AudioChunk, task: Task, sure: float, *, in_english: bool
) -> Spoken | None:
    """What was said, where that surely is in another language than the task says."""
    detected = _other(recognizer.languages(speech.pcm), task, sure)
    if detected is None:
        return None
    tasks = [Task(detected.language, task.kind)]
    if in_english and detected.language != "en":
        tasks.append(Task(detected.language, "translate"))
    heard = recognizer.transcribe_all(speech.pcm, [Ask(t, (), ()) for t in tasks])
    words, *english = (_better(h, t, speech.start, ()) for h, t in zip(heard, tasks, strict=True))
    told = english[0] if english else ()
    return Spoken(words, told, detected) if words else None


def _better(heard: Hypothesis, task: Task, start: Sample, live: Sequence[Word]) -> tuple[Word, ...]:
    """What was heard in sound that begins at `start`, or `live` where that failed."""
    words = tuple(Word(w.text, w.start + start, w.end + start, w.probability) for w in heard.words)
    goes_in_circles = _repeats(words)
    if task.kind == "transcribe":
        # Of what was translated times say little.
        words = tuple(without_copies(words[: len(words) - n_copied(words)]))
    guessed = heard.logprob < _LEAST_LOGPROB and (
        task.kind == "transcribe" or heard.no_speech > _SILENT
    )
    failed = guessed or goes_in_circles or _skips(heard, live, _LEAST)
    if failed or not words:
        return tuple(live)
    return with_repeats(words, live) if task.kind == "transcribe" else words


def _heard_until(
    until: Sample, start: Sample, heard: Hypothesis, spans: Sequence[Span]
) -> Hypothesis:
    """Without the words of which the sound after `until` has the greater part.

    Args:
        until: where the words end that are wanted.
        start: of the sound that was heard.
        heard: its words, timed from there.
        spans: where somebody spoke.
    """
    timed = [replace(word, start=word.start + start, end=word.end + start) for word in heard.words]
    words = (
        word
        for word, place in zip(heard.words, placed(timed, spans), strict=True)
        if place.start + place.end < 2 * until
    )
    return replace(heard, words=tuple(words))


def _heeded(
    told: Hypothesis, plain: Hypothesis, live: Sequence[Word], vocabulary: Sequence[str]
) -> Hypothesis:
    """What was heard after some text, or without it where the text did no good.

    After names a decoder hears them, and others like them, where nobody said one. After any text
    it may end with the sentence in whose midst the sound begins (measured: a fifth of the words
    of tiny.en, some of base).
    """
    if vocabulary and _n_named(told, vocabulary) <= _n_named(plain, vocabulary):
        return plain
    return max(told, plain, key=_n_heard) if _skips(told, live, _ENOUGH) else told


def _n_named(heard: Hypothesis, vocabulary: Sequence[str]) -> int:
    said = bare("".join(word.text for word in heard.words))
    return sum(said.count(name) for name in map(bare, vocabulary) if name)


def _skips(heard: Hypothesis, live: Sequence[Word], share: float) -> bool:
    """Whether less than a share of the first pass's letters was heard."""
    return _n_heard(heard) < share * _n_letters(live)


def _n_heard(heard: Hypothesis) -> int:
    return _n_letters(heard.words)


def _n_letters(words: Sequence[Word]) -> int:
    return sum(len(bare(word.text)) for word in words)


def _repeats(words: Sequence[Word]) -> bool:
    if goes_round([bare(word.text) for word in words]):
        return True
    text = "".join(w.text for w in words).encode()
    return len(text) > 60 and len(text) / len(zlib.compress(text)) > _MOST_COMPRESSIBLE
