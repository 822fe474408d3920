"""The commands that serve others. Each imports what it needs when it runs: serve is an extra."""

import argparse
import sys
from importlib.util import find_spec
from typing import Final

from wlk_host.core.errors import WlkError

_PACKAGES: Final = ("starlette", "uvicorn", "websockets", "python_multipart")
"""Of the extra."""


def add_serve(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `wlk-host serve`."""

    def run(chosen: argparse.Namespace) -> int:
        missing = [name for name in _PACKAGES if find_spec(name) is None]
        if missing:
            raise _extra_missing(missing)
        from wlk_host.server.serving import serve

        return serve(chosen)

    parser = subparsers.add_parser("serve", help="caption for other programs and machines")
    parser.add_argument(
        "--address",
        default="127.0.0.1",
        help="where to listen; any but this machine's own needs --certificate, --key and tokens; "
        "default: 127.0.0.1",
    )
    parser.add_argument("--port", type=int, default=8000, help="0: any; default: 8000")
    parser.add_argument("--certificate", metavar="FILE", help="for TLS: a chain in PEM")
    parser.add_argument("--key", metavar="FILE", help="for TLS: the certificate's key in PEM")
    parser.add_argument(
        "--tokens", action="store_true", help="let nobody in without a token, not even from here"
    )
    parser.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="URL",
        help="a page that may connect without a token; several can be given",
    )
    parser.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="NAME",
        help="a model that clients may choose; the first is the default; several can be given; "
        "default: the one that this machine would choose",
    )
    parser.add_argument(
        "--translator",
        action="append",
        default=[],
        metavar="NAME",
        help="a translator that clients may choose; several can be given",
    )
    parser.add_argument(
        "--encoded",
        action="store_true",
        help="ask clients of /asr for a recorder's stream (WebM), not for samples",
    )
    _add_limits(parser)
    parser.set_defaults(run=run)
    _add_token(parser)


def _add_limits(parser: argparse.ArgumentParser) -> None:
    for flag, kind, default, help_text in (
        ("--sessions", int, 8, "sessions at the same time, in all"),
        ("--sessions-each", int, 4, "sessions of one token at the same time"),
        ("--hours-a-day", float, 24.0, "hours of sound of one token, by the days of UTC"),
        ("--connects-a-minute", int, 120, "new connections of one address"),
        ("--upload-mb", int, 100, "the largest upload, in MiB"),
    ):
        parser.add_argument(
            flag, type=kind, default=default, metavar="N", help=f"{help_text}; default: {default:g}"
        )


def _add_token(parser: argparse.ArgumentParser) -> None:
    def run(chosen: argparse.Namespace) -> int:
        from wlk_host.server import token_commands

        if chosen.what == "add":
            return token_commands.add(
                chosen.name, chosen.days, chosen.token_sessions, chosen.token_hours
            )
        if chosen.what == "revoke":
            return token_commands.revoke(chosen.name)
        return token_commands.show_all()

    inner = parser.add_subparsers(metavar="ACTION")
    token = inner.add_parser("token", help="add, list and revoke tokens")
    actions = token.add_subparsers(dest="what", metavar="ACTION", required=True)
    actions.add_parser("list", help="list all tokens by name").set_defaults(run=run)
    add = actions.add_parser("add", help="make a token, and print it once")
    add.add_argument("name", metavar="NAME", help="whose it is")
    add.add_argument(
        "--days", type=float, metavar="N", help="valid for so long; default: permanently"
    )
    add.add_argument(
        "--sessions", dest="token_sessions", type=int, metavar="N", help="as of serve, for this one"
    )
    add.add_argument(
        "--hours-a-day", dest="token_hours", type=float, metavar="N", help="as of serve"
    )
    add.set_defaults(run=run)
    revoke = actions.add_parser("revoke", help="forget a token; what it has begun ends")
    revoke.add_argument("name", metavar="NAME")
    revoke.set_defaults(run=run)


def _extra_missing(missing: list[str]) -> WlkError:
    return WlkError(
        "serve_missing",
        f"serving needs packages that are not installed: {', '.join(missing)}",
        f'run: "{sys.executable}" -m pip install "wlk-host[serve]"',
    )
