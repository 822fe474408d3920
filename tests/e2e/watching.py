"""What a person sees over a page while it plays, kept so that it can be scored."""

import time
from collections.abc import Callable, Mapping, Sequence

from browser import Browser
from overlay_nodes import OverlayRow
from playwright.sync_api import Page

from wlk_host.runtime.files.caption_log import Shown

LOOK_EVERY_S = 0.1


class Reading:
    """What has been read by somebody who saw only the few rows shown at each moment."""

    def __init__(self) -> None:
        self._live: dict[int, str] = {}
        self._settled: set[int] = set()
        self._current: dict[int, str] = {}

    def read(self, rows: Sequence[OverlayRow], t: float) -> Shown:
        """Take in the rows shown at second `t`; all that was read so far."""
        draft = ""
        for index, row in enumerate(rows):
            if row.id not in self._current and any(r.id in self._current for r in rows[index:]):
                # Live lines come at the end: one in front of a line already seen is refined.
                self._settled.add(row.id)
            else:
                self._read_live(row.id, row.committed)
            draft = row.text[len(row.committed) :].strip()
        self._current = _in_order(self._current, {row.id: row.committed for row in rows})
        return Shown(t, _joined(self._live), draft, _joined(self._current))

    def _read_live(self, row_id: int, committed: str) -> None:
        """A line only grows while it is live; the first other change is its refined text."""
        if row_id in self._settled:
            return
        if committed.startswith(self._live.get(row_id, "")):
            self._live[row_id] = committed
        else:
            self._settled.add(row_id)


class Watcher:
    """Looks at the captions again and again; times are the playing media's own."""

    def __init__(self, browser: Browser, page: Page) -> None:
        self._browser = browser
        self._page = page
        self._reading = Reading()
        self.log: list[Shown] = []

    def look(self) -> None:
        """Take down what is shown now."""
        rows = self._browser.overlay_rows(self._page)
        self.log.append(self._reading.read(rows, self.media_time()))

    def media_time(self) -> float:
        """Seconds the page's media element has played."""
        return float(self._page.evaluate("document.querySelector('video').currentTime"))

    def is_over(self) -> bool:
        """Whether the page's media element has played to its end."""
        return bool(self._page.evaluate("document.querySelector('video').ended"))


def watch_all(
    watchers: Sequence[Watcher],
    grace_s: float,
    at: Mapping[float, Callable[[], object]] | None = None,
) -> None:
    """Look at all until every clip has ended and `grace_s` more.

    Args:
        watchers: looked at in turn.
        grace_s: the last lines may take that long.
        at: what else to do at which second of the first one's clip.
    """
    errands = dict(at or {})
    deadline: float | None = None
    while deadline is None or time.monotonic() < deadline:
        for watcher in watchers:
            watcher.look()
        for due in [t for t in errands if watchers[0].log[-1].t >= t]:
            errands.pop(due)()
        if deadline is None and all(watcher.is_over() for watcher in watchers):
            deadline = time.monotonic() + grace_s
        time.sleep(LOOK_EVERY_S)
    assert not errands


def _in_order(known: dict[int, str], seen: dict[int, str]) -> dict[int, str]:
    """Rows leave at the top as new ones come; one gone from below the first was removed."""
    rows = list(known)
    anchor = next((row for row in seen if row in known), None)
    left = rows if anchor is None else rows[: rows.index(anchor)]
    return {row: known[row] for row in left} | seen


def _joined(lines: dict[int, str]) -> str:
    return " ".join(text for text in lines.values() if text)
