"""Many live sessions at once against a server that runs, with its processor time.

    wlk-host serve --model base --port 8000 &
    python tests/bench/cluster_load.py 127.0.0.1:8000 --pid $! --sessions 2 --seconds 60

Sound comes at the speed of speech. When a connection ends, the session starts again `from` its last
final sample, as the extension does, so the words can be compared with an undisturbed run:

    ... --out quiet.json; ... --kill-after 20 --out killed.json --expect quiet.json
"""

import argparse
import asyncio
import json
import os
import signal
import time
import wave
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

import wlk_host
from wlk_host.bench.scoring import error_rate
from wlk_host.core.types import SAMPLE_RATE
from wlk_host.protocol.connection import Sound
from wlk_host.protocol.sound_frames import encode_sound

_SPEECH: Final = Path(wlk_host.__file__).parent / "speech" / "english.wav"
_PIECE: Final = SAMPLE_RATE // 10
"""As the extension sends it."""
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PATIENCE_S: Final = 60.0
_AGAIN_S: Final = 0.5


@dataclass(slots=True)
class Session:
    """One client, and what it has been told.

    Attributes:
        closed: how each connection ended that ended too early.
        lags_s: from when the last sound of a line's text was sent until the text came.
        twice: lines of which one was final before, and came with other words.
    """

    pcm: bytes
    lines: dict[int, dict[str, Any]] = field(default_factory=dict)
    final_until: int = 0
    closed: list[str] = field(default_factory=list)
    refused: int = 0
    lags_s: list[float] = field(default_factory=list)
    away_s: list[float] = field(default_factory=list)
    is_over: bool = False
    sent: int = 0
    heard: int = 0
    began: float = 0.0

    @property
    def text(self) -> str:
        return " ".join(self.lines[i]["text"] for i in sorted(self.lines) if self.lines[i]["text"])

    async def run(self, address: str, token: str | None) -> None:
        self.began = time.monotonic()
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        left_at: float | None = None
        while not self.is_over:
            try:
                async with connect(
                    f"ws://{address}/session", additional_headers=headers, compression=None
                ) as socket:
                    if left_at is not None:
                        self.away_s.append(time.monotonic() - left_at)
                    await self._play(socket)
            except ConnectionClosed as error:
                left_at = time.monotonic()
                self.closed.append(str(error.rcvd.code if error.rcvd else 1006))
            except (OSError, InvalidHandshake):
                self.refused += 1
                left_at = left_at or time.monotonic()
                await asyncio.sleep(_AGAIN_S)

    async def _play(self, socket: ClientConnection) -> None:
        begin = self.final_until
        self.lines = {i: line for i, line in self.lines.items() if i < begin}
        await socket.send(json.dumps({"type": "hello", "protocol": 1, "extension": "0.1.0"}))
        await socket.send(json.dumps({
            "type": "start", "session": "a", "from": begin,
            "options": {"language": "en"}, "context": self.text,
        }))  # fmt: skip
        feeding = asyncio.create_task(self._feed(socket, begin))
        try:
            async for text in socket:
                self.heard += len(text)
                self._hear(json.loads(text))
                if self.is_over:
                    return
            raise ConnectionClosed(None, None)
        finally:
            feeding.cancel()

    async def _feed(self, socket: ClientConnection, begin: int) -> None:
        end = len(self.pcm) // 2
        for seq, at in enumerate(range(begin, end, _PIECE)):
            until = min(at + _PIECE, end)
            await asyncio.sleep(self.began + until / SAMPLE_RATE - time.monotonic())
            message = encode_sound(Sound("a", seq, at, self.pcm[2 * at : 2 * until]))
            self.sent += len(message)
            await socket.send(message)
        await socket.send(json.dumps({"type": "stop", "session": "a"}))

    def _hear(self, message: dict[str, Any]) -> None:
        if message["type"] == "error":
            raise SystemExit(f"got {message}")
        now = time.monotonic() - self.began
        for line in message.get("lines", []):
            known = self.lines.get(line["id"])
            if line["state"] == "committed" and (known is None or known["text"] != line["text"]):
                self.lags_s.append(now - line["end"] / SAMPLE_RATE)
            self.lines[line["id"]] = line
        self.final_until = message.get("final_until", self.final_until)
        self.is_over = message.get("state") == "ended"


def processor_seconds(root: int) -> dict[str, float]:
    """Of a process and all below it, by what they are."""
    parents, names, used = {}, {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, rest = path.read_text().rpartition(")")
            command = (path.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        fields = rest.split()
        pid = int(head.split()[0])
        parents[pid] = int(fields[1])
        used[pid] = (int(fields[11]) + int(fields[12])) / _TICKS
        words = command.split()
        names[pid] = Path(words[0]).name if words else head.partition("(")[2]
        if names[pid].startswith("python"):
            names[pid] = "python " + " ".join(Path(w).name for w in words[1:4])
    found: dict[str, float] = {}
    for pid, spent in used.items():
        above = pid
        while above in parents and above != root:
            above = parents[above]
        if above == root:
            found[names[pid]] = found.get(names[pid], 0.0) + spent
    return found


def replicas(root: int) -> list[int]:
    """The process ids of Ray's replicas below this one."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            is_one = path.read_bytes().startswith(b"ray::ServeReplica")
        except OSError:
            continue
        if is_one:
            found.append(int(path.parent.name))
    return sorted(found)


async def main() -> None:
    """Run the sessions; print what they cost."""
    chosen = _arguments()
    with wave.open(str(chosen.sound)) as clip:
        pcm = clip.readframes(clip.getnframes())
    wanted = chosen.seconds * SAMPLE_RATE * 2
    pcm = (pcm * (wanted // len(pcm) + 1))[:wanted]
    sessions = [Session(pcm) for _ in range(chosen.sessions)]
    before, began = processor_seconds(chosen.pid), time.monotonic()
    disturbing = asyncio.create_task(_disturb(chosen))
    tasks = []
    for session in sessions:
        tasks.append(asyncio.create_task(session.run(chosen.address, chosen.token)))
        await asyncio.sleep(chosen.stagger)
    await asyncio.wait_for(asyncio.gather(*tasks), chosen.seconds + 10 * _PATIENCE_S)
    disturbing.cancel()
    after = processor_seconds(chosen.pid)
    spent = {name: used - before.get(name, 0.0) for name, used in after.items()}
    report = {
        "sessions": chosen.sessions,
        "sound_s": chosen.seconds,
        "wall_s": round(time.monotonic() - began, 1),
        "cpu_s": round(sum(spent.values()), 2),
        "cpu_s_each_second": round(sum(spent.values()) / chosen.sessions / chosen.seconds, 4),
        "spent": {n: round(s, 2) for n, s in sorted(spent.items(), key=lambda p: -p[1]) if s > 0.1},
        "closed": [s.closed for s in sessions],
        "up_down_bytes_s": [
            round(sum(s.sent for s in sessions) / chosen.sessions / chosen.seconds),
            round(sum(s.heard for s in sessions) / chosen.sessions / chosen.seconds),
        ],
        "refused": sum(s.refused for s in sessions),
        "away_s": [round(max(s.away_s, default=0.0), 2) for s in sessions],
        "lag_p50_p95_s": _quantiles([lag for s in sessions for lag in s.lags_s]),
        "texts": [s.text for s in sessions],
    }
    if chosen.expect:
        quiet = json.loads(chosen.expect.read_text("utf-8"))["texts"][0]
        report["words"] = [len(s.text.split()) for s in sessions]
        report["words_expected"] = len(quiet.split())
        report["wer_to_expected_%"] = [round(error_rate(quiet, s.text, "en"), 1) for s in sessions]
    if chosen.out:
        chosen.out.write_text(json.dumps(report, indent=1), "utf-8")
    print(json.dumps({n: v for n, v in report.items() if n != "texts"}))


async def _disturb(chosen: argparse.Namespace) -> None:
    if chosen.kill_after:
        await asyncio.sleep(chosen.kill_after)
        os.kill(replicas(chosen.pid)[0], signal.SIGKILL)
    if chosen.update_after:
        await asyncio.sleep(chosen.update_after)
        os.kill(chosen.pid, signal.SIGHUP)


def _quantiles(values: list[float]) -> tuple[float, float] | None:
    if not values:
        return None
    ordered = sorted(values)
    return round(ordered[len(ordered) // 2], 2), round(ordered[int(len(ordered) * 0.95)], 2)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--pid", type=int, required=True, help="of the server")
    parser.add_argument("--sessions", type=int, default=2)
    parser.add_argument("--seconds", type=int, default=60, help="sound of each session")
    parser.add_argument("--sound", type=Path, default=_SPEECH, help="s16le, mono, 16 kHz, as WAV")
    parser.add_argument("--stagger", type=float, default=0.7, help="seconds between their starts")
    parser.add_argument("--token")
    parser.add_argument(
        "--kill-after", type=float, help="SIGKILL one replica after so many seconds"
    )
    parser.add_argument("--update-after", type=float, help="SIGHUP for the server, the same")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--expect", type=Path, help="a report of --out to compare words with")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
