"""What a person sees of captions over a page, read through the DevTools protocol."""

from collections.abc import Callable
from typing import Any

from native_host import EXTENSION_ID
from overlay_nodes import Node, OverlayRow, classes_of, is_overlay, row_of, text_of, walk
from playwright.sync_api import BrowserContext, CDPSession, Error, Frame, Page
from waiting import wait_until


class OverlayReader:
    """Reads the overlay of any page."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self._sessions: dict[Page | Frame, CDPSession] = {}

    def overlay_is_in(self, page: Page) -> bool:
        """Return whether the overlay is laid out in the page, be it seen or faded out."""
        overlay = self._overlay(page)
        return overlay is not None and self._is_laid_out(page, overlay)

    def overlay_rows(self, page: Page) -> list[OverlayRow]:
        """Return the caption lines over the page, oldest first; none while they are faded out."""
        captions = self._caption_part(page, "captions")
        if captions is None or "shown" not in classes_of(captions):
            return []
        return [row_of(node) for node in walk(captions) if "row" in classes_of(node)]

    def captions(self, page: Page) -> str:
        """Return the words over the page, draft included; lines are separated by newlines."""
        return "\n".join(row.text for row in self.overlay_rows(page))

    def notice(self, page: Page) -> str:
        """Return what the overlay says about itself ("Loading the model…"), or ""."""
        notice = self._caption_part(page, "notice")
        if notice is None or "shown" not in classes_of(notice):
            return ""
        return text_of(notice)

    def overlay_is_on_top(self, page: Page) -> bool:
        """Return whether nothing of the page covers the captions (or the notice)."""
        overlay = self._overlay(page)
        if overlay is None or not self._is_laid_out(page, overlay):
            return False
        if self._overlay_part(page, "captions") is None:
            return False
        box = self.overlay_box(page)
        x, y = round(box["left"]) + 16, round(box["top"]) + 16
        location = {"x": x, "y": y, "ignorePointerEventsNone": True}
        hit = self._session(page).send("DOM.getNodeForLocation", location)["backendNodeId"]
        return hit in {node["backendNodeId"] for node in walk(overlay)}

    def ask_overlay(self, page: Page, class_name: str, function: str, *arguments: object) -> Any:
        """Return what a JavaScript function says of a part of the overlay, its `this`."""
        found = self._overlay_part(page, class_name)
        assert found is not None, f"no {class_name} in the page"
        session, part = found
        return _ask(session, part, function, *arguments)

    def own_canvases(self, page: Page) -> list[Node]:
        """Return the canvases in closed shadow roots of the page: the delayed picture's."""
        answer = self._session(page).send("DOM.getDocument", {"depth": -1, "pierce": True})
        roots = [
            root
            for node in walk(answer["root"])
            for root in node.get("shadowRoots", [])
            if root["shadowRootType"] == "closed"
        ]
        return [node for root in roots for node in walk(root) if node["nodeName"] == "CANVAS"]

    def ask_node(self, page: Page, node: Node, function: str) -> Any:
        """Return what a JavaScript function says of a node of the page, its `this`."""
        return _ask(self._session(page), node, function)

    def overlay_box(self, page: Page, class_name: str = "captions") -> dict[str, float]:
        """Return where a part of the overlay is: left, top, right, bottom in CSS pixels."""
        function = (
            "function () { const b = this.getBoundingClientRect();"
            " return { left: b.left, top: b.top, right: b.right, bottom: b.bottom }; }"
        )
        box = dict(self.ask_overlay(page, class_name, function))
        found = self._overlay_part(page, class_name)
        assert found is not None
        if found[0] is self._session(page):
            return box
        frame = dict(self.ask_overlay(page, "frame", function))
        across, down = frame["left"], frame["top"]
        moves = {"left": across, "right": across, "top": down, "bottom": down}
        return {side: at + moves[side] for side, at in box.items()}

    def resting_box(self, page: Page, class_name: str = "captions") -> dict[str, float]:
        """Return where a part of the overlay is once it no longer moves."""
        # Lines that wait for the reader are below the window.
        settled = (
            "function () { const root = this.getRootNode();"
            " return !root.querySelector('.flow')?.style.transform"
            " && root.getAnimations().every((animation) => animation.playState === 'finished'"
            " || animation.effect.getComputedTiming().endTime === Infinity); }"
        )
        wait_until(lambda: self.ask_overlay(page, class_name, settled), "it keeps moving")
        return self.overlay_box(page, class_name)

    def caption_session(self, page: Page) -> CDPSession:
        """Return a session with the document that the captions of a page are drawn in."""
        frame = self._caption_frame(page)
        return self._session(page) if frame is None else self._session(frame)

    def _session(self, document: Page | Frame) -> CDPSession:
        if document not in self._sessions:
            self._sessions[document] = self.context.new_cdp_session(document)
        return self._sessions[document]

    def _overlay_part(self, page: Page, class_name: str) -> tuple[CDPSession, Node] | None:
        """Return a part of the overlay and a session with the document that it is in."""
        for document in (self._caption_frame(page), page):
            node = document and self._find(document, lambda node: class_name in classes_of(node))
            if document and node:
                return self._session(document), node
        return None

    def _caption_part(self, page: Page, class_name: str) -> Node | None:
        found = self._overlay_part(page, class_name)
        return found[1] if found else None

    def _overlay(self, page: Page) -> Node | None:
        return self._find(page, is_overlay)

    def _find(self, document: Page | Frame, wanted: Callable[[Node], bool]) -> Node | None:
        try:
            # `pierce` goes through shadow roots, closed ones included, and into frames.
            answer = self._session(document).send("DOM.getDocument", {"depth": -1, "pierce": True})
        except Error:
            # The frame has just been replaced.
            if isinstance(document, Page):
                raise
            return None
        nodes = walk(answer["root"])
        if isinstance(document, Page) and wanted is not is_overlay:
            overlay = next((node for node in nodes if is_overlay(node)), None)
            nodes = iter(()) if overlay is None else walk(overlay)
        return next((node for node in nodes if wanted(node)), None)

    def _caption_frame(self, page: Page) -> Frame | None:
        """Return the frame of the extension that the captions are drawn in, if there is one."""
        own = f"chrome-extension://{EXTENSION_ID}/overlay/frame.html"
        return next((frame for frame in page.frames if frame.url.startswith(own)), None)

    def _is_laid_out(self, page: Page, node: Node) -> bool:
        """Return whether a node has a box: what is hidden has none."""
        try:
            self._session(page).send("DOM.getBoxModel", {"backendNodeId": node["backendNodeId"]})
        except Error:
            return False
        return True


def _ask(session: CDPSession, part: Node, function: str, *arguments: object) -> Any:
    node = {"backendNodeId": part["backendNodeId"]}
    answer = session.send(
        "Runtime.callFunctionOn",
        {
            "objectId": session.send("DOM.resolveNode", node)["object"]["objectId"],
            "functionDeclaration": function,
            "arguments": [{"value": argument} for argument in arguments],
            "awaitPromise": True,
            "returnByValue": True,
        },
    )
    assert "exceptionDetails" not in answer, answer
    return answer["result"].get("value")
