"""When sessions on a card are computed together, and with which backend. No card is needed."""

import pytest

from wlk_host.backends.devices import Device
from wlk_host.core.errors import DeviceError
from wlk_host.runtime.files.clocks import SoundClock
from wlk_host.runtime.loading.loader import ModelLoader, _Setup
from wlk_host.runtime.workers import Workers
from wlk_host.server.engine import loader_for

pytestmark = pytest.mark.torch

FULL = DeviceError("device_out_of_memory", "full", "choose a smaller model")


def loader(*, together: bool, torch_on: Device) -> ModelLoader:
    """One of a machine on which PyTorch runs on that device."""
    found = ModelLoader(SoundClock(), together=together)
    found._places["torch"] = (torch_on, None)
    return found


@pytest.mark.parametrize(
    ("together", "torch_on", "backend"),
    [
        (True, "cuda", "torch"),
        (True, "cpu", "faster-whisper"),
        (True, "mps", "faster-whisper"),
        (False, "cuda", "faster-whisper"),
    ],
)
def test_models_run_in_pytorch_where_a_card_computes_for_several(
    together: bool, torch_on: Device, backend: str
) -> None:
    assert loader(together=together, torch_on=torch_on)._usual() == backend


def test_after_the_card_has_failed_they_run_as_without_one() -> None:
    found = loader(together=True, torch_on="cuda")
    on_card = _Setup("torch")
    assert found._elsewhere(on_card) == _Setup("faster-whisper")
    found._failure = FULL
    assert found._usual() == "faster-whisper"


def test_a_server_for_one_session_has_nothing_to_put_together() -> None:
    alone, two = (loader_for(sessions)(Workers(1)) for sessions in (1, 2))
    assert isinstance(alone, ModelLoader)
    assert isinstance(two, ModelLoader)
    assert (alone._together, two._together) == (False, True)
