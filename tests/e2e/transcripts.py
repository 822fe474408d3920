"""A tab's transcript, read as the side panel reads it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from browser import Browser
from waiting import wait_until

from wlk_host.bench import scoring

TimedWord = tuple[str, float, float]

READ = """async () => {
  const { applyChanges } = await import('/transcript/changes.js');
  const heard = { transcript: null, playhead: null, told: 0 };
  const port = chrome.runtime.connect({ name: 'view' });
  let tabId = null;
  port.onMessage.addListener((message) => {
    if (message.type === 'captures' && tabId === null && message.captures.length > 0) {
      tabId = message.captures[0].tabId;
      port.postMessage({ type: 'watch', wants: { tabId, transcript: true } });
    }
    if (message.type === 'transcript') heard.transcript = message.transcript;
    if (message.type === 'transcript-changes') {
      heard.told += 1;
      heard.transcript = applyChanges(heard.transcript, message.changes);
    }
    if (message.type === 'playhead') heard.playhead = message;
  });
  const { Exporter } = await import('/ui/exporter.js');
  const { exportLines } = await import('/transcript/export.js');
  const exporter = new Exporter({
    tellHost: (message) => port.postMessage({ type: 'to-host', message }),
    watch: (wants) => port.postMessage({ type: 'watch', wants }),
  });
  port.onMessage.addListener((message) => exporter.receive(message));
  globalThis.exported = (media, format) => {
    const filter = (text) => text;
    const words = { you: 'You', numbered: (number) => `Speaker ${number}` };
    const lines = exportLines(heard.transcript, media, { filter, words });
    const { title, language } = heard.transcript;
    return exporter.make({ format, content: 'original', title, language }, lines);
  };
  globalThis.heard = heard;
  globalThis.seek = (media, at) =>
    chrome.runtime.sendMessage({ type: 'seek', tabId, media, at });
  globalThis.edit = (edit) => chrome.runtime.sendMessage({ type: 'edit', tabId, edit });
}"""


@dataclass(frozen=True)
class Entry:
    """A line of the transcript; times are the medium's, in seconds."""

    id: str
    media: str | None
    start: float
    end: float
    text: str
    state: str
    words: tuple[tuple[str, float, float, float], ...]

    @property
    def timed_words(self) -> list[TimedWord]:
        """Its words. Where the host has told none, only the edges of the line are known."""
        if self.words:
            return [(text, start, end) for text, start, end, _ in self.words]
        texts = self.text.split()
        starts = [self.start, *[math.nan] * (len(texts) - 1)]
        return list(zip(texts, starts, [*starts[1:], self.end], strict=True))


def word_time_differences(
    spoken: Sequence[TimedWord], captioned: Sequence[TimedWord]
) -> list[float]:
    """Seconds by which starts and ends of English words come too late; negative: too early."""
    forms, found = (
        [scoring.normalise(text, "en") for text, _, _ in w] for w in (spoken, captioned)
    )
    _, pairs = scoring.align([" ".join(f) for f in forms], [" ".join(f) for f in found])
    times = [(spoken[i], captioned[j]) for i, j in pairs if forms[i]]
    differences = [d for (_, a, b), (_, c, e) in times for d in (c - a, e - b)]
    return [difference for difference in differences if not math.isnan(difference)]


def word_time_errors(entries: Sequence[Entry], spoken: Sequence[TimedWord]) -> list[float]:
    """Seconds by which starts and ends of English words are off, sorted."""
    captioned = [word for entry in entries for word in entry.timed_words]
    errors = scoring.word_time_errors(spoken, captioned, "en")
    return sorted(error for error in errors if not math.isnan(error))


class TranscriptReader:
    """Reads the transcript of the one tab that is captioned."""

    def __init__(self, browser: Browser) -> None:
        self._page = browser.open_own("panel/panel.html")
        self._page.evaluate(READ)
        there = lambda: self._page.evaluate("heard.transcript !== null")  # noqa: E731
        wait_until(there, "there is no transcript")

    @property
    def transcript(self) -> dict[str, Any]:
        """All of it, as it is now."""
        found: dict[str, Any] = self._page.evaluate("heard.transcript")
        return found

    @property
    def entries(self) -> list[Entry]:
        """Its lines, in order."""
        return [_entry(**entry) for entry in self.transcript["entries"]]

    def exported(self, media: str, file_format: str) -> str:
        """Return what of one medium was said, as a file that the host has written."""
        made = self._page.evaluate("([m, f]) => exported(m, f)", [media, file_format])
        assert "text" in made, made
        return str(made["text"])

    def seek(self, media: str, at: float) -> None:
        """Have the page's medium go to a place."""
        self._page.evaluate("([media, at]) => seek(media, at)", [media, at])

    def edit(self, **edit: Any) -> None:
        """Change a line, or a name."""
        self._page.evaluate("(change) => edit(change)", edit)


def _entry(
    *,
    id: str,  # noqa: A002 - the transcript's name of it
    media: str | None,
    start: float,
    end: float,
    text: str,
    state: str,
    words: list[list[Any]],
    **_: object,
) -> Entry:
    timed = tuple((word[0], word[1], word[2], word[3]) for word in words)
    return Entry(id, media, start, end, text, state, timed)
