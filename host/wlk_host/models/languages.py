"""The languages Whisper was trained on, by its codes (Radford et al., 2022)."""

from typing import Final

ENGLISH: Final = ("en",)

_CODES: Final = """
    af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he
    hi hr ht hu hy id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne
    nl nn no oc pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk
    ur uz vi yi yo zh
"""

LANGUAGES: Final = tuple(_CODES.split())

LANGUAGES_V3: Final = (*LANGUAGES, "yue")
"""large-v3 and the models derived from it also know Cantonese."""
