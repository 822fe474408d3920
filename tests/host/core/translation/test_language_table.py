"""Every language that Whisper hears, into every target, by each translator of the catalogue."""

import json
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pytest

from wlk_host.backends.translators.description import Description, Family
from wlk_host.core.language_choice import target_language
from wlk_host.core.translation import m2m_codes, nllb_codes, supported
from wlk_host.core.translation.nllb_codes import usual_script
from wlk_host.core.translation.scripts import asked_script
from wlk_host.models import translators
from wlk_host.models.entries import CatalogEntry
from wlk_host.models.languages import LANGUAGES_V3

EVERY = translators.TRANSLATORS
PROTOCOL_CODE = re.compile(r"^([a-z]{2,3}|[a-z]{5,8})(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$")

NOT_IN_M2M = {"as", "bo", "eu", "fo", "haw", "mi", "mt", "sa", "sn", "te", "tg", "tk", "tt"}


def description(entry: CatalogEntry, folder: Path) -> Description:
    """Of a folder that holds the tokens of the real vocabulary."""
    family = entry.name.partition("-")[0]
    tokens = {
        "nllb": [nllb_codes.target_code(code) or "" for code in nllb_codes.TARGETS],
        "m2m100": [f"__{m2m_codes.target_code(code)}__" for code in m2m_codes.TARGETS],
        "opus": ["▁a"],
    }[family]
    folder.mkdir()
    (folder / "model.bin").touch()
    (folder / "shared_vocabulary.txt").write_text("\n".join(tokens), "utf-8")
    if family == "opus":
        [source], [target] = facts(entry)
        argos = {"zh-TW": "zt"}
        pair = {"from_code": argos.get(source, source), "to_code": argos.get(target, target)}
        (folder / "metadata.json").write_text(json.dumps(pair))
    return Description(folder)


def facts(entry: CatalogEntry) -> tuple[tuple[str, ...], tuple[str, ...]]:
    assert entry.translation is not None
    return entry.translation.sources, entry.translation.targets


def claimed(entry: CatalogEntry) -> Iterable[tuple[str, str]]:
    sources, targets = facts(entry)
    return ((source, target) for source in sources for target in targets if source != target)


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry.name)
def test_nothing_that_is_claimed_is_refused(entry: CatalogEntry, tmp_path: Path) -> None:
    model = description(entry, tmp_path / entry.name)
    supports = supported.by(entry.name, *facts(entry))
    n = 0
    for source, target in claimed(entry):
        assert supports(source, target), (source, target)
        assert model.supports(source, target), (source, target)
        n += 1
    assert n == {"nllb": 41_208, "m2m1": 10_200, "opus": 1}[entry.name[:4]]


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry.name)
def test_every_code_is_one_that_can_be_chosen(entry: CatalogEntry) -> None:
    sources, targets = facts(entry)
    for code in targets:
        assert PROTOCOL_CODE.match(code)
        assert target_language(code) == code
    assert len(set(sources)) == len(sources)
    assert len(set(targets)) == len(targets)


@pytest.mark.parametrize("language", LANGUAGES_V3)
def test_every_language_of_whisper_is_read_by_nllb_and_nearly_all_by_m2m(language: str) -> None:
    assert nllb_codes.source_code(language) is not None
    assert (m2m_codes.source_code(language) is None) == (language in NOT_IN_M2M)


def test_the_tokens_are_those_of_the_language(tmp_path: Path) -> None:
    m2m = description(translators.M2M, tmp_path / "m2m")
    assert m2m.family is Family.M2M
    for source in m2m_codes.SOURCES:
        assert re.fullmatch(r"__[a-z]{2,3}__", m2m.source_tag(source) or "")
    assert [m2m.source_tag(code) for code in ("jw", "nn", "yue", "la", "iw")] == [
        "__jv__",
        "__no__",
        "__zh__",
        "__it__",
        "__he__",
    ]
    own = set(m2m_codes.TARGETS) - {"nso"}
    assert {m2m.target_tag(code) for code in own} == {f"__{code}__" for code in own}
    nllb = description(translators.find("nllb-600M"), tmp_path / "nllb")
    assert nllb.family is Family.NLLB
    assert [nllb.target_tag(code) for code in ("pt-BR", "zh-TW", "zh", "sr")] == [
        "por_Latn",
        "zho_Hant",
        "zho_Hans",
        "srp_Cyrl",
    ]
    assert nllb.source_tag("haw") == "smo_Latn"


OTHERWISE = ("zh-TW", "zh-Hant", "zh-HK", "sr-Latn", "uz-Cyrl", "pa-Arab", "kk-Latn", "hi-Latn")


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry.name)
def test_no_target_comes_in_another_script_than_was_asked_for(entry: CatalogEntry) -> None:
    sources, targets = facts(entry)
    supports = supported.by(entry.name, sources, targets)
    for target in OTHERWISE:
        if not supports(None, target):
            continue
        asked = asked_script(target)
        assert asked is not None
        if entry.name.startswith("nllb"):
            assert (nllb_codes.target_code(target) or "").endswith(asked)
        else:
            assert entry.name == "opus-en-zh-TW"
            assert asked == "Hant"


def test_a_script_can_be_named_where_it_is_the_usual_one() -> None:
    for target in ("sr-Cyrl", "zh-Hans", "zh-CN", "pt-Latn-BR", "ko-Kore", "ja-Jpan", "he-Hebr"):
        assert nllb_codes.target_code(target) is not None
        assert m2m_codes.target_code(target) is not None
    for language in LANGUAGES_V3:
        script = usual_script(language)
        assert script is None or unicodedata.category(script[0]) == "Lu"
