"""Every language that Whisper hears, under the name NLLB-200 has for it."""

import json
import subprocess
import sys
import unicodedata
from functools import cache

import pytest

from fixtures.models import model
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.core.translation import nllb_codes

NOT_IN_NLLB = {"br", "haw", "la"}

SCRIPTS = {
    "Arab": "ARABIC", "Armn": "ARMENIAN", "Beng": "BENGALI", "Cyrl": "CYRILLIC",
    "Deva": "DEVANAGARI", "Ethi": "ETHIOPIC", "Geor": "GEORGIAN", "Grek": "GREEK",
    "Gujr": "GUJARATI", "Guru": "GURMUKHI", "Hang": "HANGUL", "Hans": "CJK", "Hant": "CJK",
    "Hebr": "HEBREW", "Jpan": "CJK", "Khmr": "KHMER", "Knda": "KANNADA", "Laoo": "LAO",
    "Latn": "LATIN", "Mlym": "MALAYALAM", "Mymr": "MYANMAR", "Sinh": "SINHALA", "Taml": "TAMIL",
    "Telu": "TELUGU", "Thai": "THAI", "Tibt": "TIBETAN",
}  # fmt: skip
"""How Unicode's character names begin in each script."""

OWN_NAMES = {
    "am": "አማርኛ", "ar": "العربية", "as": "অসমীয়া", "ba": "башҡорт", "be": "беларуская",
    "bg": "български", "bn": "বাংলা", "bo": "བོད་སྐད", "el": "ελληνικά", "fa": "فارسی",
    "gu": "ગુજરાતી", "he": "עברית", "hi": "हिन्दी", "hy": "հայերեն", "ja": "日本語",
    "ka": "ქართული", "kk": "қазақ", "km": "ខ្មែរ", "kn": "ಕನ್ನಡ", "ko": "한국어",
    "lo": "ລາວ", "mk": "македонски", "ml": "മലയാളം", "mn": "монгол", "mr": "मराठी",
    "my": "မြန်မာ", "ne": "नेपाली", "pa": "ਪੰਜਾਬੀ", "ps": "پښتو", "ru": "русский",
    "sa": "संस्कृतम्", "sd": "سنڌي", "si": "සිංහල", "sr": "српски", "ta": "தமிழ்",
    "te": "తెలుగు", "tg": "тоҷикӣ", "th": "ไทย", "tt": "татар", "uk": "українська",
    "ur": "اردو", "yi": "ייִדיש", "yue": "粵語", "zh": "中文",
}  # fmt: skip
"""What those call themselves whose script is not Latin."""


@cache
def whisper_languages() -> tuple[str, ...]:
    known = [*WhisperTokenizer(model("base")).languages]
    assert len(known) == 99
    return (*known, "yue")  # large-v3 added it.


@cache
def codes_of_nllb() -> frozenset[str]:
    """As the model's tokenizer has them. The test is marked `torch`, which comes with it."""
    program = (
        "import json; from transformers.models.nllb import tokenization_nllb as t; "
        "print(json.dumps(t.FAIRSEQ_LANGUAGE_CODES))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    return frozenset(json.loads(done.stdout))


@pytest.mark.model
def test_every_language_of_whisper_is_read() -> None:
    unknown = [code for code in whisper_languages() if nllb_codes.source_code(code) is None]
    assert unknown == []


@pytest.mark.model
def test_every_language_of_whisper_is_written_but_three_that_nllb_has_not() -> None:
    unwritten = {code for code in whisper_languages() if nllb_codes.target_code(code) is None}
    assert unwritten == NOT_IN_NLLB


@pytest.mark.model
@pytest.mark.torch
def test_every_code_is_one_of_the_model() -> None:
    used = {nllb_codes.source_code(code) for code in (*whisper_languages(), *nllb_codes.TARGETS)}
    assert used <= codes_of_nllb()


@pytest.mark.torch
def test_every_language_of_the_model_can_be_chosen_once() -> None:
    codes = [nllb_codes.target_code(target) for target in nllb_codes.TARGETS]
    assert len(codes) == len(set(codes)) == 202
    assert set(codes) == codes_of_nllb()


def test_a_script_that_is_chosen_is_written() -> None:
    for target in nllb_codes.TARGETS:
        language, _, script = target.partition("-")
        code = nllb_codes.target_code(target)
        assert code is not None
        if len(script) == 4:
            assert code.endswith(f"_{script}")
        if len(language) == 3:
            assert code.startswith(language)


@pytest.mark.model
@pytest.mark.parametrize("number", range(100))
def test_every_language_has_its_own_script(number: int) -> None:
    language = whisper_languages()[number]
    code = nllb_codes.source_code(language)
    assert code is not None
    script = SCRIPTS[code.partition("_")[2]]
    letters = [c for c in OWN_NAMES.get(language, "latin") if unicodedata.category(c) == "Lo"]
    letters = letters or [c for c in OWN_NAMES.get(language, "latin") if c.isalpha()]
    assert all(unicodedata.name(letter).startswith(script) for letter in letters)


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("pt-BR", "por_Latn"), ("pt_PT", "por_Latn"), ("es-419", "spa_Latn"), ("en-GB", "eng_Latn"),
        ("zh-CN", "zho_Hans"), ("zh-TW", "zho_Hant"), ("zh-Hant-HK", "zho_Hant"),
        ("ZH-hant", "zho_Hant"), ("zh-yue", "yue_Hant"), ("nb", "nob_Latn"),
        ("fil", "tgl_Latn"), ("ar-EG", "arz_Arab"), ("arz", "arz_Arab"), ("fa-AF", "prs_Arab"),
        ("ks", "kas_Arab"), ("ks-Deva", "kas_Deva"), ("ace-Arab", "ace_Arab"), ("qu", "quy_Latn"),
        ("por_Latn", "por_Latn"), ("tlh", None), ("auto", None), ("", None),
    ],
)  # fmt: skip
def test_regions_and_scripts_are_resolved(language: str, code: str | None) -> None:
    assert nllb_codes.target_code(language) == code
