import string

import pytest

from fixtures.models import model
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.models import catalog
from wlk_host.models.catalog import CATALOG
from wlk_host.models.entries import CatalogEntry


def name(entry: CatalogEntry) -> str:
    return entry.name


@pytest.mark.parametrize("entry", CATALOG, ids=name)
def test_an_entry_says_exactly_what_its_files_are(entry: CatalogEntry) -> None:
    assert {"model.bin", "config.json", "tokenizer.json"} < {file.name for file in entry.files}
    for file in entry.files:
        assert file.is_pinned
        assert len(file.sha256 or "") == 64
        assert set(file.sha256 or "") <= set(string.hexdigits.lower())
    assert len(entry.repository.revision or "") == 40
    assert "en" in entry.languages


def test_no_two_models_have_the_same_weights() -> None:
    digests = {entry.files[0].sha256 for entry in CATALOG}
    assert len(digests) == len(CATALOG)


def test_they_are_listed_small_before_large() -> None:
    sizes = [round(entry.size_bytes / 1e7) for entry in CATALOG]
    assert sizes == sorted(sizes)


def test_the_default_comes_first_and_none_is_forgotten() -> None:
    preferred = catalog.by_preference()
    assert preferred[0] == catalog.RECOMMENDED
    assert {entry.name for entry in preferred} == {entry.name for entry in CATALOG}


@pytest.mark.model
def test_the_languages_are_those_of_the_tokenizer() -> None:
    entry = catalog.find("base")
    assert entry is not None
    assert set(WhisperTokenizer(model("base")).languages) == set(entry.languages)
