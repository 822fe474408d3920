"""What a word of the captions means, told by the host that translates the lines."""

import pytest
from conftest import FakeHost, OpenStage
from looked_up import hold, look_up
from stage import Stage
from waiting import wait_until

LINE = {
    "text": "Perro malo.",
    "language": "es",
    "state": "final",
    "translation": {"text": "Cão mau.", "language": "pt", "state": "final"},
}


def problem(code: str) -> dict[str, str]:
    """Return a problem that the host tells."""
    return {"code": code, "message": "It is so.", "hint": "Do this."}


@pytest.fixture
def show(stage: OpenStage) -> Stage:
    """Return a page over which a line and its translation stand, with a hand in them."""
    show = stage("/words")
    show.browser.choose(translateTo="pt", bilingual={"show": "both"})
    show.correct({"id": 0, **LINE})
    wait_until(
        lambda: [row.translation for row in show.browser.overlay_rows(show.page)] == ["Cão mau."],
        "the line is not shown",
    )
    hold(show.browser, show.page)
    return show


def host_of(show: Stage) -> FakeHost:
    """Return the host of the stage."""
    assert isinstance(show.host, FakeHost)
    return show.host


def test_the_host_tells_what_words_of_both_languages_mean(show: Stage) -> None:
    host = host_of(show)
    host.teach(Perro="cão", mau="malo")
    assert look_up(show.browser, show.page, "Perro") == "Perro → cão"
    show.browser.screenshot(show.page, "words-1-original.png")
    assert look_up(show.browser, show.page, "mau", "translation") == "mau → malo"
    show.browser.screenshot(show.page, "words-2-translation.png")
    asked = [(m["text"], m["source"], m["target"]) for m in host.messages("translate")]
    assert asked == [("Perro", "es", "pt"), ("mau", "pt", "es")]
    # What is asked for belongs to the session whose captions are shown.
    session = host.messages("start")[-1]["session"]
    assert {m["session"] for m in host.messages("translate")} == {session}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("translator_missing", "no translator for these two languages. Get one in the options"),
        ("whisper_translates_no_words", "Whisper translates what is spoken, but no single words"),
        ("translator_loading", "not ready yet. Double-click it again"),
        ("translator_died", "the translator isn't answering"),
    ],
)
def test_why_a_word_has_no_meaning_is_said_and_captions_go_on(
    show: Stage, code: str, said: str
) -> None:
    host_of(show).teach(Perro=problem(code))
    assert said in look_up(show.browser, show.page, "Perro")
    show.browser.screenshot(show.page, f"words-3-{code}.png")
    show.correct({"id": 32_000, **LINE, "text": "Otro perro."})
    show.until("Otro perro.")


def test_a_host_that_says_nothing_is_not_waited_for_without_end(show: Stage) -> None:
    host_of(show).teach()
    assert "isn't answering" in look_up(show.browser, show.page, "malo")
