"""What goes wrong with the host under captions: each function lets it happen once."""

import resource
import shutil
import signal
import sys
from pathlib import Path
from typing import Final

from native_host import register_host

from fault_rig import Past, Rig, now

ROOT: Final = Path(__file__).resolve().parents[2]
PLAIN_HOST: Final = (sys.executable, "-m", "wlk_host.cli")
FATAL_HOST: Final = (sys.executable, str(Path(__file__).with_name("fault_host.py")))
FROZEN_S: Final = 10.0
UPGRADE_S: Final = 4.0


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
    """Let it have no more memory than it has, and end it as the kernel does if it gets along."""
    [before] = rig.hosts()
    size = int(Path(f"/proc/{before}/statm").read_text().split()[0]) * resource.getpagesize()
    _, most = resource.prlimit(before, resource.RLIMIT_AS)
    resource.prlimit(before, resource.RLIMIT_AS, (size, most))
    if not rig.watch(lambda _: before not in rig.hosts(), 15):
        rig.kill_host()
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
