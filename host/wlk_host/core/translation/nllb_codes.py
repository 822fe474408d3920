"""NLLB-200's codes of languages (FLORES-200: ISO 639-3 and script).

NLLB Team (2022), "No Language Left Behind", table 1. A language with more than one script has the
code of the script that Whisper writes and most readers expect.
"""

from typing import Final

from wlk_host.core.languages import base_of
from wlk_host.core.translation.scripts import writes

BY_LANGUAGE: Final = {
    "af": "afr_Latn", "am": "amh_Ethi", "ar": "arb_Arab", "as": "asm_Beng", "az": "azj_Latn",
    "ba": "bak_Cyrl", "be": "bel_Cyrl", "bg": "bul_Cyrl", "bn": "ben_Beng", "bo": "bod_Tibt",
    "bs": "bos_Latn", "ca": "cat_Latn", "cs": "ces_Latn", "cy": "cym_Latn", "da": "dan_Latn",
    "de": "deu_Latn", "el": "ell_Grek", "en": "eng_Latn", "es": "spa_Latn", "et": "est_Latn",
    "eu": "eus_Latn", "fa": "pes_Arab", "fi": "fin_Latn", "fo": "fao_Latn", "fr": "fra_Latn",
    "gl": "glg_Latn", "gu": "guj_Gujr", "ha": "hau_Latn", "he": "heb_Hebr", "hi": "hin_Deva",
    "hr": "hrv_Latn", "ht": "hat_Latn", "hu": "hun_Latn", "hy": "hye_Armn", "id": "ind_Latn",
    "is": "isl_Latn", "it": "ita_Latn", "ja": "jpn_Jpan", "jw": "jav_Latn", "ka": "kat_Geor",
    "kk": "kaz_Cyrl", "km": "khm_Khmr", "kn": "kan_Knda", "ko": "kor_Hang", "lb": "ltz_Latn",
    "ln": "lin_Latn", "lo": "lao_Laoo", "lt": "lit_Latn", "lv": "lvs_Latn", "mg": "plt_Latn",
    "mi": "mri_Latn", "mk": "mkd_Cyrl", "ml": "mal_Mlym", "mn": "khk_Cyrl", "mr": "mar_Deva",
    "ms": "zsm_Latn", "mt": "mlt_Latn", "my": "mya_Mymr", "ne": "npi_Deva", "nl": "nld_Latn",
    "nn": "nno_Latn", "no": "nob_Latn", "oc": "oci_Latn", "pa": "pan_Guru", "pl": "pol_Latn",
    "ps": "pbt_Arab", "pt": "por_Latn", "ro": "ron_Latn", "ru": "rus_Cyrl", "sa": "san_Deva",
    "sd": "snd_Arab", "si": "sin_Sinh", "sk": "slk_Latn", "sl": "slv_Latn", "sn": "sna_Latn",
    "so": "som_Latn", "sq": "als_Latn", "sr": "srp_Cyrl", "su": "sun_Latn", "sv": "swe_Latn",
    "sw": "swh_Latn", "ta": "tam_Taml", "te": "tel_Telu", "tg": "tgk_Cyrl", "th": "tha_Thai",
    "tk": "tuk_Latn", "tl": "tgl_Latn", "tr": "tur_Latn", "tt": "tat_Cyrl", "uk": "ukr_Cyrl",
    "ur": "urd_Arab", "uz": "uzn_Latn", "vi": "vie_Latn", "yi": "ydd_Hebr", "yo": "yor_Latn",
    "yue": "yue_Hant", "zh": "zho_Hans",
    # Languages that people read but Whisper does not know.
    "ckb": "ckb_Arab", "eo": "epo_Latn", "ga": "gle_Latn", "gd": "gla_Latn", "ig": "ibo_Latn",
    "ku": "kmr_Latn", "ky": "kir_Cyrl", "lg": "lug_Latn", "ny": "nya_Latn", "om": "gaz_Latn",
    "or": "ory_Orya", "rw": "kin_Latn", "sm": "smo_Latn", "st": "sot_Latn", "ti": "tir_Ethi",
    "ug": "uig_Arab", "wo": "wol_Latn", "xh": "xho_Latn", "zu": "zul_Latn",
    "ace": "ace_Latn", "acm": "acm_Arab", "acq": "acq_Arab", "aeb": "aeb_Arab", "ajp": "ajp_Arab",
    "ak": "aka_Latn", "apc": "apc_Arab", "ars": "ars_Arab", "ary": "ary_Arab", "arz": "arz_Arab",
    "ast": "ast_Latn", "awa": "awa_Deva", "ay": "ayr_Latn", "azb": "azb_Arab", "ban": "ban_Latn",
    "bem": "bem_Latn", "bho": "bho_Deva", "bjn": "bjn_Latn", "bm": "bam_Latn", "bug": "bug_Latn",
    "ceb": "ceb_Latn", "cjk": "cjk_Latn", "crh": "crh_Latn", "dik": "dik_Latn", "dyu": "dyu_Latn",
    "dz": "dzo_Tibt", "ee": "ewe_Latn", "ff": "fuv_Latn", "fj": "fij_Latn", "fon": "fon_Latn",
    "fur": "fur_Latn", "gn": "grn_Latn", "hne": "hne_Deva", "ilo": "ilo_Latn", "kab": "kab_Latn",
    "kac": "kac_Latn", "kam": "kam_Latn", "kbp": "kbp_Latn", "kea": "kea_Latn", "kg": "kon_Latn",
    "ki": "kik_Latn", "kmb": "kmb_Latn", "knc": "knc_Latn", "ks": "kas_Arab", "li": "lim_Latn",
    "lij": "lij_Latn", "lmo": "lmo_Latn", "ltg": "ltg_Latn", "lua": "lua_Latn", "luo": "luo_Latn",
    "lus": "lus_Latn", "mag": "mag_Deva", "mai": "mai_Deva", "min": "min_Latn", "mni": "mni_Beng",
    "mos": "mos_Latn", "nso": "nso_Latn", "nus": "nus_Latn", "pag": "pag_Latn", "pap": "pap_Latn",
    "prs": "prs_Arab", "qu": "quy_Latn", "rn": "run_Latn", "sat": "sat_Beng", "sc": "srd_Latn",
    "scn": "scn_Latn", "sg": "sag_Latn", "shn": "shn_Mymr", "ss": "ssw_Latn", "szl": "szl_Latn",
    "taq": "taq_Latn", "tn": "tsn_Latn", "tpi": "tpi_Latn", "ts": "tso_Latn", "tum": "tum_Latn",
    "tw": "twi_Latn", "tzm": "tzm_Tfng", "umb": "umb_Latn", "vec": "vec_Latn", "war": "war_Latn",
    # Other codes of the languages above.
    "fil": "tgl_Latn", "iw": "heb_Hebr", "jv": "jav_Latn", "nb": "nob_Latn",
}  # fmt: skip

_BY_REGION: Final = {
    "zh-tw": "zho_Hant", "zh-hk": "zho_Hant", "zh-mo": "zho_Hant", "zh-hant": "zho_Hant",
    "zh-yue": "yue_Hant", "fa-af": "prs_Arab",
    "ace-arab": "ace_Arab", "bjn-arab": "bjn_Arab", "knc-arab": "knc_Arab", "taq-tfng": "taq_Tfng",
    "ar-eg": "arz_Arab", "ar-ma": "ary_Arab", "ar-tn": "aeb_Arab", "ar-iq": "acm_Arab",
    "ks-deva": "kas_Deva", "ks-arab": "kas_Arab", "az-ir": "azb_Arab",
}  # fmt: skip
"""Codes whose region or script selects another language or another script."""

_STAND_INS: Final = {"br": "cym_Latn", "haw": "smo_Latn", "la": "ita_Latn"}
"""Languages that Whisper knows and NLLB does not, with the nearest relative that NLLB knows."""


_KNOWN: Final = frozenset({*BY_LANGUAGE.values(), *_BY_REGION.values()})

_OTHER_SCRIPTS: Final = ("ace-Arab", "bjn-Arab", "knc-Arab", "ks-Deva", "taq-Tfng", "zh-TW")

# The first of the codes of a language.
_FIRST: Final = {code: language for language, code in reversed(BY_LANGUAGE.items())}

TARGETS: Final = tuple(sorted((*_FIRST.values(), *_OTHER_SCRIPTS)))
"""Every language that NLLB translates into, once, by the code that users choose: ISO 639-1, or
otherwise 639-3, with the script if it is not the usual one."""

SOURCES: Final = tuple(sorted((*TARGETS, *_STAND_INS)))
"""Every language that NLLB translates from, with those that a relative stands in for."""


def source_code(language: str) -> str | None:
    """NLLB's code for a Whisper language; None if it is not a language."""
    return target_code(language) or _STAND_INS.get(base_of(language))


def target_code(language: str) -> str | None:
    """NLLB's code for a target language (BCP 47 or FLORES-200); None if NLLB has none.

    A language in a script that NLLB does not write it in is none of its languages.
    """
    if language in _KNOWN:
        return language
    parts = language.replace("_", "-").lower().split("-")
    for n in range(len(parts), 1, -1):
        if (code := _BY_REGION.get("-".join(parts[:n]))) is not None:
            return code
    code = BY_LANGUAGE.get(parts[0])
    return code if code is not None and writes(language, code.partition("_")[2]) else None


def usual_script(language: str) -> str | None:
    """The script (ISO 15924) in which most people write a language; None where it is unknown."""
    code = BY_LANGUAGE.get(base_of(language))
    return None if code is None else code.partition("_")[2]
