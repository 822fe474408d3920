"""How soon a host answers, how soon it captions, and whether loading delays other tabs.

    python tests/bench/start.py SPEECH [--model base] [--other tiny.en] [--rounds 3]

Uses the real host process. SPEECH is any recording in which speech begins soon. Its first seconds
are sent when the session starts, because the extension has some, too, after a click. Then one tab
is captioned in real time while the model of another is loaded. The result is the longest time
without captions in the first tab. Targets: hello 0.2 s, first caption 2.5 s (base, warm disk).
"""

import argparse
import base64
import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from wlk_host.core.types import SAMPLE_RATE, Pcm
from wlk_host.runtime.files.media import read_chunks

CHUNK: Final = SAMPLE_RATE // 10
HOST: Final = (sys.executable, "-m", "wlk_host.cli", "chrome-extension://measured/")
HELLO_S: Final = 0.2
CAPTION_S: Final = 2.5
READY_SPEECH_S: Final = 3
PLAYED_S: Final = 24
OTHER_AFTER_S: Final = 10
Message = dict[str, Any]


class Host:
    """A host process and its messages, with their times in seconds since its start."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._process = subprocess.Popen(
            HOST, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._heard: queue.SimpleQueue[tuple[float, Message] | None] = queue.SimpleQueue()
        self.log: list[tuple[float, Message]] = []
        threading.Thread(target=self._listen, daemon=True).start()
        self.say(type="hello", protocol=1, extension="0")

    @property
    def now_s(self) -> float:
        """Seconds since its start."""
        return time.monotonic() - self._began

    def say(self, **message: object) -> None:
        """Send one message."""
        payload = json.dumps(message).encode()
        pipe = _open(self._process.stdin)
        pipe.write(len(payload).to_bytes(4, sys.byteorder) + payload)
        pipe.flush()

    def start(self, session: str, model: str) -> None:
        """Open a session."""
        self.say(type="start", session=session, options={"model": model, "language": "en"})

    def hide(self, session: str) -> None:
        """Nobody looks at this one."""
        self.say(type="visibility", session=session, visible=False)

    def play(self, session: str, pcm: Pcm, at: int) -> None:
        """Send sound that begins at a sample, a multiple of `CHUNK`."""
        for start in range(at, at + len(pcm), CHUNK):
            part = pcm[start - at : start - at + CHUNK]
            text = base64.b64encode((part * 32767).astype("<i2").tobytes()).decode("ascii")
            self.say(type="audio", session=session, seq=start // CHUNK, start=start, pcm=text)

    def wait_for(self, kind: str, **fields: object) -> float:
        """Wait for a message, and return its time."""
        while (heard := self._heard.get(timeout=120)) is not None:
            self.log.append(heard)
            at, message = heard
            if message["type"] == "error":
                sys.exit(f"{message['message']}: {message['hint']}")
            if message["type"] == kind and fields.items() <= message.items():
                return at
        sys.exit("the host has ended")

    def cpu_s(self) -> float:
        """The processor time it has used so far. Linux only."""
        return cpu_s_of(self._process.pid)

    def memory_mb(self) -> float:
        """The most that it has held so far; Linux only."""
        return most_memory_mb_of(self._process.pid)

    def leave(self) -> None:
        """Close the pipes and read the remaining messages."""
        _open(self._process.stdin).close()
        self._process.wait()
        while (heard := self._heard.get(timeout=120)) is not None:
            self.log.append(heard)
        _open(self._process.stdout).close()

    def _listen(self) -> None:
        pipe = _open(self._process.stdout)
        while len(head := pipe.read(4)) == 4:
            message = json.loads(pipe.read(int.from_bytes(head, sys.byteorder)))
            self._heard.put((self.now_s, message))
        self._heard.put(None)


@dataclass(frozen=True)
class Start:
    """The events of a start, each with the seconds and the processor seconds since the start."""

    hello: tuple[float, float]
    loaded: tuple[float, float]
    words: tuple[float, float]


def measure_start(pcm: Pcm, model: str) -> Start:
    """The times from the start of the process to hello, to a loaded model, to the first words."""
    host = Host()
    hello = (host.wait_for("hello"), host.cpu_s())
    host.start("a", model)
    host.play("a", pcm[: READY_SPEECH_S * SAMPLE_RATE], 0)
    loaded = (host.wait_for("status", session="a", state="listening"), host.cpu_s())
    words = (host.wait_for("captions", session="a"), host.cpu_s())
    host.leave()
    return Start(hello, loaded, words)


def longest_silence(pcm: Pcm, model: str, other: str | None) -> float:
    """The longest time without captions while speech is played and another model loads."""
    host = Host()
    host.start("a", model)
    host.wait_for("status", session="a", state="listening")
    began = host.now_s
    for n in range(PLAYED_S * 10):
        time.sleep(max(0.0, began + (n + 1) / 10 - host.now_s))
        host.play("a", pcm[n * CHUNK : (n + 1) * CHUNK], n * CHUNK)
        if other is not None and n == OTHER_AFTER_S * 10:
            host.start("b", other)
    host.leave()
    from_s = began + OTHER_AFTER_S - 1
    times = [t for t, m in host.log if m["type"] == "captions" and m["session"] == "a"]
    return max((b - a for a, b in pairwise(times) if b > from_s), default=float(PLAYED_S))


def main() -> int:
    """Print the measurements; returns 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("speech", type=Path)
    parser.add_argument("--model", default="base")
    parser.add_argument("--other", default="tiny.en")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    pcm = np.concatenate([chunk.pcm for chunk in read_chunks(arguments.speech)])
    rounds = [measure_start(pcm, arguments.model) for _ in range(arguments.rounds)]
    for name in ("hello", "loaded", "words"):
        moments = [getattr(start, name) for start in rounds]
        shown = " ".join(f"{wall:5.2f} ({cpu:4.2f})" for wall, cpu in moments)
        print(f"{name:<8}{shown}   s, in brackets processor time")
    alone = longest_silence(pcm, arguments.model, None)
    beside = longest_silence(pcm, arguments.model, arguments.other)
    print(f"longest time without captions, alone: {alone:.2f} s")
    print(f"while {arguments.other} is loaded for another tab: {beside:.2f} s")
    late = [start for start in rounds if start.hello[0] > HELLO_S or start.words[0] > CAPTION_S]
    return int(2 * len(late) > len(rounds))


def cpu_s_of(process: int) -> float:
    """The processor time that a process has used so far. Linux only."""
    stat = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    user, kernel = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(kernel)) / os.sysconf("SC_CLK_TCK")


def most_memory_mb_of(process: int) -> float:
    """The most that a process has held so far. Linux only."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) / 2**10


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # Popen was given both pipes.
    return pipe


if __name__ == "__main__":
    sys.exit(main())
