"""Sound decoded by a service; see `service.client`. For LocalAgreement and the second pass."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from wlk_host.backends.service.client import Client, Segment, SpokenWord, Transcription, invalid
from wlk_host.core.live.trust import bare
from wlk_host.core.ports import Ask, Hypothesis, LanguageOdds, Task, Token
from wlk_host.core.types import SAMPLE_RATE, Pcm, Sample, Word

_MOST_PROMPT: Final = 800
"""The most characters of a prompt. Services take 224 tokens."""

_LEAST_SOUND: Final = SAMPLE_RATE // 5
"""The shortest sound that is sent. Services refuse less than 0.1 s."""

_NAMES: Final = """
    af afrikaans am amharic ar arabic as assamese az azerbaijani ba bashkir be belarusian bg
    bulgarian bn bengali bo tibetan br breton bs bosnian ca catalan cs czech cy welsh da danish de
    german el greek en english es spanish et estonian eu basque fa persian fi finnish fo faroese
    fr french gl galician gu gujarati ha hausa haw hawaiian he hebrew hi hindi hr croatian hu
    hungarian hy armenian id indonesian is icelandic it italian ja japanese jw javanese ka
    georgian kk kazakh km khmer kn kannada ko korean la latin lb luxembourgish ln lingala lo lao
    lt lithuanian lv latvian mg malagasy mi maori mk macedonian ml malayalam mn mongolian mr
    marathi ms malay mt maltese my myanmar ne nepali nl dutch nn nynorsk no norwegian oc occitan
    pa punjabi pl polish ps pashto pt portuguese ro romanian ru russian sa sanskrit sd sindhi si
    sinhala sk slovak sl slovenian sn shona so somali sq albanian sr serbian su sundanese sv
    swedish sw swahili ta tamil te telugu tg tajik th thai tk turkmen tl tagalog tr turkish tt
    tatar uk ukrainian ur urdu uz uzbek vi vietnamese yi yiddish yo yoruba yue cantonese zh
    chinese
"""

_CODES: Final = dict(zip(_NAMES.split()[1::2], _NAMES.split()[::2], strict=True))
"""Whisper codes and English names. Most services return the name, some the code."""


class CodePoints:
    """A `core.ports.Tokenizer` for services, which have no tokens: each character is one."""

    def encode(self, text: str) -> list[Token]:
        """The code points of the characters."""
        return [ord(character) for character in text]

    def decode(self, tokens: Sequence[Token]) -> str:
        """The text."""
        return "".join(chr(token) for token in tokens)


class ApiRecognizer:
    """A `core.ports.LiveRecognizer` that uses a service."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._tokenizer = CodePoints()

    def transcribe(
        self, pcm: Pcm, task: Task, prompt: Sequence[Token], prefix: Sequence[Token]
    ) -> Hypothesis:
        """The words that follow `prefix`; see `core.ports.Recognizer`.

        Raises:
            WlkError: as `Client.transcribe`.
        """
        if len(pcm) < _LEAST_SOUND:
            return Hypothesis((), 0.0, 1.0)
        fields = {"prompt": self._tokenizer.decode(prompt)[-_MOST_PROMPT:].strip()}
        route = "transcriptions"
        if task.kind == "translate":
            route = "translations"
        else:
            fields["language"] = task.language
        fields = {name: value for name, value in fields.items() if value}
        answer = self._client.transcribe(pcm, route, fields)
        words = _words(answer, len(pcm), spaced=task.is_spaced)
        said = (
            self._tokenizer.decode(prefix).split()
            if task.is_spaced
            else list(self._tokenizer.decode(prefix))
        )
        new = words[n_given(said, [word.text for word in words]) :]
        segments = answer.segments or []
        return Hypothesis(
            tuple(new),
            float(np.mean([s.avg_logprob for s in segments])) if segments else 0.0,
            max((s.no_speech_prob for s in segments), default=0.0 if words else 1.0),
        )

    def transcribe_all(self, pcm: Pcm, asks: Sequence[Ask]) -> list[Hypothesis]:
        """`transcribe` for each of the asks."""
        return [self.transcribe(pcm, ask.task, ask.prompt, ask.prefix) for ask in asks]

    def languages(self, pcm: Pcm, *, padded: bool = True) -> LanguageOdds:  # noqa: ARG002 - its affair
        """The language that the service names, with probability 1, since it reports none."""
        if len(pcm) < _LEAST_SOUND:
            return {}
        named = self._client.transcribe(pcm, "transcriptions", {}).language.lower()
        code = _CODES.get(named, named)
        if code not in _CODES.values():
            raise invalid("it names no known language")
        return {code: 1.0}


def n_given(prefix: Sequence[str], words: Sequence[str]) -> int:
    """How many of the words belong to the prefix, which is heard a little differently each time.

    It is the split with the smallest edit distance between the prefix and the words before it, and
    among equals the one nearest to the prefix's own length.
    """
    given = [bare(word) for word in prefix]
    distance = list(range(len(given) + 1))
    best = (distance[-1], len(given), 0)
    for n, word in enumerate((bare(word) for word in words), 1):
        before, distance = distance, [n]
        for i, other in enumerate(given, 1):
            distance.append(min(before[i] + 1, distance[-1] + 1, before[i - 1] + (word != other)))
        best = min(best, (distance[-1], abs(n - len(given)), n))
    return best[2]


def _words(answer: Transcription, n_samples: Sample, *, spaced: bool) -> list[Word]:
    """The words with their punctuation, which only the text has."""
    if answer.words is None and answer.text.strip():
        raise invalid("it has text, but no words")
    spoken = answer.words or []
    texts = _written(answer.text, [word.word.strip() for word in spoken], spaced=spaced)
    words, at = [], 0
    for word, text in zip(spoken, texts, strict=True):
        start = min(max(at, round(word.start * SAMPLE_RATE)), n_samples)
        at = min(max(start, round(word.end * SAMPLE_RATE)), n_samples)
        words.append(Word(text, start, at, _probability(word, answer.segments or [])))
    return words


def _written(text: str, words: Sequence[str], *, spaced: bool) -> list[str]:
    """Each word as the text has it, with the space before it and the punctuation after it."""
    begins: list[int | None] = []
    at = 0
    for word in words:
        found = text.find(word, at)
        if found < 0:
            begins.append(None)
            continue
        # The text up to the last space before this word belongs to the previous word.
        begins.append(text.rfind(" ", at, found) + 1 or (found if at else 0))
        at = found + len(word)
    written = []
    for i, (word, begin) in enumerate(zip(words, begins, strict=True)):
        later = next((b for b in begins[i + 1 :] if b is not None), len(text))
        alone = begin is None or None in begins[i + 1 : i + 2]
        shown = word if alone else text[begin:later].strip()
        written.append(f" {shown}" if spaced else shown)
    return written


def _probability(word: SpokenWord, segments: Sequence[Segment]) -> float:
    """The probability of its segment, since services report none for words."""
    around = [s.avg_logprob for s in segments if s.start <= word.start <= s.end]
    return min(1.0, math.exp(min(0.0, around[0]))) if around else 0.7
