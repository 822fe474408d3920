"""OPUS-MT models for one pair of languages each, as Argos Open Tech packs them.

Tiedemann and Thottingal (2020), "OPUS-MT: Building open translation services for the World". The
packages are archives with a CTranslate2 model and a SentencePiece model (argos-translate,
`package.py`). Stdlib only.

The index of the packages publishes neither sizes nor digests. Those here are what several
independent projects pin for these very versions (2026-11). Nobody pins the two of Persian: the
first download of them is trusted, and what it brought is recorded. Newer packages of some pairs
(Spanish into English, Polish, Indonesian, ...) hold no SentencePiece model and cannot be read.
"""

from typing import Final

from wlk_host.models.entries import CatalogEntry, ModelFile, PackageIndex, Translation

_PACKAGES: Final = """
ar en 1.0 81869670 bc98cd4e27ca1cebfae9b7086b2ebc635e4dbed45e7cb5f0891cb7d22feacfad
de en 1.3 150512831 becc2b0011f8249fcb89be9ecb75ba0d876b1fab93c28ee6ff0420936897d637
en ar 1.0 88502631 e2a6e84337f7ebbb55f9dc61dcba3a861c0d786ae5a46fa198fd8d6473f5c775
en de 1.3 150508297 6cd847f0c06c9c66013e6b0932e07fd54a6d90894659c02bf6c5247b72fb25b1
en es 1.0 87503191 d698d0ef87ad70d5d184b7fa6965905bf4368f09a2bb9ffb165a79bac96af0c4
en fa 1.5 119000000 -
en fr 1.9 65472327 3a65ed83364f4e7b06e30f9dd823db1934899ed3ce839e63f46dc7b09dc797b4
en hi 1.1 106752178 60470a003a9c7339db8c060ed8eafc7cf999ba90dfa5dceebd8d0a4f75f1d3f0
en it 1.0 87660780 dde2180001a47904ecbbd688a41e35db8a040e4fd5b52e4f29b4bb499516ab32
en ja 1.1 120470284 16300cc4eaa85320520cabcf433b63d01be40ef6966251de72043a083408f716
en ko 1.1 120789009 e03d8e65e6d44525ec5808c3409fcf8728c76c2c76925372b6d3dc3278de17fc
en pt 1.9 66179184 0c5350a2fa5b923de1346edc0d42e08e38bab2e33cede3a0b9a48eb4281ad8a9
en ru 1.9 195746693 591d743ae103752b88ffc38785c50421320f4eff93c8967e0d3d2e14d4e27811
en th 1.9 66978916 b0fd94eceb04b967b91c2c7d8d1f7b5493c25362e43027a52649242385d0b2a3
en tr 1.5 124742526 2d553a00880a0c21dea5b1c375535659e6bf18c9bf2ce9847c2a2fd2ff50316a
en vi 1.9 67770159 86957101aa4099aa9a1a7492e41987d938d3cf0fdaf4fb684c0797a9d567dd16
en zh 1.9 70743021 433e7c4f034d87fbe2353161e05f18646d7999452f801a4e1f0378522b9850ab
en zh-TW 1.9 70743045 b97b6532196c4421240c0788cb711cc1fe5e5ecbde553c937193d13e5c67826c
es en 1.0 87381097 1b963aa0e0cb6e5ce874f0aa1a1949a19bc4d762e833532239a8834340f6b378
fa en 1.5 119000000 -
fr en 1.9 66585033 3b3052fee6bb1e8e8e632a26a723eb2a2c7710dfe73ba61ffd9b83e85d4f14c1
hi en 1.1 102381771 f99eadf297073c0f5a320df5d634ebb73e9ab0b819404edf7bd0a0daf6b1ce43
it en 1.0 87190224 d2dd23b8b702f612b8127f07c7a0391f5f2a8b93344e6ddc9dd93c81824e85cb
ja en 1.1 117155716 623e3477959a815eb0a5ef53e09079ae8f1f9d3bbcd230473baf28c03fb83335
ko en 1.1 118852077 6da8f3db6ca40f42b1875570a1c06856f6e17c7ef62845d85de217ba548c1471
pt en 1.9 69447231 ae76df6f650895c16f2b582065014fab496755ca846ecb19fae81d51f332a38e
ru en 1.9 156239112 e9ba8bf722d10a4a4c39f74289d5938fd47eac08dbe4ed0afd22d89445a5c3ac
th en 1.9 71737116 b6642c07389b156f568aa08c64140243bc1b1926f82df2559a2eae08316f84ce
tr en 1.5 120561223 15217905586561fac843efb5730aabff9a1534d5a9aa3f6ebcc0f9641394ac2d
vi en 1.9 65895840 ebd51b7189b13eccb9238a5777de1d343008c4c05284a8b89610242364433953
zh en 1.9 74481402 62e7af5a3a48b530e47b7b3e5c78c2de79073ecd815750d2bf3ab35b4a67da2d
"""
"""Source, target (BCP 47), version, bytes and SHA-256 of each. Without a SHA-256 the size is a
guess."""

_ARGOS_CODES: Final = {"zh-TW": "zt"}
"""Where Argos has a code of its own."""

_LICENCE: Final = "CC-BY-4.0"
"""Of OPUS-MT, whose authors each package names in its README. The packing is under MIT or CC0."""


def _entry(row: str) -> CatalogEntry:
    source, target, version, size_bytes, digest = row.split()
    sha256 = None if digest == "-" else digest
    pair = "_".join(_ARGOS_CODES.get(code, code) for code in (source, target))
    archive = ModelFile(
        f"translate-{pair}-{version.replace('.', '_')}.argosmodel",
        int(size_bytes),
        sha256,
        is_exact=sha256 is not None,
        is_archive=True,
    )
    name = f"opus-{source}-{target}"
    return CatalogEntry(
        name,
        (),
        False,
        _LICENCE,
        PackageIndex(),
        (archive,),
        f"wlk-host translators install {name}",
        Translation((source,), (target,), True, "", "good"),
    )


PAIRS: Final = tuple(_entry(row) for row in _PACKAGES.strip().splitlines())
"""One model for each direction."""
