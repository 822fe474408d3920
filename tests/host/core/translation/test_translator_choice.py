"""The one rule by which a translator is chosen."""

from collections.abc import Sequence
from typing import Literal

import pytest

from wlk_host.core.errors import WlkError
from wlk_host.core.translation import choice, supported
from wlk_host.core.translation.choice import Joined
from wlk_host.core.translation.translators import TranslatorEntry


class Marking:
    """Says who translated."""

    def __init__(self, name: str) -> None:
        self.name = name

    def translate(self, texts: Sequence[str], source: str, target: str, context: str) -> list[str]:
        return [f"{self.name}({source}>{target} {text})" for text in texts]


def pair(
    source: str,
    target: str,
    quality: Literal["draft", "good", "best"] = "good",
    milliseconds: int = 100,
    *,
    name: str = "",
    installed: bool = True,
    pivots: bool = True,
) -> TranslatorEntry:
    named = name or f"{source}-{target}"
    return TranslatorEntry(
        name=named,
        sources=(source,),
        targets=(target,),
        supports=supported.pair(source, target),
        is_installed=lambda: installed,
        load=lambda: Marking(named),
        install=f"get {named}",
        quality=quality,
        milliseconds=milliseconds,
        pivots=pivots,
    )


def many(
    name: str, codes: Sequence[str], quality: Literal["draft", "good", "best"], ms: int = 500
) -> TranslatorEntry:
    return TranslatorEntry(
        name=name,
        sources=tuple(codes),
        targets=tuple(codes),
        supports=lambda source, target: source in (None, *codes) and target in codes,
        is_installed=lambda: True,
        load=lambda: Marking(name),
        install="",
        quality=quality,
        milliseconds=ms,
    )


def best(entries: Sequence[TranslatorEntry], source: str | None, target: str) -> str | None:
    found = choice.best(entries, source, target)
    return None if found is None else found.name


BIG = many("big", ("en", "es", "pt", "de"), "best")
SMALL = many("small", ("en", "es", "pt", "de"), "draft")
EN_ES, ES_EN, EN_PT, DE_EN = pair("en", "es"), pair("es", "en"), pair("en", "pt"), pair("de", "en")


def test_quality_comes_first_then_speed() -> None:
    assert best([SMALL, EN_ES, BIG], "en", "es") == "big"
    assert best([SMALL, EN_ES], "en", "es") == "en-es"
    quick = pair("en", "es", milliseconds=20, name="quick")
    assert best([SMALL, EN_ES, quick], "en", "es") == "quick"


def test_a_direct_way_is_preferred_to_one_through_english() -> None:
    assert best([ES_EN, EN_PT, SMALL], "es", "pt") == "small"
    assert best([ES_EN, EN_PT], "es", "pt") == "es-en+en-pt"
    assert best([EN_PT, DE_EN, ES_EN], "de", "pt-BR") == "de-en+en-pt"


def test_of_each_half_the_best_is_taken() -> None:
    worse = pair("es", "en", "draft", 10, name="worse")
    assert best([worse, EN_PT, ES_EN], "es", "pt") == "es-en+en-pt"


@pytest.mark.parametrize(
    "entries",
    [
        [ES_EN],
        [EN_PT],
        [ES_EN, pair("en", "pt", installed=False)],
        [ES_EN, pair("en", "pt", pivots=False)],
        [DE_EN, EN_PT],
    ],
)
def test_without_both_halves_there_is_none(entries: list[TranslatorEntry]) -> None:
    assert choice.serving(entries, "es", "pt") == []
    assert best(entries, "es", "pt") is None


def test_english_itself_is_never_a_detour() -> None:
    entries = [ES_EN, EN_ES, EN_PT, DE_EN]
    assert choice.serving(entries, "en", "de") == []
    assert choice.serving(entries, "pt", "en") == []


def test_as_long_as_the_spoken_language_decides_none_is_chosen() -> None:
    assert best([EN_PT, BIG], None, "pt") == "big"
    quick = pair("de", "pt", "best", 10)
    assert best([quick, BIG], None, "pt") is None
    assert best([ES_EN, DE_EN, EN_PT], None, "pt") == "en-pt"
    assert best([ES_EN, DE_EN], None, "en") is None


def test_what_is_joined_translates_into_english_and_on() -> None:
    joined = choice.joined(ES_EN, EN_PT)
    assert joined.supports("es", "pt")
    assert joined.supports(None, "pt")
    assert not joined.supports("de", "pt")
    assert not joined.supports("es", "de")
    assert joined.load().translate(["uno", "dos"], "es", "pt", "") == [
        "en-pt(en>pt es-en(es>en uno))",
        "en-pt(en>pt es-en(es>en dos))",
    ]
    assert joined.quality == "draft"
    assert joined.milliseconds == 200


def test_a_half_that_says_nothing_loses_no_line() -> None:
    class Silent(Marking):
        def translate(
            self, texts: Sequence[str], source: str, target: str, context: str
        ) -> list[str]:
            return ["" if text == "uno" else text for text in texts]

    joined = Joined(Silent("silent"), Marking("on"))
    assert joined.translate(["uno", "dos"], "es", "pt", "") == ["", "on(en>pt dos)"]
    assert joined.translate(["uno"], "es", "pt", "") == [""]


def test_all_ways_name_those_through_english_that_have_no_direct_one() -> None:
    names = [way.name for way in choice.all_ways([EN_ES, ES_EN, EN_PT, DE_EN])]
    assert names[:4] == ["en-es", "es-en", "en-pt", "de-en"]
    assert sorted(names[4:]) == ["de-en+en-es", "de-en+en-pt", "es-en+en-pt"]
    direct = [way.name for way in choice.all_ways([ES_EN, EN_PT, SMALL])]
    assert direct == ["es-en", "en-pt", "small"]


def test_a_script_that_is_asked_for_is_written_or_the_translator_is_not_chosen() -> None:
    simplified, traditional = pair("en", "zh"), pair("en", "zh-TW")
    assert best([simplified, traditional], "en", "zh") == "en-zh"
    assert best([simplified, traditional], "en", "zh-CN") == "en-zh"
    assert best([simplified, traditional], "en", "zh-TW") == "en-zh-TW"
    assert best([simplified, traditional], "en", "zh-Hant-HK") == "en-zh-TW"
    assert best([simplified], "en", "zh-TW") is None


@pytest.mark.parametrize("translator", [None, "opus-es-en", "opus-es-en+opus-en-pt", "/a/folder"])
def test_words_are_translated_by_whatever_translates_lines(translator: str | None) -> None:
    assert choice.refusal_of_word(translator) is None


def test_whisper_translates_no_words() -> None:
    refusal = choice.refusal_of_word("whisper")
    assert refusal is not None
    assert refusal.code == "whisper_translates_no_words"
    assert "not single words" in refusal.message


@pytest.mark.parametrize(
    ("code", "target", "told"),
    [
        ("translator_missing", "en", "whisper_translates_no_words"),
        ("translator_missing", "en-GB", "whisper_translates_no_words"),
        ("translator_missing", "pt", "translator_missing"),
        ("translator_died", "en", "translator_died"),
    ],
)
def test_where_whisper_may_tell_the_lines_it_is_said_that_it_tells_no_words(
    code: str, target: str, told: str
) -> None:
    error = choice.why_no_word(WlkError(code, "none is there", "run: get one"), target)
    assert (error.code, error.hint) == (told, "run: get one")
    assert "none is there" in error.message
