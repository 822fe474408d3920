"""What goes wrong in hours of captions, one kind after the other."""

import random
import shutil
import signal
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from soak_tab import Tab

if TYPE_CHECKING:
    from soak_tabs import Soak

_ASLEEP_S: Final = 30
_FROZEN_S: Final = 3
_CLICK_S: Final = 2
_MODELS: Final = ("base", "tiny.en")


def seek(soak: "Soak", tab: Tab) -> None:
    """The user jumps in the video."""
    soak.note("seek", tab)
    tab.seek(123)


def click_twice(soak: "Soak", tab: Tab) -> None:
    """Captions are stopped and started again."""
    soak.note("stopped and started", tab)

    def again() -> None:
        tab.begin_anew()
        soak.browser.attach(tab)

    soak.browser.after_end(tab, again)
    tab.stop()


def session_error(soak: "Soak", tab: Tab) -> None:
    """Sound that is none ends the session; the user starts it again."""
    soak.note("session error", tab)
    if tab.host is None:
        return
    soak.browser.expect("audio_invalid")
    tab.host.say(type="audio", session=tab.name, seq=10**9, start=tab.position, pcm="?")
    tab.detach()

    def again() -> None:
        tab.begin_anew()
        soak.browser.attach(tab)

    soak.browser.later(_CLICK_S, again)


def other_model(soak: "Soak", tab: Tab) -> None:
    """Another model takes over; the tab with that model takes this one's."""
    soak.note("models swapped", tab)
    other = next(one for one in soak.browser.tabs if one.model != tab.model)
    tab.model, other.model = other.model, tab.model
    for one in (tab, other):
        soak.browser.after_end(one, partial(soak.browser.attach, one))
        one.stop()


def kill(soak: "Soak", tab: Tab) -> None:
    """The host is killed."""
    soak.note("host killed", None)
    soak.browser.host.signal(signal.SIGKILL)


def too_large(soak: "Soak", tab: Tab) -> None:
    """A frame beyond all limits ends the host."""
    soak.note("frame too large", None)
    soak.browser.expect("frame_too_large")
    soak.browser.host.say_bytes(bytes(5 * 2**20))


def nonsense(soak: "Soak", tab: Tab) -> None:
    """Messages that are none, and some that come at the wrong time."""
    soak.note("bad messages", None)
    soak.browser.expect("message_invalid", "session_unknown", "session_exists", "hello_repeated")
    for payload in (b"", b"{", b"\xff\xfe", b"[1]", b'{"type": "x"}', b'{"type": "start"}'):
        soak.browser.host.say_bytes(payload)
    say = soak.browser.host.say
    say(type="hello", protocol=1, extension="0")
    say(type="cut", session=f"nobody {random.random()}", at=0)
    say(type="start", session=tab.name, options={})
    say(type="configure", session=tab.name, options={"vocabulary": [""]})


def failed_loads(soak: "Soak", tab: Tab) -> None:
    """Models that cannot be loaded, for other tabs."""
    soak.note("failed loads", None)
    soak.browser.expect("model_corrupt", "heads_invalid", "model_missing")
    wishes: Sequence[dict[str, object]] = (
        {"model": str(soak.broken)},
        {"model": "base", "alignment_heads": "99.99"},
        {"model": "nowhere"},
    )
    for n, options in enumerate(wishes):
        soak.browser.host.say(type="start", session=f"failing {n}", options=options, visible=False)


def sleep(soak: "Soak", tab: Tab) -> None:
    """The machine sleeps: nothing runs, and nothing is heard."""
    soak.note(f"asleep for {_ASLEEP_S} s", None)
    soak.browser.sleep(_ASLEEP_S)


def freeze(soak: "Soak", tab: Tab) -> None:
    """The host alone stands still while the sound goes on, less long than what must be told."""
    soak.note(f"frozen for {_FROZEN_S} s", None)
    host = soak.browser.host
    host.signal(signal.SIGSTOP)
    soak.browser.later(_FROZEN_S, lambda: host.signal(signal.SIGCONT))


Fault = Callable[["Soak", Tab], None]
FAULTS: Final[Sequence[Fault]] = (
    failed_loads,
    session_error,
    other_model,
    nonsense,
    kill,
    sleep,
    click_twice,
    seek,
    freeze,
    too_large,
)

"""In an order in which no host ends soon after another one has."""

DEADLY: Final = frozenset({kill, too_large})
"""A new host follows."""


def make_broken(base: Path, folder: Path) -> Path:
    """A copy of a model whose tokenizer breaks off."""
    shutil.copytree(base, folder, dirs_exist_ok=True)
    tokenizer = folder / "tokenizer.json"
    tokenizer.write_bytes(tokenizer.read_bytes()[:1000])
    return folder


def models_of(n_tabs: int) -> list[str]:
    """Both models for the tabs in turn, so that swapping them changes nothing in memory."""
    return [_MODELS[n % len(_MODELS)] for n in range(n_tabs)]
