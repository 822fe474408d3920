"""Which engine is taken."""

from typing import Literal

import pytest
import torch

from wlk_host.backends.choice import bfloat16_speedup, choose


def test_what_was_asked_for_is_taken_unmeasured() -> None:
    wishes: tuple[Literal["faster-whisper", "torch"], ...] = ("faster-whisper", "torch")
    for wish in wishes:
        assert choose(wish, lambda: pytest.fail("measured")) == wish


def test_torch_is_taken_where_half_precision_pays() -> None:
    assert choose("auto", lambda: 4.0) == "torch"
    assert choose("auto", lambda: 1.0) == "faster-whisper"
    assert choose("auto", lambda: 0.2) == "faster-whisper"


def test_the_machine_is_measured() -> None:
    threads = torch.get_num_threads()
    assert 0.01 < bfloat16_speedup() < 100
    assert torch.get_num_threads() == threads
