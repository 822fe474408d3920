"""`wlk-host caption`: the captions of files, made like those of a tab."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from wlk_host.core.errors import WlkError
from wlk_host.runtime.files import forms
from wlk_host.runtime.files.batch import Batch, Job
from wlk_host.runtime.files.captioner import Captioner, Loader, output_in
from wlk_host.runtime.files.forms import Form
from wlk_host.runtime.files.inputs import Found, Input, find
from wlk_host.runtime.files.media import SoundFile, SoundStream
from wlk_host.runtime.files.progress import Progress, is_terminal
from wlk_host.runtime.files.standard_input import NAME, standard_input
from wlk_host.runtime.files.targets import Place, targets

STANDARD_INPUT: Final = "-"

_TITLE: Final = "captions"
"""Of what has no name."""


def caption(arguments: argparse.Namespace, loader: Loader | None = None) -> int:
    """Caption files. The exit code is 0, or 2 if one failed or lines were left untranslated.

    Whatever ends it early, what was captioned until then is kept.

    Args:
        arguments: of the command.
        loader: of the model; None: that of the arguments.

    Raises:
        WlkError: nothing can be captioned.
        KeyboardInterrupt: the user has had enough.
    """
    form = forms.chosen(arguments.format, arguments.output)
    found = _found(arguments.files)
    many = len(arguments.files) > 1 or Path(arguments.files[0]).is_dir()
    if not found.inputs and len(found.problems) == 1:
        raise found.problems[0]
    place = Place(arguments.output, arguments.beside, forms.ending_of(form))
    chosen = targets(found.inputs, place, many=many)
    jobs = [
        _job(arguments, form, one, target) for one, target in zip(found.inputs, chosen, strict=True)
    ]
    captioner = Captioner(
        arguments, drafts=form == "jsonl", is_live=arguments.realtime, loader=loader
    )
    progress = _progress(arguments, found.inputs, chosen)
    batch = Batch(captioner, progress, many=many, force=arguments.force)
    for problem in found.problems:
        batch.refuse(problem)
    try:
        batch.run(jobs)
    finally:
        captioner.release()
        if many:
            for sentence in batch.result.summary():
                progress.tell(sentence)
    if captioner.model_name is not None:
        progress.tell(f"model: {captioner.model_name}")
    return batch.result.exit_code


def _found(names: Sequence[str]) -> Found:
    if STANDARD_INPUT not in names:
        return find(names)
    if len(names) > 1:
        raise WlkError(
            "input_mixed",
            f"got {NAME} and {len(names) - 1} more",
            f"caption {NAME} alone",
        )
    return Found([Input(Path(STANDARD_INPUT), Path(_TITLE))])


def _job(arguments: argparse.Namespace, form: Form, one: Input, target: Path | None) -> Job:
    is_pipe = arguments.files == [STANDARD_INPUT]
    track, pcm = arguments.track, arguments.pcm
    return Job(
        NAME if is_pipe else str(one.path),
        (lambda: SoundStream(standard_input(), NAME, track, pcm))
        if is_pipe
        else partial(SoundFile, one.path, track, pcm),
        partial(output_in, form, "" if is_pipe else one.below.stem, arguments),
        target,
    )


def _progress(
    arguments: argparse.Namespace, inputs: Sequence[Input], chosen: Sequence[Path | None]
) -> Progress:
    """A bar on a terminal, unless the captions themselves are printed there."""
    prints = None in chosen and sys.stdout.isatty()
    is_shown = is_terminal(sys.stderr) and not prints
    lengths: list[float | None] = [None for _ in inputs]
    if is_shown and len(inputs) > 1:
        lengths = [_length_of(arguments, one.path) for one in inputs]
    return Progress(lengths, is_shown=is_shown)


def _length_of(arguments: argparse.Namespace, path: Path) -> float | None:
    """What the file says; None also where it cannot be read, which is told when it is its turn."""
    with suppress(WlkError):
        return SoundFile(path, pcm=arguments.pcm).length_s
    return None
