"""Words become lines, lines become updates, updates become text again."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from wlk_host.core.captions import Transcript, breaks_before, split_lines, text_of
from wlk_host.core.types import SAMPLE_RATE, CaptionUpdate, Line, Spoken, Word
from wlk_host.runtime.files.caption_log import CaptionLog

STEP = SAMPLE_RATE // 4


def words(text: str, start: int = 0) -> list[Word]:
    """A word every quarter of a second."""
    return [
        Word(f" {part}", start + i * STEP, start + (i + 1) * STEP, 0.9)
        for i, part in enumerate(text.split())
    ]


def lines_of(text: str) -> list[str]:
    return [text_of(line) for line in split_lines(words(text))]


def updated(transcript: Transcript) -> CaptionUpdate:
    update = transcript.update()
    assert update is not None
    return update


class Client:
    """What a viewer has after the updates it got."""

    def __init__(self) -> None:
        self.lines: dict[int, Line] = {}

    def apply(self, update: CaptionUpdate) -> None:
        for line in update.lines:
            self.lines[line.id] = line
            if not line.text:
                del self.lines[line.id]

    @property
    def text(self) -> str:
        return " ".join(self.lines[i].text for i in sorted(self.lines))


# -- where lines break --------------------------------------------------------------


def test_a_sentence_ends_a_line() -> None:
    assert lines_of("This is the first sentence of two. And this is the second.") == [
        "This is the first sentence of two.",
        "And this is the second.",
    ]


def test_a_short_sentence_shares_its_line() -> None:
    assert lines_of("Yes. Of course it does.") == ["Yes. Of course it does."]


def test_a_pause_ends_a_line_anywhere() -> None:
    said = [*words("and then"), *words("nothing", start=2 * STEP + SAMPLE_RATE)]
    assert [text_of(line) for line in split_lines(said)] == ["and then", "nothing"]


def test_a_long_sentence_breaks_at_a_clause() -> None:
    clause = "when the words go on and on without any end, one wants to stop, at some comma, please"
    rest = "or somewhere else, if there is no comma for a while"
    assert lines_of(f"{clause}, {rest}") == [f"{clause},", rest]


def test_a_sentence_that_fits_stays_whole() -> None:
    sentence = (
        "You can open a lecture, a film, or a meeting in any tab, click the button in the toolbar,"
        " and read along."
    )
    following = "The captions appear over the page."
    assert lines_of(f"{sentence} {following}") == [sentence, following]


def test_a_sentence_that_was_broken_while_it_was_live_stays_broken() -> None:
    said = words(
        "You can open a lecture, a film, or a meeting in any tab, click the button in the toolbar,"
        " and read along. The captions appear over the page."
    )
    texts = ["and read along.", "The captions appear over the page."]
    transcript, client = Transcript(), Client()
    transcript.commit(said, "en")
    client.apply(updated(transcript))
    assert [client.lines[i].text for i in sorted(client.lines)][1:] == texts
    live = sorted(client.lines)
    transcript.finalise(said[-1].end, Spoken(tuple(said)), "en")
    client.apply(updated(transcript))
    assert sorted(client.lines) == live
    assert [client.lines[i].text for i in live][1:] == texts


def test_a_line_without_any_punctuation_is_broken_all_the_same() -> None:
    lines = lines_of("word " * 100)
    assert max(map(len, lines)) <= 126
    assert min(map(len, lines[:-1])) > 84


def test_wide_characters_count_double() -> None:
    said = [Word(c, i * 1000, (i + 1) * 1000, 0.9) for i, c in enumerate("語" * 100)]
    assert max(len(line) for line in split_lines(said)) == 63


def test_the_first_word_of_all_needs_no_line_before_it() -> None:
    assert not breaks_before([], words("one")[0])


# -- updates ------------------------------------------------------------------------


def test_nothing_changed_is_no_update() -> None:
    transcript = Transcript()
    assert transcript.update() is None
    transcript.commit(words("one"), "en")
    assert transcript.update() is not None
    assert transcript.update() is None


def test_only_what_changed_is_sent_and_revisions_count() -> None:
    transcript = Transcript()
    transcript.commit(words("A first sentence of some length. And"), "en")
    assert [line.text for line in updated(transcript).lines] == [
        "A first sentence of some length.",
        "And",
    ]
    transcript.commit(words("more", start=8 * STEP), "en")
    update = updated(transcript)
    assert [line.text for line in update.lines] == ["And more"]
    assert update.revision == 2


def test_a_draft_follows_the_open_line_verbatim() -> None:
    transcript = Transcript()
    transcript.commit(words("I think"), "en")
    transcript.draft(words("so too", start=2 * STEP))
    update = updated(transcript)
    assert update.draft is not None
    assert update.draft.line == update.lines[-1].id
    assert update.lines[-1].text + update.draft.text == "I think so too"


def test_a_draft_that_opens_a_line_names_the_id_this_line_gets() -> None:
    transcript = Transcript()
    transcript.commit(words("That was a whole sentence, wasn't it?"), "en")
    transcript.draft(words("Next", start=8 * STEP))
    draft = updated(transcript).draft
    assert draft is not None
    assert draft.text == "Next"
    transcript.commit(words("Next", start=8 * STEP), "en")
    assert updated(transcript).lines[-1].id == draft.line


def test_a_draft_that_stays_is_not_sent_again_and_one_that_goes_is() -> None:
    transcript = Transcript()
    transcript.draft(words("perhaps"))
    assert updated(transcript).draft is not None
    transcript.draft(words("perhaps"))
    assert transcript.update() is None
    transcript.draft([])
    assert updated(transcript).draft is None


def test_an_ended_line_gets_no_more_words() -> None:
    transcript = Transcript()
    transcript.commit(words("one"), "en")
    assert transcript.closed_until is None
    transcript.end_line()
    assert transcript.closed_until == STEP
    transcript.commit(words("two", start=STEP), "en")
    assert [line.text for line in updated(transcript).lines] == ["one", "two"]


def test_half_of_the_gap_is_left_to_the_word_before_it() -> None:
    transcript = Transcript()
    transcript.commit([*words("one"), *words("two", start=7 * STEP)], "en")
    assert transcript.closed_until == 4 * STEP


def test_a_full_stop_that_is_told_late_does_not_move_the_gap() -> None:
    transcript = Transcript()
    stop = Word(".", 6 * STEP, 7 * STEP, 0.9)
    transcript.commit([*words("Speaking"), stop], "en")
    transcript.end_line()
    transcript.commit(words("When", start=7 * STEP), "en")
    assert transcript.closed_until == 4 * STEP


def test_punctuation_that_comes_late_goes_to_the_line_it_ends() -> None:
    transcript = Transcript()
    transcript.commit(words("Hello and welcome"), "en")
    transcript.end_line()
    transcript.draft([Word(".", 4 * STEP, 4 * STEP, 0.9), *words("The", start=5 * STEP)])
    draft = updated(transcript).draft
    assert draft is not None
    assert draft.text == "The"
    transcript.commit([Word(".", 4 * STEP, 4 * STEP, 0.9), *words("The", start=5 * STEP)], "en")
    assert [line.text for line in updated(transcript).lines] == ["Hello and welcome.", "The"]


def test_punctuation_whose_line_is_final_is_left_out() -> None:
    transcript = Transcript()
    transcript.commit(words("Hello and welcome"), "en")
    transcript.end_line()
    transcript.finalise(3 * STEP, Spoken(tuple(words("Hello and welcome."))), "en")
    assert updated(transcript).lines[-1].text == "Hello and welcome."
    transcript.commit([Word(".", 4 * STEP, 4 * STEP, 0.9), *words("The", start=5 * STEP)], "en")
    assert [line.text for line in updated(transcript).lines] == ["The"]


# -- the final words ------------------------------------------------------------------

SENTENCES = "The first sentence is here now. The second sentence is here now. And a third one"


def finalised(better: str) -> tuple[CaptionUpdate, Client]:
    """Two of three live lines replaced by `better`."""
    transcript, client = Transcript(), Client()
    transcript.commit(words(SENTENCES), "en")
    client.apply(updated(transcript))
    until = 12 * STEP
    assert len(transcript.live(0, until).words) == 12
    transcript.finalise(until, Spoken(tuple(words(better))), "en")
    update = updated(transcript)
    client.apply(update)
    starts = [client.lines[line_id].start for line_id in sorted(client.lines)]
    assert starts == sorted(starts)
    return update, client


def test_as_many_better_lines_take_the_ids_of_the_old() -> None:
    update, client = finalised("A first sentence that is better. A second one that is better.")
    assert [line.state for line in update.lines] == ["final", "final"]
    assert len(client.lines) == 3
    assert client.text.startswith("A first sentence that is better. A second one that is better.")
    assert client.text.endswith("And a third one")
    assert update.final_until == 12 * STEP


def test_a_line_keeps_its_id_although_the_first_pass_heard_it_begin_late() -> None:
    transcript = Transcript()
    transcript.commit(words("and welcome to the show", start=4 * STEP), "en")
    line_id = updated(transcript).lines[0].id
    transcript.end_line()
    transcript.finalise(
        9 * STEP, Spoken(tuple(words("Hello and welcome to the show tonight"))), "en"
    )
    assert [line.id for line in updated(transcript).lines] == [line_id]


def test_two_lines_that_become_one_leave_the_longer_in_place() -> None:
    transcript = Transcript()
    transcript.commit(words("Hello and welcome"), "en")
    transcript.end_line()
    transcript.commit(words("the words you are reading", start=4 * STEP), "en")
    first, second = (line.id for line in updated(transcript).lines)
    transcript.end_line()
    transcript.finalise(
        9 * STEP, Spoken(tuple(words("Hello and welcome, the words you are reading"))), "en"
    )
    assert {line.id: bool(line.text) for line in updated(transcript).lines} == {
        first: False,
        second: True,
    }


def test_fewer_better_lines_remove_those_left_over() -> None:
    update, client = finalised("Both sentences are only one")
    assert [line.text for line in update.lines] == ["Both sentences are only one", ""]
    assert client.text == "Both sentences are only one And a third one"


def test_no_better_words_remove_all_lines() -> None:
    _, client = finalised("")
    assert client.text == "And a third one"


def test_more_better_lines_go_between_the_old_and_what_follows() -> None:
    better = "One sentence is one line. Two sentences are two lines. Three are already three lines."
    _, client = finalised(better)
    assert client.text == f"{better} And a third one"


def test_the_open_line_goes_on_where_only_those_before_it_became_final() -> None:
    transcript = Transcript()
    transcript.commit(words(SENTENCES), "en")
    transcript.finalise(12 * STEP, Spoken(tuple(words("Better."))), "en")
    transcript.commit(words("here", start=16 * STEP), "en")
    assert updated(transcript).lines[-1].text == "And a third one here"


def test_final_until_never_goes_back() -> None:
    transcript = Transcript(start=100)
    transcript.finalise(5000, Spoken(), None)
    transcript.finalise(4000, Spoken(), None)
    assert transcript.final_until == 5000


def test_words_that_only_the_second_pass_heard_open_a_line() -> None:
    transcript, client = Transcript(), Client()
    transcript.finalise(4 * STEP, Spoken(tuple(words("heard late"))), "en")
    client.apply(updated(transcript))
    transcript.commit(words("and on", start=4 * STEP), "en")
    client.apply(updated(transcript))
    assert client.text == "heard late and on"


Action = tuple[str, int]
ACTIONS = st.lists(
    st.tuples(st.sampled_from(["commit", "draft", "pause", "final"]), st.integers(0, 12)),
    max_size=30,
)
SOME_WORDS = ("the", "words,", "go", "on", "and", "stop.", "then", "again?")


@given(ACTIONS)
def test_replayed_updates_give_the_same_text(actions: list[Action]) -> None:
    """`final` lines stay, and in the order of their ids nothing is lost or out of order."""
    transcript, client, log = Transcript(), Client(), CaptionLog()
    updates: list[CaptionUpdate] = []
    now, spoken, text = 0, 0, ""
    for action, n in actions:
        match action:
            case "commit":
                said = words(" ".join(SOME_WORDS[(spoken + i) % 8] for i in range(n)), start=now)
                transcript.commit(said, "en")
                now, spoken = now + n * STEP, spoken + n
                text += text_of(said) and f" {text_of(said)}"
            case "draft":
                transcript.draft(words("perhaps " * n, start=now))
            case "pause":
                transcript.end_line()
                now += n * STEP
            case _:
                until = transcript.closed_until
                if until is not None:
                    transcript.finalise(until, transcript.live(0, until), "en")
        if update := transcript.update():
            updates.append(update)
    finals = [line.id for update in updates for line in update.lines if line.state == "final"]
    assert len(finals) == len(set(finals))
    for update in [*updates, *updates[-1:]]:
        client.apply(update)
        shown = log.add(0.0, update)
    assert [u.revision for u in updates] == list(range(1, len(updates) + 1))
    assert all(a.final_until <= b.final_until for a, b in pairwise(updates))
    assert client.text == text.strip()
    if updates:
        assert shown.final == shown.committed == client.text


def test_the_log_keeps_the_live_words_beside_the_final_ones() -> None:
    transcript, log = Transcript(), CaptionLog()
    transcript.commit(words("what was herd"), "en")
    transcript.draft(words("maybe", start=3 * STEP))
    transcript.end_line()
    first = log.add(1.23456, updated(transcript))
    assert (first.t, first.committed, first.draft, first.final) == (
        1.235,
        "what was herd",
        "maybe",
        "what was herd",
    )
    transcript.draft([])
    transcript.finalise(3 * STEP, Spoken(tuple(words("What was heard."))), "en")
    last = log.add(2.0, updated(transcript))
    assert (last.committed, last.draft, last.final) == ("what was herd", "", "What was heard.")


def test_no_line_is_of_no_length() -> None:
    transcript = Transcript()
    transcript.commit([Word(" a", 320, 320, 0.9)], "en")
    update = transcript.update()
    assert update is not None
    assert update.lines[0].start < update.lines[0].end
