"""What goes wrong with the sound of a tab: each function lets it happen once."""

import time
from typing import Final

from fault_rig import Past, Rig

GONE_S: Final = 5.0


_END_TRACKS: Final = (
    "it.getTracks().map((track) => { track.stop(); track.dispatchEvent(new Event('ended')); })"
)


def past_since(rig: Rig, at: float) -> Past:
    """The cause is gone now. Until the sound is there, nobody can caption it."""
    gone = time.monotonic()
    rig.watch(lambda look: look.said[1] == "…", 2)
    rig.watch(lambda look: look.said[1] == "on", 20)
    return Past(gone, (at, rig.media_s()))


def device_changed(rig: Rig) -> Past:
    """Suspend the document's audio contexts: no frame comes any more."""
    at = rig.media_s()
    silence = "it.resume = () => new Promise(() => {}), void it.suspend()"
    rig.browser.each(rig.document(), "AudioContext.prototype", silence)
    return past_since(rig, at)


def capture_ended(rig: Rig) -> Past:
    """End the tab's tracks as the browser does."""
    at = rig.media_s()
    rig.browser.each(rig.document(), "MediaStream.prototype", _END_TRACKS)
    return past_since(rig, at)


def capture_taken(rig: Rig) -> Past:
    """End the tracks, and refuse others for a while as the browser does where another has them."""
    at = rig.media_s()
    refuse = (
        "globalThis.given = chrome.tabCapture.getMediaStreamId; chrome.tabCapture.getMediaStreamId"
        " = () => Promise.reject(new Error('Cannot capture a tab with an active stream.'))"
    )
    rig.in_worker(f"void ({refuse})".replace("; ", ", "))
    rig.browser.each(rig.document(), "MediaStream.prototype", _END_TRACKS)
    rig.watch(lambda _: False, GONE_S)
    rig.in_worker("void (chrome.tabCapture.getMediaStreamId = globalThis.given)")
    return past_since(rig, at)


def opening_hangs(rig: Rig) -> Past:
    """End the tracks, and let each opening of the next seconds hang without an answer."""
    at = rig.media_s()
    document = rig.document()
    hang = "globalThis.given = navigator.mediaDevices.getUserMedia,"
    hang += " navigator.mediaDevices.getUserMedia = () => new Promise(() => {})"
    rig.browser.ask(document, f"void ({hang})")
    rig.browser.each(document, "MediaStream.prototype", _END_TRACKS)
    rig.watch(lambda _: False, GONE_S)
    rig.browser.ask(document, "void (navigator.mediaDevices.getUserMedia = globalThis.given)")
    return past_since(rig, at)
