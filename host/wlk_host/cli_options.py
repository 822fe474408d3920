"""The options that several commands share. Imports nothing heavy."""

import argparse
from dataclasses import fields
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from wlk_host.core.tab_options import HELP, TabOptions

FLAGS: Final = {"translate_to": "--translate"}
"""The flags of options whose flag is not their name."""

_METAVARS: Final = {
    "alignment_heads": "L.H,L.H,…",
    "language": "LANG",
    "max_speakers": "N",
    "num_speakers": "N",
    "translate_to": "LANG",
    "translator": "NAME",
    "vocabulary": "TERM",
}

NOT_FOR_FILES: Final = frozenset({"step_down"})
"""Options without a flag: one model captions the whole file."""


def add_live_options(parser: argparse.ArgumentParser) -> None:
    """Add the flags of how the live pass works."""
    parser.add_argument(
        "--prompt",
        default="",
        metavar="TEXT",
        help="text that the live pass always sees as what was said last: names, topic, style",
    )
    parser.add_argument(
        "--beams",
        type=int,
        choices=range(1, 11),
        metavar="N",
        help="beam size of the live pass, 1 to 10",
    )
    parser.add_argument(
        "--rolling",
        type=int,
        choices=range(201),
        metavar="N",
        help="how many tokens of earlier text the live pass sees, 0 to 200",
    )
    parser.add_argument(
        "--end-of-word",
        metavar="RULE",
        help="when the last word counts as complete: next (when the next word begins), "
        "never (only at the pause), or the path of a Simul-Whisper checkpoint such as cif_base.pt",
    )


def add_options(parser: argparse.ArgumentParser, *already: str) -> None:
    """Add a flag for each option of a tab, and `--device` and `--backend`.

    Args:
        already: options that have their flag already.
    """
    for option in fields(TabOptions):
        if option.name not in NOT_FOR_FILES and option.name not in ("backend", *already):
            add_option(parser, option.name)
    parser.add_argument(
        "--diart-models",
        nargs=2,
        metavar=("SEGMENTATION", "EMBEDDING"),
        help="the models of --diarizer diart: segmentation or segmentation-3.0, and resemblyzer, "
        "xvector or wespeaker; default: segmentation resemblyzer",
    )
    parser.add_argument(
        "--device",
        choices=["auto", "cpu", "cuda", "mps"],
        default="auto",
        help="where models run; auto: the best device that the backend can use on this machine",
    )
    backends = _choices(get_type_hints(TabOptions)["backend"])
    parser.add_argument(
        "--backend",
        dest="wish",
        choices=["auto", *backends, "openai-api"],
        help=f"{HELP['backend']}; auto: MLX if it is installed, otherwise whichever is faster on "
        "this machine; openai-api: SENDS THE SOUND to the service that WLK_API_URL, WLK_API_KEY "
        "and WLK_API_MODEL name (needs --policy local_agreement)",
    )


def add_option(container: argparse._ActionsContainer, name: str, **instead: Any) -> None:
    """Add the flag of one option, with the name, values, default and help of `TabOptions`."""
    kind = get_type_hints(TabOptions)[name]
    default = next(option.default for option in fields(TabOptions) if option.name == name)
    flag: dict[str, Any] = {"dest": name, "default": default, "help": HELP[name]}
    if kind is bool:
        flag["action"] = "store_true"
    elif get_origin(kind) is tuple:
        flag |= {"action": "append", "default": []}
    elif kind is int:
        flag |= {"type": int}
    else:
        flag["choices"] = _choices(kind) or None
    if name in _METAVARS:
        flag["metavar"] = _METAVARS[name]
    container.add_argument(FLAGS.get(name, f"--{name.replace('_', '-')}"), **flag | instead)


def _choices(kind: object) -> list[str]:
    """The values of a `Literal` or an optional `Literal`; empty for other types."""
    literals = [inner for inner in (kind, *get_args(kind)) if get_origin(inner) is Literal]
    return [value for literal in literals for value in get_args(literal)]
