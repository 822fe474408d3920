"""A tab's transcript, read as the side panel reads it."""

from dataclasses import dataclass
from typing import Any

from browser import Browser
from waiting import wait_until

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
  globalThis.heard = heard;
  globalThis.seek = (media, at) =>
    chrome.runtime.sendMessage({ type: 'seek', tabId, media, at });
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
        return [
            Entry(**{name: entry[name] for name in ("id", "media", "start", "end", "text", "state")},
                  words=tuple(tuple(word) for word in entry["words"]))
            for entry in self.transcript["entries"]
        ]  # fmt: skip

    def seek(self, media: str, at: float) -> None:
        """Have the page's medium go to a place."""
        self._page.evaluate("([media, at]) => seek(media, at)", [media, at])
