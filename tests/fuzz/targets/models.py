"""Names of models, translation models in folders, and what a service answers."""

import io
import json
from functools import cache
from typing import Final

import sentencepiece

from fuzz import mutations
from fuzz.target import Target, coded, folder
from wlk_host.backends.service import client
from wlk_host.backends.translators.description import Description
from wlk_host.backends.translators.pieces import read_pieces
from wlk_host.models import catalog, store


def name_seeds() -> list[bytes]:
    """Names, paths, and neither."""
    names = ("base", "tiny.en", "large-v3-turbo", "/", "~nobody/x", "../base", ".", "", "C:\\x")
    return [name.encode() for name in names]


def read_name(data: bytes) -> None:
    """Look for the model of a name that somebody typed."""
    name = data.decode("utf-8", "surrogateescape")
    with coded("model_missing", "model_corrupt"):
        store.resolve(name)
    with coded("model_missing"):
        assert store.entry_of(name) in catalog.LISTED


def translator_seeds() -> list[bytes]:
    """A configuration and a vocabulary, as CTranslate2 writes them, one a line."""
    config = {"add_source_eos": False, "bos_token": "<s>"}
    words = ["<s>", "</s>", "eng_Latn", "por_Latn", "__en__", "<2en>", "hello"]
    return [f"{json.dumps(config)}\n{json.dumps(words)}".encode()]


def read_translator(data: bytes) -> None:
    """Describe a translation model by what lies in its folder."""
    config, _, words = data.partition(b"\n")
    where = folder("opus-mt-en-pt")
    (where / "model.bin").write_bytes(b"")
    (where / "config.json").write_bytes(config)
    (where / "shared_vocabulary.json").write_bytes(words)
    model = Description(where)
    with coded("translator_broken"):
        assert isinstance(model.ends_source, bool)
    with coded("translator_broken"):
        assert isinstance(model.supports("en", "pt-BR"), bool)


@cache
def pieces_seeds() -> list[bytes]:
    """Small SentencePiece models, one of each algorithm."""
    text = ["the ships left the harbour at dawn", "twelve of them were never seen again"] * 8
    seeds = []
    for algorithm in ("unigram", "bpe"):
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(text),
            model_writer=model,
            model_type=algorithm,
            vocab_size=28,
            minloglevel=2,
        )
        seeds.append(model.getvalue())
    return seeds


def read_model_of_pieces(data: bytes) -> None:
    """Cut a sentence into the pieces of a SentencePiece model, and join them again."""
    where = folder("pieces")
    (where / "sentencepiece.model").write_bytes(data)
    with coded("translator_broken"):
        pieces = read_pieces(where)
        assert isinstance(pieces.decode(pieces.encode("the ships \u4e16 were seen")), str)


def answer_seeds() -> list[bytes]:
    """What a transcription service answers."""
    word = {"word": "hello", "start": 0.0, "end": 0.5}
    segment = {"start": 0.0, "end": 0.5, "avg_logprob": -0.2, "no_speech_prob": 0.1}
    whole = {"text": "hello", "language": "english", "words": [word], "segments": [segment]}
    return [json.dumps(whole).encode(), b'{"text": ""}']


def read_answer(data: bytes) -> None:
    """Take the answer of a transcription service."""
    with coded("api_answer_invalid"):
        client._read(data)


TARGETS: Final = (
    Target("name", name_seeds, read_name, mutations.of_bytes),
    Target("translator", translator_seeds, read_translator, mutations.of_lines(mutations.of_json)),
    Target("pieces", pieces_seeds, read_model_of_pieces, mutations.of_bytes, quick=500),
    Target("answer", answer_seeds, read_answer, mutations.of_json),
)
