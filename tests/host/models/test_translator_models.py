"""Translators of the catalogue: pinned, fetched whole, verified by what is known of them."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures import hub as answers
from fixtures.hub import Hub, serving
from fixtures.tiny_translators import zipped
from wlk_host.core.errors import WlkError
from wlk_host.models import hub as hubs
from wlk_host.models import records, store, translators
from wlk_host.models.download import download
from wlk_host.models.entries import CatalogEntry, HubRepository, ModelFile, PackageIndex
from wlk_host.models.store import Condition

PACKAGE = zipped(
    {
        "en_xx/model/model.bin": bytes(range(256)) * 4000,
        "en_xx/model/config.json": b"{}",
        "en_xx/sentencepiece.model": b"pieces",
        "en_xx/metadata.json": b'{"from_code": "en", "to_code": "xx"}',
        "en_xx/stanza/large.pt": b"not needed",
    }
)
OTHER = PACKAGE.replace(b"en_xx", b"en_yy")
ARCHIVE = "translate-en_xx-1_0.argosmodel"
WEIGHTS = b"weights" * 1000
AT_ONCE = (0.0, 0.0)
EVERY = translators.TRANSLATORS


def pair(*, known: bool = True, size: int = len(PACKAGE)) -> CatalogEntry:
    digest = hashlib.sha256(PACKAGE).hexdigest() if known else None
    file = ModelFile(ARCHIVE, size, digest, is_exact=known, is_archive=True)
    real = translators.find("opus-en-es")
    return replace(real, name="opus-en-xx", files=(file,))


def guessed(sha256: str | None, size: int = 10_000) -> CatalogEntry:
    """A model whose size is a guess, and whose digest may be unknown."""
    file = ModelFile("model.bin", size, sha256, is_exact=False, kept_as="weights.bin")
    return replace(
        translators.M2M,
        name="guessed",
        repository=HubRepository("maker/toy", "c0ffee"),
        files=(file,),
    )


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, models: Path) -> Iterator[Hub]:
    with serving({ARCHIVE: PACKAGE, "model.bin": WEIGHTS}) as running:
        monkeypatch.setenv(hubs.PACKAGES_VARIABLE, running.url + "/v1/")
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield running


# -- the catalogue ---------------------------------------------------------------------


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry.name)
def test_every_translator_says_what_it_is(entry: CatalogEntry) -> None:
    facts = entry.translation
    assert facts is not None
    assert facts.sources
    assert facts.targets
    assert entry.languages == ()
    assert not entry.translates
    assert bool(facts.terms) == ("NC" in entry.licence)
    assert entry.command == f"wlk-host translators install {entry.name}"
    assert len(entry.name) <= 64
    assert 60e6 < entry.size_bytes < 1.5e9


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry.name)
def test_every_file_is_pinned_or_said_not_to_be(entry: CatalogEntry) -> None:
    for file in entry.files:
        repository = file.repository or entry.repository
        if not isinstance(repository, PackageIndex):
            assert re.fullmatch(r"[0-9a-f]{40}", repository.revision)
        else:
            assert re.search(r"-\d_\d\.argosmodel$", file.name)
        if file.sha256 is None:
            assert "fa" in entry.name
            assert not file.is_exact
        else:
            assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)


def test_names_and_contents_are_all_different() -> None:
    digests = [file.sha256 for entry in EVERY for file in entry.files[:1] if file.sha256]
    assert len(set(digests)) == len(digests)
    assert len({entry.name for entry in EVERY}) == len(EVERY)
    assert len({store.folder_of(entry) for entry in EVERY}) == len(EVERY)


def test_every_pair_goes_through_english() -> None:
    for entry in EVERY:
        if entry.name.startswith("opus-"):
            facts = entry.translation
            assert facts is not None
            [source], [target] = facts.sources, facts.targets
            assert "en" in (source, target)
            assert entry.name == f"opus-{source}-{target}"


def test_an_unknown_one_is_told() -> None:
    with pytest.raises(WlkError, match="m2m100-418M") as caught:
        translators.find("opus-xx-yy")
    assert caught.value.code == "translator_unknown"


# -- packages --------------------------------------------------------------------------


def test_a_package_is_fetched_unpacked_and_verified_without_its_archive(
    server: Hub, models: Path
) -> None:
    progress: list[tuple[int, int]] = []
    folder = download(pair(), lambda *step: progress.append(step))
    assert server.asked == [(f"/v1/{ARCHIVE}", None)]
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json",
        "metadata.json",
        "model.bin",
        "sentencepiece.model",
    ]
    assert progress[-1] == (len(PACKAGE), len(PACKAGE))
    assert store.condition(pair()) is Condition.INSTALLED
    store.verify_entry(pair())
    assert download(pair()) == folder
    assert len(server.asked) == 1
    kept = {path.name for path in models.iterdir() if path.suffix != ".lock"}
    assert kept == {"opus-en-xx", ".records"}


def test_it_goes_on_where_it_broke_off_whatever_the_server_does(server: Hub) -> None:
    server.answers[:] = [
        answers.broken_after(2000),
        answers.status(503),
        answers.broken_after(500),
        answers.wrong_range,
    ]
    folder = download(pair(), delays_s=(0.0,) * 5)
    assert (folder / "model.bin").stat().st_size == 256 * 4000
    assert [start for _, start in server.asked] == [
        None,
        "bytes=2000-",
        "bytes=2000-",
        "bytes=2500-",
        None,
    ]


@pytest.mark.parametrize("lie", [answers.wrong_bytes, answers.longer])
def test_a_lie_is_not_unpacked(server: Hub, models: Path, lie: answers.Answer) -> None:
    server.answers[:] = [lie, lie]
    with pytest.raises(WlkError) as caught:
        download(pair(), delays_s=AT_ONCE)
    assert caught.value.code == "download_corrupt"
    assert store.condition(pair()) is Condition.ABSENT
    assert [path.name for path in models.iterdir() if path.suffix != ".lock"] == []


def test_damage_is_found_by_size_and_by_digest_and_mended(server: Hub) -> None:
    folder = download(pair())
    (folder / "model.bin").write_bytes(b"short")
    assert store.condition(pair()) is Condition.DAMAGED
    download(pair())
    (folder / "model.bin").write_bytes(bytes(256 * 4000))
    assert store.condition(pair()) is Condition.INSTALLED
    with pytest.raises(WlkError, match=r"model\.bin") as caught:
        store.verify_entry(pair())
    assert caught.value.code == "model_corrupt"
    assert caught.value.hint == "run: wlk-host translators install opus-en-es"
    download(pair())
    store.verify_entry(pair())


@pytest.mark.parametrize(
    "record", ["", "[]", '{"kept": 3}', '{"kept": {"model.bin": {"size_bytes": "1"}}}']
)
def test_a_record_that_is_lost_is_damage_and_mended(server: Hub, models: Path, record: str) -> None:
    download(pair())
    (models / ".records" / "opus-en-xx.json").write_text(record)
    assert store.condition(pair()) is Condition.DAMAGED
    download(pair())
    assert store.condition(pair()) is Condition.INSTALLED


def test_a_package_of_another_form_is_told_and_not_kept(server: Hub, models: Path) -> None:
    without = zipped(
        {"en_xx/model/model.bin": b"1", "en_xx/metadata.json": b"{}", "en_xx/bpe.model": b"#"}
    )
    server.files = {ARCHIVE: without}
    file = ModelFile(ARCHIVE, len(without), hashlib.sha256(without).hexdigest(), is_archive=True)
    with pytest.raises(WlkError, match=r"lacks sentencepiece\.model") as caught:
        download(replace(pair(), files=(file,)), delays_s=AT_ONCE)
    assert caught.value.code == "package_unusable"
    assert [path.name for path in models.iterdir() if path.suffix != ".lock"] == []


def test_a_removed_one_leaves_its_record_only(server: Hub, models: Path) -> None:
    download(pair())
    store.remove(pair())
    assert store.condition(pair()) is Condition.ABSENT
    assert {path.name for path in models.iterdir() if path.suffix != ".lock"} == {".records"}


# -- where nobody has published a digest ---------------------------------------------------


def test_the_first_download_is_trusted_and_recorded(server: Hub, models: Path) -> None:
    download(pair(known=False, size=len(PACKAGE) // 2 + 10))
    record = records.read(models, "opus-en-xx")
    digest = hashlib.sha256(PACKAGE).hexdigest()
    assert record.fetched == {ARCHIVE: records.Seen(len(PACKAGE), digest)}
    store.verify_entry(pair(known=False))


def test_what_comes_later_must_be_the_same_even_after_a_removal(server: Hub) -> None:
    download(pair(known=False))
    store.remove(pair(known=False))
    server.files = {ARCHIVE: OTHER}
    with pytest.raises(WlkError, match="expected") as caught:
        download(pair(known=False), delays_s=AT_ONCE)
    assert caught.value.code == "download_corrupt"
    server.files = {ARCHIVE: PACKAGE}
    download(pair(known=False))


def test_another_version_is_trusted_anew(server: Hub) -> None:
    download(guessed(None))
    newer = replace(guessed(None), repository=HubRepository("maker/toy", "cafe"))
    assert store.condition(newer) is Condition.DAMAGED
    server.files = {"model.bin": b"newer" * 1000}
    download(newer)
    store.verify_entry(newer)


# -- where a size is a guess ------------------------------------------------------------------


def test_the_server_says_how_large_it_is_and_the_digest_decides(server: Hub, models: Path) -> None:
    progress: list[tuple[int, int]] = []
    entry = guessed(hashlib.sha256(WEIGHTS).hexdigest(), size=5000)
    folder = download(entry, lambda *step: progress.append(step))
    assert (folder / "weights.bin").read_bytes() == WEIGHTS
    assert all(done <= total == 5000 for done, total in progress)
    assert store.condition(entry) is Condition.INSTALLED
    store.verify_entry(entry)
    (folder / "weights.bin").write_bytes(WEIGHTS[:-1])
    assert store.condition(entry) is Condition.DAMAGED
    record = json.loads((models / ".records" / "guessed.json").read_text())
    assert record["fetched"]["maker/toy@c0ffee/model.bin"]["size_bytes"] == len(WEIGHTS)


@pytest.mark.parametrize(
    "misbehaviour",
    [[answers.broken_after(900)], [answers.without_range_broken_after(900), answers.without_range]],
    ids=["breaks", "knows_no_ranges"],
)
def test_it_goes_on_though_its_size_is_not_known(
    server: Hub, misbehaviour: list[answers.Answer]
) -> None:
    server.answers[:] = misbehaviour
    folder = download(guessed(hashlib.sha256(WEIGHTS).hexdigest()), delays_s=AT_ONCE)
    assert (folder / "weights.bin").read_bytes() == WEIGHTS


def test_more_than_twice_the_guess_is_refused(server: Hub) -> None:
    with pytest.raises(WlkError, match="expected about 3000") as caught:
        download(guessed(None, size=3000), delays_s=AT_ONCE)
    assert caught.value.code == "download_corrupt"


@pytest.mark.parametrize("lie", [answers.saying_less, answers.wrong_bytes])
def test_a_wrong_one_is_refused_by_its_digest(server: Hub, lie: answers.Answer) -> None:
    server.answers[:] = [lie, lie]
    with pytest.raises(WlkError) as caught:
        download(guessed(hashlib.sha256(WEIGHTS).hexdigest()), delays_s=AT_ONCE)
    assert caught.value.code == "download_corrupt"
