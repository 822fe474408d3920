"""Where NLLB-200 lies on this machine, and how it gets there: by a download that was asked for."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from wlk_host.core.errors import WlkError
from wlk_host.models import store
from wlk_host.models.errors import MODELS_VARIABLE

Backend = Literal["ctranslate2", "transformers"]
BACKENDS: Final[tuple[Backend, ...]] = ("ctranslate2", "transformers")

LICENCE: Final = (
    "The NLLB-200 weights (Meta AI) are under CC-BY-NC 4.0: they may not be used for commercial "
    "purposes. https://creativecommons.org/licenses/by-nc/4.0/"
)

_TOKENIZER_FILES: Final = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "sentencepiece.bpe.model",
)
_WEIGHT_FILES: Final[dict[Backend, tuple[str, ...]]] = {
    "ctranslate2": ("model.bin", "config.json", "shared_vocabulary.*"),
    "transformers": ("config.json", "generation_config.json", "*.safetensors", "pytorch_model*"),
}


@dataclass(frozen=True, slots=True)
class NllbModel:
    """One size of NLLB-200.

    Attributes:
        name: what users choose it by.
        size: as the publishers write it.
    """

    name: str
    size: str

    def repository(self, backend: Backend) -> str:
        """Where its weights for a backend are published."""
        base = f"nllb-200-distilled-{self.size}"
        return f"entai2965/{base}-ctranslate2" if backend == "ctranslate2" else self.origin

    @property
    def origin(self) -> str:
        """Where its makers publish it, the tokenizer included."""
        return f"facebook/nllb-200-distilled-{self.size}"


MODELS: Final = (NllbModel("nllb-600M", "600M"), NllbModel("nllb-1.3B", "1.3B"))

Download = Callable[[str, tuple[str, ...], Path], None]
"""Fetches the files of a repository that match any of the patterns into a folder."""


def folder_of(model: NllbModel, backend: Backend) -> Path:
    """Where it is when it is installed."""
    return store.models_dir() / f"{model.name}-{backend}"


def installed(model: NllbModel) -> tuple[Path, Backend] | None:
    """Folder and backend of a model; None when it is absent."""
    folders = ((folder_of(model, backend), backend) for backend in BACKENDS)
    return next((found for found in folders if found[0].is_dir()), None)


def find(name: str) -> NllbModel:
    """The model of that name.

    Raises:
        WlkError: `translator_unknown`.
    """
    for model in MODELS:
        if model.name == name:
            return model
    names = ", ".join(model.name for model in MODELS)
    message = f"no model {name!r} to install; there are {names}"
    raise WlkError("translator_unknown", message, "choose one of these")


def install(model: NllbModel, backend: Backend, download: Download) -> Path:
    """Download it into the models' folder, where it appears when it is whole.

    Raises:
        WlkError: `download_failed`, `disk_error`.
    """
    target = folder_of(model, backend)
    if target.is_dir():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
            staged = Path(scratch) / target.name
            # Not every conversion brings the tokenizer along.
            download(model.origin, _TOKENIZER_FILES, staged)
            download(model.repository(backend), _WEIGHT_FILES[backend], staged)
            staged.rename(target)
    except OSError as error:
        raise WlkError(
            code="disk_error",
            message=f"cannot write {model.name} to {target}: {error}",
            hint=f"free some space there, or set {MODELS_VARIABLE} to another folder",
        ) from error
    return target


def download_from_hub(repository: str, patterns: tuple[str, ...], folder: Path) -> None:
    """Fetch files from the Hugging Face hub.

    Raises:
        WlkError: `translator_missing` without the package for it, `download_failed`.
    """
    try:
        from huggingface_hub import snapshot_download  # noqa: PLC0415 - an extra
        from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError  # noqa: PLC0415
    except ImportError as error:
        raise WlkError(
            code="translator_missing",
            message="the download needs the package huggingface_hub",
            hint="run: pip install 'wlk-host[nllb]'",
        ) from error
    try:
        snapshot_download(repository, local_dir=folder, allow_patterns=list(patterns))
    except (HfHubHTTPError, LocalEntryNotFoundError, ConnectionError) as error:
        raise WlkError(
            code="download_failed",
            message=f"{repository} could not be downloaded: {error}",
            hint="check the network connection, then start this again",
        ) from error
