"""Whether Sortformer can be used here, and how it is loaded. Imports no NeMo, PyTorch or numpy."""

import importlib.util
import pickle
import sys
import tarfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wlk_host.backends import availability
from wlk_host.core.errors import WlkError
from wlk_host.folders import is_file
from wlk_host.models import store

if TYPE_CHECKING:
    from wlk_host.backends.sortformer import Latency
    from wlk_host.core.speakers.diarizer import DiarizerModel

NAME: Final = "sortformer"
FAST: Final = "sortformer-fast"
"""The same weights with less to hear before they tell: 0.32 s in place of 1.04 s."""

WEIGHTS: Final = "diar_streaming_sortformer_4spk-v2.nemo"

_UNREADABLE: Final = (
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    pickle.UnpicklingError,
    tarfile.TarError,
)
"""What NeMo raises for files that are damaged, or of something else."""


def weights() -> Path:
    """Where the weights are when the user has put them there."""
    return store.models_dir() / "sortformer" / WEIGHTS


def is_installed() -> bool:
    """Whether the user has got NeMo and the weights."""
    return _has_nemo() and is_file(weights())


def seems_usable() -> bool:
    """What `require` says, found out at once: a driver of cards is taken for a card."""
    return is_installed() and availability.has_driver()


def require() -> None:
    """Check that it can be used here.

    Raises:
        WlkError: `diarizer_unavailable` without NeMo or a graphics card, `model_missing`.
    """
    if not _has_nemo():
        raise WlkError(
            code="diarizer_unavailable",
            message="sortformer needs the package nemo_toolkit[asr], which is not installed",
            hint=f'run: "{sys.executable}" -m pip install "wlk-host[sortformer]"',
        )
    if not is_file(weights()):
        raise WlkError(
            code="model_missing",
            message=f"found no weights of sortformer: expected {weights()}",
            hint=f"get {WEIGHTS} from NVIDIA's page on Hugging Face, and put it there",
        )
    if not _has_card():
        raise WlkError(
            code="diarizer_unavailable",
            message="sortformer needs an NVIDIA card that PyTorch can use, found none: on the "
            "processor it would be slower than speech",
            hint="choose --diarizer embedded",
        )


def load(name: str) -> "DiarizerModel":
    """The engine, on the graphics card.

    Raises:
        WlkError: `model_corrupt`.
    """
    from wlk_host.backends.sortformer import load_sortformer  # noqa: PLC0415 - takes many seconds

    try:
        return load_sortformer(name, weights(), _latency(name), "cuda")
    except _UNREADABLE as error:
        raise WlkError(
            code="model_corrupt",
            message=f"NeMo cannot load {weights()}: {error}",
            hint=f"get {WEIGHTS} from NVIDIA's page on Hugging Face again",
        ) from error


def _latency(name: str) -> "Latency":
    from wlk_host.backends.sortformer import LOW, ULTRA_LOW  # noqa: PLC0415 - as above

    return ULTRA_LOW if name == FAST else LOW


def _has_nemo() -> bool:
    return importlib.util.find_spec("nemo") is not None


@cache
def _has_card() -> bool:
    here = availability.surroundings(with_card=True)
    return here.card is not None and here.torch_cuda is not None
