"""What goes wrong with a microphone, and what helps."""

import re
import sys
from typing import Final

from wlk_host.core.errors import WlkError

_UNAVAILABLE: Final = -9985
"""PortAudio's `paDeviceUnavailable`: another program has it (portaudio.h)."""

_FORBIDDEN: Final = re.compile(
    r"denied|permission|not permitted|not allowed|80070005", re.IGNORECASE
)
"""What systems say, the last one Windows (`E_ACCESSDENIED`)."""

_SETTINGS: Final = {
    "darwin": "allow your terminal under System Settings, Privacy & Security, Microphone",
    "win32": "allow desktop apps under Settings, Privacy & security, Microphone",
}


def _allow() -> str:
    return _SETTINGS.get(sys.platform, "allow this user to record (often the group `audio`)")


def sounddevice_missing() -> WlkError:
    """The extra is not installed."""
    return WlkError(
        "sounddevice_missing",
        "the microphone needs the package sounddevice, which is not installed",
        'run: pip install "wlk-host[listen]"',
    )


def portaudio_missing() -> WlkError:
    """The package is, but on Linux it brings no library."""
    return WlkError(
        "portaudio_missing",
        "the microphone needs the library PortAudio, which was not found",
        "run: sudo apt install libportaudio2 (Fedora: sudo dnf install portaudio)",
    )


def microphone_missing(message: str) -> WlkError:
    """There is none, or none of that name."""
    return WlkError(
        "microphone_missing",
        message,
        "connect one, or choose from: wlk-host listen --microphones",
    )


def of_portaudio(error: Exception, name: str) -> WlkError:
    """An error of PortAudio as users are told."""
    text = " ".join(str(error).split())
    if _FORBIDDEN.search(text):
        return WlkError("microphone_denied", f"{name} may not be used: {text}", _allow())
    if _UNAVAILABLE in error.args:
        return WlkError(
            "microphone_busy",
            f"{name} cannot be opened: {text}",
            f"close the program that uses it; otherwise {_allow()}",
        )
    return WlkError(
        "microphone_failed",
        f"{name} does not work: {text}",
        "try another one: wlk-host listen --microphones",
    )


def microphone_lost(name: str) -> WlkError:
    """It was disconnected, or its driver stopped."""
    return WlkError(
        "microphone_lost",
        f"no sound comes from {name} any more",
        "connect it again, then start again",
    )


def microphone_silent(name: str) -> WlkError:
    """Nothing but zeros comes, as where the system forbids it without a word."""
    return WlkError(
        "microphone_silent",
        f"only silence comes from {name}",
        f"unmute it, or {_allow()}",
    )


def sound_lost() -> WlkError:
    """PortAudio had to drop some."""
    return WlkError(
        "sound_lost",
        "this machine was too busy to take all sound of the microphone",
        "close other programs, or choose a smaller --model",
    )
