"""Language codes as people and models write them."""

from typing import Final

UNSPACED: Final = frozenset({"zh", "ja", "th", "lo", "my", "yue", "bo", "km"})
"""Languages written without spaces between words (openai/whisper, `tokenizer.py`)."""


def base_of(code: str) -> str:
    """The language without script and region: "pt" of "pt-BR" or "pt_BR"."""
    return code.replace("_", "-").split("-")[0].lower()


def same_language(one: str, other: str) -> bool:
    """Whether a translation between the two would only change the spelling."""
    return base_of(one) == base_of(other)
