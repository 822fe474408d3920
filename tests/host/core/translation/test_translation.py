"""Lines, and translations that stay tied to them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import pytest

from wlk_host.core.translation.batches import Batch
from wlk_host.core.translation.lines import LINES_KEPT, LineTranslations
from wlk_host.core.types import CaptionUpdate, Draft, Line, Translation, Word
from wlk_host.protocol import codec, convert
from wlk_host.protocol.framing import encode_frame

State = Literal["committed", "final"]


def line(number: int, text: str, state: State = "final", language: str | None = "en") -> Line:
    return Line(number, number, number + 1, text, state, language)


def update(*lines: Line) -> CaptionUpdate:
    return CaptionUpdate(99, lines, None, 0)


def upper(batch: Batch | None) -> tuple[Batch, list[str]]:
    assert batch is not None
    return batch, [text.upper() for text in batch.texts]


def texts(batch: Batch | None) -> tuple[str, ...] | None:
    return None if batch is None else batch.texts


def translate(lines: LineTranslations) -> list[CaptionUpdate]:
    """Translate all that waits."""
    updates = []
    while (batch := lines.next_batch()) is not None:
        delivered = lines.deliver(*upper(batch))
        assert delivered is not None
        updates.append(delivered)
    return updates


def test_without_a_target_lines_pass_as_they_are() -> None:
    lines = LineTranslations(None)
    taken = lines.take(update(line(1, "one.")), 0)
    assert taken == CaptionUpdate(1, (line(1, "one."),), None, 0)
    assert lines.next_batch() is None


def test_a_growing_line_is_drafted_clause_by_clause_and_settles_when_it_is_final() -> None:
    lines = LineTranslations("pt")
    lines.take(update(line(1, "When it is", "committed")), 0)
    assert lines.next_batch() is None
    lines.take(update(line(1, "When it is done, we", "committed")), 10)
    batch = lines.next_batch()
    assert batch == Batch((1,), ("When it is done,",), (1,), "en", "pt", "", 10, "draft")
    drafted = lines.deliver(*upper(batch))
    assert drafted is not None
    assert drafted.lines[0].text == "When it is done, we"
    assert drafted.lines[0].translation == Translation("WHEN IT IS DONE,", "pt", "draft")
    assert lines.next_batch() is None
    mended = lines.take(update(line(1, "When it is done, we go.")), 20)
    assert mended.lines[0].translation == Translation("WHEN IT IS DONE,", "pt", "draft")
    [settled] = translate(lines)
    assert settled.lines[0].translation == Translation("WHEN IT IS DONE, WE GO.", "pt", "final")
    assert [drafted.revision, mended.revision, settled.revision] == [3, 4, 5]


def test_a_draft_of_the_whole_line_settles_without_another_call() -> None:
    lines = LineTranslations("pt")
    lines.take(update(line(1, "That is all.", "committed")), 0)
    translate(lines)
    taken = lines.take(update(line(1, "That is all.")), 0)
    assert taken.lines[0].translation == Translation("THAT IS ALL.", "pt", "final")
    assert lines.next_batch() is None


def test_a_draft_that_comes_after_the_line_is_final_settles_it_where_the_text_is_the_same() -> None:
    lines = LineTranslations("pt")
    lines.take(update(line(1, "That is all.", "committed")), 0)
    batch = lines.next_batch()
    lines.take(update(line(1, "That is all.")), 0)
    settled = lines.deliver(*upper(batch))
    assert settled is not None
    assert settled.lines[0].translation == Translation("THAT IS ALL.", "pt", "final")


def test_a_draft_that_comes_after_the_line_was_mended_is_dropped() -> None:
    lines = LineTranslations("pt")
    lines.take(update(line(1, "That is hall.", "committed")), 0)
    batch = lines.next_batch()
    lines.take(update(line(1, "That is all.")), 0)
    assert lines.deliver(*upper(batch)) is None
    assert texts(lines.next_batch()) == ("That is all.",)


def test_a_line_that_is_followed_by_another_is_drafted_to_its_end() -> None:
    lines = LineTranslations("pt")
    lines.take(update(line(1, "And then we", "committed"), line(5, "went", "committed")), 0)
    assert texts(lines.next_batch()) == ("And then we",)


def test_a_translation_goes_with_its_line() -> None:
    lines = LineTranslations("pt")
    lines.take(update(line(1, "One.")), 0)
    batch = lines.next_batch()
    removed = lines.take(update(line(1, "")), 0)
    assert removed.lines == (line(1, ""),)
    assert lines.deliver(*upper(batch)) is None
    assert lines.next_batch() is None


def test_final_lines_come_first_and_together_drafts_only_of_what_is_newest() -> None:
    lines = LineTranslations("pt")
    lines.take(update(line(1, "One,", "committed")), 0)
    lines.take(update(line(1, "One."), line(2, "Two."), line(3, "Three,", "committed")), 5)
    lines.take(update(line(4, "Four,", "committed")), 6)
    batch = lines.next_batch()
    assert batch == Batch((1, 2), ("One.", "Two."), (1, 1), "en", "pt", "", 5, "final")
    lines.deliver(*upper(batch))
    assert texts(lines.next_batch()) == ("Four,",)


def test_no_call_gets_more_than_eight_lines_or_two_languages() -> None:
    lines = LineTranslations("fr")
    spoken = [line(i, f"{i}.", language="en" if i < 10 else "de") for i in range(12)]
    lines.take(update(*spoken), 0)
    batches = []
    while (batch := lines.next_batch()) is not None:
        batches.append((batch.source, batch.lines))
        lines.deliver(*upper(batch))
    assert batches == [("en", tuple(range(8))), ("en", (8, 9)), ("de", (10, 11))]


@pytest.mark.parametrize(("language", "target"), [("en", "en-GB"), ("pt", "pt_BR"), (None, "en")])
def test_what_is_in_the_language_already_is_not_translated(
    language: str | None, target: str
) -> None:
    lines = LineTranslations(target)
    lines.take(update(line(1, "One.", language=language)), 0)
    assert lines.next_batch() is None


def test_the_line_before_is_the_context_unless_the_sound_was_cut_or_the_language_changed() -> None:
    lines = LineTranslations("pt")
    lines.take(update(line(1, "One."), line(2, "Two.")), 0)
    translate(lines)
    lines.take(update(line(3, "Three.")), 0)
    batch = lines.next_batch()
    assert batch is not None
    assert batch.context == "Two."
    lines.begin_anew(3)
    batch = lines.next_batch()
    assert batch is not None
    assert batch.context == ""
    lines.take(update(line(4, "Vier.", language="de")), 0)
    lines.deliver(*upper(batch))
    batch = lines.next_batch()
    assert batch is not None
    assert batch.context == ""


def test_lines_of_one_call_are_not_torn_apart_by_a_cut() -> None:
    lines = LineTranslations("pt")
    lines.take(update(line(1, "One."), line(2, "Two.")), 0)
    lines.begin_anew(3)
    lines.take(update(line(3, "Three.")), 0)
    lines.begin_anew(5)
    lines.take(update(line(5, "Five."), line(6, "Six.")), 0)
    told = []
    while (batch := lines.next_batch()) is not None:
        told.append((batch.texts, batch.context))
        lines.deliver(*upper(batch))
    assert told == [(("One.", "Two."), ""), (("Three.",), ""), (("Five.", "Six."), "")]


def test_another_target_holds_for_what_comes_and_on_request_for_all() -> None:
    lines = LineTranslations("pt")
    lines.take(update(line(1, "One.")), 0)
    translate(lines)
    lines.take(update(line(2, "Two.")), 0)
    late = lines.next_batch()
    lines.retarget("de")
    assert lines.deliver(*upper(late)) is None
    [settled] = translate(lines)
    assert settled.lines[0].translation == Translation("TWO.", "de", "final")
    assert lines.retranslate(0) == []
    [settled] = translate(lines)
    assert settled.lines[0].translation == Translation("ONE.", "de", "final")


def test_what_passed_untranslated_is_translated_on_request_only() -> None:
    lines = LineTranslations(None)
    lines.take(update(line(1, "One.")), 0)
    lines.retarget("pt")
    assert lines.next_batch() is None
    lines.retranslate(0)
    assert texts(lines.next_batch()) == ("One.",)


def test_a_translator_is_asked_for_what_the_recogniser_has_passed_without_english() -> None:
    """The lines that come tell their English themselves; those that passed do not any more."""
    lines = LineTranslations(None, comes_with=lambda language: language == "fr")
    lines.take(update(line(1, "Un.", language="fr"), line(2, "Deux", "committed", "fr")), 0)
    lines.retarget("en")
    assert lines.next_batch() is None
    lines.retranslate(0)
    assert texts(lines.next_batch()) == ("Un.",)
    translate(lines)
    assert lines.next_batch() is None


def test_lines_from_before_are_translated_with_the_others_and_come_back_under_their_ids() -> None:
    lines = LineTranslations("de")
    lines.take(update(line(20, "Three.")), 5)
    translate(lines)
    kept = Translation("UM.", "pt", "final")
    earlier = [
        replace(line(1, "One."), translation=kept),
        line(3, "Two.", "committed"),
        line(20, "What the host knows better."),
        line(9, "Neun.", language="de"),
    ]
    assert lines.retranslate(70, earlier) == []
    batch = lines.next_batch()
    assert batch == Batch((1, 3), ("One.", "Two."), (1, 1), "en", "de", "", 70, "final")
    [settled] = translate(lines)
    german = [replace(one, translation=None) for one in settled.lines]
    assert german == [line(1, "One."), line(3, "Two.")]
    assert [one.translation for one in settled.lines] == [
        Translation("ONE.", "de", "final"),
        Translation("TWO.", "de", "final"),
    ]


def test_a_transcript_asked_for_in_its_own_language_loses_its_translation() -> None:
    lines = LineTranslations("pt")
    lines.take(update(line(1, "One.")), 0)
    translate(lines)
    lines.retarget("en")
    [cleared] = lines.retranslate(0)
    assert cleared.lines == (line(1, "One."),)
    assert lines.next_batch() is None


def test_after_a_failure_lines_are_tried_alone_and_none_is_lost() -> None:
    lines = LineTranslations("pt")
    lines.take(update(line(1, "One."), line(2, "Two.")), 0)
    batch = lines.next_batch()
    assert texts(batch) == ("One.", "Two.")
    assert batch is not None
    lines.fail(batch)
    assert texts(lines.next_batch()) == ("One.",)
    assert lines.has_final_waiting
    translate(lines)
    assert not lines.has_final_waiting


def test_a_line_the_translator_fails_at_does_not_hold_up_the_others_and_is_given_up() -> None:
    lines = LineTranslations("pt")
    lines.take(update(line(1, "Poison."), line(2, "Two."), line(3, "Three.")), 0)
    asked: list[tuple[str, ...]] = []
    while (batch := lines.next_batch()) is not None:
        asked.append(batch.texts)
        if "Poison." in batch.texts:
            lines.fail(batch)
        else:
            lines.deliver(*upper(batch))
    together, alone = ("Poison.", "Two.", "Three."), ("Poison.",)
    assert asked == [together, alone, ("Two.",), ("Three.",), alone]


def test_while_nothing_succeeds_no_line_is_given_up() -> None:
    lines = LineTranslations("pt")
    lines.take(update(line(1, "One.")), 0)
    for _ in range(5):
        batch = lines.next_batch()
        assert batch is not None
        lines.fail(batch)
    [settled] = translate(lines)
    assert settled.lines[0].translation is not None


def test_memory_is_bounded() -> None:
    lines = LineTranslations(None)
    for number in range(LINES_KEPT + 5):
        lines.take(update(line(number, "One.")), 0)
    lines.retarget("pt")
    lines.retranslate(0)
    found: Sequence[CaptionUpdate] = translate(lines)
    ids = [one.id for one_update in found for one in one_update.lines]
    assert sorted(ids) == list(range(5, LINES_KEPT + 5))


def test_where_many_lines_wait_the_newest_come_first_and_none_is_left_out() -> None:
    lines = LineTranslations("pt")
    for number in range(1, 41):
        lines.take(update(line(number, f"Line {number}.")), 0)
    found = [tuple(one.id for one in one_update.lines) for one_update in translate(lines)]
    assert found[0] == tuple(range(33, 41))
    assert sorted(i for ids in found for i in ids) == list(range(1, 41))
    # What comes meanwhile is no longer behind the others.
    assert found[-2:] == [tuple(range(1, 9)), tuple(range(9, 17))]


def test_draft_words_and_the_acknowledgement_stand_in_every_update() -> None:
    lines = LineTranslations("pt")
    draft = Draft(1, " more", 5, 6)
    lines.take(CaptionUpdate(7, (line(1, "One."),), draft, 4), 0)
    [settled] = translate(lines)
    assert (settled.revision, settled.draft, settled.final_until) == (2, draft, 4)


def test_a_whole_transcript_with_its_words_comes_in_updates_that_fit_into_messages() -> None:
    """In a script without spaces each character is a word, and a line has 63 of them."""
    lines = LineTranslations("de")
    words = tuple(Word("字", 10**9 + n, 10**9 + n + 1, 0.9876) for n in range(63))
    kept = Translation("x" * 200, "de", "final")
    for n in range(1000):
        one = line(n, "字" * 63, language="ja")
        lines.take(update(replace(one, words=words, translation=kept)), 0)
    lines.retarget("ja")
    updates = lines.retranslate(0)
    assert [one.id for part in updates for one in part.lines] == list(range(1000))
    assert [part.revision for part in updates] == list(range(1001, 1001 + len(updates)))
    for part in updates:
        encode_frame(codec.encode(convert.captions("a", part, words=True)))
