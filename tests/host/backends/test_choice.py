"""Which backend is chosen."""

from typing import Literal

import pytest

from wlk_host.backends.availability import Surroundings
from wlk_host.backends.choice import Backend, choose, unmeasured
from wlk_host.core.errors import WlkError

HERE = Surroundings("Linux", "x86_64", {"ctranslate2": "4.8.1", "torch": "2.13.0"})


def test_what_was_asked_for_is_taken_unmeasured() -> None:
    wishes: tuple[Literal["faster-whisper", "torch"], ...] = ("faster-whisper", "torch")
    for wish in wishes:
        assert choose(wish, lambda: pytest.fail("measured"), HERE) == wish


def test_torch_is_taken_where_half_precision_pays() -> None:
    assert choose("auto", lambda: 4.0, HERE) == "torch"
    assert choose("auto", lambda: 1.0, HERE) == "faster-whisper"
    assert choose("auto", lambda: 0.2, HERE) == "faster-whisper"


MAC = Surroundings("Darwin", "arm64", {"torch": "2.13.0", "mlx": "0.32.4"})


def test_mlx_is_taken_on_apple_silicon_unmeasured() -> None:
    assert choose("auto", lambda: pytest.fail("measured"), MAC) == "mlx"


@pytest.mark.parametrize(
    ("here", "usual"),
    [
        pytest.param(MAC, "mlx", id="Apple silicon"),
        pytest.param(
            Surroundings("Darwin", "arm64", {"torch": "2.13.0"}), "faster-whisper", id="without MLX"
        ),
        pytest.param(
            Surroundings("Linux", "x86_64", {"torch": "2.13.0", "mlx": "0.32.4"}),
            "faster-whisper",
            id="MLX without Apple's GPU",
        ),
        pytest.param(HERE, "faster-whisper", id="Linux"),
    ],
)
def test_without_a_wish_nothing_is_measured(here: Surroundings, usual: Backend) -> None:
    assert unmeasured(here) == usual
    assert choose("auto", lambda: 1.0, here) == usual


def test_what_does_not_run_here_is_refused() -> None:
    with pytest.raises(WlkError, match="needs the package mlx") as caught:
        choose("mlx", here=HERE)
    assert caught.value.code == "backend_unavailable"
