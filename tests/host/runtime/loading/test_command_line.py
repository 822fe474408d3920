"""What the command line chooses for a session."""

import argparse
from pathlib import Path

import numpy as np
import pytest

from fixtures.engines import LOCAL
from wlk_host import cli, cli_files, cli_options
from wlk_host.core.errors import WlkError
from wlk_host.core.live.alignatt_pass import LiveOptions
from wlk_host.core.live.end_of_word import IntegrateAndFire, by_next_token, never
from wlk_host.core.options import SessionOptions
from wlk_host.runtime.loading.command_line import live_options, service, session_options


def chosen(command: str, *arguments: str) -> argparse.Namespace:
    """What the real parser makes of a command."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    cli_files.add_caption(commands)
    cli._add_bench(commands)
    return parser.parse_args([command, "a file", *arguments])


@pytest.mark.parametrize("command", ["caption", "bench"])
def test_model_heads_and_engine_are_the_session_s(command: str) -> None:
    words = "--model tiny.en --alignment-heads 3.1,2.0 --backend faster-whisper --language en"
    arguments = chosen(command, *words.split())
    assert session_options(arguments) == SessionOptions(
        "en", model="tiny.en", backend="faster-whisper", alignment_heads="3.1,2.0"
    )
    assert service(arguments) is None


def test_an_engine_that_suits_is_named() -> None:
    assert session_options(chosen("caption", "--backend", "auto")).backend in LOCAL


def test_a_service_takes_the_place_of_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WLK_API_URL", "http://127.0.0.1:1/v1")
    arguments = chosen("caption", "--backend", "openai-api")
    sent_to = service(arguments)
    assert sent_to is not None
    assert sent_to.url == "http://127.0.0.1:1/v1"
    assert session_options(arguments).backend is None


def test_a_service_without_an_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WLK_API_URL", raising=False)
    with pytest.raises(WlkError) as caught:
        service(chosen("caption", "--backend", "openai-api"))
    assert caught.value.code == "api_not_configured"


@pytest.mark.parametrize(
    ("words", "why"),
    [("--model base --alignment-heads 3", "LAYER.HEAD"), ("--alignment-heads 3.1", "model")],
)
def test_heads_that_belong_to_no_model_are_refused(words: str, why: str) -> None:
    with pytest.raises(WlkError, match=why) as caught:
        session_options(chosen("caption", *words.split()))
    assert caught.value.code == "heads_invalid"


def test_nothing_chosen_is_the_default() -> None:
    parser = argparse.ArgumentParser()
    cli_options.add_live_options(parser)
    asked = parser.parse_args([])
    assert live_options(asked.beams, asked.rolling, asked.end_of_word) == LiveOptions()


def test_beams_and_rolling_text_are_passed_on() -> None:
    options = live_options(5, 64, "next")
    assert (options.beams, options.rolling) == (5, 64)


@pytest.mark.torch
def test_the_end_of_a_word_is_told_by_a_rule_or_a_model(tmp_path: Path) -> None:
    import torch  # noqa: PLC0415 - an extra

    layer = torch.nn.Linear(8, 1)
    torch.save(layer.state_dict(), tmp_path / "cif.pt")
    model = live_options(1, 0, str(tmp_path / "cif.pt")).end_of_word
    assert live_options(1, 0, "next").end_of_word is by_next_token
    assert live_options(1, 0, "never").end_of_word is never
    assert isinstance(model, IntegrateAndFire)
    np.testing.assert_array_equal(model.weight, layer.weight.detach().numpy()[0])


def test_a_rule_that_is_neither_is_taken_for_a_file() -> None:
    with pytest.raises(WlkError, match="sometimes") as caught:
        live_options(1, 0, "sometimes")
    assert caught.value.code == "end_of_word_unreadable"
