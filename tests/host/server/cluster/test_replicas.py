"""Replicas of Ray Serve, in the processes that a user would have. One server for all of it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

from host.server.wire_client import Talk, talk
from wlk_host import privacy
from wlk_host.server.cluster.here import HERE
from wlk_host.server.tokens import Tokens, stored

pytestmark = pytest.mark.alone

TESTS = Path(__file__).parents[3]
PATIENCE_S = 60.0
SECOND = 16_000


@dataclass
class Server:
    """One that runs, with 1 or 2 replicas of 2 sessions each."""

    process: "subprocess.Popen[bytes]"
    address: str

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
            parents[int(path.name)] = int(stat.rpartition(")")[2].split()[1])

        def is_below(pid: int) -> bool:
            while pid in parents and pid != self.process.pid:
                pid = parents[pid]
            return pid == self.process.pid

        return {pid: name for pid, name in names.items() if is_below(pid)}

    def replicas(self) -> list[int]:
        return sorted(
            p for p, name in self.within().items() if name.startswith("ray::ServeReplica")
        )


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home")
    tokens = Tokens(home / "data/wlk-live-captions/serve/tokens.json")
    environment = {
        **os.environ,
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent / "host")]),
    }
    where = [sys.executable, "-c", "from wlk_host.server.tokens import *; print(tokens_file())"]
    tokens = Tokens(Path(subprocess.check_output(where, env=environment, text=True).strip()))
    now = time.time()
    tokens.add(stored("ana", "ana", now, None))
    tokens.add(stored("ben", "ben", now, None, sessions=1, hours_a_day=0.01))
    tokens.add(stored("late", "late", now - 100, 0.001))
    with subprocess.Popen(
        [
            sys.executable, "-m", "host.server.cluster.scripted_server",
            "--port", "0", "--replicas", "1-2", "--sessions", "4", "--sessions-each", "3",
            "--connects-a-minute", "500", "--tokens",
        ],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(rb"listening on http://(\S+);", line)
        if found is None:
            process.kill()
        assert found is not None, process.communicate()
        one = Server(process, found[1].decode())
        try:
            yield one
            below = one.within()
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)
        finally:
            process.kill()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below))


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


def test_all_of_it_listens_on_this_machine_only(server: Server) -> None:
    local = {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}
    found = {name: listening_on({pid: name}) for pid, name in server.within().items()}
    assert any(found.values())
    assert {name: heard for name, heard in found.items() if not heard <= local} == {}


def test_none_of_rays_processes_may_report(server: Server) -> None:
    # Those that begin with ray:: have written their name over their environment. They inherit it.
    switches = {**privacy.SWITCHES, **HERE}
    reporting = {pid for pid, name in server.within().items() if not name.startswith("ray::")}
    for pid in reporting - {server.process.pid}:
        variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        wanted = {f"{name}={value}".encode() for name, value in switches.items()}
        assert wanted - set(variables) == set(), server.within()[pid]


def test_tokens_hold_for_each_replica(server: Server) -> None:
    assert server.ask("/healthz")[0] == 200
    assert [server.ask("/v1/models", token)[0] for token in ("ana", "eve", "late")] == [
        200,
        401,
        401,
    ]
    assert json.loads(server.ask("/v1/models", "eve")[1])["error"]["code"] == "token_refused"
    with pytest.raises(InvalidHandshake, match="401"), connect(f"ws://{server.address}/session"):
        pass


def test_a_day_is_as_long_as_allowed(server: Server) -> None:
    with talk(server.address, additional_headers=server.headers("ben")) as client:
        client.greet()
        client.start("a")
        for seq in range(40):  # 36 s are allowed.
            client.sound("a", seq, seq * SECOND)
        assert client.hear("error")["code"] == "quota_used_up"


@contextmanager
def opened(server: Server) -> Iterator[Talk]:
    with connect(
        f"ws://{server.address}/session", additional_headers=server.headers()
    ) as connection:
        client = Talk(connection, PATIENCE_S)
        client.greet()
        client.start("a")
        yield client


def test_replicas_come_with_sessions_and_go_with_them(server: Server) -> None:
    assert len(server.replicas()) == 1
    with ExitStack() as stack:
        for _ in range(3):
            client = stack.enter_context(opened(server))
            client.sound("a", 0, 0)
            client.hear("captions")
        wait_until(lambda: len(server.replicas()) == 2 and server.metric("replicas") == 2)
        more = stack.enter_context(opened(server))
        assert more.hear("error")["code"] == "sessions_too_many"  # 3 of a token, wherever they are.
    wait_until(lambda: len(server.replicas()) == 1 and server.metric("sessions") == 0)


def resumed(server: Server, disturb: Callable[[], None]) -> None:
    """A session that is fed and disturbed, and goes on elsewhere from the sample after its last."""
    with opened(server) as client:
        client.sound("a", 0, 0)
        assert client.hear("captions")["lines"][0]["id"] == 0
        disturb()
        with pytest.raises(ConnectionClosed):
            client.hear("nothing of this type")
    wait_until(lambda: goes_on(server))


def goes_on(server: Server) -> bool:
    try:
        with talk(server.address, additional_headers=server.headers()) as again:
            again.greet()
            again.start("a", **{"from": SECOND})
            again.sound("a", 0, SECOND)
            first = again.hear("captions")["lines"][0]
            again.say(type="stop", session="a")
            again.hear("captions", final_until=2 * SECOND)
            return bool(first["id"] == SECOND)
    except (OSError, ConnectionClosed, InvalidHandshake):
        return False


def test_a_session_goes_on_when_its_replica_is_killed(server: Server) -> None:
    (victim,) = server.replicas()
    resumed(server, lambda: os.kill(victim, signal.SIGKILL))
    assert server.replicas() != [victim]


def test_a_session_goes_on_when_replicas_are_replaced(server: Server) -> None:
    (old,) = server.replicas()

    def update() -> None:
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(server.replicas()) == 2)
        assert server.ask("/healthz")[0] == 200

    resumed(server, update)
    wait_until(lambda: len(server.replicas()) == 1)
    assert server.replicas() != [old]


def test_junk_is_refused_and_takes_no_memory(server: Server) -> None:
    host, port = server.address.split(":")

    def memory_mb() -> int:
        text = Path(f"/proc/{server.process.pid}/status").read_text()
        found = re.search(r"^VmRSS:\s+(\d+)", text, re.MULTILINE)
        assert found is not None
        return int(found[1]) >> 10

    before = memory_mb()
    for _ in range(2000):
        with socket.create_connection((host, int(port)), PATIENCE_S) as one:
            one.sendall(b"\x16\x03\x01 junk\r\n\r\n")
    assert memory_mb() - before < 20
    time.sleep(2)  # 500 a minute come back.
    wait_until(lambda: server.ask("/healthz")[0] == 200)
