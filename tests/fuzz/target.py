"""The targets: what is tried, with which inputs, and how to load one."""

import importlib
from collections.abc import Sequence
from typing import Final, Protocol, cast

from fuzz.mutation import Mutator

NAMES: Final = (
    "frames",
    "messages",
    "safetensors_files",
    "npz_files",
    "ct2_containers",
    "torch_files",
    "configs",
    "tokenizer_files",
    "stored",
    "subtitles",
    "languages",
)

NEED_TORCH: Final = frozenset({"torch_files"})


class Target(Protocol):
    """A module of `fuzz.targets`."""

    CORPUS: Sequence[bytes]
    """Inputs that are valid."""

    MUTATORS: Sequence[Mutator]
    """What changes them, each as often as it is named."""

    def try_one(self, data: bytes) -> None:
        """Try an input.

        Raises:
            WlkError, SetupError: the input is refused.
        """
        ...


def load(name: str) -> Target:
    """The target of that name."""
    return cast("Target", importlib.import_module(f"fuzz.targets.{name}"))
