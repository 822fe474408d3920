"""Where the captions of each file go."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wlk_host.core.errors import WlkError
from wlk_host.runtime.files.inputs import Input


@dataclass(frozen=True, slots=True)
class Place:
    """What the command says of that.

    Attributes:
        output: a file or a folder; None if there is none.
        is_beside: whether captions go beside their file.
        ending: of the format.
    """

    output: str | None
    is_beside: bool
    ending: str

    @property
    def is_folder(self) -> bool:
        """Whether `output` must be one."""
        if self.output is None:
            return False
        written = self.output.endswith(("/", os.sep))
        return written or Path(self.output).is_dir()


def targets(inputs: Sequence[Input], place: Place, *, many: bool) -> list[Path | None]:
    """The file for the captions of each input; None is standard output.

    A folder's tree is kept. The name is that of the input with the ending of the format:
    players find subtitles by it. Where two inputs would get the same name, it has both endings.

    Args:
        inputs: to caption.
        place: what the command says.
        many: whether the command names a folder or more than one file.

    Raises:
        WlkError: `output_needed`, `output_ambiguous`, `output_is_input`.
    """
    if place.output is None and not place.is_beside:
        if many:
            raise _needed(len(inputs))
        return [None for _ in inputs]
    if place.output is not None and not many and not place.is_folder:
        chosen = [Path(place.output)]
    else:
        chosen = _named(inputs, place)
    _refuse_collisions(inputs, chosen)
    return [*chosen]


def _named(inputs: Sequence[Input], place: Place) -> list[Path]:
    bases = [one.path if place.output is None else Path(place.output) / one.below for one in inputs]
    short = [base.with_name(f"{base.stem}.{place.ending}") for base in bases]
    counts = Counter(map(_key, short))
    return [
        path if counts[_key(path)] == 1 else base.with_name(f"{base.name}.{place.ending}")
        for base, path in zip(bases, short, strict=True)
    ]


def _key(path: Path) -> str:
    """The same for names that some systems take for the same."""
    return str(path.absolute()).casefold()


def _refuse_collisions(inputs: Sequence[Input], chosen: Sequence[Path]) -> None:
    sources = {os.path.realpath(one.path) for one in inputs}
    met: dict[str, Path] = {}
    for one, path in zip(inputs, chosen, strict=True):
        if os.path.realpath(path) in sources:
            raise WlkError(
                "output_is_input",
                f"the captions of {one.path} would replace {path}, which is to be captioned",
                "choose another file for the captions",
            )
        other = met.setdefault(_key(path), one.path)
        if other is not one.path:
            raise WlkError(
                "output_ambiguous",
                f"{other} and {one.path} would both be captioned in {path}",
                "name the folder above them, or caption them one by one",
            )


def _needed(n_inputs: int) -> WlkError:
    return WlkError(
        "output_needed",
        f"got {n_inputs} files, and standard output takes the captions of one",
        "name a folder with -o FOLDER, or write beside each file with --beside",
    )
