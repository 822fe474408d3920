"""Replicas of Ray Serve, in the processes that a user would have. One server for all of it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import openai
import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from host.server import realtime_client
from host.server.cluster.real_replicas import (
    PATIENCE_S,
    Server,
    listening_on,
    talking_to,
    wait_until,
)
from host.server.realtime_client import COMPLETED, Realtime, talking
from host.server.wire_client import Talk
from wlk_host import privacy
from wlk_host.server.cluster.here import HERE
from wlk_host.server.tokens import Tokens, stored

pytestmark = pytest.mark.alone

TESTS = Path(__file__).parents[3]
SECOND = 16_000
JUNK = 10_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home")
    tokens = Tokens(home / "data/wlk-live-captions/serve/tokens.json")
    environment = {
        **os.environ,
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent / "host")]),
    }
    where = [sys.executable, "-c", "from wlk_host.server.tokens import *; print(tokens_file())"]
    tokens = Tokens(Path(subprocess.check_output(where, env=environment, text=True).strip()))
    now = time.time()
    tokens.add(stored("ana", "ana", now, None))
    tokens.add(stored("ben", "ben", now, None, sessions=1, hours_a_day=0.01))
    tokens.add(stored("late", "late", now - 100, 0.001))
    errors = home / "stderr"
    with errors.open("wb") as stderr, subprocess.Popen(
        [
            sys.executable, "-m", "host.server.cluster.scripted_server",
            "--port", "0", "--replicas", "1-2", "--sessions", "4", "--sessions-each", "3",
            "--connects-a-minute", "500", "--tokens",
        ],
        stdout=subprocess.PIPE, stderr=stderr, env=environment,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(rb"listening on http://(\S+);", line)
        if found is None:
            process.kill()
        assert found is not None, errors.read_text()
        one = Server(process, found[1].decode(), home)
        try:
            yield one
            below = one.within()
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)
        finally:
            process.kill()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below))


def test_all_of_it_listens_on_this_machine_only(server: Server) -> None:
    local = {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}
    found = {name: listening_on({pid: name}) for pid, name in server.within().items()}
    assert any(found.values())
    assert {name: heard for name, heard in found.items() if not heard <= local} == {}


def test_none_of_rays_processes_may_report(server: Server) -> None:
    # Those that begin with ray:: have written their name over their environment. They inherit it.
    switches = {**privacy.SWITCHES, **HERE}
    n_seen = 0
    reporting = {pid for pid, name in server.within().items() if not name.startswith("ray::")}
    for pid in reporting - {server.process.pid}:
        try:
            variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue  # Ended since.
        n_seen += 1
        wanted = {f"{name}={value}".encode() for name, value in switches.items()}
        assert wanted - set(variables) == set(), pid
    assert n_seen > 2


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
    with talking_to(server, "ben") as client:
        client.greet()
        client.start("a")
        for seq in range(40):  # 36 s are allowed.
            client.sound("a", seq, seq * SECOND)
        assert client.hear("error")["code"] == "quota_used_up"


def test_realtime_sessions_are_served(server: Server) -> None:
    async def scene(client: Realtime) -> None:
        await client.sound(2 * realtime_client.SECOND)
        await client.commit()
        for _ in range(2):
            await client.hear(COMPLETED)

    told = talking(server.address, scene, key="ana", within_s=PATIENCE_S)
    assert [*told.transcripts().values()] == ["word1", "word2"]
    # As a page would, which has no headers of its own.
    offered = [Subprotocol("realtime"), Subprotocol("openai-insecure-api-key.ana")]
    where = f"ws://{server.address}/v1/realtime?intent=transcription"
    with connect(where, subprotocols=offered, open_timeout=PATIENCE_S) as connection:
        assert connection.subprotocol == "realtime"


@contextmanager
def opened(server: Server) -> Iterator[Talk]:
    with talking_to(server) as client:
        client.greet()
        client.start("a")
        yield client


def test_replicas_come_with_sessions_and_go_with_them(server: Server) -> None:
    server.one_replica()
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
        with talking_to(server) as again:
            again.greet()
            again.start("a", **{"from": SECOND})
            again.sound("a", 0, SECOND)
            first = again.hear("captions")["lines"][0]
            again.say(type="stop", session="a")
            again.hear("captions", final_until=2 * SECOND)
            return bool(first["id"] == SECOND)
    except (OSError, ConnectionClosed, InvalidHandshake):
        return False


def secret_for_a_page(server: Server) -> str:
    with openai.OpenAI(api_key="ana", base_url=f"http://{server.address}/v1") as client:
        made = client.realtime.client_secrets.create(
            session={
                "type": "transcription",
                "audio": {"input": {"transcription": {"language": "de"}}},
            }
        )
    return made.value


def session_of(server: Server, secret: str) -> dict[str, Any]:
    where = f"ws://{server.address}/v1/realtime"
    offered = [Subprotocol("realtime"), Subprotocol(f"openai-insecure-api-key.{secret}")]
    with connect(where, subprotocols=offered, open_timeout=PATIENCE_S) as connection:
        session: dict[str, Any] = json.loads(connection.recv(PATIENCE_S))["session"]
        return session


def test_a_session_goes_on_when_its_replica_is_killed(server: Server) -> None:
    victims = server.one_replica()

    def kill() -> None:
        victims.update(server.replicas())
        for victim in victims:
            os.kill(victim, signal.SIGKILL)

    secret = secret_for_a_page(server)
    resumed(server, kill)
    assert server.replicas().isdisjoint(victims)
    # Any replica takes it, whichever made it.
    told = session_of(server, secret)["audio"]["input"]["transcription"]
    assert told["language"] == "de"
    with pytest.raises(InvalidHandshake, match="401"):
        session_of(server, f"{secret}AAAA")


def test_a_session_goes_on_when_replicas_are_replaced(server: Server) -> None:
    old = server.one_replica()

    def update() -> None:
        old.update(server.replicas())
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: bool(server.replicas() - old))
        assert server.replicas() & old
        assert server.ask("/healthz")[0] == 200

    resumed(server, update)
    wait_until(lambda: server.replicas().isdisjoint(old))


def test_junk_is_refused_and_takes_no_memory(server: Server) -> None:
    host, port = server.address.split(":")

    def memory_mb() -> int:
        text = Path(f"/proc/{server.process.pid}/status").read_text()
        found = re.search(r"^VmRSS:\s+(\d+)", text, re.MULTILINE)
        assert found is not None
        return int(found[1]) >> 10

    def is_well() -> bool:
        refused = 'requests_total{interface="connection",outcome="refused"}'
        try:
            return server.ask("/healthz")[0] == 200 and server.metric(refused) > JUNK - 1000
        except OSError:  # As one of those too many.
            return False

    before = memory_mb()
    for _ in range(JUNK):
        with socket.create_connection((host, int(port)), PATIENCE_S) as one:
            one.sendall(b"\x16\x03\x01 junk\r\n\r\n")
    assert memory_mb() - before < 20
    wait_until(is_well)  # 500 a minute come back.


def test_the_log_keeps_nothing_that_strangers_cause(server: Server) -> None:
    log = "".join(file.read_text("utf-8") for file in server.home.rglob("host.log*"))
    assert "wlk-host" in log
    # Ray Serve silences uvicorn, whose errors anyone can cause, and whose lines name addresses.
    assert [
        told for told in ("handshake", "Invalid HTTP", "/session", "/v1/", "ek_") if told in log
    ] == []
