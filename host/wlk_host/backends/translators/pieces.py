"""The tokenizers of translation models: from text to pieces, and from pieces to text."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sentencepiece

from wlk_host.backends.translators.description import broken

_SHARED: Final = (
    "sentencepiece.bpe.model",
    "sentencepiece.model",
    "spiece.model",
    "spm.128k.model",
)

_UNKNOWN: Final = "⁇"
"""What SentencePiece writes for a piece that stands for no letters."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Both ways of a tokenizer."""

    encode: Callable[[str], list[str]]
    decode: Callable[[list[str]], str]


def read_pieces(folder: Path) -> Pieces:
    """The tokenizer of a model folder: SentencePiece if it has that, else `tokenizer.json`.

    Raises:
        WlkError: `translator_broken`.
    """
    shared = next((folder / name for name in _SHARED if (folder / name).is_file()), None)
    source, target = shared or folder / "source.spm", shared or folder / "target.spm"
    if source.is_file() and target.is_file():
        return _sentence_pieces(source, target)
    if (folder / "tokenizer.json").is_file():
        return _fast_tokenizer(folder / "tokenizer.json")
    wanted = ", ".join((*_SHARED, "source.spm and target.spm", "tokenizer.json"))
    raise broken(folder, f"it has no tokenizer, expected one of: {wanted}")


def _sentence_pieces(source: Path, target: Path) -> Pieces:
    pieces_of = _read(source)
    text_of = pieces_of if source == target else _read(target)

    def decode(pieces: list[str]) -> str:
        text: str = text_of.decode(pieces)
        # Some models leave the sign of a space where no word begins.
        return " ".join(text.replace("▁", " ").replace(_UNKNOWN, " ").split())

    return Pieces(lambda text: list(pieces_of.encode(text, out_type=str)), decode)


def _read(path: Path) -> Any:
    try:
        return sentencepiece.SentencePieceProcessor(model_file=str(path))
    except (OSError, RuntimeError) as error:
        raise broken(path.parent, f"{path.name}: {error}") from error


def _fast_tokenizer(path: Path) -> Pieces:
    # It imports tokenizers, which a folder with a SentencePiece model does not need.
    from wlk_host.backends.tokenizer_files import read_tokenizer  # noqa: PLC0415

    try:
        tokenizer = read_tokenizer(path)
    except ValueError as error:
        raise broken(path.parent, str(error)) from error

    def encode(text: str) -> list[str]:
        tokens: list[str] = tokenizer.encode(text, add_special_tokens=False).tokens
        return tokens

    def decode(tokens: list[str]) -> str:
        ids = [i for t in tokens if (i := tokenizer.token_to_id(t)) is not None]
        text: str = tokenizer.decode(ids)
        return text

    return Pieces(encode, decode)
