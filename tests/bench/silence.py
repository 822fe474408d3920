"""The cost of silence: the share of a core that the host uses while nobody speaks.

    python tests/bench/silence.py [--model tiny.en] [--seconds 20]

Sends digital silence, low noise and loud noise to the real host process, as fast as the extension
does. Linux only, because processor time is read from /proc. The target is 3 % of a core.
"""

import argparse
import base64
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

TARGET: Final = 0.03
RATE: Final = 16_000
CHUNK: Final = RATE // 10
LEVELS: Final = {"silence": 0.0, "low noise": 0.001, "loud noise": 0.1}
HOST: Final = (sys.executable, "-m", "wlk_host.cli", "chrome-extension://measured/")


class Host:
    """A host process, with the browser's ends of its pipes."""

    def __init__(self, model: str | None) -> None:
        self._process = subprocess.Popen(HOST, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.say(type="hello", protocol=1, extension="0")
        self.say(type="start", session="a", options={"model": model})
        while self._hear().get("state") != "listening":
            pass

    def say(self, **message: object) -> None:
        """Send one message."""
        payload = json.dumps(message).encode()
        pipe = _open(self._process.stdin)
        pipe.write(len(payload).to_bytes(4, sys.byteorder) + payload)
        pipe.flush()

    def cpu_seconds(self) -> float:
        """The processor time it has used, in user and kernel mode."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii")
        user, kernel = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(kernel)) / os.sysconf("SC_CLK_TCK")

    def leave(self) -> int:
        """Close the pipes, and return how many caption updates came."""
        _open(self._process.stdin).close()
        heard = 0
        while message := self._hear():
            heard += message["type"] == "captions"
        self._process.wait()
        return heard

    def _hear(self) -> dict[str, Any]:
        pipe = _open(self._process.stdout)
        size = int.from_bytes(pipe.read(4), sys.byteorder)
        message: dict[str, Any] = json.loads(pipe.read(size)) if size else {}
        if message.get("type") == "error":
            sys.exit(f"{message['message']}: {message['hint']}")
        return message


def share_of_a_core(host: Host, level: float, seconds: float, first_chunk: int) -> float:
    """Send white noise of this root mean square in real time, and return the share of a core."""
    random = np.random.default_rng(0)
    began, before = time.monotonic(), host.cpu_seconds()
    for n in range(round(seconds * RATE / CHUNK)):
        pcm = (random.standard_normal(CHUNK) * level * 32767).clip(-32768, 32767).astype("<i2")
        seq = first_chunk + n
        text = base64.b64encode(pcm.tobytes()).decode("ascii")
        host.say(type="audio", session="a", seq=seq, start=seq * CHUNK, pcm=text)
        time.sleep(max(0.0, began + (n + 1) * CHUNK / RATE - time.monotonic()))
    return (host.cpu_seconds() - before) / seconds


def main() -> int:
    """Print a line for each kind of silence; returns 1 if one of them costs too much."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="default: the first installed")
    parser.add_argument("--seconds", type=float, default=20.0)
    arguments = parser.parse_args()
    host = Host(arguments.model)
    n_chunks = round(arguments.seconds * RATE / CHUNK)
    shares = []
    for i, (name, level) in enumerate(LEVELS.items()):
        shares.append(share_of_a_core(host, level, arguments.seconds, i * n_chunks))
        print(f"{name:<12} {100 * shares[-1]:5.2f} % of a core")
    print(f"{host.leave()} caption updates")
    return int(max(shares) > TARGET)


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # Popen was given both pipes.
    return pipe


if __name__ == "__main__":
    sys.exit(main())
