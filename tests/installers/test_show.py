"""What the demo reads from a page's document tree, as the browser describes it."""

import pytest

from devtools import Json
from show import CaptionPrinter, caption_rows, is_listening


def element(name: str, *children: Json, classes: str = "", number: int = 1) -> Json:
    return {
        "nodeName": name.upper(),
        "localName": name,
        "backendNodeId": number,
        "attributes": ["class", classes],
        "children": list(children),
    }


def text(value: str) -> Json:
    return {"nodeName": "#text", "localName": "", "backendNodeId": 0, "nodeValue": value}


def page(*inside: Json) -> Json:
    overlay = popover(closed_root(*inside))
    menu = popover(element("p", text("a menu of the page"), number=5))
    widget = element("div")
    widget["shadowRoots"] = [closed_root(element("p", text("a widget of the page"), number=6))]
    body = element("body", element("p", text("not a caption")), menu, widget)
    return element("html", body, overlay)


def closed_root(*inside: Json) -> Json:
    return {**element("", *inside), "shadowRootType": "closed"}


def popover(inside: Json) -> Json:
    inner = "shadowRoots" if "shadowRootType" in inside else "children"
    return {**element("div"), "attributes": ["popover", "manual"], inner: [inside]}


def test_rows_are_read_from_the_closed_shadow_root_alone() -> None:
    row = element("p", element("span", text("Hello ")), element("span", text("there")), number=7)
    assert caption_rows(page(element("div", row, element("p", text("  "), number=8)))) == {
        7: "Hello there"
    }


def test_a_page_without_an_overlay_has_no_rows() -> None:
    assert caption_rows(element("html", element("p", text("x")))) == {}


@pytest.mark.parametrize(
    ("classes", "expected"),
    [("notice shown", True), ("notice shown busy", False), ("notice", False), ("window", False)],
)
def test_listening_is_a_notice_that_is_not_busy(classes: str, expected: bool) -> None:
    assert is_listening(page(element("div", classes=classes))) is expected


def test_lines_are_printed_once_when_they_leave_and_when_they_are_corrected(
    capsys: pytest.CaptureFixture[str],
) -> None:
    printer = CaptionPrinter()
    printer.update({1: "Hello"})
    printer.update({1: "Hello there"})
    printer.update({2: "Next"})
    printer.update({1: "Hello, there.", 2: "Next"})
    lines = printer.finish()
    printed = [line.split(" s ")[1] for line in capsys.readouterr().out.splitlines()]
    assert printed == [" Hello there", "~Hello, there.", " Next"]
    assert lines == ["Hello, there.", "Next"]
