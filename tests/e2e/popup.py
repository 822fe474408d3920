"""The pages of the extension that Playwright does not know as pages."""

import base64
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession
from waiting import wait_until

ARTIFACTS = Path(__file__).resolve().parents[2] / "artifacts"

CLOSED = "Inspected target navigated or closed"
"""What the browser answers for a page that goes away over a question."""


class ClosedError(Exception):
    """It closed before it answered."""


class Popup:
    """A popup or the side panel, spoken to directly."""

    def __init__(self, cdp: CDPSession, target: str) -> None:
        self._cdp = cdp
        self._answers: dict[int, dict[str, Any]] = {}
        self._last_id = 0
        attached = cdp.send("Target.attachToTarget", {"targetId": target, "flatten": False})
        self._session = attached["sessionId"]
        self._closed = False
        cdp.on("Target.receivedMessageFromTarget", self._receive)
        cdp.on("Target.detachedFromTarget", self._detached)

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression."""
        answer = self._send(
            "Runtime.evaluate", expression=expression, returnByValue=True, userGesture=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def each(self, kind: str, expression: str) -> list[Any]:
        """Return what an expression says of `it`, every object of a JavaScript class."""
        prototype = self._send("Runtime.evaluate", expression=f"{kind}.prototype")["result"]
        found = self._send("Runtime.queryObjects", prototypeObjectId=prototype["objectId"])
        answer = self._send(
            "Runtime.callFunctionOn",
            objectId=found["objects"]["objectId"],
            functionDeclaration=f"function () {{ return this.map((it) => {expression}); }}",
            returnByValue=True,
        )
        return list(answer["result"]["value"])

    def text(self, selector: str) -> str:
        """Return the text of the first element that matches."""
        return str(self.evaluate(f"document.querySelector({selector!r})?.innerText ?? ''"))

    def texts(self, selector: str) -> list[str]:
        """Return the texts of all elements that match."""
        return list(
            self.evaluate(f"[...document.querySelectorAll({selector!r})].map(e => e.innerText)")
        )

    def click(self, selector: str) -> None:
        """Press the first element that matches."""
        # A popup that closes at the click may be gone before it could answer.
        with suppress(ClosedError):
            self.evaluate(f"void document.querySelector({selector!r}).click()")

    def choose(self, selector: str, value: str) -> None:
        """Choose in a select as a user does."""
        self.evaluate(
            f"(() => {{ const s = document.querySelector({selector!r}); s.value = {value!r};"
            " s.dispatchEvent(new Event('change')); })()"
        )

    def prefer(self, scheme: str) -> None:
        """Show it to a user of a "light" or "dark" system."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self._send("Emulation.setEmulatedMedia", features=[feature])

    def press_tab(self) -> None:
        """Press the key that moves the focus on."""
        self.press("Tab", 9)

    def press(self, key: str, code: int) -> None:
        """Press a key, given as `KeyboardEvent.key` and with its code on Windows."""
        for kind in ("rawKeyDown", "keyUp"):
            self._send("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code)

    def screenshot(self, name: str) -> Path:
        """Write what the popup shows to artifacts/."""
        ARTIFACTS.mkdir(exist_ok=True)
        path = ARTIFACTS / name
        path.write_bytes(base64.b64decode(self._send("Page.captureScreenshot")["data"]))
        return path

    def _send(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._last_id += 1
        sent = self._last_id
        message = json.dumps({"id": sent, "method": method, "params": parameters})
        enveloped = {"sessionId": self._session, "message": message}
        self._cdp.send("Target.sendMessageToTarget", enveloped)
        # Any call lets the answers in that have arrived.
        wait_until(
            lambda: sent in self._answers or self._closed,
            f"no answer to {method}",
            idle=lambda: self._cdp.send("Browser.getVersion"),
        )
        answer = self._answers.pop(sent, None)
        if answer is None or answer.get("error", {}).get("message") == CLOSED:
            raise ClosedError(method)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return dict(answer["result"])

    def _receive(self, event: dict[str, Any]) -> None:
        message = json.loads(event["message"])
        if event["sessionId"] == self._session and "id" in message:
            self._answers[message["id"]] = message

    def _detached(self, event: dict[str, Any]) -> None:
        self._closed |= event["sessionId"] == self._session
