"""The faults under captions that are measured, each with how real it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import fault_of_browser
import fault_of_host
import fault_of_sound
from fault_of_host import FATAL_HOST, PLAIN_HOST
from fault_rig import Past, Rig, now


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


def nothing(rig: Rig) -> Past:
    """Leave everything as it is."""
    del rig
    return now()


FAULTS: Final = {
    "host-killed": Fault("host killed", "real (SIGKILL)", fault_of_host.host_killed),
    "host-oom": Fault(
        "host out of memory", "real (RLIMIT_AS, SIGKILL after 15 s)", fault_of_host.host_starved
    ),
    "host-frozen": Fault("host stopped for 10 s", "real (SIGSTOP)", fault_of_host.host_frozen),
    "host-hung": Fault("host hung", "real (SIGSTOP for good)", fault_of_host.host_hung),
    "host-upgraded": Fault(
        "host upgraded",
        "real (launcher away for 4 s, new files, old one ends)",
        fault_of_host.host_upgraded,
    ),
    "host-port": Fault("host closes its port", "real (SIGTERM)", fault_of_host.host_closes),
    "poisoned": Fault(
        "sound that crashes the host each time",
        "emulated (SIGSEGV by itself)",
        fault_of_host.poisoned,
        FATAL_HOST,
    ),
    "worker-killed": Fault("worker killed", "real", fault_of_browser.worker_killed),
    "document-closed": Fault("capturing document closed", "real", fault_of_browser.document_closed),
    "port-closed": Fault(
        "port to the document closed", "real (from the worker)", fault_of_browser.port_closed
    ),
    "reloaded": Fault(
        "extension reloaded, then a click", "real", fault_of_browser.extension_reloaded
    ),
    "asleep": Fault(
        "asleep for an hour",
        "emulated (all stopped for 20 s, worker's clock +1 h)",
        fault_of_browser.asleep,
    ),
    "page-crashed": Fault(
        "renderer crashed, page loaded again, click", "real", fault_of_browser.page_crashed
    ),
    "tab-discarded": Fault("tab discarded, then a click", "real", fault_of_browser.tab_discarded),
    "device": Fault(
        "audio device changed", "emulated (contexts suspended)", fault_of_sound.device_changed
    ),
    "capture-ended": Fault(
        "capture ended", "emulated (tracks ended)", fault_of_sound.capture_ended
    ),
    "capture-taken": Fault(
        "capture taken by another extension for 5 s",
        "emulated (tracks ended, the browser's refusal)",
        fault_of_sound.capture_taken,
    ),
    "opening-hangs": Fault(
        "opening a capture never returns, for 5 s",
        "emulated (getUserMedia)",
        fault_of_sound.opening_hangs,
    ),
}
