"""The commands that caption: files, and the microphone. Each imports what it needs when it runs."""

import argparse

from wlk_host.cli_options import add_live_options, add_options
from wlk_host.runtime.files.forms import FORMS, PLAIN
from wlk_host.runtime.files.raw_pcm import RawPcm, parse


def add_caption(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `wlk-host caption`."""

    def run(chosen: argparse.Namespace) -> int:
        from wlk_host.runtime.files.caption import caption

        return caption(chosen)

    parser = subparsers.add_parser("caption", help="caption sound and video files")
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="any format ffmpeg reads; a folder: all sound and video in it; -: standard input",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "-o",
        "--output",
        metavar="PATH",
        help="a file for the captions, or a folder for those of several files; "
        "default: standard output",
    )
    where.add_argument(
        "--beside", action="store_true", help="write the captions of each file beside it"
    )
    _add_force(parser)
    parser.add_argument(
        "--track",
        type=int,
        metavar="N",
        help="which sound track, from 1; default: the one that the file marks as default",
    )
    parser.add_argument(
        "--pcm",
        type=_raw_pcm,
        metavar="FORMAT,RATE[,CHANNELS]",
        help="what samples without a header are, such as s16le,16000 or f32le,48000,2",
    )
    _add_how(parser)
    parser.add_argument(
        "--realtime", action="store_true", help="caption at the speed of playback, like a live tab"
    )
    parser.set_defaults(run=run)


def add_listen(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `wlk-host listen`."""

    def run(chosen: argparse.Namespace) -> int:
        from wlk_host.runtime.microphone.listen import listen

        return listen(chosen)

    parser = subparsers.add_parser("listen", help="caption the microphone, live in the terminal")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="write the captions to a file; a terminal shows them as well",
    )
    _add_force(parser)
    parser.add_argument(
        "--microphone",
        metavar="NAME",
        help="its number, or a part of its name; default: the one that the system chose",
    )
    parser.add_argument("--microphones", action="store_true", help="list all microphones, and end")
    _add_how(parser)
    parser.set_defaults(run=run)


def _add_how(parser: argparse.ArgumentParser) -> None:
    """Add the flags of what is recognised, how, and in which form it is written."""
    add_options(parser)
    parser.add_argument(
        "--bilingual", action="store_true", help="print the original above its translation"
    )
    add_live_options(parser)
    parser.add_argument(
        "--format",
        choices=FORMS,
        help="text: lines with their times; srt and vtt: subtitles, as SubRip or WebVTT; txt and "
        "md: to be read, as plain text or Markdown; json: lines and words with their times; csv: "
        "for spreadsheets; jsonl: one object per change, with the time it was shown; "
        f"default: by the ending of the output, otherwise {PLAIN}",
    )


def _add_force(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--force", action="store_true", help="replace captions that are there already"
    )


def _raw_pcm(text: str) -> RawPcm:
    try:
        return parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
