"""A Chromium to which no debugger is attached: one that is keeps the extension's worker alive."""

import json
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from browser import CHROMIUM, EXTENSION
from native_host import EXTENSION_ID, register_host
from waiting import wait_until

from fixtures import needs

PIPE = ("--remote-debugging-pipe", "--enable-unsafe-extension-debugging")

ANSWER_WITHIN_S = 30

WORKER_ANSWERS_WITHIN_S = 3
"""One that a reload has replaced can linger; nothing comes of asking it."""


class LostError(AssertionError):
    """What was asked has gone, or does not answer."""


class Unwatched:
    """A running Chromium, spoken to over its debugging pipe; attaches to nothing by itself."""

    def __init__(self, commands: IO[bytes], answers: IO[bytes]) -> None:
        self._commands = commands
        self._answers = answers
        self._last_id = 0
        self._events: list[dict[str, Any]] = []
        self._unread = b""

    def send(
        self, method: str, session: str | None = None, *,
        within_s: float = ANSWER_WITHIN_S, **parameters: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """Return the browser's answer to a command of the DevTools protocol.

        Raises:
            LostError: there is none, or it is an error.
        """
        sent = self._post(method, session, **parameters)
        answer = self._await(lambda answer: answer.get("id") == sent, method, within_s)
        if "error" in answer:
            raise LostError(answer)
        return dict(answer["result"])

    def attempt(
        self, method: str, session: str | None = None, **parameters: Any
    ) -> dict[str, Any] | None:
        """Return the browser's answer, None where it refuses: what was asked may be gone."""
        sent = self._post(method, session, **parameters)
        return self._await(lambda answer: answer.get("id") == sent, method).get("result")

    def forget_events(self) -> None:
        """Let go what the browser has told without being asked."""
        self._events.clear()

    def each(self, target: str, prototype: str, action: str) -> None:
        """Do something with `it`, every object that a context holds of a JavaScript prototype."""
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        found = self.send("Runtime.evaluate", session, expression=prototype)["result"]
        objects = self.send("Runtime.queryObjects", session, prototypeObjectId=found["objectId"])
        self.send(
            "Runtime.callFunctionOn", session, objectId=objects["objects"]["objectId"],
            functionDeclaration=f"function () {{ this.forEach((it) => {{ {action}; }}); }}",
        )  # fmt: skip
        self.send("Target.detachFromTarget", sessionId=session)

    def open(self, url: str) -> str:
        """Open a page in a new tab and return its target."""
        return str(self.send("Target.createTarget", url=url)["targetId"])

    def press(self, url: str) -> None:
        """Press the extension's toolbar button on the tab that shows this page."""
        tabs = self.send("Target.getTargets", filter=[{"type": "tab"}])["targetInfos"]
        [tab] = [t["targetId"] for t in tabs if t["url"] == url]
        self.send("Extensions.triggerAction", id=EXTENSION_ID, targetId=tab)

    def ask(self, target: str, expression: str, within_s: float = ANSWER_WITHIN_S) -> Any:
        """Return what a page answers; it is watched only meanwhile."""
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        answer = self.send(
            "Runtime.evaluate", session, expression=expression, returnByValue=True,
            awaitPromise=True, within_s=within_s,
        )  # fmt: skip
        self.send("Target.detachFromTarget", sessionId=session)
        return answer["result"].get("value")

    def ask_worker(self, expression: str) -> Any:
        """Return what the extension's worker answers, the one that is there after a reload."""

        def answers() -> list[Any]:
            for worker in self.ours("service_worker"):
                try:
                    return [self.ask(worker["targetId"], expression, WORKER_ANSWERS_WITHIN_S)]
                except LostError:
                    continue
            return []

        [answer] = wait_until(answers, "no worker answers")
        return answer

    def ask_content_script(self, target: str, expression: str) -> Any:
        """Return what the extension's content script in a page answers."""
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._events.clear()
        self.send("Runtime.enable", session)
        created = [e for e in self._events if e.get("method") == "Runtime.executionContextCreated"]
        contexts = [event["params"]["context"] for event in created]
        [ours] = [c["id"] for c in contexts if EXTENSION_ID in c["origin"]]
        answer = self.send(
            "Runtime.evaluate", session, expression=expression, contextId=ours, returnByValue=True,
            awaitPromise=True,
        )  # fmt: skip
        self.send("Target.detachFromTarget", sessionId=session)
        return answer["result"].get("value")

    def close_with(self, target: str, selector: str) -> None:
        """Press what closes a page, which may be gone before it could answer."""
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        click = f"void document.querySelector({selector!r}).click()"
        self._post("Runtime.evaluate", session, expression=click)

    def popovers(self, target: str) -> int:
        """Return how many popovers stand beside the head and body of a page, scripts or not."""
        _, beside = self._document(target)
        return sum("popover" in node.get("attributes", []) for node in beside)

    def shows(self, target: str, url: str) -> bool:
        """Whether this page is what a tab shows, and not what it is about to show."""
        shown, elements = self._document(target)
        tabs = self.send("Target.getTargets", filter=[{"type": "tab"}])["targetInfos"]
        return shown == url and elements != [] and any(tab["url"] == url for tab in tabs)

    def _document(self, target: str) -> tuple[str, list[dict[str, Any]]]:
        """The address of a page, and what is directly in its root; scripts or not."""
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        root = self.send("DOM.getDocument", session, depth=2)["root"]
        self.send("Target.detachFromTarget", sessionId=session)
        pages = [node for node in root.get("children", []) if node["nodeName"] == "HTML"]
        return root["documentURL"], [node for html in pages for node in html.get("children", [])]

    def crash(self, target: str) -> None:
        """Have a page's process crash."""
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.send("Inspector.enable", session)
        # There is nobody left to answer.
        self._post("Page.crash", session)
        crashed = {"method": "Inspector.targetCrashed", "sessionId": session}
        self._await(lambda event: crashed.items() <= event.items(), "Page.crash")
        self.send("Target.detachFromTarget", sessionId=session)

    def go(self, target: str, url: str) -> None:
        """Have a page go to an address, and wait until it is there."""
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.send("Page.navigate", session, url=url)
        self.send("Target.detachFromTarget", sessionId=session)
        wait_until(lambda: self.ask(target, "document.readyState") == "complete", "not loaded")

    def reload_extension(self, *, incognito: bool = False) -> None:
        """Load the extension anew, as an update does; `incognito`: into private windows, too."""
        self.send("Extensions.loadUnpacked", path=str(EXTENSION), enableInIncognito=incognito)

    def ours(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Return what runs of the extension: its worker, documents and pages, or one kind."""
        found = self.send("Target.getTargets", filter=[{}])["targetInfos"]
        ours = [t for t in found if EXTENSION_ID in t["url"] and t["type"] != "tab"]
        return [t for t in ours if kind in (None, t["type"])]

    def _post(self, method: str, session: str | None = None, **parameters: Any) -> int:
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        self._commands.write(json.dumps(message).encode() + b"\0")
        self._commands.flush()
        return self._last_id

    def _await(
        self, wanted: Callable[[dict[str, Any]], bool], what: str,
        within_s: float = ANSWER_WITHIN_S,
    ) -> dict[str, Any]:  # fmt: skip
        """Return the first message of that kind; the others are kept as events."""
        for i, event in enumerate(self._events):
            if wanted(event):
                return self._events.pop(i)
        until = time.monotonic() + within_s
        while not wanted(message := self._receive(until, what)):
            self._events.append(message)
        return message

    def _receive(self, until: float, what: str) -> dict[str, Any]:
        while b"\0" not in self._unread:
            left = until - time.monotonic()
            waiting = left > 0 and select.select([self._answers], [], [], left)[0]
            if not waiting:
                raise LostError(f"{what}: nothing in time")
            more = os.read(self._answers.fileno(), 1 << 16)
            assert more, "the browser has gone"
            self._unread += more
        raw, self._unread = self._unread.split(b"\0", 1)
        return dict(json.loads(raw))


def close_first_page(browser: Unwatched) -> None:
    """Close the page that holds a line to the worker, once it has found its host.

    One that is closed while it opens leaves the worker's call for it without an answer, and the
    browser waits for that for minutes.
    """
    [welcome] = wait_until(lambda: browser.ours("page"), "no first page")
    found = "document.querySelector('#light')?.classList.contains('busy') === false"
    page = welcome["targetId"]
    wait_until(lambda: browser.ask(page, found), "the first page finds no host")
    browser.send("Target.closeTarget", targetId=page)


@contextmanager
def run_unwatched(profile: Path, host: Sequence[str]) -> Iterator[Unwatched]:
    """Run Chromium with the extension and a native host; its first page has been closed."""
    needs.require("browser")
    profile.mkdir(parents=True)
    register_host(profile, host)
    command_read, command_write = os.pipe()
    answer_read, answer_write = os.pipe()
    switches = [
        "--headless=new",
        "--no-sandbox",
        "--no-first-run",
        f"--user-data-dir={profile}",
        f"--load-extension={EXTENSION}",
        f"--disable-extensions-except={EXTENSION}",
        "--disable-features=DisableLoadExtensionCommandLineSwitch",
        "--autoplay-policy=no-user-gesture-required",
        *PIPE,
    ]
    # The browser reads commands from descriptor 3 and answers on 4.
    redirect = f'exec "$0" "$@" 3<&{command_read} 4>&{answer_write}'
    with tempfile.TemporaryFile() as noise:
        process = subprocess.Popen(
            ["/bin/bash", "-c", redirect, CHROMIUM, *switches],
            pass_fds=(command_read, answer_write),
            stdout=noise,
            stderr=noise,
        )
        os.close(command_read)
        os.close(answer_write)
        with os.fdopen(command_write, "wb") as commands, os.fdopen(answer_read, "rb", 0) as answers:
            browser = Unwatched(commands, answers)
            try:
                close_first_page(browser)
                yield browser
            finally:
                process.terminate()
                process.wait()
