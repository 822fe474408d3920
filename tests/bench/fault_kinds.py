"""What goes wrong under captions: one function for each fault, which lets it happen once."""

import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from browser import register_host
from fault_rig import Rig, command_of, processes
from waiting import wait_until

ROOT: Final = Path(__file__).resolve().parents[2]
PLAIN_HOST: Final = (sys.executable, "-m", "wlk_host.cli")
HOST_OF: Final = (sys.executable, str(Path(__file__).with_name("fault_host.py")))
FROZEN_S: Final = 10.0
ASLEEP_S: Final = 20.0
TAKEN_S: Final = 5.0
UPGRADE_S: Final = 4.0
_OTHER: Final = "about:blank"


@dataclass(frozen=True)
class Past:
    """A fault that has happened.

    Attributes:
        gone_at: when its cause was gone, on the monotonic clock.
        unheard: seconds of the page's sound that nobody could have captioned: it was not played, or
            the browser gave it to nobody.
    """

    gone_at: float
    unheard: tuple[float, float] | None = None


@dataclass(frozen=True)
class Fault:
    """One kind of fault.

    Attributes:
        name: for the table.
        how: real, or how it is emulated.
        act: lets it happen.
        host: the command of the host.
    """

    name: str
    how: str
    act: Callable[[Rig], Past]
    host: tuple[str, ...] = PLAIN_HOST


def now() -> Past:
    """The cause is gone as soon as the fault has happened."""
    return Past(time.monotonic())


def nothing(rig: Rig) -> Past:
    """Leave everything as it is."""
    del rig
    return now()


# -- the host ---------------------------------------------------------------------------------


def host_killed(rig: Rig) -> Past:
    """End it as the system's task manager does."""
    rig.kill_host()
    return now()


def host_closes(rig: Rig) -> Past:
    """Have it close its end of the port, by leaving."""
    rig.kill_host(signal.SIGTERM)
    return now()


def host_frozen(rig: Rig) -> Past:
    """Stop it for some seconds."""
    rig.kill_host(signal.SIGSTOP)
    rig.watch(lambda _: False, FROZEN_S)
    rig.kill_host(signal.SIGCONT)
    return now()


def host_hung(rig: Rig) -> Past:
    """Stop it altogether. The cause is gone when the extension has taken another one."""
    before = rig.hosts()
    rig.kill_host(signal.SIGSTOP)
    replaced = rig.watch(lambda _: rig.new_host(before), 60)
    assert replaced, "the host was not replaced"
    return Past(replaced.at)


def host_starved(rig: Rig) -> Past:
    """Let it have no more memory than it has. The cause is gone with the process."""
    [before] = rig.hosts()
    size = int(Path(f"/proc/{before}/statm").read_text().split()[0]) * resource.getpagesize()
    resource.prlimit(before, resource.RLIMIT_AS, (size, size))
    rig.watch(lambda _: before not in rig.hosts(), 8)
    if before in rig.hosts():
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(before, resource.RLIMIT_AS, unlimited)
    return now()


def host_upgraded(rig: Rig) -> Past:
    """Take the old one and its launcher away, and put a new one in place some seconds later."""
    manifest = rig.profile / "NativeMessagingHosts" / "dev.wlk.host.json"
    kept = manifest.read_text()
    manifest.unlink()
    rig.kill_host(signal.SIGTERM)
    rig.watch(lambda _: False, UPGRADE_S)
    copy = rig.profile / "upgraded"
    shutil.copytree(ROOT / "host", copy, ignore=shutil.ignore_patterns("__pycache__"))
    register_host(rig.profile, ["env", f"PYTHONPATH={copy}", *PLAIN_HOST])
    assert manifest.read_text() == kept
    return now()


def poisoned(rig: Rig) -> Past:
    """Say what ends the host by a signal each time it hears it. It has been left out at last."""
    def twice(_: object) -> bool:
        return marks.exists() and len(marks.read_text().split()) >= 2

    marks = rig.profile / "deaths"
    (rig.profile / "poison").touch()
    assert rig.watch(twice, 60), "the host has not died twice"
    return now()


# -- the extension ----------------------------------------------------------------------------


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
    at = rig.media_s()
    rig.browser.reload_extension()
    wait_until(lambda: rig.browser.ours("service_worker"), "the extension did not come back")
    offered = "chrome.tabs.query({ active: true }).then(([{ id: tabId }]) =>"
    offered += " chrome.action.getBadgeText({ tabId }))"
    wait_until(lambda: rig.in_worker(offered) == "↻", "captions are not offered")
    rig.press()
    pressed = time.monotonic()
    rig.follow()
    rig.watch(lambda look: look.said[1] in ("…", "on"), 20)
    return Past(pressed, (at, rig.media_s()))


# -- the page, and the machine ----------------------------------------------------------------


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


def page_crashed(rig: Rig) -> Past:
    """Have its process crash, load it again, and click, for which the extension asks."""
    at = rig.media_s()
    rig.let_go(rig.page)
    rig.browser.crash(rig.page)
    # Nobody would answer.
    time.sleep(1)
    rig.browser.go(rig.page, rig.url)
    wait_until(lambda: rig.of_page("document.querySelector('video').readyState") >= 2, "no video")
    rig.of_page(f"Object.assign(document.querySelector('video'), {{ currentTime: {at} }}).play()")
    rig.watch(lambda look: look.said[1] == "↻", 10)
    rig.press()
    return Past(time.monotonic(), (at - 0.2, at + 0.3))


def tab_discarded(rig: Rig) -> Past:
    """Discard the tab from behind another one, go back to it, and click."""
    at = rig.media_s()
    other = rig.browser.open(_OTHER)
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
    rig.of_page(f"Object.assign(document.querySelector('video'), {{ currentTime: {at} }}).play()")
    rig.press()
    pressed = time.monotonic()
    rig.follow()
    rig.watch(lambda look: look.said[1] in ("…", "on"), 20)
    return Past(pressed, (at - 0.2, rig.media_s()))


# -- the sound --------------------------------------------------------------------------------

_END_TRACKS: Final = (
    "it.getTracks().map((track) => { track.stop(); track.dispatchEvent(new Event('ended')); })"
)


def device_changed(rig: Rig) -> Past:
    """Suspend the document's audio contexts: no frame comes any more."""
    at = rig.media_s()
    silence = "it.resume = () => new Promise(() => {}), void it.suspend()"
    rig.browser.each(rig.document(), "AudioContext.prototype", silence)
    gone = time.monotonic()
    rig.watch(lambda look: look.said[1] == "…", 5)
    rig.watch(lambda look: look.said[1] == "on", 20)
    return Past(gone, (at, rig.media_s()))


def capture_ended(rig: Rig) -> Past:
    """End the tab's tracks as the browser does."""
    at = rig.media_s()
    rig.browser.each(rig.document(), "MediaStream.prototype", _END_TRACKS)
    gone = time.monotonic()
    rig.watch(lambda look: look.said[1] == "…", 5)
    rig.watch(lambda look: look.said[1] == "on", 20)
    return Past(gone, (at, rig.media_s()))


def capture_taken(rig: Rig) -> Past:
    """End the tracks, and refuse others for a while as the browser does where another has them."""
    at = rig.media_s()
    refuse = (
        "globalThis.given = chrome.tabCapture.getMediaStreamId; chrome.tabCapture.getMediaStreamId"
        " = () => Promise.reject(new Error('Cannot capture a tab with an active stream.'))"
    )
    rig.in_worker(f"void ({refuse})".replace("; ", ", "))
    rig.browser.each(rig.document(), "MediaStream.prototype", _END_TRACKS)
    rig.watch(lambda _: False, TAKEN_S)
    rig.in_worker("void (chrome.tabCapture.getMediaStreamId = globalThis.given)")
    return Past(time.monotonic(), (at, rig.media_s()))


def opening_hangs(rig: Rig) -> Past:
    """End the tracks, and let each opening of the next seconds hang without an answer."""
    at = rig.media_s()
    document = rig.document()
    hang = "globalThis.given = navigator.mediaDevices.getUserMedia,"
    hang += " navigator.mediaDevices.getUserMedia = () => new Promise(() => {})"
    rig.browser.ask(document, f"void ({hang})")
    rig.browser.each(document, "MediaStream.prototype", _END_TRACKS)
    rig.watch(lambda _: False, TAKEN_S)
    rig.browser.ask(document, "void (navigator.mediaDevices.getUserMedia = globalThis.given)")
    return Past(time.monotonic(), (at, rig.media_s()))


FAULTS: Final = {
    "host-killed": Fault("host killed", "real (SIGKILL)", host_killed),
    "host-oom": Fault("host out of memory", "real (no further allocation, RLIMIT_AS)", host_starved),
    "host-frozen": Fault("host stopped for 10 s", "real (SIGSTOP)", host_frozen),
    "host-hung": Fault("host hung", "real (SIGSTOP for good)", host_hung),
    "host-upgraded": Fault(
        "host upgraded", "real (launcher away for 4 s, new files, old one ends)", host_upgraded
    ),
    "host-port": Fault("host closes its port", "real (SIGTERM)", host_closes),
    "poisoned": Fault(
        "sound that crashes the host each time",
        "emulated (SIGSEGV by itself)",
        poisoned,
        HOST_OF,
    ),
    "worker-killed": Fault("worker killed", "real", worker_killed),
    "document-closed": Fault("capturing document closed", "real", document_closed),
    "port-closed": Fault("port to the document closed", "real (from the worker)", port_closed),
    "reloaded": Fault("extension reloaded, then a click", "real", extension_reloaded),
    "asleep": Fault(
        "asleep for an hour", "emulated (all stopped for 20 s, worker's clock +1 h)", asleep
    ),
    "page-crashed": Fault("renderer crashed, page loaded again, click", "real", page_crashed),
    "tab-discarded": Fault("tab discarded, then a click", "real", tab_discarded),
    "device": Fault("audio device changed", "emulated (contexts suspended)", device_changed),
    "capture-ended": Fault("capture ended", "emulated (tracks ended)", capture_ended),
    "capture-taken": Fault(
        "capture taken by another extension for 5 s",
        "emulated (tracks ended, the browser's refusal)",
        capture_taken,
    ),
    "opening-hangs": Fault(
        "opening a capture never returns, for 5 s", "emulated (getUserMedia)", opening_hangs
    ),
}
