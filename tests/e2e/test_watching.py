"""The reader of the overlay: what the captions are judged by must itself be right."""

from overlay_nodes import OverlayRow
from watching import Reading

from wlk_host.runtime.files.caption_log import Shown


def rows(*lines: tuple[int, str]) -> list[OverlayRow]:
    return [OverlayRow(row_id, text, text.partition(" ~")[0]) for row_id, text in lines]


def test_rows_that_left_at_the_top_stay_read() -> None:
    reading = Reading()
    reading.read(rows((1, "One."), (2, "Two.")), 0.0)
    shown = reading.read(rows((2, "Two."), (3, "Three.")), 1.0)
    assert shown.final == "One. Two. Three."


def test_a_refined_line_between_others_is_read_in_its_place() -> None:
    reading = Reading()
    reading.read(rows((1, "You can click and read along."), (2, "They appear."), (3, "When")), 0.0)
    reading.read(rows((1, "You can click"), (4, "and read along. They appear."), (3, "When")), 1.0)
    shown = reading.read(rows((3, "When done."), (5, "If")), 2.0)
    assert shown.final == "You can click and read along. They appear. When done. If"
    assert shown.committed == "You can click and read along. They appear. When done. If"


def test_rows_that_fade_and_come_back_are_read_once() -> None:
    reading = Reading()
    reading.read(rows((1, "One."), (2, "Two.")), 0.0)
    reading.read([], 1.0)
    assert reading.read(rows((2, "Two."), (3, "Three.")), 2.0).final == "One. Two. Three."


def test_a_draft_is_apart_and_a_refined_text_does_not_count_as_live() -> None:
    reading = Reading()
    assert reading.read(rows((1, "One ~ to")), 0.0) == Shown(0.0, "One", "~ to", "One")
    shown = reading.read(rows((1, "Won two.")), 1.0)
    assert (shown.committed, shown.final) == ("One", "Won two.")
