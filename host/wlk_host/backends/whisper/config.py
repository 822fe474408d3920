"""What a model folder's `config.json` says, checked against its weights."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wlk_host.backends.checkpoints.heads import Heads, require_within
from wlk_host.backends.whisper.layout import Variables, n_heads, n_layers
from wlk_host.core.errors import WlkError
from wlk_host.core.ports import Token
from wlk_host.json_files import read_json

_NAMES: Final = ("alignment_heads", "suppress_ids", "suppress_ids_begin")


@dataclass(frozen=True, slots=True)
class WhisperConfig:
    """The part of it that is used.

    Attributes:
        alignment_heads: whose attention follows the sound.
        suppress_ids: tokens that are never decoded.
        suppress_ids_begin: tokens that are not decoded as the first of a text.
    """

    alignment_heads: Heads
    suppress_ids: tuple[Token, ...]
    suppress_ids_begin: tuple[Token, ...]


def read_config(folder: Path, variables: Variables) -> WhisperConfig:
    """The configuration of a model with these weights.

    CTranslate2 reads the same file and believes it, so everything is checked, needed or not.

    Raises:
        WlkError: `model_corrupt`, or `heads_invalid` for heads that the decoder does not have.
    """
    try:
        read = read_json(folder / "config.json")
    except (OSError, ValueError) as error:
        raise _corrupt(folder, str(error)) from error
    if not isinstance(read, dict):
        raise _corrupt(folder, f"config.json holds a {type(read).__name__}, expected an object")
    missing = [name for name in _NAMES if name not in read]
    if missing:
        raise _corrupt(folder, f"config.json lacks {missing}")
    n_vocab = len(variables["decoder/embeddings/weight"])
    tokens = (
        _tokens(folder, name, read.get(name, []), n_vocab) for name in (*_NAMES[1:], "lang_ids")
    )
    never, never_first, _ = tokens
    heads = _heads(folder, read["alignment_heads"])
    require_within(heads, n_layers(variables, "decoder"), n_heads(variables))
    return WhisperConfig(heads, never, never_first)


def _tokens(folder: Path, name: str, value: object, n_vocab: int) -> tuple[Token, ...]:
    if not isinstance(value, list) or not all(_is_below(token, n_vocab) for token in value):
        raise _corrupt(folder, f"{name} of config.json is no list of tokens below {n_vocab}")
    return tuple(value)


def _heads(folder: Path, value: object) -> Heads:
    pairs = value if isinstance(value, list) else []
    heads = tuple((pair[0], pair[1]) for pair in pairs if isinstance(pair, list) and len(pair) == 2)
    is_whole = bool(pairs) and len(heads) == len(pairs)
    if not is_whole or not all(type(number) is int for pair in heads for number in pair):
        raise _corrupt(folder, "alignment_heads of config.json is no list of layers and heads")
    return heads


def _is_below(token: object, n_vocab: int) -> bool:
    return type(token) is int and 0 <= token < n_vocab


def _corrupt(folder: Path, reason: str) -> WlkError:
    return WlkError(
        code="model_corrupt",
        message=f"the model in {folder} cannot be loaded: {reason}",
        hint="download the model again, for example: wlk-host models download base",
    )
