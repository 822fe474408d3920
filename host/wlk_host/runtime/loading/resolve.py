"""From a model's name to the folder that the backends load."""

from pathlib import Path
from typing import Final

from wlk_host.backends.checkpoints import conversion, lora
from wlk_host.core.errors import WlkError
from wlk_host.models import catalog, store

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
    return folder.name if name is None else Path(name).expanduser().absolute().name


def _path(name: str | None) -> Path:
    if name is not None and catalog.find(name) is None:
        path = Path(name).expanduser()
        adapter = (path / lora.CONFIG).is_file()
        if adapter or (conversion.is_checkpoint(path) and not conversion.is_converted(path)):
            return path.absolute()
    return store.resolve(name)


def _base_of_adapter(name: str) -> Path:
    """The model that an adapter names, by a path or by the repository of a catalogue model."""
    path = Path(name).expanduser()
    if path.exists():
        return path
    known = name.rsplit("/", 1)[-1].removeprefix("whisper-")
    if catalog.find(known) is not None:
        return store.resolve(known)
    raise WlkError(
        code="model_missing",
        message=f"the adapter is for {name!r}, which is neither a path nor in the catalogue",
        hint="set base_model_name_or_path in adapter_config.json to the path of that model",
    )
