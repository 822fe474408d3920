"""What the command line chooses for the first pass."""

import argparse
from pathlib import Path

import numpy as np
import pytest
import torch

from wlk_host import cli
from wlk_host.core.errors import WlkError
from wlk_host.core.live.alignatt_pass import LiveOptions
from wlk_host.core.live.end_of_word import IntegrateAndFire, by_next_token, never
from wlk_host.runtime.loading.live_options import live_options


def test_nothing_chosen_is_the_default() -> None:
    parser = argparse.ArgumentParser()
    cli._add_live_options(parser)
    chosen = parser.parse_args([])
    assert live_options(chosen.beams, chosen.rolling, chosen.end_of_word) == LiveOptions()


def test_beams_and_rolling_text_are_passed_on() -> None:
    chosen = live_options(5, 64, "next")
    assert (chosen.beams, chosen.rolling) == (5, 64)


def test_the_end_of_a_word_is_told_by_a_rule_or_a_model(tmp_path: Path) -> None:
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
