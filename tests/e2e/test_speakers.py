"""Lines whose speaker is known begin with their name, in the speaker's colour."""

from conftest import OpenStage
from stage import Stage
from waiting import wait_until

LABEL = "function () { const s = getComputedStyle(this, '::before'); return [s.content, s.color]; }"


def labels(show: Stage) -> list[str]:
    """Return what the lines begin with."""
    return [row.speaker for row in show.browser.overlay_rows(show.page)]


def test_lines_name_their_speaker_unless_that_is_switched_off(stage: OpenStage) -> None:
    show = stage("/speakers")
    wait_until(lambda: show.browser.notice(show.page) == "", "a notice stayed")
    show.say("Shall we begin?", speaker="Ana")
    show.say("Yes, please.", speaker="Ben")
    show.say("Who is that?")
    show.until("Who is that?")
    assert labels(show) == ["Ana:", "Ben:", ""]
    content, colour = show.browser.ask_overlay(show.page, "original", LABEL)
    assert content == '"Ana: "'
    assert colour != show.style("original", "color")
    assert "Ana" not in show.browser.captions(show.page), "a name is no word that was said"
    show.browser.screenshot(show.page, "overlay-speakers.png")
    show.browser.choose(speakers=False)
    show.say("Nobody knows.")
    show.until("Nobody knows.")
    wait_until(lambda: set(labels(show)) == {""}, "speakers are still named")
