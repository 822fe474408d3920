"""Words become lines, lines become updates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile
from typing import Final

from wlk_host.core.sentences import ends_sentence
from wlk_host.core.speakers.names import WhoSpeaks, nobody, of_line, takeovers
from wlk_host.core.translation.english import share
from wlk_host.core.types import (
    SAMPLE_RATE,
    CaptionUpdate,
    Draft,
    Line,
    LineState,
    Sample,
    Spoken,
    Translation,
    Word,
)
from wlk_host.core.words import CLAUSE_ENDS, SENTENCE_ENDS, is_closing, width_of

_PAUSE: Final = SAMPLE_RATE
"""A gap between words that ends a line."""

_SHORT, _LONG, _LONGEST = 24, 84, 126
"""Columns: no break at a sentence's end before, break at a clause from, break anyway.
84 are two rows of a subtitle (BBC, Netflix: 42 a row)."""

_ENGLISH: Final = "en"

_LEAST_LINE: Final = SAMPLE_RATE // 10
"""A line lasts this long at the least, also where its only word was given no time."""

_SAME_WORD: Final = SAMPLE_RATE * 6 // 10
"""Two passes put the same word's beginning this close together."""


def breaks_before(
    line: Sequence[Word], word: Word, language: str | None = None, *, amid_sentence: bool = False
) -> bool:
    """Whether `word` opens a new line after the words of `line`.

    Args:
        line: its words so far.
        word: the next one.
        language: they are in.
        amid_sentence: whether the line continues a sentence of the line before it.
    """
    if not line:
        return False
    if _ends_sentence(line, word, language, amid_sentence=amid_sentence):
        return True
    if not _can_open(word):
        return False
    length = _width(line)
    if length >= _LONG and _ends_clause(line, word, language):
        return True
    return length + _width([word]) > _LONGEST


def split_lines(
    words: Sequence[Word],
    live_starts: Sequence[Sample] = (),
    speakers: Sequence[str | None] | None = None,
    language: str | None = None,
) -> list[list[Word]]:
    """The words of each line, where all are known.

    A sentence that fits is one line, unless it was broken while it was live: what has been read
    once should not move. No line holds the words of two speakers.

    Args:
        words: in order.
        live_starts: where the lines began that these words replace.
        speakers: whose words they are; None where voices are not told apart.
        language: they are in.
    """
    sentences: list[list[Word]] = []
    for word, takes_over in zip(words, takeovers(speakers or nobody(words)), strict=True):
        breaks = takes_over and _can_open(word)
        if not sentences or breaks or _ends_sentence(sentences[-1], word, language):
            sentences.append([])
        sentences[-1].append(word)
    return [line for sentence in sentences for line in _fit(sentence, live_starts, language)]


def _ends_sentence(
    line: Sequence[Word], word: Word, language: str | None, *, amid_sentence: bool = False
) -> bool:
    if not _can_open(word):
        return False
    if word.start - line[-1].end >= _PAUSE:
        return True
    worth_a_line = amid_sentence or _width(line) >= _SHORT
    return worth_a_line and ends_sentence(_end_of(line), word.text, language)


def _ends_clause(line: Sequence[Word], word: Word, language: str | None) -> bool:
    end = _end_of(line)
    if end.endswith(SENTENCE_ENDS):
        return ends_sentence(end, word.text, language)
    return end.endswith(CLAUSE_ENDS)


def _end_of(line: Sequence[Word]) -> str:
    """The last word with its punctuation, which can be a word of its own while the line grows."""
    return text_of(line[-2:])


def _fit(
    sentence: Sequence[Word], live_starts: Sequence[Sample], language: str | None
) -> list[list[Word]]:
    fits = _width(sentence) <= _LONGEST
    lines: list[list[Word]] = [[]]
    for word in sentence:
        may_stay = fits and not any(_is_near(start, word) for start in live_starts)
        if breaks_before(lines[-1], word, language) and not may_stay:
            lines.append([])
        lines[-1].append(word)
    return lines


def _is_near(start: Sample, word: Word) -> bool:
    return abs(start - word.start) <= _SAME_WORD


def _same_line(
    line: Sequence[Word], replaced: Iterable[tuple[Sample, Sequence[Word]]]
) -> Sample | None:
    """The id of the replaced line that shares most of its time with `line`.

    None where none shares at least half, of the shorter of both.
    """
    start, end = _span(line)
    shared: dict[Sample, Sample] = {}
    for line_id, words in replaced:
        live_start, live_end = _span(words)
        common = min(end, live_end) - max(start, live_start)
        if common > 0 and 2 * common >= min(end - start, live_end - live_start):
            shared[line_id] = common
    return max(shared, key=shared.__getitem__, default=None)


def _span(line: Sequence[Word]) -> tuple[Sample, Sample]:
    return line[0].start, line[-1].end


def _can_open(word: Word) -> bool:
    return bool(word.text.strip()) and not is_closing(word.text)


def _width(words: Iterable[Word]) -> int:
    return sum(width_of(word.text) for word in words)


def text_of(words: Iterable[Word]) -> str:
    """The words as they are read."""
    return "".join(word.text for word in words).strip()


@dataclass(slots=True)
class _LiveLine:
    """A line that is not final: its words so far, and who speaks, as far as it is known.

    Attributes:
        is_corrected: whether it was shown with the name of somebody else before.
    """

    id: Sample
    language: str | None
    words: list[Word] = field(default_factory=list)
    speaker: str | None = None
    is_corrected: bool = False


class Transcript:
    """The caption lines of a session and what of them is new.

    Lines still live keep their words; final ones are handed out and forgotten.

    Args:
        start: position of the first sample.
        who: tells whose words they are.
    """

    def __init__(self, start: Sample = 0, who: WhoSpeaks = nobody) -> None:
        self._who = who
        self._revision = 0
        self._next_id = start
        self._free_ids: list[Sample] = []
        self._last_final = start - 1
        self._live: list[_LiveLine] = []
        self._is_open = False
        self._is_amid_sentence = False
        self._draft: tuple[Word, ...] = ()
        self._english: list[Word] = []
        self._translations: dict[Sample, Translation] = {}
        self._changed: dict[Sample, Line] = {}
        self._draft_changed = False
        self.final_until = start

    def commit(self, words: Sequence[Word], language: str | None) -> None:
        """Append words that do not move any more while their line is live."""
        for word, takes_over in zip(words, self._takes_over(words), strict=True):
            breaks = not self._is_open or takes_over or self._breaks_before(word)
            if _can_open(word) and breaks:
                self._is_amid_sentence = (
                    self._is_open
                    and not takes_over
                    and not _ends_sentence(
                        self._live[-1].words, word, language, amid_sentence=self._is_amid_sentence
                    )
                )
                self._live.append(_LiveLine(self._new_id(word.start), language))
                self._is_open = True
            elif not self._live:
                continue  # A full stop whose line is final by now.
            line = self._live[-1]
            line.words.append(word)
            line.language = language
            self._change_live(line)
        self.name_speakers()

    def name_speakers(self) -> None:
        """Name the speakers of the live lines, by what is known now.

        A name that was shown is corrected once. After that it waits for the final line, so that
        nothing flickers while a voice is in doubt.
        """
        speakers = iter(self._who([word for line in self._live for word in line.words]))
        for line in self._live:
            speaker = of_line([next(speakers) for _ in line.words])
            is_settled = line.is_corrected and speaker is not None
            if speaker != line.speaker and not is_settled:
                line.is_corrected = None not in (speaker, line.speaker)
                line.speaker = speaker
                self._change_live(line)

    def translate(self, words: Sequence[Word], language: str | None) -> None:
        """Append English of the live lines, which are in that language."""
        self._english += words
        self._spread_english(language)

    def draft(self, words: Sequence[Word]) -> None:
        """Replace the words that may still vanish."""
        if tuple(w.text for w in words) != tuple(w.text for w in self._draft):
            self._draft_changed = True
        self._draft = tuple(words)

    def take_back(self, since: Sample) -> None:
        """Remove the live lines that begin there or later. The next lines get their ids."""
        taken = [line.id for line in self._live if line.id >= since]
        self._live = [line for line in self._live if line.id < since]
        self._english = [word for word in self._english if word.start < since]
        self._free_ids += taken
        self.draft(())
        self._is_open = self._is_amid_sentence = False
        for line_id in taken:
            self._translations.pop(line_id, None)
            self._change(line_id, [], "committed", None)

    def end_line(self) -> None:
        """The next word opens a new line."""
        self._is_open = False

    @property
    def is_blank(self) -> bool:
        """Whether there are no live words."""
        return not self._live and not self._draft

    @property
    def closed_until(self) -> Sample | None:
        """Between the last line that gets no more words and what follows it; None without one.

        Where its last word ends is a guess, so half of the gap is left to it. A full stop is often
        told as late as the words behind it, so it does not count.
        """
        closed = self._live[:-1] if self._is_open else self._live
        if not closed:
            return None
        spoken = [word for word in closed[-1].words if not is_closing(word.text)]
        end = (spoken or closed[-1].words)[-1].end
        following = self._live[-1].words[0].start if self._is_open else end
        return (end + following) // 2

    def live(self, since: Sample, until: Sample) -> Spoken:
        """What is not final of the lines, and of the English, that begin in [since, until)."""
        lines = (line for line in self._live if since <= line.id < until)
        english = (word for word in self._english if since <= word.start < until)
        return Spoken(tuple(word for line in lines for word in line.words), tuple(english))

    def finalise(self, until: Sample, spoken: Spoken, language: str | None) -> None:
        """Replace the lines that begin before `until`, and their English; they do not change again.

        A line keeps the id of one spoken at the same time, so that a reader sees its words mended
        in place; the others are new, and what has no successor is removed.
        """
        replaced = [(line.id, line.words) for line in self._live if line.id < until]
        starts = [line_id for line_id, _ in replaced]
        self._live = self._live[len(replaced) :]
        self._is_open = self._is_open and bool(self._live)
        claimed = self._replace(replaced, spoken, language)
        for line_id in starts:
            if line_id not in claimed:
                self._change(line_id, [], "final", language)
        self._last_final = max([self._last_final, *claimed, *starts])
        self._next_id = max(self._next_id, self._last_final + 1)
        self._free_ids = [i for i in self._free_ids if i > self._last_final]
        self.final_until = max(self.final_until, until)
        self._english = [word for word in self._english if word.start >= until]
        live = {line.id for line in self._live}
        self._translations = {i: t for i, t in self._translations.items() if i in live}

    def _replace(
        self,
        replaced: Sequence[tuple[Sample, Sequence[Word]]],
        spoken: Spoken,
        language: str | None,
    ) -> set[Sample]:
        """Put final lines in place of those; returns their ids."""
        starts = [line_id for line_id, _ in replaced]
        after = self._live[0].id if self._live else None
        last = self._last_final
        ids = set[Sample]()
        words = list(dropwhile(lambda word: not _can_open(word), spoken.words))
        speakers = self._who(words)
        lines = split_lines(words, starts, speakers, language)
        rest = iter(speakers)
        for line, translated in zip(lines, share(spoken.english, lines), strict=True):
            line_id = _same_line(line, [(i, live) for i, live in replaced if i > last])
            if line_id is None:
                line_id = self._free_id(max(last + 1, line[0].start), starts, after)
            ids.add(line_id)
            self._translations.pop(line_id, None)
            if text := text_of(translated):
                self._translations[line_id] = Translation(text, _ENGLISH, "final")
            speaker = of_line([next(rest) for _ in line])
            self._change(line_id, line, "final", language, speaker)
            last = max(last, line_id)
        return ids

    def _spread_english(self, language: str | None) -> None:
        """Put the English there is so far beneath the live lines."""
        parts = share(self._english, [line.words for line in self._live])
        for line, translated in zip(self._live, parts, strict=True):
            text = text_of(translated)
            shown = self._translations.get(line.id)
            if text and (shown is None or shown.text != text):
                self._translations[line.id] = Translation(text, _ENGLISH, "draft")
                line.language = language
                self._change_live(line)

    def _free_id(self, at: Sample, taken: Sequence[Sample], after: Sample | None) -> Sample:
        """The first id from `at` on that no line has, before that of the line which follows."""
        while at in taken:
            at += 1
        return at if after is None else min(at, after - 1)

    def update(self) -> CaptionUpdate | None:
        """Everything that changed since the last call; None when nothing did."""
        if not self._changed and not self._draft_changed:
            return None
        self._revision += 1
        lines = tuple(self._changed[i] for i in sorted(self._changed))
        self._changed, self._draft_changed = {}, False
        return CaptionUpdate(self._revision, lines, self._shown_draft(), self.final_until)

    def _shown_draft(self) -> Draft | None:
        draft = self._draft
        if draft and self._is_open and not self._breaks_before(draft[0]):
            return Draft(self._live[-1].id, "".join(w.text for w in draft), *_span(draft))
        draft = tuple(dropwhile(lambda word: not _can_open(word), draft))
        if not draft:
            return None
        text = "".join(word.text for word in draft)
        start, end = _span(draft)
        line_id = self._free_ids[0] if self._free_ids else max(self._next_id, start)
        return Draft(line_id, text.lstrip(), start, end)

    def _breaks_before(self, word: Word) -> bool:
        line = self._live[-1]
        return breaks_before(line.words, word, line.language, amid_sentence=self._is_amid_sentence)

    def _takes_over(self, words: Sequence[Word]) -> list[bool]:
        """For each of these words, whether another speaker begins with it."""
        said = self._live[-1].words if self._live else []
        return takeovers(self._who([*said, *words]))[len(said) :]

    def _new_id(self, start: Sample) -> Sample:
        if self._free_ids:
            return self._free_ids.pop(0)
        line_id = max(self._next_id, start)
        self._next_id = line_id + 1
        return line_id

    def _change_live(self, line: _LiveLine) -> None:
        self._change(line.id, line.words, "committed", line.language, line.speaker)

    def _change(
        self,
        line_id: Sample,
        words: Sequence[Word],
        state: LineState,
        language: str | None,
        speaker: str | None = None,
    ) -> None:
        start, end = _span(words) if words else (line_id, line_id)
        if words:
            end = max(end, start + _LEAST_LINE)
        self._changed[line_id] = Line(
            line_id,
            start,
            end,
            text_of(words),
            state,
            language,
            tuple(words),
            speaker,
            translation=self._translations.get(line_id),
        )
