"""One captioned tab as the extension has it: its sound, its session, its captions."""

import base64
import re
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from soak_tape import CHUNK, Tape
from wlk_host.core.types import SAMPLE_RATE, Sample

if TYPE_CHECKING:
    from soak_browser import HostProcess

KEPT: Final = 60 * SAMPLE_RATE
"""Sound that the extension keeps (`offscreen/session.js`)."""

_CONTEXT: Final = 400
_NEAR: Final = SAMPLE_RATE // 2
"""Words end where the decoder looks: so much before the end of what was heard."""

MOST_LAG_S: Final = 5.0
_LONG: Final = re.compile(r"[a-z]{9,}")
Message = dict[str, Any]


class Tab:
    """One captioned tab: its sound, its captions, and how late they were.

    Attributes:
        position: the sample that is played next.
        phase: as the extension shows it: connecting, loading, listening, lagging, ending.
        unannounced: moments of speech over 5 s old, neither captioned nor announced as late.
        late: each such moment's age when it was captioned, announced or not.
        worst_s: the longest time from a moment of speech to captions of it.
        delays_s: from each moment of speech to words that reach up to it.
        skipped_ms: sound that the host left out, over all its sessions.
        words: the long ones that were said.
    """

    def __init__(self, name: str, tape: Tape, offset: int, model: str) -> None:
        self.name, self.model = name, model
        self.position: Sample = 0
        self.phase = "connecting"
        self.unannounced: list[tuple[float, str]] = []
        self.late: list[float] = []
        self.worst_s = 0.0
        self.delays_s: list[float] = []
        self.skipped_ms = 0
        self.n_lines = 0
        self.lag_ms = 0
        self.words: set[str] = set()
        self._tape, self._offset = tape, offset
        self._host: HostProcess | None = None
        self._seq = 0
        self._final_until: Sample = 0
        self._lines: dict[Sample, Message] = {}
        self._jumps: deque[tuple[Sample, int]] = deque([(0, offset)])
        self._waiting: deque[tuple[Sample, float]] = deque()
        self._unread: deque[tuple[Sample, float]] = deque()
        self._overdue_until: Sample = -1
        self._announced_at = -1.0
        self._session_skipped = 0

    # -- the sound --------------------------------------------------------------------

    def play(self, now: float) -> None:
        """The next 100 ms."""
        n = self._chunk_number(self.position)
        if self._tape.speaks(n):
            self._waiting.append((self.position + CHUNK, now))
            self._unread.append((self.position + CHUNK, now))
        if self._host is not None:
            self._send(self.position)
        self.position += CHUNK

    def seek(self, chunks: int) -> None:
        """Go on elsewhere in the sound."""
        self._offset += chunks
        self._jumps.append((self.position, self._offset))
        if self._host is not None:
            self._host.say(type="cut", session=self.name, at=self.position)

    def _chunk_number(self, at: Sample) -> int:
        while len(self._jumps) > 1 and self._jumps[1][0] <= self.position - 2 * KEPT:
            self._jumps.popleft()
        offset = next(o for begin, o in reversed(self._jumps) if begin <= at)
        return at // CHUNK + offset

    def _send(self, at: Sample) -> None:
        assert self._host is not None
        pcm = self._tape.chunk(self._chunk_number(at))
        text = base64.b64encode((pcm * 32767).astype("<i2").tobytes()).decode("ascii")
        self._host.say(type="audio", session=self.name, seq=self._seq, start=at, pcm=text)
        self._seq += 1

    # -- the session ------------------------------------------------------------------

    def attach(self, host: "HostProcess") -> None:
        """Begin there, or go on after what is final (`CaptionSession.attach`)."""
        kept = max(self._final_until, self.position - KEPT, 0)
        ends = (line["end"] for line in self._lines.values() if line["start"] < kept)
        begin = max(kept, *ends, 0)
        before = [line for line in self._lines.values() if line["start"] < begin]
        context = " ".join(line["text"].strip() for line in before)[-_CONTEXT:]
        self._lines = {line["id"]: line for line in before}
        self._host, self._seq, self.phase = host, 0, "loading"
        self._session_skipped = 0
        self._overdue_until = -1
        options = {"model": self.model, "language": "en"}
        host.say(
            type="start",
            session=self.name,
            options=options,
            **{"from": begin},
            context=context,
            visible=self.name == "tab 1",
        )
        first = begin // CHUNK * CHUNK
        for at in range(first, self.position, CHUNK):
            self._send(at)

    def detach(self) -> None:
        """The host is gone."""
        self._host, self.phase = None, "reconnecting"

    def stop(self) -> None:
        """No more of it; `attach` begins again."""
        if self._host is not None:
            self._host.say(type="stop", session=self.name)
            self._host, self.phase = None, "ending"

    def begin_anew(self) -> None:
        """Forget the captions, as after a click that ended them; sound before is not captioned."""
        self._lines.clear()
        self._final_until = self.position
        self._waiting.clear()
        self._unread.clear()

    @property
    def host(self) -> "HostProcess | None":
        """Where its session is."""
        return self._host

    # -- what the host says -----------------------------------------------------------

    def hear(self, message: Message, now: float) -> None:
        """Captions or a status of its session."""
        if message["type"] == "captions":
            self._hear_captions(message, now)
        elif message["type"] == "status" and self._host is not None:
            self.phase, self.lag_ms = message["state"], message["lag_ms"]
            self.skipped_ms += message["skipped_ms"] - self._session_skipped
            self._session_skipped = message["skipped_ms"]
            if self.phase in ("listening", "lagging"):
                self._reach(self.position - message["lag_ms"] * SAMPLE_RATE // 1000, now)

    def _hear_captions(self, message: Message, now: float) -> None:
        ends = [line["end"] for line in message["lines"] if line["text"]]
        for line in message["lines"]:
            self.n_lines += line["state"] == "final"
            self._lines[line["id"]] = line
            self.words |= set(_LONG.findall(line["text"].lower()))
            if not line["text"]:
                del self._lines[line["id"]]
        while len(self._lines) > 50:
            del self._lines[min(self._lines)]
        if message["draft"] is not None:
            ends.append(message["draft"]["end"])
        self._final_until = max(self._final_until, message["final_until"])
        end = max(ends, default=0) + _NEAR
        while self._unread and self._unread[0][0] <= end:
            self.delays_s.append(now - self._unread.popleft()[1])
        self._reach(max(end, message["final_until"]), now)

    def _reach(self, until: Sample, now: float) -> None:
        """All sound up to there is captioned."""
        while self._waiting and self._waiting[0][0] <= until:
            age_s = now - self._waiting.popleft()[1]
            self.worst_s = max(self.worst_s, age_s)
            if age_s > MOST_LAG_S:
                self.late.append(age_s)
        while self._unread and self._unread[0][0] <= until - 60 * SAMPLE_RATE:
            self._unread.popleft()  # Words that were never written.

    def look(self, now: float) -> None:
        """Note what is late without being announced."""
        if self.phase != "listening":
            self._announced_at = now
        for at, played in self._waiting:
            if now - played <= MOST_LAG_S:
                return
            if at > self._overdue_until:
                self._overdue_until = at
                if self._announced_at < played:
                    self.unannounced.append((now, f"{self.name} at {at / SAMPLE_RATE:.0f} s"))
