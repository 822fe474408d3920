"""NLLB-200: which files it consists of, and where they are on this machine.

CTranslate2 runs it by itself (`ENTRIES`). The library `nllw` runs it as well, from the same files
or from Meta's own (`MODELS`). Stdlib only. Every file is pinned by its repository's commit, its
size and its SHA-256. A file that does not match is never used, whatever a hub, a mirror or a proxy
sends.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from wlk_host.core.translation import nllb_codes
from wlk_host.folders import is_folder
from wlk_host.models import store
from wlk_host.models.entries import (
    CatalogEntry,
    HubRepository,
    ModelFile,
    Quality,
    Translation,
)

Backend = Literal["ctranslate2", "transformers"]
BACKENDS: Final[tuple[Backend, ...]] = ("ctranslate2", "transformers")

_TERMS: Final = "Not for commercial use: its licence, CC-BY-NC 4.0, does not allow that."

LICENCE: Final = (
    "The NLLB-200 weights (Meta AI) are licensed under CC-BY-NC 4.0: commercial use is not "
    "allowed. https://creativecommons.org/licenses/by-nc/4.0/"
)


@dataclass(frozen=True, slots=True)
class NllbModel:
    """One size of NLLB-200 for nllw.

    Attributes:
        name: the name by which users choose it.
        entries: its files for each of nllw's backends, the preferred backend first.
    """

    name: str
    entries: Mapping[Backend, CatalogEntry]


# The digests are what the hub publishes for large files, and what several independent projects pin
# for all of them (2026-11). Those of the four small files were also computed from their known
# content. The int8 weights are CTranslate2's conversion of Meta's weights, a quarter of the size.

_META_600M: Final = HubRepository(
    "facebook/nllb-200-distilled-600M", "f8d333a098d19b4fd9a8b18f94170487ad3f821d"
)
_META_1_3B: Final = HubRepository(
    "facebook/nllb-200-distilled-1.3B", "7be3e24664b38ce1cac29b8aeed6911aa0cf0576"
)
_INT8_600M: Final = HubRepository(
    "JustFrederik/nllb-200-distilled-600M-ct2-int8", "302d78f00e6fdb50a1064059df7c392b735e9d05"
)
_INT8_1_3B: Final = HubRepository(
    "JustFrederik/nllb-200-distilled-1.3B-ct2-int8", "30c36268408177b0fce2bfcfa205d877accd327d"
)

# Both sizes have the same.
_TOKENIZER: Final = (
    ModelFile(
        "tokenizer.json",
        17_331_176,
        "e316b82de11d0f951f370943b3c438311629547285129b0b81dadabd01bca665",
        repository=_META_600M,
    ),
    ModelFile(
        "tokenizer_config.json",
        564,
        "d1aa8c3697d3e35674f97b5b7e9c99d22b010f528e80140257d97316be90d044",
        repository=_META_600M,
    ),
    ModelFile(
        "special_tokens_map.json",
        3_548,
        "992bd4ed610d644d6823081937bcc91bb8878dd556cea4ae5327f2480361330e",
        repository=_META_600M,
    ),
    ModelFile(
        "sentencepiece.bpe.model",
        4_852_054,
        "14bb8dfb35c0ffdea7bc01e56cea38b9e3d5efcdcb9c251d6b40538e1aab555a",
        repository=_META_600M,
    ),
)
_CTRANSLATE2: Final = (
    ModelFile(
        "config.json", 159, "0c2f6fa2057c7264d052fb4a62ba3476eeae70487acddfa8e779a53a00cbf44c"
    ),
    ModelFile(
        "shared_vocabulary.txt",
        2_568_098,
        "a132a83330f45514c2476eb81d1d69b3c41762264d16ce0a7ea982e5d6c728e5",
    ),
    *_TOKENIZER,
)


def _translation(quality: Quality) -> Translation:
    return Translation(nllb_codes.SOURCES, nllb_codes.TARGETS, False, _TERMS, quality)


def _ctranslate2(
    size: str, repository: HubRepository, weights: ModelFile, quality: Quality
) -> CatalogEntry:
    name = f"nllb-{size}"
    return CatalogEntry(
        name,
        (),
        False,
        "CC-BY-NC-4.0",
        repository,
        (weights, *_CTRANSLATE2),
        f"wlk-host translators install {name}",
        _translation(quality),
        f"{name}-ctranslate2",
    )


def _transformers(
    size: str, repository: HubRepository, weights: ModelFile, layers: int, width: int
) -> CatalogEntry:
    return CatalogEntry(
        f"nllb-{size}-transformers",
        (),
        False,
        "CC-BY-NC-4.0",
        repository,
        (weights, _config(layers, width), *_TOKENIZER),
        f"wlk-host translators install nllw-{size} --backend transformers",
        _translation("good"),
    )


def _config(layers: int, width: int) -> ModelFile:
    """What transformers must know about the weights, written out here so that it can be read.

    The number of layers of each half and the width of their feed-forward nets are those of NLLB
    Team (2022), table 14, and of the published models.
    """
    values = {
        "model_type": "m2m_100",
        "architectures": ["M2M100ForConditionalGeneration"],
        "vocab_size": 256_206,
        "d_model": 1024,
        "encoder_layers": layers,
        "decoder_layers": layers,
        "num_hidden_layers": layers,
        "encoder_ffn_dim": width,
        "decoder_ffn_dim": width,
        "encoder_attention_heads": 16,
        "decoder_attention_heads": 16,
        "max_position_embeddings": 1024,
        "activation_function": "relu",
        "scale_embedding": True,
        "is_encoder_decoder": True,
        "bos_token_id": 0,
        "pad_token_id": 1,
        "eos_token_id": 2,
        "decoder_start_token_id": 2,
        "max_length": 200,
        "tokenizer_class": "NllbTokenizer",
    }
    text = json.dumps(values, indent=2) + "\n"
    digest = hashlib.sha256(text.encode()).hexdigest()
    return ModelFile("config.json", len(text), digest, text=text)


ENTRIES: Final = (
    _ctranslate2(
        "600M",
        _INT8_600M,
        ModelFile(
            "model.bin",
            622_595_991,
            "ed1beaf75134de7505315a5223162f56acff397eff6b50638a500d3936fe707b",
        ),
        "good",
    ),
    _ctranslate2(
        "1.3B",
        _INT8_1_3B,
        ModelFile(
            "model.bin",
            1_381_827_087,
            "72d7533dc7a0e8f10f19a650d4e90faf9cbfa899db5411ad124bd5802bd91263",
        ),
        "best",
    ),
)
"""Both sizes for CTranslate2, small before large."""

MODELS: Final = (
    NllbModel(
        "nllw-600M",
        {
            "ctranslate2": ENTRIES[0],
            "transformers": _transformers(
                "600M",
                _META_600M,
                ModelFile(
                    "pytorch_model.bin",
                    2_460_457_927,
                    "c266c2cfd19758b6d09c1fc31ecdf1e485509035f6b51dfe84f1ada83eefcc42",
                ),
                layers=12,
                width=4096,
            ),
        },
    ),
    NllbModel(
        "nllw-1.3B",
        {
            "ctranslate2": ENTRIES[1],
            "transformers": _transformers(
                "1.3B",
                _META_1_3B,
                ModelFile(
                    "pytorch_model.bin",
                    5_482_882_236,
                    "7e40f838a5aad3d60e9254632ab876bda44340386ca7ebad3e099db7432b04e1",
                ),
                layers=24,
                width=8192,
            ),
        },
    ),
)


def folder_of(model: NllbModel, backend: Backend) -> Path:
    """Where the model is when it is installed."""
    return store.folder_of(model.entries[backend])


def installed(model: NllbModel) -> tuple[Path, Backend] | None:
    """Folder and backend of a model; None if it is not installed."""
    folders = ((folder_of(model, backend), backend) for backend in model.entries)
    return next((found for found in folders if is_folder(found[0])), None)
