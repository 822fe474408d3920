"""When words were committed and translations came."""

from collections.abc import Sequence

from wlk_host.bench.delays import DelayWatch
from wlk_host.core.types import SAMPLE_RATE, CaptionUpdate, Line, LineState, Translation, Word


def line(text: str, state: LineState, translation: Translation | None = None) -> Line:
    """A line whose words take half a second each."""
    half = SAMPLE_RATE // 2
    words = tuple(
        Word(f" {word}", i * half, (i + 1) * half, 0.9) for i, word in enumerate(text.split())
    )
    return Line(0, 0, len(words) * half, text, state, "en", words, translation=translation)


def watched(*updates: tuple[float, Line]) -> DelayWatch:
    watch = DelayWatch()
    for n, (t, shown) in enumerate(updates, 1):
        watch.add(t, CaptionUpdate(n, (shown,), None, 0))
    return watch


DRAFT = Translation("olá", "pt", "draft")
FINAL = Translation("olá a todos", "pt", "final")


def times(found: Sequence[float]) -> list[float]:
    return [round(delay, 3) for delay in found]


def test_a_word_is_late_by_its_own_end() -> None:
    watch = watched((1.0, line("Hello", "committed")), (2.0, line("Hello you all", "committed")))
    assert times(watch.delays().commits) == [0.5, 1.0, 0.5]


def test_a_draft_is_late_by_the_clause_that_waited_longest() -> None:
    watch = watched(
        (1.0, line("Hello", "committed")),
        (1.5, line("Hello, you,", "committed")),
        (1.7, line("Hello, you, and", "committed")),
        (2.0, line("Hello, you, and all,", "committed")),
        (2.1, line("Hello, you, and all,", "committed", DRAFT)),
        (2.2, line("Hello, you, and all, of", "committed", DRAFT)),
    )
    assert times(watch.delays().drafts) == [0.6]


def test_a_final_translation_is_late_by_its_line() -> None:
    watch = watched(
        (1.5, line("Hello,", "committed")),
        (3.0, line("Hello all.", "final", DRAFT)),
        (3.4, line("Hello all.", "final", FINAL)),
        (5.0, line("Hello all.", "final", FINAL)),
    )
    assert times(watch.delays().finals) == [0.4]
    assert watch.delays().drafts == ()


def test_a_translation_that_comes_with_its_line_is_not_late() -> None:
    watch = watched((3.0, line("Hello all.", "final", FINAL)))
    assert times(watch.delays().finals) == [0.0]
