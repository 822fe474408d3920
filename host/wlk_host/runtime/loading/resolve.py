"""From what a user calls a model to the folder that the engines load."""

from pathlib import Path
from typing import Final

from wlk_host.backends.checkpoints import conversion, lora
from wlk_host.backends.checkpoints.heads import Heads
from wlk_host.core.errors import WlkError
from wlk_host.models import catalog, store

CONVERTED: Final = ".converted"
"""Folder of the models' folder with checkpoints of other formats, made ready."""


def resolve(name: str | None, heads: Heads | None = None) -> Path:
    """A CTranslate2 folder.

    Args:
        name: of the catalogue, or a path to a checkpoint of any format (`checkpoint`), or None
            for the default of the installed models.
        heads: alignment heads instead of the model's own.

    Raises:
        WlkError: `model_missing`, `model_corrupt`, and those of `conversion.as_ctranslate2`.
    """
    return conversion.as_ctranslate2(
        _path(name),
        store.models_dir() / CONVERTED,
        [store.folder_of(entry) for entry in store.installed()],
        _base_of_adapter,
        heads,
    )


def called(name: str | None, folder: Path) -> str:
    """What users read of a model: "base", or the last part of the path to their own.

    Args:
        name: as for `resolve`.
        folder: what `resolve` made of it; tells which one the default is.
    """
    return folder.name if name is None else Path(name).expanduser().absolute().name


def _path(name: str | None) -> Path:
    if name is not None and catalog.find(name) is None:
        path = Path(name).expanduser()
        adapter = (path / lora.CONFIG).is_file()
        if adapter or (conversion.is_checkpoint(path) and not conversion.is_converted(path)):
            return path.absolute()
    return store.resolve(name)


def _base_of_adapter(name: str) -> Path:
    """The model an adapter names: a path, or a repository with a model of the catalogue."""
    path = Path(name).expanduser()
    if path.exists():
        return path
    known = name.rsplit("/", 1)[-1].removeprefix("whisper-")
    if catalog.find(known) is not None:
        return store.resolve(known)
    raise WlkError(
        code="model_missing",
        message=f"the adapter is for {name!r}, which is neither a path nor in the catalogue",
        hint="write the path of that model into base_model_name_or_path of adapter_config.json",
    )
