"""The translators of the catalogue: which files each consists of, and what it can do. Stdlib only.

All but one kind of package are pinned by their commit, their sizes and their SHA-256; `pairs` says
which are not. A file that does not match is never used, whatever a hub, a mirror or a proxy sends.
"""

from typing import Final

from wlk_host.core.errors import WlkError
from wlk_host.core.translation import m2m_codes
from wlk_host.models import nllb
from wlk_host.models.entries import CatalogEntry, HubRepository, ModelFile, Translation
from wlk_host.models.pairs import PAIRS

# Fan et al. (2020), arXiv:2010.11125, weights under MIT. CTranslate2's conversion in int8. The
# digests are what independent projects pin for this commit (2026-11); that of config.json was also
# computed from its known content. The sizes of the others are nowhere told to the byte.
M2M: Final = CatalogEntry(
    "m2m100-418M",
    (),
    False,
    "MIT",
    HubRepository("JustFrederik/m2m_100_418m_ct2_int8", "1aeed44db4dd61a486bba44acf54c76507082a2c"),
    (
        ModelFile(
            "model.bin",
            487_000_000,
            "6c8ef4e814a02d5947ab80710f93f3d4e776bf4b668ab3bb7996ff050b69d111",
            is_exact=False,
        ),
        ModelFile(
            "shared_vocabulary.txt",
            1_500_000,
            "bd440aa21b8ca3453fc792a0018a1f3fe68b3464aadddd4d16a4b72f73c86d8c",
            is_exact=False,
        ),
        ModelFile(
            "config.json", 158, "531f7f8d8bf8b73a1580b73c04b58bf134ac490284f4f7af6c20ad238499ae37"
        ),
        ModelFile(
            "spm.128k.model",
            2_423_393,
            "d8f7c76ed2a5e0822be39f0a4f95a55eb19c78f4593ce609e2edbc2aea4d380a",
            is_exact=False,
            kept_as="sentencepiece.model",
        ),
    ),
    "wlk-host translators install m2m100-418M",
    Translation(m2m_codes.SOURCES, m2m_codes.TARGETS, False, "", "draft"),
)

TRANSLATORS: Final[tuple[CatalogEntry, ...]] = (*nllb.ENTRIES, M2M, *PAIRS)
"""All of them: those of many languages first, then one for each direction of a pair."""


def find(name: str) -> CatalogEntry:
    """The translator of that name.

    Raises:
        WlkError: `translator_unknown`.
    """
    for entry in TRANSLATORS:
        if entry.name == name:
            return entry
    names = ", ".join(entry.name for entry in TRANSLATORS)
    message = f"there is no translator {name!r} to install, only {names}"
    raise WlkError("translator_unknown", message, "choose one of these")
