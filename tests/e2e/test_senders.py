"""A page's renderer that was taken over speaks as the content script does. It is told nothing."""

import json
from typing import Any

import pytest
from conftest import OpenStage
from isolated import IsolatedWorld
from stage import Stage
from waiting import wait_until

pytestmark = pytest.mark.browser

LISTEN = """
  const heard = [];
  const left = new Promise((resolve) => port.onDisconnect.addListener(() => resolve('refused')));
  port.onMessage.addListener((message) => heard.push(message));
"""

REPORT = """
  const later = new Promise((resolve) => setTimeout(() => resolve('kept'), 1500));
  const outcome = await Promise.race([left, later]);
  return { outcome, heard: JSON.stringify(heard) };
"""


@pytest.fixture
def attack(stage: OpenStage) -> tuple[Stage, Stage, IsolatedWorld]:
    """Return a captioned victim, a captioned attacker, and the attacker's isolated world."""
    victim = stage("/victim")
    attacker = stage("/attacker")
    return victim, attacker, IsolatedWorld(attacker.browser, attacker.page)


def tab_of(show: Stage) -> int:
    """Return the id of a tab."""
    worker = show.browser.context.service_workers[-1]
    tab: int = worker.evaluate(
        "async (end) => (await chrome.tabs.query({})).find(({ title }) => title?.endsWith(end)).id",
        show.page.title(),
    )
    return tab


def over_port(world: IsolatedWorld, name: str, *messages: dict[str, Any]) -> dict[str, str]:
    """Open a port to the worker, say something on it, and return what came of it."""
    say = "".join(f"port.postMessage({json.dumps(message)});" for message in messages)
    connect = f"const port = chrome.runtime.connect({{ name: {name!r} }});"
    told: dict[str, str] = world.run(f"(async () => {{ {connect} {LISTEN} {say} {REPORT} }})()")
    return told


def assert_unharmed(*shows: Stage) -> None:
    """Fail unless captions of these tabs, which began last, go on."""
    host: Any = shows[0].host
    sessions = {start["session"] for start in host.messages("start")[-2:]}
    known = len(host.messages("audio"))
    go_on = lambda: sessions <= {m["session"] for m in host.messages("audio")[known:]}  # noqa: E731
    wait_until(go_on, "the host hears no more")
    for show in shows:
        show.page.bring_to_front()
        assert show.browser.badge(show.page) == "on"


def test_it_reads_and_writes_nothing_that_is_stored(
    attack: tuple[Stage, Stage, IsolatedWorld],
) -> None:
    victim, _, world = attack
    victim.browser.choose(vocabulary=["4711"], sites={"secret.example": {}})
    before = [victim.browser.stored(area) for area in ("sync", "local")]
    for area in ("sync", "local", "session"):
        for call in ("get()", "set({ settings: { vocabulary: ['mine'] } })", "clear()"):
            tried = f"chrome.storage.{area}.{call}.then(JSON.stringify, () => 'refused')"
            assert world.run(f"(async () => {tried})().catch(() => 'refused')") == "refused", call
    assert [victim.browser.stored(area) for area in ("sync", "local")] == before


def test_it_is_told_nothing_of_other_tabs_and_steers_no_host(
    attack: tuple[Stage, Stage, IsolatedWorld],
) -> None:
    victim, _, world = attack
    tab_id = tab_of(victim)
    host: Any = victim.host
    start = {"type": "start", "session": "mine", "options": {"model": "/etc/passwd"}, "from": 0}
    requests = [start, {"type": "remove", "model": "fake"}, {"type": "models"}]
    watch = {"type": "watch", "wants": {"tabId": tab_id, "meter": True, "host": True}}
    asked = [{"type": "to-host", "message": request} for request in requests]
    told = over_port(world, "view", watch, *asked)
    assert told == {"outcome": "refused", "heard": "[]"}
    types = {message["type"] for message in host.messages()}
    assert not types & {"remove", "models"}
    assert "mine" not in {message.get("session") for message in host.messages("start")}
    assert_unharmed(victim)


def test_it_does_not_pass_for_the_document_that_captures(
    attack: tuple[Stage, Stage, IsolatedWorld],
) -> None:
    victim, attacker, world = attack
    host: Any = victim.host
    fake = {"type": "to-host", "message": {"type": "remove", "model": "fake"}}
    told = over_port(world, "captures", {"type": "captures", "captures": []}, fake)
    assert told == {"outcome": "refused", "heard": "[]"}
    assert host.messages("remove") == []
    assert_unharmed(victim, attacker)


def test_it_asks_for_nothing_that_only_pages_of_the_extension_may(
    attack: tuple[Stage, Stage, IsolatedWorld],
) -> None:
    victim, _, world = attack
    tab_id = tab_of(victim)
    host: Any = victim.host
    before = len(host.messages("stop", "start", "retranslate"))
    for request in (
        {"type": "stop", "tabId": tab_id},
        {"type": "start", "tabId": tab_id, "panel": True},
        {"type": "microphone", "tabId": tab_id, "on": True},
        {"type": "retranslate", "tabId": tab_id},
        {"type": "check"},
        {"type": "command", "command": "toggle"},
        {"type": "command", "command": "mode"},
    ):
        answer = world.run(
            f"chrome.runtime.sendMessage({json.dumps(request)}).then(String, () => 'refused')"
        )
        assert answer in ("refused", "undefined"), request
    assert len(host.messages("stop", "start", "retranslate")) == before
    assert_unharmed(victim)


def test_it_does_not_pass_for_the_frame_even_with_its_secret(
    stage: OpenStage,
) -> None:
    attacker = stage("/attacker")
    world = IsolatedWorld(attacker.browser, attacker.page)
    world.run(
        "void chrome.runtime.onMessage.addListener(({ type, secret }) => {"
        " if (type !== 'frame') return;"
        " globalThis.heard = [];"
        " globalThis.port = chrome.runtime.connect({ name: `frame ${secret}` });"
        " port.onMessage.addListener((message) => heard.push(message)); })"
    )
    attacker.page.evaluate("document.querySelector('html > [popover]').remove()")
    attacker.say("For the frame alone.")
    attacker.until("For the frame alone.")
    assert world.run("JSON.stringify(heard)") == "[]"


def test_the_document_that_captures_listens_to_nobody_but_the_worker(
    attack: tuple[Stage, Stage, IsolatedWorld],
) -> None:
    victim, _, _ = attack
    listening = "chrome.runtime.onMessage.hasListeners() || chrome.runtime.onConnect.hasListeners()"
    assert victim.browser.offscreen().evaluate(listening) is False
