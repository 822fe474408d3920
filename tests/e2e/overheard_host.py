"""The real host, and a log of what the browser tells it.

    overheard_host.py FOLDER

Each message goes on to the host, and to FOLDER/messages.jsonl as that of the fake host, without
its sound.
"""

import json
import struct
import subprocess
import sys
import time
from pathlib import Path

from fake_host import receive


def main(folder: Path, caller: list[str]) -> int:
    """Pass messages on until the browser closes the pipe; the host's exit status."""
    command = [sys.executable, "-m", "wlk_host.cli", *caller]
    host = subprocess.Popen(command, stdin=subprocess.PIPE)
    assert host.stdin is not None
    with (folder / "messages.jsonl").open("a", encoding="utf-8", buffering=1) as log:
        while (message := receive(sys.stdin.buffer)) is not None:
            body = json.dumps(message).encode()
            host.stdin.write(struct.pack("=I", len(body)) + body)
            host.stdin.flush()
            told = {key: value for key, value in message.items() if key != "pcm"}
            log.write(json.dumps({"at": time.time(), "host": host.pid, **told}) + "\n")
    host.stdin.close()
    return host.wait()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
