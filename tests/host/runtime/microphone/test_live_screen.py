"""Finished lines scroll up; what may still change is drawn again below them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.runtime.microphone.terminal import Terminal
from wlk_host.core.subtitles.transcript import Contents
from wlk_host.core.types import CaptionUpdate, Draft, Line, Translation
from wlk_host.core.words import width_of
from wlk_host.runtime.files.output import FinishedLines
from wlk_host.runtime.microphone.live_screen import LiveScreen, Screen, wrapped

ONE = Line(0, 0, 16_000, "One two", "committed", "en")
TWO = Line(16_000, 16_000, 32_000, "Three", "committed", "en")


def update(*lines: Line, draft: Draft | None = None) -> CaptionUpdate:
    return CaptionUpdate(1, lines, draft, 0)


def draft(line: int, text: str) -> Draft:
    return Draft(line, text, 0, 0)


def final(line: Line, text: str) -> Line:
    return replace(line, text=text, state="final")


class Shown:
    """A screen on a terminal."""

    def __init__(
        self,
        columns: int = 40,
        rows: int = 10,
        contents: Contents = "translation",
        *,
        colours: bool = True,
        translates: bool = False,
    ) -> None:
        self.terminal = Terminal()
        lines = FinishedLines(lambda _: translates)
        self.screen = LiveScreen(lines, contents, Screen(lambda: (columns, rows), colours))

    def add(self, *lines: Line, draft: Draft | None = None) -> list[str]:
        for text in self.screen.add(0.0, update(*lines, draft=draft)):
            self.terminal.write(text)
        return self.terminal.rows

    def rest(self) -> list[str]:
        for text in self.screen.rest():
            self.terminal.write(text)
        return self.terminal.rows


def test_the_draft_is_grey_behind_what_is_committed() -> None:
    shown = Shown()
    assert shown.add(ONE, draft=draft(0, " three")) == ["One two three"]
    assert shown.terminal.grey == ["        three"]
    assert shown.add(draft=draft(0, " tree")) == ["One two tree"]
    assert shown.add() == ["One two"]


def test_a_draft_of_its_own_stands_alone() -> None:
    shown = Shown()
    assert shown.add(draft=draft(0, "One")) == ["One"]
    assert shown.terminal.grey == ["One"]
    assert shown.add(ONE, draft=draft(16_000, "Three")) == ["One two", "Three"]
    assert shown.terminal.grey == [" " * 7, "Three"]


def test_finished_lines_stay_above() -> None:
    shown = Shown()
    shown.add(ONE, draft=draft(0, " three"))
    assert shown.add(final(ONE, "One, two."), TWO) == ["One, two.", "Three"]
    assert shown.add(draft=draft(16_000, " four")) == ["One, two.", "Three four"]
    assert shown.add(final(TWO, "Three, four.")) == ["One, two.", "Three, four.", ""]


def test_a_line_that_waits_for_an_earlier_one_stays_below() -> None:
    shown = Shown()
    shown.add(ONE, TWO)
    assert shown.add(final(TWO, "Three.")) == ["One two", "Three."]
    assert shown.add(final(ONE, "One.")) == ["One.", "Three.", ""]


def test_at_the_end_what_is_left_is_finished() -> None:
    shown = Shown()
    shown.add(ONE, draft=draft(0, " three"))
    assert shown.rest() == ["One two", ""]


def test_long_lines_are_wrapped_and_drawn_again_as_a_whole() -> None:
    shown = Shown(columns=21)
    long = replace(ONE, text="One two three four five six")
    assert shown.add(long, draft=draft(0, " seven eight nine")) == [
        "One two three four", "five six seven eight", "nine",
    ]  # fmt: skip
    assert shown.terminal.grey == [" " * 18, " " * 9 + "seven eight", "nine"]
    assert shown.add(final(ONE, "One, two, three, four, five.")) == [
        "One, two, three,", "four, five.", "",
    ]  # fmt: skip


def test_no_more_is_drawn_than_the_screen_can_erase() -> None:
    shown = Shown(columns=21, rows=4)
    text = " ".join(f"word{number:02}" for number in range(40))
    rows = shown.add(replace(ONE, text=text))
    assert len(rows) == 3
    assert rows[-1].endswith("word39")
    assert shown.add(final(ONE, "Done.")) == ["Done.", ""]


def test_what_does_not_change_is_not_drawn_again() -> None:
    shown = Shown()
    shown.add(ONE)
    assert list(shown.screen.add(1.0, update(ONE))) == []


def test_without_colours_there_are_none() -> None:
    shown = Shown(colours=False)
    assert shown.add(ONE, draft=draft(0, " three")) == ["One two three"]
    assert not shown.terminal.grey[0].strip()


def test_a_message_stands_between_finished_lines_and_the_draft() -> None:
    shown = Shown()
    shown.add(final(ONE, "One."), TWO)
    shown.terminal.write(shown.screen.erased() + "told\n")
    assert shown.add(draft=draft(16_000, " four")) == ["One.", "told", "Three four"]


@pytest.mark.parametrize(
    ("contents", "rows"),
    [("original", ["One.", ""]), ("translation", ["Um.", ""]), ("both", ["One.", "Um.", ""])],
)
def test_a_translation_stands_where_it_was_asked_for(contents: Contents, rows: list[str]) -> None:
    shown = Shown(contents=contents, translates=True)
    assert shown.add(final(ONE, "One."))[-1] == "One."
    translated = replace(final(ONE, "One."), translation=Translation("Um.", "pt", "final"))
    assert shown.add(translated) == rows


def test_a_speaker_is_named() -> None:
    shown = Shown()
    assert shown.add(replace(ONE, speaker="2"), draft=draft(0, " three")) == [
        "Speaker 2: One two three"
    ]
    assert shown.terminal.grey[0].strip() == "three"


def test_no_text_moves_the_cursor() -> None:
    shown = Shown()
    assert shown.add(replace(ONE, text="One\x1b[2J\rtwo\n"), draft=draft(0, "\x1b[Athree")) == [
        "One [2J two [Athree"
    ]


@given(st.text(st.sampled_from("ab  日本"), max_size=80), st.integers(2, 20))
def test_rows_fit_and_lose_nothing_but_spaces(text: str, columns: int) -> None:
    text = " ".join(text.split())
    rows = [text[start:end] for start, end in wrapped(text, columns)]
    assert all(row and width_of(row) <= columns for row in rows)
    assert "".join(rows).replace(" ", "") == text.replace(" ", "")
