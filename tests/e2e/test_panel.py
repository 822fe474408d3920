"""The side panel: a transcript that is followed, searched, corrected, copied and exported."""

import json
from pathlib import Path
from typing import Any

import pytest
from axe import faults_of
from browser import Browser
from conftest import FakeHost
from panels import ADVERT, MEDIA, asked, capture, entry, open_panel, tell, transcript
from playwright.sync_api import Locator, Page, expect
from waiting import wait_until

SENTENCES = (
    "The new telescope saw its first light last Tuesday.",
    "That's remarkable. How far back can it see?",
    "About thirteen billion years, almost to the beginning.",
    "And what are you hoping to find out there?",
    "The first stars. They were very large, we think, and lived only briefly.",
    "So it is a race against the clouds, in a way.",
    "It always is on that mountain.",
)
GERMAN = (
    "Das neue Teleskop sah am vergangenen Dienstag sein erstes Licht.",
    "Das ist bemerkenswert. Wie weit zurück kann es sehen?",
    "Etwa dreizehn Milliarden Jahre, fast bis zum Anfang.",
    "Und was hoffen Sie dort zu finden?",
    "Die ersten Sterne. Sie waren wohl sehr groß und lebten nur kurz.",
    "Also ist es in gewisser Weise ein Wettlauf mit den Wolken.",
    "Das ist es auf diesem Berg immer.",
)


def talk(count: int, **changes: Any) -> list[dict[str, Any]]:
    """Return lines of two people."""
    return [
        entry(index, SENTENCES[index % 7], speaker=str(1 + index % 2), **changes)
        for index in range(count)
    ]


def both(count: int) -> list[dict[str, Any]]:
    """Return lines of two people with a translation."""
    lines = talk(count)
    for index, line in enumerate(lines):
        line["translation"] = {"text": GERMAN[index % 7], "language": "de", "state": "final"}
    return lines


@pytest.fixture
def panel(shared_browser: tuple[Browser, FakeHost]) -> Any:
    """The panel of a captioned tab, with a stub instead of the worker."""
    page = open_panel(shared_browser[0])
    capture(page)
    yield page
    page.close()


def add(page: Page, revision: int, *lines: dict[str, Any]) -> None:
    """Tell the panel of more lines."""
    changes = {"revision": revision, "entries": list(lines), "removed": [], "rest": {}}
    tell(page, type="transcript-changes", changes=changes)


def line(page: Page, words: str) -> Locator:
    """Return the line that says something."""
    return page.locator(".line", has_text=words)


def at_end(page: Page) -> bool:
    """Return whether the end of the list is seen."""
    return bool(page.evaluate("lines.scrollHeight - lines.scrollTop - lines.clientHeight < 2"))


def scroll_up(page: Page) -> None:
    """Turn the wheel, and wait until the list has come to rest."""
    page.locator("#lines").hover()
    page.mouse.wheel(0, -2500)
    at_rest = """() => new Promise((resolve) => {
      const before = lines.scrollTop;
      setTimeout(() => resolve(lines.scrollTop === before), 150);
    })"""
    wait_until(lambda: not at_end(page) and page.evaluate(at_rest), "it goes on scrolling")


def test_it_follows_or_stays_where_the_reader_is(panel: Page) -> None:
    tell(panel, type="transcript", transcript=transcript(talk(300)))
    expect(line(panel, SENTENCES[5]).last).to_be_visible()
    assert at_end(panel)
    add(panel, 2, entry(300, "The next line.", speaker="1"))
    expect(line(panel, "The next line.")).to_be_in_viewport()
    assert at_end(panel)
    scroll_up(panel)
    expect(panel.locator("#back")).to_have_text("Back to now")
    before = panel.locator(".line").first.inner_text(), panel.evaluate("lines.scrollTop")
    add(panel, 3, *[entry(301 + index, f"Unseen {index}.") for index in range(3)])
    expect(panel.locator("#back")).to_have_text("3 new lines")
    assert (panel.locator(".line").first.inner_text(), panel.evaluate("lines.scrollTop")) == before
    panel.locator("#back").click()
    expect(line(panel, "Unseen 2.")).to_be_in_viewport()
    expect(panel.locator("#back")).to_be_hidden()


def test_what_comes_above_does_not_move_what_is_read(panel: Page) -> None:
    lines = talk(200)
    tell(panel, type="transcript", transcript=transcript(lines[50:]))
    scroll_up(panel)
    expect(panel.locator("#back")).to_be_visible()
    seen = panel.evaluate(
        "() => { const top = lines.getBoundingClientRect().top; const row ="
        " [...document.querySelectorAll('.line')].find((r) => r.getBoundingClientRect().bottom"
        " > top + 20); globalThis.row = row; return row.getBoundingClientRect().top; }"
    )
    add(panel, 2, *lines[:50])
    size = "document.querySelector('.line').ariaSetSize"
    wait_until(lambda: panel.evaluate(size) == "200", "the lines did not come")
    assert abs(panel.evaluate("row.getBoundingClientRect().top") - seen) < 2


def test_the_line_being_said_is_marked_and_a_click_seeks(panel: Page) -> None:
    tell(panel, type="transcript", transcript=transcript(talk(100)))
    tell(panel, type="playhead", media=MEDIA, at=41, rate=0, wall=0)
    current = panel.locator(".line[aria-current]")
    expect(current).to_have_count(1)
    expect(current.locator(".time")).to_have_text("0:40")
    expect(current).to_be_in_viewport()
    current.locator(".said").click()
    assert asked(panel, "seek") == [{"type": "seek", "media": MEDIA, "at": 40}]
    current.locator(".time").focus()
    panel.keyboard.press("ArrowDown")
    panel.keyboard.press("Enter")
    assert asked(panel, "seek")[1] == {"type": "seek", "media": MEDIA, "at": 44}
    now = panel.evaluate("Date.now()")
    tell(panel, type="playhead", media=MEDIA, at=47.5, rate=1, wall=now)
    expect(current.locator(".time")).to_have_text("0:48")


def test_hits_are_marked_counted_and_stepped_through(panel: Page) -> None:
    tell(panel, type="transcript", transcript=transcript(both(700)))
    panel.keyboard.press("Control+f")
    panel.keyboard.type("mountain")
    count = panel.locator(".count")
    expect(count).to_have_text("100 of 100")
    panel.keyboard.press("Enter")
    expect(count).to_have_text("1 of 100")
    assert panel.evaluate("[...CSS.highlights.get('current-hit')].map(String)") == ["mountain"]
    expect(line(panel, "mountain").first).to_be_in_viewport()
    panel.keyboard.press("Shift+Enter")
    expect(count).to_have_text("100 of 100")
    panel.keyboard.press("Control+a")
    panel.keyboard.type("MOUNTAIN xyz")
    expect(count).to_have_text("No matches")
    panel.keyboard.press("Escape")
    panel.keyboard.type("berg")
    expect(count).to_have_text("100 of 100")
    add(panel, 2, entry(700, "Another Berg."))
    expect(count).to_have_text("100 of 101")


def test_a_selection_reaches_over_lines_that_are_not_in_the_document(
    shared_browser: tuple[Browser, FakeHost], panel: Page
) -> None:
    shared_browser[0].context.grant_permissions(["clipboard-read", "clipboard-write"])
    tell(panel, type="transcript", transcript=transcript(talk(400)))
    last = panel.locator(".line").last
    last.locator(".time").focus()
    panel.keyboard.press("Control+a")
    panel.keyboard.press("Control+c")
    copied = panel.evaluate("navigator.clipboard.readText()").splitlines()
    assert len(copied) == 400
    assert copied[0] == f"0:00 Speaker 1: {SENTENCES[0]}"
    panel.keyboard.press("Shift+Home")
    panel.keyboard.press("Control+c")
    assert len(panel.evaluate("navigator.clipboard.readText()").splitlines()) == 400
    assert panel.locator(".line").count() < 60
    panel.get_by_role("button", name="Copy").click()
    panel.get_by_role("menuitem", name="All without times").click()
    copied = panel.evaluate("navigator.clipboard.readText()").splitlines()
    assert copied[399] == f"Speaker 2: {SENTENCES[399 % 7]}"
    expect(panel.locator(".said-once")).to_have_text("400 lines copied")


def test_part_of_a_line_is_copied_as_it_is_selected(
    shared_browser: tuple[Browser, FakeHost], panel: Page
) -> None:
    shared_browser[0].context.grant_permissions(["clipboard-read", "clipboard-write"])
    tell(panel, type="transcript", transcript=transcript(talk(3)))
    panel.evaluate(
        "() => { const [first, , third] = [...document.querySelectorAll('.committed')];"
        " getSelection().setBaseAndExtent(first.firstChild, 4, third.firstChild, 5); }"
    )
    panel.keyboard.press("Control+c")
    assert panel.evaluate("navigator.clipboard.readText()").splitlines() == [
        f"0:00 {SENTENCES[0][4:]}",
        f"0:04 Speaker 2: {SENTENCES[1]}",
        f"0:08 Speaker 1: {SENTENCES[2][:5]}",
    ]


def test_lines_are_edited_with_the_keyboard(panel: Page) -> None:
    tell(panel, type="transcript", transcript=transcript(talk(20)))
    last = panel.locator(".line").last
    last.locator(".time").focus()
    panel.keyboard.press("e")
    field = panel.locator(".field")
    expect(field).to_have_value(SENTENCES[5])
    # What comes meanwhile takes nothing away.
    add(panel, 2, entry(20, "More."))
    panel.keyboard.press("Control+a")
    panel.keyboard.type("So it's a race.")
    panel.keyboard.press("Enter")
    expect(field).to_have_count(0)
    panel.keyboard.press("n")
    panel.keyboard.type("Quote this")
    panel.keyboard.press("Enter")
    panel.keyboard.press("b")
    panel.keyboard.press("r")
    panel.keyboard.type("Ada")
    panel.keyboard.press("Enter")
    panel.keyboard.press("e")
    panel.keyboard.type("thrown away")
    panel.keyboard.press("Escape")
    assert [edit["edit"] for edit in asked(panel, "edit")] == [
        {"kind": "correct", "id": "c 19", "text": "So it's a race."},
        {"kind": "note", "id": "c 19", "note": "Quote this"},
        {"kind": "bookmark", "id": "c 19", "bookmarked": True},
        {"kind": "rename", "speaker": "2", "name": "Ada"},
    ]
    assert "c 19" in str(panel.evaluate("document.activeElement.closest('.line').dataset.key"))


def test_whose_voice_it_is_can_be_put_right_and_taken_back(panel: Page) -> None:
    tell(panel, type="captures", captures=[])
    lines = [entry(i, SENTENCES[i], speaker=who) for i, who in enumerate(["1", "2", "3", None])]
    tell(panel, type="transcript", transcript=transcript(lines))
    labels = panel.locator(".line .speaker")
    form = panel.get_by_role("dialog", name="Who speaks")
    labels.nth(2).click()
    form.get_by_label("Name").fill("Ada <b>&amp;")
    form.get_by_label("Same voice as").select_option(label="Speaker 1")
    assert faults_of(panel) == []
    panel.screenshot(path=_artifact("panel-speaker.png"))
    form.get_by_role("button", name="Done").click()
    expect(form).to_have_count(0)
    expect(labels).to_have_text(["Ada <b>&amp;:", "Speaker 2:", "Ada <b>&amp;:", ""])
    # Of the last line, nobody knew who has said it.
    panel.keyboard.press("ArrowDown")
    panel.keyboard.press("r")
    form.get_by_label("This line was said by").select_option(label="Someone else")
    form.get_by_role("button", name="Done").click()
    expect(labels.last).to_have_text("Speaker 4:")
    panel.keyboard.press("r")
    panel.keyboard.press("Escape")
    expect(form).to_have_count(0)
    labels.first.click()
    form.get_by_role("button", name="Separate the voices again").click()
    expect(labels).to_have_text(["Ada <b>&amp;:", "Speaker 2:", "Speaker 3:", "Speaker 4:"])
    panel.keyboard.press("Control+z")
    expect(labels).to_have_text(["Ada <b>&amp;:", "Speaker 2:", "Ada <b>&amp;:", "Speaker 4:"])
    for _step in range(3):
        labels.first.click()
        form.get_by_role("button", name="Undo the last change of speakers").click()
    expect(labels).to_have_text(["Speaker 1:", "Speaker 2:", "Speaker 3:", ""])
    labels.first.click()
    expect(form.get_by_role("button", name="Undo")).to_have_count(0)
    kept = [message["edit"]["kind"] for message in asked(panel, "edit-kept")]
    assert kept == ["rename", "merge", "assign", "separate", *["undo"] * 4]


def test_without_a_capture_edits_hold_as_well(panel: Page) -> None:
    tell(panel, type="captures", captures=[])
    tell(panel, type="transcript", transcript=transcript(talk(3)))
    panel.locator(".line").last.locator(".time").focus()
    panel.keyboard.press("b")
    expect(panel.locator(".line").last.locator(".mark")).to_have_text("★")
    panel.locator(".line").last.locator(".time").focus()
    panel.keyboard.press("e")
    panel.keyboard.type("Better.")
    panel.keyboard.press("Enter")
    expect(panel.locator(".line").last.locator(".committed")).to_have_text("Better.")
    assert asked(panel, "edit") == []
    # The next capture of the film finds them.
    kept = [(message["media"], message["edit"]["kind"]) for message in asked(panel, "edit-kept")]
    assert kept == [([MEDIA], "bookmark"), ([MEDIA], "correct")]


def test_sources_and_what_was_skipped(panel: Page) -> None:
    sources = [
        {"key": ADVERT, "title": "Soap", "duration": 15, "heard": [[0, 8]]},
        {"key": MEDIA, "title": "A film", "duration": 600, "heard": [[0, 8], [40, 48]]},
    ]
    advert = [entry(index, f"Soap {index}.", id=f"a {index}", media=ADVERT) for index in range(2)]
    film = [entry(index, SENTENCES[index % 7]) for index in (0, 1, 10, 11)]
    tell(panel, type="transcript", transcript=transcript([*advert, *film], sources=sources))
    expect(panel.locator(".source h2")).to_have_text(["Soap", "A film"])
    expect(panel.locator(".gap")).to_have_text(["0:08 to 0:40 skipped"])
    panel.screenshot(path=_artifact("panel-sources.png"))
    assert faults_of(panel) == []


def test_a_file_is_made_by_the_host_and_saved(panel: Page) -> None:
    tell(panel, type="transcript", transcript=transcript(both(1100)))
    panel.get_by_role("button", name="Export").click()
    panel.locator(".export select").select_option("both")
    with panel.expect_download() as download:
        panel.get_by_role("button", name="SRT").click()
        wait_until(lambda: len(asked(panel, "to-host")) == 3, "the host was not asked")
        requests = [message["message"] for message in asked(panel, "to-host")]
        name = {"file_name": "A film.en.srt"}
        for part, last in (("1\n00:00:00,000", False), (" --> 00:00:03,500\n", True)):
            said = {"type": "exported", "request": requests[0]["request"], "text": part}
            tell(panel, type="from-host", message={**said, "last": last, **name})
            name = {}
    assert download.value.suggested_filename == "A film.en.srt"
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text == "1\n00:00:00,000 --> 00:00:03,500\n"
    assert [len(request["lines"]) for request in requests] == [500, 500, 100]
    assert [request["last"] for request in requests] == [False, False, True]
    head = {key: requests[0][key] for key in ("format", "content", "title", "language")}
    assert head == {"format": "srt", "content": "both", "title": "A film", "language": "en"}
    assert json.dumps(requests[2]["lines"][0]) == json.dumps(
        {
            "start": 4_000_000,
            "end": 4_003_500,
            "text": SENTENCES[1000 % 7],
            "language": "en",
            "speaker": "Speaker 1",
            "translation": {"text": GERMAN[1000 % 7], "language": "de"},
            "words": [],
            "bookmarked": False,
            "note": "",
            "gap_before": False,
        }
    )
    expect(panel.locator(".export")).to_have_count(0)


def test_why_there_is_no_file_is_told(panel: Page) -> None:
    tell(panel, type="transcript", transcript=transcript(talk(3)))
    panel.get_by_role("button", name="Export").click()
    panel.get_by_role("button", name="WebVTT").click()
    wait_until(lambda: asked(panel, "to-host"), "the host was not asked")
    error = {"type": "error", "session": None, "request": "export", "code": "too_many_exports"}
    words = {"message": "Too many exports at once.", "hint": "Wait for the others."}
    tell(panel, type="from-host", message={**error, **words})
    status = panel.locator(".export [role=status]")
    expect(status).to_contain_text("Too many exports at once.")
    expect(status).to_contain_text("Wait for the others.")
    assert faults_of(panel) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("layout", ["below", "columns"])
def test_every_look(panel: Page, scheme: str, layout: str) -> None:
    panel.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    lines = both(40)
    lines[36].update(bookmarked=True, note="Quote this in the introduction")
    lines[37]["corrected"] = "So it is a race against the weather, in a way."
    tell(panel, type="transcript", transcript=transcript(lines, names={"1": "Ada"}))
    tell(panel, type="playhead", media=MEDIA, at=38 * 4 + 1, rate=0, wall=0)
    panel.evaluate("(layout) => chrome.storage.local.set({ reading: { layout } })", layout)
    if layout == "columns":
        panel.get_by_role("button", name="View").click()
        panel.get_by_role("menuitemradio", name="Translation beside").click()
    expect(panel.locator(".line[aria-current]")).to_be_in_viewport()
    panel.screenshot(path=_artifact(f"panel-{layout}-{scheme}.png"))
    assert faults_of(panel) == []
    panel.evaluate("chrome.storage.local.remove('reading')")


@pytest.mark.parametrize(("width", "height"), [(240, 600), (190, 350), (900, 700)])
def test_narrow_zoomed_and_wide(
    shared_browser: tuple[Browser, FakeHost], width: int, height: int
) -> None:
    page = open_panel(shared_browser[0], width, height)
    capture(page)
    tell(page, type="transcript", transcript=transcript(both(40)))
    expect(page.locator(".line").last).to_be_in_viewport()
    page.keyboard.press("Control+f")
    page.keyboard.type("stars")
    page.screenshot(path=_artifact(f"panel-{width}.png"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults_of(page) == []
    page.close()


def test_from_right_to_left(panel: Page) -> None:
    arabic = "رأى التلسكوب الجديد ضوءه الأول يوم الثلاثاء الماضي."
    translated = {"text": SENTENCES[0], "language": "en", "state": "final"}
    lines = [
        entry(index, arabic, language="ar", speaker=str(1 + index % 2), translation=translated)
        for index in range(12)
    ]
    lines[11]["bookmarked"] = True
    tell(panel, type="transcript", transcript=transcript(lines))
    panel.evaluate("document.documentElement.dir = 'rtl'")
    expect(panel.locator(".line").last).to_be_in_viewport()
    panel.screenshot(path=_artifact("panel-rtl.png"))
    box = panel.locator(".line").last.locator(".time").bounding_box()
    assert box is not None
    assert box["x"] > 250
    assert faults_of(panel) == []


def _artifact(name: str) -> Path:
    folder = Path(__file__).resolve().parents[2] / "artifacts"
    folder.mkdir(exist_ok=True)
    return folder / name
