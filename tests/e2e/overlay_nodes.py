"""The overlay as the DevTools protocol tells of it, closed shadow roots included."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Node = dict[str, Any]


@dataclass(frozen=True)
class OverlayRow:
    """One line of captions as the page shows it."""

    id: int
    """The same for as long as the line is shown."""
    text: str
    """Committed and draft words."""
    committed: str
    translation: str = ""
    speaker: str = ""
    """What the line begins with where speakers are told apart."""


def is_overlay(node: Node) -> bool:
    """Return whether a node is the overlay's element: it has no name that a page could look for."""
    roots = [root["shadowRootType"] for root in node.get("shadowRoots", [])]
    return roots == ["closed"] and attributes_of(node).get("popover") == "manual"


def walk(node: Node) -> Iterator[Node]:
    """A node and all that is in it, also in shadow roots and frames."""
    yield node
    for key in ("children", "shadowRoots"):
        for child in node.get(key, []):
            yield from walk(child)
    if "contentDocument" in node:
        yield from walk(node["contentDocument"])


def attributes_of(node: Node) -> dict[str, str]:
    """Its attributes by name."""
    attributes = node.get("attributes", [])
    return dict(zip(attributes[::2], attributes[1::2], strict=True))


def classes_of(node: Node) -> list[str]:
    """Its classes."""
    return attributes_of(node).get("class", "").split()


def text_of(node: Node) -> str:
    """All text in it."""
    return "".join(n["nodeValue"] for n in walk(node) if n["nodeType"] == 3)


def row_of(node: Node) -> OverlayRow:
    """What a line of captions says."""
    text, committed = _words(node, "original")
    speakers = [attributes_of(n).get("data-speaker", "") for n in walk(node)]
    translation = _words(node, "translation")[0]
    return OverlayRow(node["backendNodeId"], text, committed, translation, "".join(speakers))


def _words(row: Node, kind: str) -> tuple[str, str]:
    """Return one of a line's texts, and the part of it that is committed."""
    texts = [n for n in walk(row) if kind in classes_of(n)]
    words = [n for text in texts for n in walk(text) if "word" in classes_of(n)]
    committed = [n for n in words if "draft" not in classes_of(n)]
    return "".join(map(text_of, words)).strip(), "".join(map(text_of, committed)).strip()
