"""nllw's mechanics on NLLB's real architecture with random weights, in the real process."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fixtures.translation_models import nllb_models
from wlk_host.core.errors import WlkError
from wlk_host.core.translation.translators import TranslationRequest
from wlk_host.models.errors import MODELS_VARIABLE
from wlk_host.runtime.translators.process import TranslatorProcess

pytestmark = pytest.mark.torch
"""nllw requires it."""

LINES = (
    "When a sentence is finished, it is read once more.",
    "Yes.",
    "今日はいい天気です。",
    "Thank you. If the network goes away, everything keeps working.",
)


def ask(
    texts: tuple[str, ...], source: str = "en", target: str = "pt", engine: str | None = "nllw-600M"
) -> TranslationRequest:
    return TranslationRequest(engine, source, target, texts)


@contextmanager
def started(models: Path) -> Iterator[TranslatorProcess]:
    """A process that finds its models there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MODELS_VARIABLE, str(models))
        process = TranslatorProcess()
        process.translate(ask(()))
    yield process
    process.release()


@pytest.fixture(scope="module")
def service() -> Iterator[TranslatorProcess]:
    with started(nllb_models()) as process:
        yield process


def test_both_backends_say_the_same_of_short_and_unspaced_sentences_too(
    service: TranslatorProcess, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    name = "nllb-600M-transformers"
    shutil.copytree(nllb_models() / name, tmp_path / name)
    with started(tmp_path) as only_transformers:
        by_transformers = only_transformers.translate(ask(LINES))
    by_ctranslate2 = service.translate(ask(LINES))
    assert by_ctranslate2 == by_transformers
    assert len(by_ctranslate2) == len(LINES)
    assert capfd.readouterr().out == ""


def test_each_line_is_translated_by_itself_however_they_are_batched(
    service: TranslatorProcess,
) -> None:
    together = service.translate(ask(LINES))
    alone = [service.translate(ask((text,)))[0] for text in LINES]
    # The random model loops: only where it is cut off depends on the batch.
    for one, other in zip(together, alone, strict=True):
        assert one.startswith(other) or other.startswith(one)


def test_source_and_target_language_reach_the_model(service: TranslatorProcess) -> None:
    found = {
        tuple(service.translate(ask(LINES, source, target)))
        for source in ("en", "es", "la")
        for target in ("pt-BR", "zh-TW", "zh")
    }
    assert len(found) == 9


def test_a_translation_that_loops_ends(service: TranslatorProcess) -> None:
    [text] = service.translate(ask(("word " * 60,)))
    assert len(text) < 10_000


def test_what_it_does_not_know_is_told(service: TranslatorProcess) -> None:
    with pytest.raises(WlkError) as caught:
        service.translate(ask(LINES, target="la"))
    assert caught.value.code == "translation_unsupported"
    assert service.translate(ask(("...",))) == ["..."]


def test_a_folder_of_it_says_the_same_without_nllw(service: TranslatorProcess) -> None:
    folder = str(nllb_models() / "nllb-600M-ctranslate2")
    assert any(service.translate(ask(LINES, engine=folder)))
    with pytest.raises(WlkError) as caught:
        service.translate(ask(LINES, target="tlh", engine=folder))
    assert caught.value.code == "translation_unsupported"
