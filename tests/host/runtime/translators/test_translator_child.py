"""What a translator gets of a request, recorded by one that uses context."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from host.runtime.scripted import Held
from wlk_host.core.errors import WlkError
from wlk_host.core.translation import choice
from wlk_host.core.translation.translators import (
    TranslationRequest,
    Translator,
    TranslatorEntry,
)
from wlk_host.runtime.translators import child, registry
from wlk_host.runtime.translators.child import Failed, Translators
from wlk_host.runtime.translators.speed import Stopwatch


class Recording:
    """Translates into capitals and notes what was said before; loses the name Rhea."""

    def __init__(self) -> None:
        self.told: list[tuple[tuple[str, ...], str]] = []

    def translate(self, texts: Sequence[str], source: str, target: str, context: str) -> list[str]:
        self.told.append((tuple(texts), context))
        return [text.replace("Rhea", "she").upper() for text in texts]


def translators(recording: Recording, *, uses_context: bool) -> Translators:
    translator = TranslatorEntry(
        name="recording",
        targets=(),
        supports=lambda _source, _target: True,
        is_installed=lambda: True,
        load=lambda: recording,
        install="",
        uses_context=uses_context,
    )
    return Translators(lambda _name, _source, _target: translator)


def loaded_by(
    loads: Mapping[str, Callable[[], Translator]], stopwatch: Stopwatch
) -> tuple[Translators, Held]:
    """Translators of these names, and where those are loaded that nobody waits for."""

    def choose(name: str | None, source: str | None, target: str) -> TranslatorEntry:
        assert name is not None
        return TranslatorEntry(
            name=name,
            targets=(),
            supports=lambda _source, _target: True,
            is_installed=lambda: True,
            load=loads[name],
            install="",
        )

    background = Held()
    return Translators(choose, stopwatch, background), background


REQUEST = TranslationRequest(None, "en", "pt", ("Rhea left.", "Why?"), "Who is there?", ("Rhea",))


def test_the_line_before_goes_to_a_translator_that_uses_it() -> None:
    recording = Recording()
    assert translators(recording, uses_context=True).translate(REQUEST) == ["Rhea LEFT.", "WHY?"]
    assert recording.told == [
        (("Rhea left.", "Why?"), "Who is there?"),
        (("Z1 left.",), "Who is there?"),
    ]


def test_a_translator_of_single_sentences_gets_nothing_else() -> None:
    recording = Recording()
    assert translators(recording, uses_context=False).translate(REQUEST) == ["Rhea LEFT.", "WHY?"]
    assert {context for _, context in recording.told} == {""}


@pytest.mark.parametrize("translator", registry.own_translators(), ids=lambda e: e.name)
def test_own_translators_know_single_sentences_only(translator: TranslatorEntry) -> None:
    assert not translator.uses_context


WORD = TranslationRequest("its own", "pt", "en", ("casa",), beside=True)
LINE = TranslationRequest("of lines", "en", "pt", ("Why?",))


def codes(translators: Translators, request: TranslationRequest) -> str | None:
    """The code of the error that it is answered with."""
    answer = translators.answer(request)
    return answer.code if isinstance(answer, Failed) else None


def test_a_translator_for_a_word_is_loaded_beside_lines(tmp_path: Path) -> None:
    loads = dict.fromkeys(("its own", "of lines"), Recording)
    translators, background = loaded_by(loads, Stopwatch(tmp_path / "speeds"))
    assert [codes(translators, WORD) for _ in range(3)] == [choice.LOADING] * 3
    assert background.n_jobs == 1, "it is loaded once"
    assert translators.translate(LINE) == ["WHY?"]
    background.do()
    assert translators.translate(WORD) == ["CASA"]
    assert translators.translate(LINE) == ["WHY?"]
    assert background.n_jobs == 0


def test_a_line_waits_for_a_translator_that_a_word_has_loaded(tmp_path: Path) -> None:
    n_loaded = 0

    def load() -> Recording:
        nonlocal n_loaded
        n_loaded += 1
        return Recording()

    translators, background = loaded_by({"of lines": load}, Stopwatch(tmp_path / "speeds"))
    assert codes(translators, replace(LINE, beside=True)) == choice.LOADING
    background.do()
    assert translators.translate(LINE) == ["WHY?"]
    assert n_loaded == 1


def test_a_word_frees_no_translator_of_lines_while_its_own_is_not_there(tmp_path: Path) -> None:
    loaded: list[str] = []

    def loading(name: str) -> Callable[[], Recording]:
        return lambda: loaded.append(name) or Recording()  # type: ignore[func-returns-value]

    names = [f"line {n}" for n in range(child._MOST_LOADED)]
    translators, background = loaded_by(
        {name: loading(name) for name in [*names, "its own"]}, Stopwatch(tmp_path / "speeds")
    )
    for name in names * 2:
        translators.translate(replace(LINE, translator=name))
        assert codes(translators, WORD) == choice.LOADING
    assert loaded == names
    background.do()
    assert translators.translate(WORD) == ["CASA"]


def test_what_keeps_a_translator_from_loading_is_told_once_and_tried_again(tmp_path: Path) -> None:
    tries: list[int] = []

    def load() -> Recording:
        tries.append(1)
        if len(tries) == 1:
            raise WlkError("translator_broken", "it is broken", "mend it")
        return Recording()

    translators, background = loaded_by({"its own": load}, Stopwatch(tmp_path / "speeds"))
    assert codes(translators, WORD) == choice.LOADING
    background.do()
    assert codes(translators, WORD) == "translator_broken"
    assert codes(translators, WORD) == choice.LOADING
    background.do()
    assert translators.translate(WORD) == ["CASA"]


def test_words_say_nothing_of_how_long_lines_take(tmp_path: Path) -> None:
    translators, background = loaded_by({"its own": Recording}, Stopwatch(tmp_path / "speeds"))
    assert codes(translators, WORD) == choice.LOADING
    background.do()
    for _ in range(50):
        translators.translate(WORD)
    assert not (tmp_path / "speeds").exists()
    for _ in range(50):
        translators.translate(replace(WORD, beside=False))
    assert (tmp_path / "speeds").exists(), "otherwise this shows nothing"
