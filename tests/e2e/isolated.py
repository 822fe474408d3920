"""Code in the world of the extension's content script: what a compromised renderer can run."""

from typing import Any

from browser import Browser
from native_host import EXTENSION_ID
from playwright.sync_api import Page


class IsolatedWorld:
    """The content script's world in a page, which shares its process with the page."""

    def __init__(self, browser: Browser, page: Page) -> None:
        self._session = browser.context.new_cdp_session(page)
        contexts: list[dict[str, Any]] = []
        self._session.on(
            "Runtime.executionContextCreated", lambda event: contexts.append(event["context"])
        )
        self._session.send("Runtime.enable")
        tree = self._session.send("Page.getFrameTree")["frameTree"]
        self._context = next(
            context["id"]
            for context in contexts
            if EXTENSION_ID in context["origin"]
            and context["auxData"]["frameId"] == tree["frame"]["id"]
        )

    def run(self, expression: str) -> Any:
        """Return what an expression comes to; a promise is waited for."""
        answer = self._session.send(
            "Runtime.evaluate",
            {
                "expression": expression,
                "contextId": self._context,
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")
