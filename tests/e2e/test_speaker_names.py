"""Names of speakers: given in the side panel, kept over the page, whatever happens to the host."""

import os
import signal

from conftest import FakeHost, OpenStage, end_captions
from looked_up import hold
from popup import Popup
from stage import Stage
from test_speakers import labels, until_named
from waiting import wait_until

ANA = "Ana <b>&amp; Co"


def host_of(show: Stage) -> FakeHost:
    """Return who says the captions."""
    assert isinstance(show.host, FakeHost)
    return show.host


def open_panel(show: Stage) -> Popup:
    """Open the side panel, as a user does."""
    show.browser.popup(show.page).click("#panel")
    panel = show.browser.side_panel()
    wait_until(lambda: panel.text("#lines").strip(), "no lines in the panel")
    return panel


def ask_who(panel: Popup, line: int) -> None:
    """Click on the speaker of a line in the panel."""
    panel.evaluate(f"void document.querySelectorAll('#lines .speaker')[{line}].click()")
    wait_until(lambda: panel.evaluate("!!document.querySelector('.speaker-form')"), "no form")


def answer(panel: Popup, **fields: str) -> None:
    """Fill in the form that says who speaks: `name`, or the label of a choice."""
    for kind, value in fields.items():
        if kind == "name":
            panel.evaluate(f"document.querySelector('.speaker-form input').value = {value!r}")
            continue
        index = {"same": 0, "line": -1}[kind]
        panel.evaluate(
            "(() => { const all = [...document.querySelectorAll('.speaker-form select')];"
            f" const s = all.at({index});"
            f" s.value = [...s.options].find((o) => o.label === {value!r}).value; }})()"
        )
    panel.click(".speaker-form [type=submit]")


def press(panel: Popup, label: str) -> None:
    """Press a button of that form."""
    panel.evaluate(
        "void [...document.querySelectorAll('.speaker-form button')]"
        f".find((b) => b.textContent === {label!r}).click()"
    )


def until_panel_names(panel: Popup, *expected: str) -> None:
    """Wait until the last lines in the panel begin so."""

    def seen() -> list[str]:
        return panel.texts("#lines .speaker")[-len(expected) :]

    wait_until(lambda: seen() == list(expected), lambda: f"expected {expected}, got {seen()}")


def conversation(show: Stage) -> None:
    """Say three lines of three voices."""
    show.say("Shall we begin?", speaker="1")
    show.say("Yes, please.", speaker="2")
    show.say("I think so, too.", speaker="3")
    until_named(show, "Speaker 1:", "Speaker 2:", "Speaker 3:")


def test_a_name_is_everywhere_at_once_and_is_taken_back(stage: OpenStage) -> None:
    show = stage("/names")
    conversation(show)
    panel = open_panel(show)
    ask_who(panel, 0)
    panel.screenshot("panel-who.png")
    answer(panel, name=ANA)
    until_named(show, f"{ANA}:", "Speaker 2:", "Speaker 3:")
    until_panel_names(panel, f"{ANA}:", "Speaker 2:", "Speaker 3:")
    # The third voice is the first one after all, and the second line was Ana's.
    ask_who(panel, 2)
    answer(panel, same=ANA)
    until_named(show, f"{ANA}:", "Speaker 2:", f"{ANA}:")
    ask_who(panel, 1)
    answer(panel, line=ANA)
    until_named(show, f"{ANA}:", "", "")
    until_panel_names(panel, f"{ANA}:", "", "")
    show.say("And so on.", speaker="3")
    until_named(show, f"{ANA}:", "", "", "")
    undone = (
        [f"{ANA}:", "Speaker 2:", f"{ANA}:", ""],
        [f"{ANA}:", "Speaker 2:", "Speaker 3:", ""],
        ["Speaker 1:", "Speaker 2:", "Speaker 3:", ""],
    )
    for expected in undone:
        ask_who(panel, 0)
        press(panel, "Undo the last change of speakers")
        until_panel_names(panel, *expected)
    show.say("Nobody has a name.", speaker="1")
    # What was said before may have faded in the meantime.
    until_named(show, "Speaker 1:")


def test_a_name_stays_with_its_voice_when_the_host_is_killed(stage: OpenStage) -> None:
    show = stage("/names-of-a-host")
    conversation(show)
    panel = open_panel(show)
    ask_who(panel, 0)
    answer(panel, name="Ana")
    until_named(show, "Ana:", "Speaker 2:", "Speaker 3:")
    starts = len(host_of(show).messages("start"))
    os.kill(host_of(show).messages("started")[-1]["pid"], signal.SIGKILL)
    wait_until(lambda: len(host_of(show).messages("start")) > starts, "no host came")
    until_named(show, "Ana:", "Speaker 2:", "Speaker 3:")
    # The next one numbers voices as it hears them.
    again = {"Shall we begin?": "2", "Yes, please.": "1", "I think so, too.": "3"}
    lines = [
        {"id": 32_000 * i, "text": text, "speaker": speaker}
        for i, (text, speaker) in enumerate(again.items())
    ]
    show.correct(*lines)
    until_named(show, "Ana:", "Speaker 2:", "Speaker 3:")
    show.say("Where were we?", speaker="2")
    show.say("Who is that?", speaker="4")
    until_named(show, "Ana:", "Speaker 2:", "Speaker 3:", "Ana:", "Speaker 7:")
    until_panel_names(panel, "Ana:", "Speaker 2:", "Speaker 3:", "Ana:", "Speaker 7:")


def test_a_click_on_a_speaker_over_the_page_asks_who_that_is(stage: OpenStage) -> None:
    show = stage("/names-over-the-page")
    show.say("Shall we begin?", speaker="1")
    show.say("Yes, please.", speaker="2")
    until_named(show, "Speaker 1:", "Speaker 2:")
    hold(show.browser, show.page)
    word = show.browser.resting_box(show.page, "word")
    show.page.mouse.click(word["left"] - 30, word["top"] + 8)
    show.page.keyboard.up("Control")
    panel = show.browser.side_panel()
    form = "document.querySelector('.speaker-form')"
    wait_until(lambda: panel.evaluate(f"!!{form}"), lambda: panel.text("body"))
    answer(panel, name="Ben")
    wait_until(lambda: "Ben:" in labels(show), lambda: f"nobody is Ben: {labels(show)}")


def test_a_later_capture_of_a_page_knows_names_and_takes_nobody_for_another(
    stage: OpenStage,
) -> None:
    show = stage("/names-again")
    conversation(show)
    ask_who(open_panel(show), 1)
    answer(show.browser.side_panel(), name="Ben")
    until_named(show, "Speaker 1:", "Ben:", "Speaker 3:")
    end_captions(show.browser, host_of(show), show.page)
    wait_until(lambda: show.browser.badge(show.page) != "on", "captions are still on")
    show.browser.click_action(show.page)
    wait_until(lambda: show.browser.badge(show.page) == "on", "captions are not on again")
    # The host numbers those whom it hears from 1 on, whoever they are.
    show.say("Who am I?", speaker="2")
    show.say("And I?", speaker="1")
    until_named(show, "Speaker 4:", "Speaker 5:")
