"""Captions that are reached into: the original, selected text, the meaning of a word."""

from typing import Any

from browser import Browser
from conftest import OpenStage
from looked_up import hold
from playwright.sync_api import Page
from stage import Stage
from test_page_cannot_read import BODY, LIE_IN_WAIT, RARE, leaks, read_by
from translating import stand_in
from waiting import wait_until

SAID = "Ježek vyprávěl o kvartálu 4711."
TRANSLATION = {"text": "O ouriço falou do trimestre 4711.", "language": "pt", "state": "final"}


def shown(show: Stage) -> tuple[str, str]:
    """Return original and translation as they are seen."""
    rows = show.browser.overlay_rows(show.page)
    return (rows[-1].text, rows[-1].translation) if rows else ("", "")


def in_frame(browser: Browser, page: Page, expression: str) -> Any:
    """Return what the document says that the captions are drawn in."""
    answer = browser.caption_session(page).send(
        "Runtime.evaluate", {"expression": expression, "returnByValue": True}
    )
    return answer["result"].get("value")


def opened(stage: OpenStage) -> Stage:
    """Return a page over which one translated line stands."""
    show = stage("/in-place", BODY)
    show.page.evaluate("window.clicks = 0; addEventListener('click', () => (window.clicks += 1))")
    show.browser.choose(translateTo="pt", translator="browser", bilingual={"show": "hover"})
    show.page.evaluate(LIE_IN_WAIT, RARE)
    show.say(SAID, language="cs", translation=TRANSLATION, state="final")
    wait_until(lambda: shown(show)[1] != "", lambda: f"no translation: {shown(show)}")
    return show


def middle(show: Stage) -> tuple[float, float]:
    """Return where the middle of the captions is."""
    box = show.browser.resting_box(show.page)
    return (box["left"] + box["right"]) / 2, (box["top"] + box["bottom"]) / 2


def test_the_original_is_seen_while_the_pointer_or_the_key_asks_for_it(stage: OpenStage) -> None:
    show = opened(stage)
    show.page.mouse.move(5, 5)
    wait_until(lambda: shown(show)[0] == "", "the original is shown")
    show.browser.screenshot(show.page, "peek-1-translation.png")
    show.page.mouse.move(*middle(show))
    wait_until(lambda: shown(show) == (SAID, TRANSLATION["text"]), "the original is not shown")
    show.browser.screenshot(show.page, "peek-2-both.png")
    show.page.mouse.move(5, 5)
    wait_until(lambda: shown(show)[0] == "", "the original stayed")
    hold(show.browser, show.page)
    wait_until(lambda: shown(show)[0] == SAID, "the key shows nothing")
    show.page.keyboard.up("Control")
    wait_until(lambda: shown(show)[0] == "", "the original stayed")
    # A click goes through the captions, before and after.
    show.page.mouse.click(*middle(show))
    assert show.page.evaluate("window.clicks") == 1


def test_text_is_selected_and_a_word_looked_up_and_the_page_reads_none_of_it(
    stage: OpenStage,
) -> None:
    show = opened(stage)
    stand_in(show.browser.offscreen())
    hold(show.browser, show.page)
    wait_until(lambda: shown(show)[0] == SAID, "the original is not shown")
    box = show.browser.resting_box(show.page, "original")
    y = box["top"] + 12
    show.page.mouse.move(box["left"] + 1, y)
    show.page.mouse.down()
    show.page.mouse.move(box["right"] - 1, y, steps=5)
    show.page.mouse.up()
    selected = in_frame(show.browser, show.page, "getSelection().toString()")
    assert "vyprávěl" in selected
    show.browser.screenshot(show.page, "reach-1-selected.png")
    assert leaks(read_by(show)) == []
    assert show.page.evaluate("window.clicks") == 0
    word = show.browser.resting_box(show.page, "word")
    show.page.mouse.dblclick(word["left"] + 12, y)
    # The stand-in knows no Czech.
    wait_until(
        lambda: "Ježek" in show.browser.notice(show.page),
        lambda: show.browser.notice(show.page),
    )
    assert "no translator for these two languages" in show.browser.notice(show.page)
    show.correct({"id": 0, "text": "Perro malo.", "language": "es", "translation": TRANSLATION})
    wait_until(lambda: shown(show)[0] == "Perro malo.", "not shown")
    word = show.browser.resting_box(show.page, "word")
    show.page.mouse.dblclick(word["left"] + 12, y)
    wait_until(
        lambda: "Perro → [pt] Perro" in show.browser.notice(show.page),
        lambda: show.browser.notice(show.page),
    )
    show.browser.screenshot(show.page, "reach-2-meaning.png")
    show.page.keyboard.up("Control")
    reached = "function () { return this.classList.contains('reached'); }"
    wait_until(
        lambda: not show.browser.ask_overlay(show.page, "stage", reached), "it is still reached"
    )
    # The page has its keys and clicks again.
    show.page.evaluate("addEventListener('keydown', (event) => (window.key = event.key))")
    show.page.keyboard.press("k")
    assert show.page.evaluate("window.key") == "k"
    show.page.mouse.click(*middle(show))
    assert show.page.evaluate("window.clicks") == 1


def test_events_that_the_page_makes_up_reach_nothing(stage: OpenStage) -> None:
    show = opened(stage)
    show.page.evaluate(
        "dispatchEvent(new KeyboardEvent('keydown', { key: 'Control', bubbles: true }))"
    )
    show.page.wait_for_timeout(600)
    reached = "function () { return this.classList.contains('reached'); }"
    assert not show.browser.ask_overlay(show.page, "stage", reached)
