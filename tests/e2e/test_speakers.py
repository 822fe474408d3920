"""Who speaks: named where several voices are told apart, in a colour of their own."""

from conftest import OpenStage
from stage import Stage
from waiting import wait_until

LABEL = "function () { const s = getComputedStyle(this, '::before'); return [s.content, s.color]; }"


def labels(show: Stage) -> list[str]:
    """Return what the lines begin with."""
    return [row.speaker for row in show.browser.overlay_rows(show.page)]


def until_named(show: Stage, *expected: str) -> None:
    """Wait until the last lines begin so."""
    wait_until(
        lambda: labels(show)[-len(expected) :] == list(expected),
        lambda: f"expected {expected}, got {labels(show)}",
    )


def test_lines_name_their_speaker_unless_that_is_switched_off(stage: OpenStage) -> None:
    show = stage("/speakers")
    wait_until(lambda: show.browser.notice(show.page) == "", "a notice stayed")
    show.say("Shall we begin?", speaker="1")
    show.say("Yes, please.", speaker="2")
    show.say("Who is that?")
    show.until("Who is that?")
    until_named(show, "Speaker 1:", "Speaker 2:", "")
    content, colour = show.browser.ask_overlay(show.page, "original", LABEL)
    assert content == '"Speaker 1: "'
    assert colour != show.style("original", "color")
    assert "Speaker" not in show.browser.captions(show.page), "a name is no word that was said"
    show.browser.screenshot(show.page, "overlay-speakers.png")
    show.browser.choose(speakers=False)
    show.say("Nobody knows.")
    show.until("Nobody knows.")
    wait_until(lambda: set(labels(show)) == {""}, "speakers are still named")


def test_with_the_second_voice_all_are_named_where_they_change(stage: OpenStage) -> None:
    show = stage("/speakers-of-one-voice")
    show.say("One voice", "goes on.", speaker="1")
    show.until("goes on.")
    until_named(show, "", "")
    # Whose line it is becomes known while it stands there.
    unknown = show.say("So it says.")
    show.until("So it says.")
    until_named(show, "", "", "")
    row = show.browser.overlay_rows(show.page)[2]
    show.correct({"id": unknown, "text": "So it says.", "speaker": "2"})
    until_named(show, "Speaker 1:", "", "Speaker 2:")
    named = show.browser.overlay_rows(show.page)[2]
    assert (named.id, named.text) == (row.id, row.text), "the line was made anew"
    show.say("It does.", speaker="2")
    show.say("Good.", speaker="Ana")
    until_named(show, "Speaker 2:", "", "Ana:")


GAPS = """[...document.querySelectorAll('#lines .line')].map((line) => {
  const [name, words] = ['.speaker', '.committed'].map((part) =>
    line.querySelector(part).getBoundingClientRect());
  return Math.max(words.left - name.right, name.left - words.right);
})"""


def test_the_side_panel_names_them_the_same_way_in_either_direction(stage: OpenStage) -> None:
    show = stage("/speakers-in-the-panel")
    show.say("One voice", "goes on.", speaker="1")
    show.until("goes on.")
    popup = show.browser.popup(show.page)
    popup.click("#panel")
    panel = show.browser.side_panel()
    wait_until(lambda: panel.texts("#lines .speaker") == ["", ""], "one voice was named")
    show.say("مرحبا بكم جميعا.", speaker="2", language="ar")
    show.say("Yes.", speaker="1")
    expected = ["Speaker 1:", "", "Speaker 2:", "Speaker 1:"]
    wait_until(lambda: panel.texts("#lines .speaker") == expected, "not named where they change")
    gaps = panel.evaluate(GAPS)
    panel.screenshot("panel-speakers.png")
    assert all(gaps[line] > 2 for line in (0, 2, 3)), f"a name touches what is said: {gaps}"
