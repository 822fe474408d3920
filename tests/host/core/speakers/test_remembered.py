"""A voice is a remembered one where that is certain, and nobody's otherwise."""

from collections.abc import Sequence

import numpy as np
import pytest

from host.core.speakers.printed import MODEL, PrintsModel, direction, heard_by, remembered
from wlk_host.core.speakers.remembered import (
    AHEAD,
    LEAST_WINDOWS,
    RECOGNISED,
    RememberedVoice,
    recognised,
)
from wlk_host.core.speakers.speakers import Speakers
from wlk_host.core.speakers.voices import VoicePrint

ENOUGH = LEAST_WINDOWS


def like(cosine: float, first: int = 0, second: int = 1) -> VoicePrint:
    """A voice that has that cosine with the first direction, the rest in the second."""
    rest = float(np.sqrt(1 - cosine**2))
    vector = np.float32(cosine) * direction(first) + np.float32(rest) * direction(second)
    return VoicePrint(vector.astype(np.float32), ENOUGH)


@pytest.mark.parametrize(
    ("cosine", "name"), [(RECOGNISED + 0.01, "Ana"), (RECOGNISED - 0.01, None)]
)
def test_a_voice_is_recognised_from_a_likeness_on(cosine: float, name: str | None) -> None:
    assert recognised(like(cosine), [remembered("Ana", 0)]) == name


def test_a_voice_that_was_heard_for_too_short_is_not_recognised() -> None:
    known = [remembered("Ana", 0)]
    assert recognised(VoicePrint(direction(0), ENOUGH - 1), known) is None
    assert recognised(VoicePrint(direction(0), ENOUGH), known) == "Ana"
    assert recognised(VoicePrint(direction(0), ENOUGH), []) is None


def test_of_two_who_are_alike_neither_is_recognised() -> None:
    twin = like(1 - AHEAD / 2).vector
    known = [remembered("Ana", 0), RememberedVoice("Eva", MODEL, twin)]
    assert recognised(VoicePrint(direction(0), ENOUGH), known) is None
    assert recognised(VoicePrint(direction(0), ENOUGH), known[:1]) == "Ana"


def test_a_vector_of_another_length_is_nobody() -> None:
    short = RememberedVoice("Ana", MODEL, np.ones(1, np.float32))
    assert recognised(VoicePrint(direction(0), ENOUGH), [short]) is None


def knowing(*known: RememberedVoice, prints: Sequence[VoicePrint]) -> tuple[Speakers, PrintsModel]:
    model = PrintsModel(prints)
    speakers = Speakers(recall=lambda: known)
    speakers.use(model)
    return speakers, model


def test_a_recognised_voice_is_told_once() -> None:
    strange, own = VoicePrint(direction(3), ENOUGH), VoicePrint(direction(0), ENOUGH)
    speakers, _ = knowing(remembered("Ana", 0), prints=[strange, own])
    assert speakers.recognise() == []
    heard_by(speakers)
    assert speakers.recognise() == [("2", "Ana")]
    heard_by(speakers)
    assert speakers.recognise() == []


def test_nobody_is_two_voices() -> None:
    speakers, model = knowing(remembered("Ana", 0), prints=[VoicePrint(direction(0), ENOUGH)])
    heard_by(speakers)
    assert speakers.recognise() == [("1", "Ana")]
    model.heard = [*model.heard, VoicePrint(direction(0), ENOUGH)]
    heard_by(speakers)
    assert speakers.recognise() == []


def test_another_engine_recognises_the_same_person_anew() -> None:
    speakers, _ = knowing(remembered("Ana", 0), prints=[VoicePrint(direction(0), ENOUGH)])
    heard_by(speakers)
    speakers.recognise()
    speakers.use(PrintsModel([VoicePrint(direction(0), ENOUGH)], name="another"))
    heard_by(speakers)
    assert speakers.recognise() == [("2", "Ana")]


def test_voices_of_another_model_are_not_compared() -> None:
    other = RememberedVoice("Ana", "another model", direction(0))
    speakers, _ = knowing(other, prints=[VoicePrint(direction(0), ENOUGH)])
    heard_by(speakers)
    assert speakers.recognise() == []


def test_where_nobody_may_be_recognised_nobody_is_and_no_print_is_given() -> None:
    speakers = Speakers()
    speakers.use(PrintsModel([VoicePrint(direction(0), ENOUGH)]))
    heard_by(speakers)
    assert speakers.recognise() == []
    assert speakers.prints_of(["1"]) is None


def test_prints_are_those_of_the_voices_as_they_are_numbered() -> None:
    first, second = VoicePrint(direction(0), 1), VoicePrint(direction(1), 2)
    speakers, _ = knowing(prints=[first, second])
    assert speakers.prints_of(["2", "7"]) == (MODEL, [second])
    speakers.use(PrintsModel([], name="without prints", prints_by=None))
    assert speakers.prints_of(["1"]) is None
