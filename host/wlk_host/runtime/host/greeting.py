"""The host's greeting: its version, and what is installed."""

from wlk_host.models import store
from wlk_host.models.catalog import SPEAKERS
from wlk_host.models.store import Condition
from wlk_host.protocol import messages
from wlk_host.protocol.constants import PROTOCOL_VERSION
from wlk_host.runtime.loading import sortformer
from wlk_host.runtime.translators import registry
from wlk_host.version import __version__


def host_hello() -> messages.HostHello:
    """The greeting for what is installed now. Models come and go while the host runs."""
    translators = (messages.Translator(*known) for known in registry.installed_names())
    models = (messages.Model(entry.name, entry.multilingual) for entry in store.installed())
    return messages.HostHello(
        protocol=PROTOCOL_VERSION,
        host=__version__,
        models=tuple(models),
        translators=tuple(translators),
        speakers=_tells_speakers_apart(),
    )


def _tells_speakers_apart() -> bool:
    """Whether any engine can. `loading.diarizers` knows for certain, but takes seconds."""
    return store.condition(SPEAKERS) is Condition.INSTALLED or sortformer.seems_usable()
