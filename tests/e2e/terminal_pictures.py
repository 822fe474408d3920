"""What a command prints on a terminal, and a picture of it."""

import errno
import html
import os
import pty
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from browser import Browser

COLUMNS: Final = 100

_ERASED: Final = re.compile(r"[^\n]*\r\x1b\[K")
"""What was on a line before it was erased."""

_CONTROL: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

_PAGE: Final = """<!doctype html><meta charset="utf-8">
<style>
  body {{ margin: 0; background: #1c1f24; }}
  pre {{ width: {columns}ch; margin: 0; padding: 20px 24px; color: #e3e5e8;
        font: 14px/1.5 "DejaVu Sans Mono", monospace; white-space: pre-wrap;
        overflow-wrap: anywhere; }}
  b {{ color: #8fd18f; font-weight: normal; }}
</style>
<pre>{text}</pre>"""


def printed(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """What stands on the terminal when a command has ended, however it ended."""
    ours, theirs = pty.openpty()
    size = {"COLUMNS": str(COLUMNS), "LINES": "40"}
    with subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment, **size},
        close_fds=True,
    ):
        os.close(theirs)
        written = _read_all(ours)
    os.close(ours)
    text = written.decode(errors="replace").replace("\r\n", "\n")
    return _CONTROL.sub("", _ERASED.sub("", text)).strip("\n")


def picture(browser: Browser, typed: str, output: str, path: Path) -> None:
    """Save a terminal in which a command was typed."""
    page = browser.context.new_page()
    text = f"<b>$</b> {html.escape(typed)}\n{html.escape(output)}"
    page.set_content(_PAGE.format(columns=COLUMNS, text=text))
    page.locator("pre").screenshot(path=path)
    print(path)
    page.close()


def _read_all(handle: int) -> bytes:
    found = b""
    while True:
        try:
            some = os.read(handle, 65536)
        except OSError as error:
            if error.errno != errno.EIO:  # What Linux says when nobody writes there any more.
                raise
            return found
        if not some:
            return found
        found += some
