"""Who speaks in one session, by name."""

from collections.abc import Sequence

from wlk_host.core.sound.voicing import Span
from wlk_host.core.sound.window import AudioBuffer
from wlk_host.core.speakers.aligner import AlignOptions, align
from wlk_host.core.speakers.diarizer import Diarizer, DiarizerModel
from wlk_host.core.speakers.limit import VoiceLimit
from wlk_host.core.speakers.names import joined, nobody
from wlk_host.core.speakers.remembered import Recall, recognised
from wlk_host.core.speakers.voices import VoicePrint
from wlk_host.core.types import Sample, Word


class Speakers:
    """Who speaks in one session. Names are "1", "2", ... in the order in which voices came.

    Args:
        options: where speakers change.
        recall: whom the user had remembered; None: nobody is to be recognised or remembered.
    """

    def __init__(self, options: AlignOptions | None = None, recall: Recall | None = None) -> None:
        self._options = options
        self._recall = recall
        self._prints_by: str | None = None
        self._recognised: dict[str, str] = {}
        self._has_news = False
        self._engine: str | None = None
        self._diarizer: Diarizer | None = None
        self._is_on = False
        self._n_named = 0
        self._n_taken = 0
        self._spans: list[Span] = []
        self._noted_until: Sample = 0
        self._asked_from: Sample = 0

    def use(self, model: DiarizerModel | None, limit: VoiceLimit | None = None) -> None:
        """Tell voices apart with that engine; None: not at all.

        Another engine knows none of the voices, so it numbers its own after those before.
        """
        was_on, self._is_on = self._is_on, model is not None
        if model is None:
            return
        if not was_on:
            # Speech of before would have to be heard all at once, and captions would wait.
            self._asked_from = self._noted_until
        if self._diarizer is None or model.name != self._engine:
            self._diarizer, self._engine = model.open(), model.name
            self._prints_by = model.prints_by
            self._n_taken = self._n_named
            self._recognised = {}
        self._diarizer.limit(limit or VoiceLimit())

    def begin(self, at: Sample) -> None:
        """Another session begins there; the voices stay known."""
        self._spans = []
        self._noted_until = self._asked_from = at
        if self._diarizer is not None:
            self._diarizer.begin(at)

    def note(self, start: Sample, end: Sample) -> None:
        """There is speech in [start, end), which may grow."""
        if end <= self._noted_until:
            return
        self._noted_until = end
        if self._spans and self._spans[-1][0] == start:
            self._spans.pop()
        self._spans.append((start, end))

    def listen(self, sound: AudioBuffer, *, closing: bool) -> None:
        """Learn from the speech that was noted.

        Args:
            sound: where it is, as far as it was not heard before. Speech after it waits.
            closing: whether the last span in it is over.
        """
        spans = [span for span in self._spans if span[0] < sound.end]
        later = self._spans[len(spans) :]
        asked = [(max(a, self._asked_from), b) for a, b in spans if b > self._asked_from]
        if self._diarizer is not None and self._is_on and asked:
            self._diarizer.listen(sound, asked, closing=closing)
            self._has_news = True
        self._spans = [*([] if closing else spans[-1:]), *later]

    def who(self, words: Sequence[Word]) -> list[str | None]:
        """The speaker of each of these words, which follow one another.

        None where nothing was heard near a word: speech too short to tell.
        """
        if self._diarizer is None or not self._is_on or not words:
            return nobody(words)
        evidence = self._diarizer.evidence([(word.start, word.end) for word in words])
        voices = align(words, evidence, self._options)
        named = [joined(str(self._n_taken + voice + 1) for voice in said) for said in voices]
        heard = [self._n_taken + voice + 1 for said in voices for voice in said]
        self._n_named = max([self._n_named, *heard])
        return named

    def recognise(self) -> list[tuple[str, str]]:
        """Voices that are remembered ones, with their names, each told once.

        Nobody is two voices: of those, the one that was recognised first has the name.
        """
        if self._recall is None or self._diarizer is None or not self._has_news:
            return []
        self._has_news = False
        remembered = [one for one in self._recall() if one.model == self._prints_by]
        found = []
        for number, heard in enumerate(self._diarizer.prints() if remembered else (), start=1):
            voice = str(self._n_taken + number)
            name = None if voice in self._recognised else recognised(heard, remembered)
            if name is not None and name not in self._recognised.values():
                self._recognised[voice] = name
                self._n_named = max(self._n_named, self._n_taken + number)
                found.append((voice, name))
        return found

    def prints_of(self, voices: Sequence[str]) -> tuple[str, list[VoicePrint]] | None:
        """What made the prints of these voices, and the prints.

        Voices that it does not know, as those of another engine, are left out. None where nobody
        is to be remembered.
        """
        if self._recall is None or self._diarizer is None or self._prints_by is None:
            return None
        known = {
            str(self._n_taken + number): one
            for number, one in enumerate(self._diarizer.prints(), start=1)
        }
        return self._prints_by, [known[voice] for voice in voices if voice in known]

    def forget(self, before: Sample) -> None:
        """No word before that sample will be asked for."""
        if self._diarizer is not None:
            self._diarizer.forget(before)
