"""From a model's name to the folder that the backends load."""

from pathlib import Path
from typing import Final

from wlk_host.backends.checkpoints import conversion, lora
from wlk_host.core.errors import WlkError
from wlk_host.folders import expanded, is_file, is_folder
from wlk_host.models import catalog, store
from wlk_host.models.errors import shown

CONVERTED: Final = ".converted"
"""The subfolder of the models folder that holds converted checkpoints of other formats."""


def resolve(name: str | None) -> Path:
    """The CTranslate2 folder of a model.

    Args:
        name: a name of the catalogue, the path of a checkpoint of any format, or None for the
            default of the installed models.

    Raises:
        WlkError: `model_missing`, `model_corrupt`, and those of `conversion.as_ctranslate2`.
    """
    return conversion.as_ctranslate2(
        _path(name),
        store.models_dir() / CONVERTED,
        [store.folder_of(entry) for entry in store.installed()],
        _base_of_adapter,
    )


def called(name: str | None, folder: Path) -> str:
    """The name that users see: "base", or the last part of the path to their own model.

    Args:
        name: as for `resolve`.
        folder: what `resolve` returned for it, which says which model is the default.
    """
    return folder.name if name is None else expanded(name).name


def _path(name: str | None) -> Path:
    if name is not None and catalog.find(name) is None:
        path = expanded(name)
        adapter = is_file(path / lora.CONFIG)
        if adapter or (conversion.is_checkpoint(path) and not conversion.is_converted(path)):
            return path
    return store.resolve(name)


def _base_of_adapter(name: str) -> Path:
    """The model that an adapter names, by a path or by the repository of a catalogue model."""
    path = expanded(name)
    if is_folder(path) or is_file(path):
        return path
    known = name.rsplit("/", 1)[-1].removeprefix("whisper-")
    if catalog.find(known) is not None:
        return store.resolve(known)
    raise WlkError(
        code="model_missing",
        message=f"the adapter is for {shown(name)}, which is neither a path nor in the catalogue",
        hint="set base_model_name_or_path in adapter_config.json to the path of that model",
    )
