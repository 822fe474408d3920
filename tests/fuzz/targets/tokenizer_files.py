"""The `tokenizer.json` of a recogniser and of a translation model."""

import json
from contextlib import suppress
from typing import Final

from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from fuzz import mutation, scratch
from wlk_host.backends.translators import folder
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.core.errors import WlkError

_SPECIAL: Final = (
    *("<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>"),
    *("<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"),
)


def _of() -> bytes:
    tokenizer = Tokenizer(models.BPE({"a": 0, "b": 1, "Ġ": 2, "ab": 3}, [("a", "b")]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(list(_SPECIAL))
    written: str = json.dumps(json.loads(tokenizer.to_str()))
    return written.encode()


CORPUS: Final = (_of(),)

MUTATORS: Final = (mutation.of_json, mutation.of_json, mutation.of_bytes)


def try_one(data: bytes) -> None:
    """Both readers read it, or say what is wrong with it."""
    path = scratch.write("tokenizer/tokenizer.json", data)
    with suppress(WlkError):
        folder._fast_tokenizer(path)
    tokenizer = WhisperTokenizer(path.parent)
    assert len(tokenizer.languages) <= tokenizer.vocabulary_size
    tokenizer.require_fit(tokenizer.vocabulary_size)
