"""What the demo reads from a page's document tree, as the browser describes it."""

import pytest

from wlk_host.setup.demo.devtools import Json
from wlk_host.setup.demo.show import CaptionPrinter, caption_rows, is_listening


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


def captions(*inside: Json) -> Json:
    return element("html", element("body", element("div", *inside)))


def test_rows_are_the_paragraphs_with_words() -> None:
    row = element("p", element("span", text("Hello ")), element("span", text("there")), number=7)
    notice = element("div", text("Listening"), classes="notice shown")
    document = captions(notice, element("div", row, element("p", text("  "), number=8)))
    assert caption_rows(document) == {7: "Hello there"}


def test_before_the_frame_is_there_nothing_is_shown() -> None:
    assert caption_rows(None) == {}
    assert not is_listening(None)


@pytest.mark.parametrize(
    ("classes", "expected"),
    [("notice shown", True), ("notice shown busy", False), ("notice", False), ("window", False)],
)
def test_listening_is_a_notice_that_is_not_busy(classes: str, expected: bool) -> None:
    assert is_listening(captions(element("div", classes=classes))) is expected


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
