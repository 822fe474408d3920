"""`wlk-host models measure`: how well the installed models suit this machine."""

import sys

from wlk_host.backends.choice import unmeasured
from wlk_host.core.options import SessionOptions
from wlk_host.models import store
from wlk_host.runtime.files.clocks import SoundClock
from wlk_host.runtime.loading.automatic import MOST_LOAD, Automatic, SpeedCache, machine
from wlk_host.runtime.loading.loader import ModelLoader


def measure() -> int:
    """Discard earlier measurements, time each installed model, and print which one is chosen.

    Raises:
        WlkError: `model_missing` if none is installed.
    """
    store.resolve(None)
    cache = SpeedCache(machine())
    cache.clear()
    loader = ModelLoader(SoundClock(), backend=unmeasured(), automatic=Automatic(cache))
    chosen = loader.load(SessionOptions()).name
    for entry in store.installed():
        step = loader.measured(entry.name, cache)
        mark = "<- automatic " if entry.name == chosen else ""
        mark += "(the machine was overloaded: measured again at next start)" * step.provisional
        sys.stdout.write(
            f"{entry.name:<16} a step {1000 * (step.encode_s + step.decode_s):5.0f} ms, "
            f"busy {100 * step.load:4.0f} % {mark}".rstrip()
            + "\n"
        )
    sys.stdout.write(f"automatic takes the largest model busy less than {100 * MOST_LOAD:.0f} %\n")
    loader.release_all()
    return 0
