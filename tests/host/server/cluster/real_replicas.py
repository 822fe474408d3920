"""A server with replicas of Ray Serve, as users have it: what tests ask of it."""

import re
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError

from websockets.sync.client import connect

from host.server.wire_client import Talk

PATIENCE_S = 180.0
"""Two cores with much else to do start a replica in tens of seconds."""


@dataclass
class Server:
    """One that runs, with 1 or 2 replicas of 2 sessions each."""

    process: "subprocess.Popen[bytes]"
    address: str
    home: Path

    def headers(self, token: str = "ana") -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}

    def ask(self, path: str, token: str = "ana") -> tuple[int, str]:
        request = urllib.request.Request(
            f"http://{self.address}{path}", headers=self.headers(token)
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def metric(self, name: str) -> float:
        found = re.search(rf"^wlk_{re.escape(name)} (\S+)$", self.ask("/metrics")[1], re.MULTILINE)
        return float(found[1]) if found else 0.0

    def within(self) -> dict[int, str]:
        """All of its processes, by what they are."""
        parents, names = {}, {}
        for path in Path("/proc").glob("[0-9]*"):
            try:
                stat = (path / "stat").read_text()
                names[int(path.name)] = (path / "cmdline").read_text().replace("\0", " ")
            except (FileNotFoundError, ProcessLookupError):
                continue
            state, parent = stat.rpartition(")")[2].split()[:2]
            if state != "Z":  # Ended.
                parents[int(path.name)] = int(parent)

        def is_below(pid: int) -> bool:
            while pid in parents and pid != self.process.pid:
                pid = parents[pid]
            return pid == self.process.pid

        return {pid: names[pid] for pid in parents if is_below(pid)}

    def replicas(self) -> set[int]:
        return {p for p, name in self.within().items() if name.startswith("ray::ServeReplica")}

    def one_replica(self) -> set[int]:
        """The only one, once it is. Sound sent at once makes turns late, which brings another."""
        wait_until(lambda: len(self.replicas()) == 1)
        return self.replicas()


@contextmanager
def talking_to(server: Server, token: str = "ana") -> Iterator[Talk]:
    where, headers = f"ws://{server.address}/session", server.headers(token)
    with connect(where, additional_headers=headers, open_timeout=PATIENCE_S) as connection:
        yield Talk(connection, PATIENCE_S)


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def sockets_of(pids: dict[int, str]) -> set[str]:
    inodes = set()
    for pid in pids:
        for file in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                target = str(file.readlink())
            except OSError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    return inodes


def listening_on(pids: dict[int, str]) -> set[str]:
    """The addresses that these processes listen on, as /proc has them."""
    mine = sockets_of(pids)
    found = set()
    for name in ("tcp", "tcp6"):
        for row in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
            fields = row.split()
            if fields[3] == "0A" and fields[9] in mine:
                found.add(fields[1].partition(":")[0])
    return found
