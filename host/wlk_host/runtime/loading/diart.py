"""Whether diart can be used here, with which models, and how it is loaded.

Imports no diart, PyTorch or numpy.
"""

import importlib.util
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from wlk_host.core.errors import WlkError
from wlk_host.folders import is_file
from wlk_host.models import store
from wlk_host.models.catalog import SPEAKERS

if TYPE_CHECKING:
    from diart.models import EmbeddingModel

    from wlk_host.core.speakers.diarizer import DiarizerModel

NAME: Final = "diart"

Pair: TypeAlias = tuple[str, str]
"""The names of a segmentation model and of an embedding model."""

SEGMENTATIONS: Final[Mapping[str, str]] = {
    "segmentation": "pyannote/segmentation",
    "segmentation-3.0": "pyannote/segmentation-3.0",
}
"""The models that tell voices apart in a window, and where they are published."""

OF_HOST: Final = "resemblyzer"
"""The embedding model of the engine `embedded`."""

EMBEDDINGS: Final[Mapping[str, str]] = {
    OF_HOST: "",
    "xvector": "pyannote/embedding",
    "wespeaker": "pyannote/wespeaker-voxceleb-resnet34-LM",
}
"""The models that make vectors of voices, and where they are published."""

DEFAULT: Final[Pair] = ("segmentation", OF_HOST)
"""The one that was measured: the two models of the engine `embedded`, which `SPEAKERS` has."""

WEIGHTS: Final = "pytorch_model.bin"

_HOW_TO_INSTALL: Final = (
    f'run: "{sys.executable}" -m pip install "wlk-host[diart]"'
    if sys.version_info < (3, 13)
    else "install wlk-host[diart] with Python 3.11 or 3.12: diart runs on no later one"
)

_NOT_RUNNING: Final = (AttributeError, ImportError, OSError, RuntimeError)
"""What importing diart raises beside versions of other packages that it does not know."""


def pair(names: tuple[str, ...] | list[str]) -> Pair:
    """The models that the user names.

    Raises:
        WlkError: `option_invalid`.
    """
    match names:
        case [segmentation, embedding] if segmentation in SEGMENTATIONS and embedding in EMBEDDINGS:
            return segmentation, embedding
    raise WlkError(
        code="option_invalid",
        message=f"got the diart models {' '.join(names)!r}, expected one of "
        f"{', '.join(SEGMENTATIONS)} and one of {', '.join(EMBEDDINGS)}",
        hint=f"for example --diart-models {' '.join(DEFAULT)}",
    )


def weights(name: str) -> Path:
    """Where the weights of a model are when the user has got them."""
    if name == DEFAULT[0]:
        return store.folder_of(SPEAKERS) / SPEAKERS.files[1].local_name
    return store.models_dir() / NAME / name / WEIGHTS


def is_installed(models: Pair = DEFAULT) -> bool:
    """Whether the user has got diart and the weights."""
    return _has_diart() and all(is_file(weights(name)) for name in models if name != OF_HOST)


def require(models: Pair = DEFAULT) -> None:
    """Check that it can be used here.

    Raises:
        WlkError: `diarizer_unavailable` without diart, `model_missing`, and those of
            `store.require` for the host's own embedding.
    """
    if not _has_diart():
        raise WlkError(
            code="diarizer_unavailable",
            message="the engine diart needs the package diart, which is not installed",
            hint=_HOW_TO_INSTALL,
        )
    for name in _by_hand(models):
        if not is_file(weights(name)):
            published = {**SEGMENTATIONS, **EMBEDDINGS}[name]
            raise WlkError(
                code="model_missing",
                message=f"found no weights of {name} for diart: expected {weights(name)}",
                hint=f"get {WEIGHTS} of {published} from Hugging Face, and put it there",
            )
    if set(DEFAULT) & set(models):
        store.require(SPEAKERS)


def load(models: Pair = DEFAULT) -> "DiarizerModel":
    """The engine, on the graphics card if PyTorch can use one.

    Raises:
        WlkError: `diarizer_unavailable`, `model_corrupt`.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # Of functions that torchaudio will drop.
            import torch  # noqa: PLC0415 - with diart it takes many seconds

            from wlk_host.backends import diart, pyannote_models  # noqa: PLC0415 - as above
    except _NOT_RUNNING as error:
        raise WlkError(
            code="diarizer_unavailable",
            message=f"diart cannot be imported: {error}",
            hint=_HOW_TO_INSTALL,
        ) from error
    name, embedding = models
    return diart.Diart(
        NAME,
        pyannote_models.load_segmentation(name, weights(name)),
        _embedding(embedding),
        diart.OF_HOST if embedding == OF_HOST else diart.PUBLISHED,
        torch.device("cuda" if torch.cuda.is_available() else "cpu"),
    )


def _embedding(name: str) -> "EmbeddingModel":
    from wlk_host.backends import own_sound, pyannote_models, voice_encoder  # noqa: PLC0415 - as above

    if name != OF_HOST:
        return pyannote_models.load_embedding(name, weights(name))
    encoder = voice_encoder.load_voice_encoder(store.folder_of(SPEAKERS))
    return own_sound.host_embedding(encoder)


def _by_hand(models: Pair) -> list[str]:
    """Of these, the models that the user has to fetch."""
    return [name for name in models if name not in DEFAULT]


def _has_diart() -> bool:
    return importlib.util.find_spec("diart") is not None
