"""The commands of `setup`: arguments in, text and exit code out."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from wlk_host.protocol.constants import EXTENSION_ID
from wlk_host.setup import (
    browsers,
    doctor,
    environments,
    extension,
    findings,
    first_run,
    health,
    install,
    licences,
    rows,
    uninstall,
    update,
)
from wlk_host.setup.browsers import Browser
from wlk_host.setup.errors import SetupError
from wlk_host.setup.machine import Machine, this_machine, this_program


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands. Each sets `run`, a function from the arguments to the exit code."""
    first_run.add_parser(subparsers)
    parser = subparsers.add_parser("install", help="register the host with browsers")
    _add_scope(parser)
    parser.add_argument("--all", action="store_true", help="every known browser, found or not")
    _add_extension_id(parser)
    _add_dry_run(parser)
    parser.set_defaults(run=_install)

    parser = subparsers.add_parser("uninstall", help="remove the host again")
    _add_profile_folder(parser)
    parser.add_argument("--models", action="store_true", help="remove the models, too")
    parser.add_argument(
        "--history", action="store_true", help="remove logs and how the last hosts were, too"
    )
    _add_dry_run(parser)
    parser.set_defaults(run=_uninstall)

    parser = subparsers.add_parser("doctor", help="find out what is broken and how to fix it")
    _add_scope(parser)
    _add_extension_id(parser)
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.set_defaults(run=_doctor)

    parser = subparsers.add_parser("extension", help="where the extension's folder is, or a copy")
    parser.add_argument("--to", type=Path, metavar="DIR", help="copy it there")
    parser.set_defaults(run=_extension)

    parser = subparsers.add_parser(
        "update", help="say whether there is a newer version, and its news"
    )
    parser.set_defaults(run=lambda _: update.run())

    parser = subparsers.add_parser("licences", help="list what is installed, and on what terms")
    parser.set_defaults(run=lambda _: licences.show())


def _add_scope(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--browser",
        nargs="+",
        action="extend",
        default=[],
        choices=browsers.NAMES,
        metavar="NAME",
        help=f"these browsers, not all that are found: {', '.join(browsers.NAMES)}",
    )
    _add_profile_folder(parser)


def _add_profile_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--user-data-dir",
        type=Path,
        metavar="DIR",
        help="only the browser that is started with --user-data-dir=DIR (portable ones, tests)",
    )


def _add_extension_id(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--extension-id",
        nargs="+",
        action="extend",
        default=[],
        metavar="ID",
        help="other extensions that may start the host, besides the published one",
    )


def _add_dry_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="only print what would be done")


def _install(arguments: argparse.Namespace) -> int:
    machine = this_machine()
    folder = _profile_folder(arguments)
    chosen = [] if folder else _choose(machine, arguments)
    identifiers = list(dict.fromkeys([EXTENSION_ID, *arguments.extension_id]))
    actions = install.plan_install(machine, this_program(), chosen, identifiers, folder)
    _carry_out(actions, dry_run=arguments.dry_run)
    if not arguments.dry_run:
        names = str(folder) if folder else ", ".join(browser.label for browser in chosen)
        _say(f"Registered with {names}. Check with: wlk-host doctor")
    return 0


def _uninstall(arguments: argparse.Namespace) -> int:
    machine, folder = this_machine(), _profile_folder(arguments)
    actions = uninstall.plan(machine, folder, models=arguments.models, history=arguments.history)
    present = [action for action in actions if uninstall.is_needed(action)]
    told = [action for action in present if not isinstance(action, uninstall.RemoveEmpty)]
    prefix = Path(sys.prefix)
    kind = environments.kind_of(prefix, machine)
    _tell(told, dry_run=arguments.dry_run)
    if not told:
        _say("Nothing was registered.")
    if folder is None:
        command = environments.commands(kind, prefix).remove
        if command is not None:
            _say(f"The program itself is removed with:\n  {command}")
        _say("Remove the extension in chrome://extensions.")
    if not arguments.dry_run:
        install.apply(present)
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    scope = doctor.Scope(
        chosen=browsers.named(arguments.browser),
        user_data_dir=_profile_folder(arguments),
        extension_ids=arguments.extension_id or [EXTENSION_ID],
    )
    program = this_program()
    seen = doctor.examine(this_machine(), program, scope)
    kept = health.health(program.python)
    if arguments.json:
        _say(findings.to_json(seen, kept))
    else:
        _say(findings.to_text(seen, rows.columns()))
        _say(f"\n{health.to_text(kept)}")
        _say_where()
    return 1 if findings.has_failure(seen) else 0


def _extension(arguments: argparse.Namespace) -> int:
    if arguments.to is None:
        _say(str(extension.source()))
        return 0
    target = arguments.to.expanduser().absolute()
    extension.write(target)
    _say(f"The extension is in {target}. Load it in chrome://extensions, in developer mode.")
    return 0


def _choose(machine: Machine, arguments: argparse.Namespace) -> list[Browser]:
    everyone = browsers.for_system(machine.system)
    if arguments.all:
        return everyone
    if arguments.browser:
        return browsers.named(arguments.browser)
    found = [browser for browser in everyone if browsers.is_present(browser, machine)]
    if found:
        return found
    sandboxed = [f"{b.label} ({store})" for b, store in browsers.sandboxed(machine)]
    because = f"; {', '.join(sandboxed)} cannot start a host" if sandboxed else ""
    raise SetupError(
        code="no_browser_found",
        message=f"no Chromium-family browser was found{because}",
        hint="install one, or choose with --browser NAME, --all or --user-data-dir DIR",
    )


def _say_where() -> None:
    """Print the path of wlk-host, which the remedies call, if it is not on `PATH`."""
    called = environments.command(this_program())
    if called != "wlk-host":
        _say(f"wlk-host is not on PATH; run it as {called}")


def _profile_folder(arguments: argparse.Namespace) -> Path | None:
    folder: Path | None = arguments.user_data_dir
    return folder.expanduser().absolute() if folder else None


def _carry_out(actions: Sequence[install.Action], *, dry_run: bool) -> None:
    _tell(actions, dry_run=dry_run)
    if not dry_run:
        install.apply(actions)


def _tell(actions: Sequence[uninstall.Action], *, dry_run: bool) -> None:
    for action in actions:
        _say(f"would {action}" if dry_run else str(action).splitlines()[0])


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
