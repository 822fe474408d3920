"""Which language is meant, however it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.core.errors import WlkError
from wlk_host.core.language_choice import spoken_language, target_language
from wlk_host.core.language_names import NAMES
from wlk_host.models.languages import LANGUAGES_V3


def test_every_language_of_whisper_has_names() -> None:
    assert set(NAMES) == set(LANGUAGES_V3)


@pytest.mark.parametrize("code", NAMES)
def test_a_language_is_meant_by_its_code_and_each_of_its_names(code: str) -> None:
    for name in (code, *NAMES[code]):
        for written in (name, name.upper(), name.title(), f" {name} ", name.replace(" ", "_")):
            assert spoken_language(written) == code, written


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("English", "en"), ("EN", "en"), ("en-US", "en"), ("en_gb", "en"), ("zh-CN", "zh"),
        ("zh-Hant-TW", "zh"), ("zh-yue", "yue"), ("Deutsch", "de"), ("de-DE-1996", "de"),
        ("es-419", "es"), ("espanol", "es"), ("Français", "fr"), ("FRANCAIS", "fr"),
        ("sr-Latn-RS", "sr"), ("नेपाली", "ne"), ("jv", "jw"), ("iw-IL", "he"), ("fil-PH", "tl"),
        ("nb-NO", "no"), ("deu", "de"), ("ger", "de"),
    ],
)  # fmt: skip
def test_case_accents_script_and_region_do_not_matter(written: str, code: str) -> None:
    assert spoken_language(written) == code


@pytest.mark.parametrize("written", [None, "auto", "AUTO", "detect"])
def test_the_language_can_be_left_open(written: str | None) -> None:
    assert spoken_language(written) is None


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("Germn", "did you mean German (de)?"),
        ("Englisch", "did you mean English (en)?"),
        ("portugese", "did you mean Portuguese (pt)?"),
        ("??", "choose a code such as en, or a name such as English"),
        ("xx-YY", "choose a code such as en, or a name such as English"),
    ],
)
def test_what_is_no_language_is_refused_with_the_nearest_one(written: str, hint: str) -> None:
    with pytest.raises(WlkError, match=r"no language .+ is known") as refused:
        spoken_language(written)
    assert (refused.value.code, refused.value.hint) == ("language_unknown", hint)


def outcome(written: str) -> str | None:
    try:
        return spoken_language(written)
    except WlkError as error:
        return error.code


@given(st.text(max_size=80))
def test_any_text_is_a_language_or_refused(written: str) -> None:
    assert outcome(written) in {None, "language_unknown", *NAMES}


@pytest.mark.parametrize(
    ("written", "code"),
    [("pt-BR", "pt-BR"), ("PT", "pt"), ("zh_TW", "zh-TW"), ("German", "de"), ("?", "?")],
)
def test_a_target_keeps_its_region(written: str, code: str) -> None:
    assert target_language(written) == code
