"""`wlk-host setup`: from an installed host to the first captions.

Puts a model in place, registers the host with the browsers that are found, copies the extension to
a folder that stays, captions a page that speaks, and says how to load the extension. A second run
takes seconds.
"""

import argparse
import os
import sys
from pathlib import Path, PurePath
from typing import Final

from wlk_host import packaged
from wlk_host.setup import browsers, environments, extension, install
from wlk_host.setup.demo import demonstrate
from wlk_host.setup.errors import SetupError
from wlk_host.setup.machine import Machine, Program, this_machine, this_program
from wlk_host.setup.progress import Progress

_DEFAULT_MODEL: Final = "base"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `wlk-host setup`."""
    parser = subparsers.add_parser(
        "setup", help="model, registration, a demo, and how to load the extension"
    )
    parser.add_argument(
        "--model", default=_DEFAULT_MODEL, metavar="NAME", help=f"default: {_DEFAULT_MODEL}"
    )
    parser.add_argument(
        "--extension",
        type=Path,
        metavar="DIR",
        help="where to put the extension's folder; default: in the data folder",
    )
    demo = parser.add_mutually_exclusive_group()
    demo.add_argument("--terminal", action="store_true", help="use no browser for the demo")
    demo.add_argument("--no-demo", action="store_true", help="show no captions")
    parser.add_argument(
        "--headless", action="store_true", help="open no window; print the captions"
    )
    parser.add_argument(
        "--screenshot",
        type=Path,
        default=Path(os.curdir, "captions.png"),
        metavar="FILE",
        help="where to save the demo's picture; default: captions.png in this folder",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry out the steps.

    Raises:
        SetupError: that of the step that failed.
    """
    machine, program = this_machine(), this_program()
    environments.refuse_temporary(Path(sys.prefix), machine)
    folder = Path(machine.data)
    progress = Progress(folder / "setup.log", total=3 if arguments.no_demo else 4)
    _install_model(program.python, arguments.model, progress)
    _register(program, machine, progress)
    target = arguments.extension or folder / extension.FOLDER_NAME
    target = target.expanduser().absolute()
    with progress.step(f"The extension in {target}"):
        extension.write(target)
    if not arguments.no_demo:
        wanted = demonstrate.Wanted(
            clip=packaged.SPEECH,
            extension=target,
            model=arguments.model,
            screenshot=arguments.screenshot,
            headless=arguments.headless,
            terminal=arguments.terminal,
        )
        with progress.step("Captions"):
            demonstrate.captions(program.python, machine, wanted, progress)
    _explain_three_clicks(target, program)
    return 0


def _install_model(python: PurePath, model: str, progress: Progress) -> None:
    with progress.step(f"The model {model}, verified"):
        error = SetupError(
            code="model_failed",
            message=f"cannot install the model {model}",
            hint="see the lines above; check the free disk space and the network connection",
        )
        for action in ("download", "verify"):
            progress.require([*demonstrate.host(python), "models", action, model], error)


def _register(program: Program, machine: Machine, progress: Progress) -> None:
    with progress.step("Registration with browsers"):
        everyone = browsers.for_system(machine.system)
        found = [browser for browser in everyone if browsers.is_present(browser, machine)]
        for browser, store in browsers.sandboxed(machine):
            progress.say(f"{browser.label} is a {store} package and cannot start programs: skipped")
        if not found:
            progress.say("no Chromium-family browser found; register later with: wlk-host install")
            return
        labels = ", ".join(browser.label for browser in found)
        if all(install.is_registered_for_all(machine, program, browser) for browser in found):
            progress.say(f"{labels}: already registered for all users")
            return
        error = SetupError("registration_failed", "cannot register the host", "see the lines above")
        progress.require([*demonstrate.host(program.python), "install"], error)
        progress.say(labels)


def _explain_three_clicks(folder: Path, program: Program) -> None:
    sys.stdout.write(
        "\nTo use it in your own browser, do this once:\n"
        "  1. open chrome://extensions and switch on Developer mode (top right)\n"
        f"  2. click Load unpacked and choose {folder}\n"
        "  3. open any page with speech and click the extension's button in the toolbar\n"
        f"If anything goes wrong, run: {environments.command(program)} doctor\n"
    )
