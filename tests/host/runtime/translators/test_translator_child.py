"""What a translator gets of a request, recorded by one that uses context."""

from collections.abc import Sequence

import pytest

from wlk_host.core.translation.translators import TranslationRequest, TranslatorEntry
from wlk_host.runtime.translators import registry
from wlk_host.runtime.translators.child import Translators


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
