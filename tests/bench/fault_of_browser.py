"""What goes wrong with the extension, the page and the machine: each function does so once."""

import os
import signal
import time
from typing import Final

from waiting import wait_until

from fault_rig import Past, Rig, command_of, now, processes

ASLEEP_S: Final = 20.0


def worker_killed(rig: Rig) -> Past:
    """End the service worker, as the browser does."""
    before = rig.hosts()
    worker = rig.worker()

    def ended(_: object) -> bool:
        rig.browser.attempt("Target.closeTarget", targetId=worker)
        return not set(before) & set(rig.hosts())

    assert rig.watch(ended, 20), "the worker did not end"
    return now()


def document_closed(rig: Rig) -> Past:
    """Close the document that captures."""
    at = rig.media_s()
    rig.browser.send("Target.closeTarget", targetId=rig.document())
    gone = time.monotonic()
    rig.watch(lambda look: look.said[1] == "on", 20)
    return Past(gone, (at, rig.media_s()))


def port_closed(rig: Rig) -> Past:
    """Close the port between the worker and the document that captures."""
    port = "Object.getPrototypeOf(chrome.runtime.connect({ name: 'probe' }))"
    action = "if (it.sender?.url?.includes('/offscreen/')) it.disconnect()"
    rig.browser.each(rig.worker(), port, action)
    return now()


def extension_reloaded(rig: Rig) -> Past:
    """Load it anew, as an update does. The cause is gone with the click that the browser wants."""
    at, before = rig.media_s(), rig.hosts()
    rig.browser.reload_extension()
    # The worker before can be asked no more, and ends with its host.
    wait_until(lambda: not set(before) & set(rig.hosts()), "the host goes on")
    wait_until(lambda: rig.browser.ours("service_worker"), "the extension did not come back")
    offered = "chrome.tabs.query({ active: true }).then(([{ id: tabId }]) =>"
    offered += " chrome.action.getBadgeText({ tabId }))"
    wait_until(lambda: rig.in_worker(offered) == "↻", "captions are not offered")
    rig.press()
    pressed = time.monotonic()
    rig.follow()
    rig.watch(lambda look: look.said[1] in ("…", "on"), 20)
    return Past(pressed, (at, rig.media_s()))


def asleep(rig: Rig) -> Past:
    """Stop the browser and the host; when they go on, the worker's clock is an hour later."""
    everything = processes()
    clock = "Date.now = ((then) => () => then() + 3_600_000)(Date.now)"
    rig.in_worker(f"void setTimeout(() => {{ {clock} }}, 1_000)")
    for pid in everything:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(ASLEEP_S)
    for pid in reversed(everything):
        if command_of(pid):
            os.kill(pid, signal.SIGCONT)
    return now()


def play_from(rig: Rig, at: float) -> None:
    """Have the page go on where it was."""
    rig.of_page(f"Object.assign(document.querySelector('video'), {{ currentTime: {at} }}).play()")
    assert rig.media_s() >= at - 0.5, "the page did not go on"


def page_crashed(rig: Rig) -> Past:
    """Have its process crash, load it again, and click, for which the extension asks."""
    at = rig.media_s()
    rig.let_go(rig.page)
    rig.browser.crash(rig.page)
    # Nobody would answer.
    time.sleep(1)
    rig.browser.go(rig.page, rig.url)
    wait_until(lambda: rig.of_page("document.querySelector('video').readyState") >= 2, "no video")
    play_from(rig, at)
    rig.watch(lambda look: look.said[1] == "↻", 10)
    rig.press()
    return Past(time.monotonic(), (at - 0.2, at + 0.3))


def tab_discarded(rig: Rig) -> Past:
    """Discard the tab from behind another one, go back to it, and click."""
    at = rig.media_s()
    other = rig.browser.open("about:blank")
    url = repr(rig.url)
    rig.in_worker(
        "chrome.tabs.query({ active: false })"
        f".then((tabs) => tabs.find((tab) => tab.url === {url})).then(({{ id }}) =>"
        " chrome.tabs.discard(id)).then(() => null)"
    )
    rig.watch(lambda _: False, 1)
    rig.browser.send("Target.closeTarget", targetId=other)
    found = rig.browser.send("Target.getTargets")["targetInfos"]
    rig.page = next(t["targetId"] for t in found if t["url"] == rig.url)
    rig.browser.attempt("Target.activateTarget", targetId=rig.page)
    ready = "document.querySelector('video')?.readyState >= 2"
    wait_until(lambda: rig.of_page(ready), "the page did not come back")
    play_from(rig, at)
    rig.press()
    pressed = time.monotonic()
    rig.follow()
    rig.watch(lambda look: look.said[1] in ("…", "on"), 20)
    return Past(pressed, (at - 0.2, rig.media_s()))
