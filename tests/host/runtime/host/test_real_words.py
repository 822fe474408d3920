"""The words of final lines, as the host tells them of real speech."""

import statistics
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

import pytest
from msgspec import UNSET

from fixtures.models import model
from fixtures.sound import english, english_words, sentences
from host.runtime.port import Port
from wlk_host.bench.scoring import normalise
from wlk_host.core.types import SAMPLE_RATE, Pcm, seconds
from wlk_host.protocol import codec
from wlk_host.protocol.messages import CaptionLine, Captions, CaptionWord
from wlk_host.runtime.loading.loader import ModelLoader

pytestmark = pytest.mark.model

CHUNK = SAMPLE_RATE // 10


def spoken(port: Port, pcm: Pcm, language: str | None = "en", **start: object) -> list[Captions]:
    """What a host says of it, with model base."""
    options = {"model": str(model("base")), "language": language}
    port.start("a", context="", options=options, **start)
    for seq, at in enumerate(range(0, len(pcm), CHUNK)):
        port.sound("a", seq, at, pcm[at : at + CHUNK])
    port.say(type="stop", session="a")
    port.serve(lambda threads: ModelLoader(threads, threads.apart("translations"), device="cpu"))
    return [message for message in port.heard if isinstance(message, Captions)]


def final_lines(updates: Sequence[Captions]) -> list[CaptionLine]:
    lines = {line.id: line for update in updates for line in update.lines}
    shown = [lines[at] for at in sorted(lines) if lines[at].text]
    assert all(line.state == "final" for line in shown)
    return shown


def words_of(line: CaptionLine) -> tuple[CaptionWord, ...]:
    assert line.words is not UNSET
    return line.words


def assert_words(lines: Sequence[CaptionLine]) -> None:
    assert lines
    for line in lines:
        words = words_of(line)
        assert "".join(word.text for word in words) == line.text
        assert all(word.start <= word.end for word in words)
        assert all(a.start <= b.start for a, b in pairwise(words))
        assert all(line.start <= word.start and word.end <= line.end for word in words)
        assert all(0 <= word.probability <= 1 for word in words)
    told = [word for line in lines for word in words_of(line)]
    assert all(a.start <= b.start for a, b in pairwise(told))
    assert statistics.median(word.probability for word in told) > 0.5


def test_the_words_of_final_lines_are_told_where_a_session_asks(port: Port) -> None:
    updates = spoken(port, english(), words=True)
    assert_words(final_lines(updates))
    lines = [line for update in updates for line in update.lines]
    assert any(line.state == "committed" for line in lines)
    assert all((line.words is UNSET) == (line.state == "committed") for line in lines)


def test_their_times_are_those_of_the_recording(port: Port) -> None:
    lines = final_lines(spoken(port, english(), words=True))
    told = [(word.text, seconds(word.start)) for line in lines for word in words_of(line)]
    errors = sorted(errors_of(told))
    print("sentences begin so many seconds beside their times:", *(f"{e:.3f}" for e in errors))
    assert len(errors) >= 7
    assert statistics.median(errors) <= 0.08
    assert errors[-1] <= 0.2


def errors_of(told: Sequence[tuple[str, float]]) -> list[float]:
    """How far the first word of each sentence begins from where it was said, where it was heard.

    The recording's other times are estimated.
    """
    said = [" ".join(normalise(word, "en")) for word, _, _ in english_words()]
    heard = [" ".join(normalise(word, "en")) for word, _ in told]
    same = SequenceMatcher(a=said, b=heard, autojunk=False).get_matching_blocks()
    pairs = [(block.a + n, block.b + n) for block in same for n in range(block.size)]
    return [
        abs(english_words()[at][1] - told[heard_at][1])
        for at, heard_at in pairs
        if at == 0 or english_words()[at - 1][0].endswith(".")
    ]


def test_a_language_that_is_detected_tells_its_words_as_well(port: Port) -> None:
    pcm = sentences("pt", "pangrama", "contagem")
    assert_words(final_lines(spoken(port, pcm, None, words=True)))


def test_nobody_else_pays_for_words(port: Port) -> None:
    updates = spoken(port, english()[: 10 * SAMPLE_RATE])
    assert final_lines(updates)
    assert all(b'"words"' not in codec.encode(update) for update in updates)
