"""The tokenizer and the suppressed tokens, for a checkpoint that comes without them.

There are three vocabularies: English (51,864 tokens), multilingual (51,865), and that of large-v3
(51,866), which is the multilingual one with Cantonese after the other languages. So an installed
model can lend its vocabulary.
"""

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from wlk_host.backends.checkpoints.files import corrupt, read_json
from wlk_host.core.errors import WlkError

ENGLISH: Final = 51_864
MULTILINGUAL: Final = 51_865
LARGE_V3: Final = 51_866

_CANTONESE: Final = 50_358
"""The token <|yue|> of large-v3. In the others it is the first token after the languages."""


_MOST_TOKENS: Final = 1 << 20
"""Twenty times as many as any Whisper model has."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What turns tokens into text, and which tokens are never decoded.

    Attributes:
        tokenizer: the content of `tokenizer.json`.
        suppressed: tokens that are never decoded.
        suppressed_first: tokens that are not decoded as the first of a text.
    """

    tokenizer: dict[str, Any]
    suppressed: tuple[int, ...]
    suppressed_first: tuple[int, ...]

    def tokens(self, n_vocab: int) -> list[str]:
        """All tokens in the order of their numbers. Timestamps fill the gaps of the tokenizer."""
        by_id = {int(number): token for token, number in self.tokenizer["model"]["vocab"].items()}
        by_id |= {int(added["id"]): added["content"] for added in self.tokenizer["added_tokens"]}
        first_time = 1 + max(
            number
            for number, token in by_id.items()
            if token == "<|notimestamps|>"  # noqa: S105
        )
        return [
            by_id.get(number, f"<|{0.02 * (number - first_time):.2f}|>")
            for number in range(n_vocab)
        ]

    def language_ids(self) -> list[int]:
        """The tokens of the languages; empty if English is the only one."""
        ids = {added["content"]: int(added["id"]) for added in self.tokenizer["added_tokens"]}
        if ids["<|endoftext|>"] != 50_257:
            return []
        return list(range(ids["<|startoftranscript|>"] + 1, ids["<|translate|>"]))


def own(folder: Path) -> Vocabulary | None:
    """The vocabulary that a folder comes with, or None if a part is missing.

    Raises:
        WlkError: `model_corrupt`.
    """
    tokenizer = read_json(folder / "tokenizer.json")
    for config in ("generation_config.json", "config.json"):
        values = read_json(folder / config)
        suppressed = values.get("suppress_tokens", values.get("suppress_ids"))
        first = values.get("begin_suppress_tokens", values.get("suppress_ids_begin"))
        if tokenizer and isinstance(suppressed, list) and isinstance(first, list):
            _require_tokenizer(folder / "tokenizer.json", tokenizer)
            if not all(type(token) is int for token in (*suppressed, *first)):
                raise corrupt(folder / config, "its suppressed tokens are no numbers")
            return Vocabulary(tokenizer, tuple(suppressed), tuple(first))
    return None


def _require_tokenizer(path: Path, tokenizer: dict[str, Any]) -> None:
    """Check what of a tokenizer is read here."""
    model, added = tokenizer.get("model"), tokenizer.get("added_tokens")
    known = model.get("vocab") if isinstance(model, dict) else None
    if not isinstance(known, dict) or not all(map(_is_token, known.values())):
        raise corrupt(path, "it has no vocabulary of tokens and their numbers")
    entries = added if isinstance(added, list) else [None]
    if not all(
        isinstance(entry, dict)
        and _is_token(entry.get("id"))
        and isinstance(entry.get("content"), str)
        for entry in entries
    ):
        raise corrupt(path, "its added_tokens are no tokens with an id and a content")
    if not all(_is_special(entry) for entry in _special(tokenizer)):
        raise corrupt(path, "the special_tokens of its post_processor have no ids")


def _special(tokenizer: dict[str, Any]) -> list[Any]:
    """What the post-processor says of each of its tokens."""
    processor = tokenizer.get("post_processor")
    special = processor.get("special_tokens") if isinstance(processor, dict) else None
    return list(special.values()) if isinstance(special, dict) else []


def _is_special(entry: object) -> bool:
    ids = entry.get("ids") if isinstance(entry, dict) else None
    return isinstance(ids, list) and all(map(_is_token, ids))


def _is_token(number: object) -> bool:
    return type(number) is int and 0 <= number < _MOST_TOKENS


def borrowed(n_vocab: int, lenders: Sequence[Path]) -> Vocabulary:
    """The vocabulary of the first lender, a model folder, that has the same number of tokens.

    Raises:
        WlkError: `vocabulary_missing` if there is none, `model_corrupt` if one is damaged.
    """
    for lender in lenders:
        vocabulary = own(lender)
        if vocabulary is None:
            continue
        size = _size(vocabulary)
        if size == n_vocab:
            return vocabulary
        if (size, n_vocab) == (MULTILINGUAL, LARGE_V3) and _english(vocabulary):
            return with_cantonese(vocabulary)
    suggestion = {ENGLISH: "tiny.en", MULTILINGUAL: "base", LARGE_V3: "base"}.get(n_vocab)
    if suggestion is None:
        raise WlkError(
            code="vocabulary_missing",
            message=f"the checkpoint has {n_vocab} tokens and no tokenizer.json",
            hint="copy the tokenizer.json that it was trained with into its folder",
        )
    raise WlkError(
        code="vocabulary_missing",
        message="the checkpoint has no tokenizer.json, and no installed model has the same one",
        hint=f"run: wlk-host models download {suggestion}",
    )


def with_cantonese(vocabulary: Vocabulary) -> Vocabulary:
    """The vocabulary of large-v3, made from the multilingual one before it."""
    tokenizer = copy.deepcopy(vocabulary.tokenizer)
    added = tokenizer["added_tokens"]
    cantonese = {**(_english(vocabulary) or {}), "id": _CANTONESE, "content": "<|yue|>"}
    for token in added:
        token["id"] = _moved(token["id"])
    added.append(cantonese)
    added.sort(key=lambda token: int(token["id"]))
    for entry in _special(tokenizer):
        entry["ids"] = [_moved(number) for number in entry["ids"]]
    suppressed = tuple(_moved(number) for number in vocabulary.suppressed)
    return Vocabulary(tokenizer, suppressed, vocabulary.suppressed_first)


def write(vocabulary: Vocabulary, folder: Path) -> None:
    """Write `tokenizer.json`."""
    text = json.dumps(vocabulary.tokenizer, ensure_ascii=False)
    (folder / "tokenizer.json").write_text(text, "utf-8")


def _english(vocabulary: Vocabulary) -> dict[str, Any] | None:
    """The token of English, after which others are made."""
    added: list[dict[str, Any]] = vocabulary.tokenizer["added_tokens"]
    return next((token for token in added if token["content"] == "<|en|>"), None)


def _moved(number: int) -> int:
    return number + 1 if number >= _CANTONESE else number


def _size(vocabulary: Vocabulary) -> int | None:
    ids = {added["content"]: int(added["id"]) for added in vocabulary.tokenizer["added_tokens"]}
    last = ids.get("<|notimestamps|>")
    return None if last is None else last + 1 + 1501
