"""The manual's page, the command and the code say the same."""

import json
import re
from pathlib import Path
from typing import get_args

from wlk_host.cli import argument_parser
from wlk_host.server.clients import LOOK_EVERY_S, MOST_UNREAD
from wlk_host.server.limits import Limits
from wlk_host.server.listener import HEAD_S
from wlk_host.server.serving import _settings
from wlk_host.server.wire import realtime_events
from wlk_host.server.wire.realtime_settings import RATES, Delay, Settings, Transcription

PAGE = (Path(__file__).parents[3] / "host/docs/serve.md").read_text("utf-8")
SOURCES = Path(__file__).parents[3] / "host/wlk_host"


def test_the_commands_limits_are_those_of_the_code() -> None:
    assert _settings(argument_parser().parse_args(["serve"])).limits == Limits()


def test_the_manuals_limits_are_those_of_the_code() -> None:
    rows = dict(re.findall(r"^\| ([^|`]+?) \| ([^|]+?) \| [^|]*\| [^|]+\|$", PAGE, re.MULTILINE))
    limits = Limits()
    assert rows == {
        "what": "default",
        "sessions at the same time": f"{limits.sessions}",
        "sessions of one token": f"{limits.sessions_each}",
        "sound of one token in a day of UTC": f"{limits.hours_a_day:g} h",
        "new connections of one address in a minute": f"{limits.connects_a_minute}",
        "connections at the same time": f"{limits.connections}",
        "an upload": f"{limits.upload_bytes >> 20} MiB",
        "a message on a WebSocket": f"{limits.message_bytes >> 20} MiB",
        "time until a connection has sent a request": f"{HEAD_S:g} s",
        "messages that a client does not read": f"{MOST_UNREAD}",
    }
    assert f"within {LOOK_EVERY_S:g} s of sound" in PAGE


def test_the_manual_names_every_code_of_the_server() -> None:
    sources = [*SOURCES.glob("server/**/*.py"), SOURCES / "cli_serve.py"]
    text = "".join(source.read_text("utf-8") for source in sources)
    codes = set(re.findall(r"WlkError\(\s*\"([a-z_]+)\"", text))
    assert len(codes) > 15
    assert [code for code in sorted(codes) if f"`{code}`" not in PAGE] == []


def test_the_manuals_realtime_messages_are_understood() -> None:
    block = re.search(r"## Use OpenAI's realtime sessions.*?```json\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    decoder, text, events = json.JSONDecoder(), block[1], list[str]()
    while text.strip():
        event, end = decoder.raw_decode(text.lstrip())
        text = text.lstrip()[end:]
        events.append(type(realtime_events.read(json.dumps(event).encode())).__name__)
    assert events == ["Update", "Append", "Commit"]


def test_the_manual_says_when_words_of_realtime_sessions_come() -> None:
    told = re.search(r"`transcription.delay` of (.*?), deltas", PAGE)
    assert told is not None
    early = set(re.findall(r"`(\w+)`", told[1]))
    for delay in get_args(Delay):
        assert Settings(transcription=Transcription(delay=delay)).is_early == (delay in early)
    rates = {f"{rate // 1000} kHz" for rate in RATES.values()}
    line = re.search(r"- Sound is `audio/pcm` .*", PAGE)
    assert line is not None
    assert {*re.findall(r"`(.*?)`", line[0])} == {*RATES}
    assert {*re.findall(r"\d+ kHz", line[0])} == rates
