"""What is around NeMo's Sortformer; the real package is run by `tests/bench/sortformer.py`."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from wlk_host.core.errors import WlkError
from wlk_host.core.sound.window import AudioBuffer
from wlk_host.core.speakers.speakers import Speakers
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, Pcm, Word
from wlk_host.models import errors
from wlk_host.runtime.loading import sortformer

S = SAMPLE_RATE
PACKAGE = Path(__file__).parents[2] / "fixtures" / "nemo_package"


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where they belong, in a folder of models without any."""
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(tmp_path))
    path = sortformer.weights()
    path.parent.mkdir()
    return path


@pytest.fixture
def nemo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine with NeMo, and without a graphics card."""
    monkeypatch.syspath_prepend(PACKAGE)
    monkeypatch.setenv("PATH", "")
    yield
    for module in [name for name in sys.modules if name.partition(".")[0] == "nemo"]:
        del sys.modules[module]
    sys.modules.pop("wlk_host.backends.sortformer", None)


def voices_of(*seconds: int) -> Pcm:
    return np.repeat(np.array(seconds, np.float32), S)


def test_without_nemo_it_is_told_how_to_get_it() -> None:
    with pytest.raises(WlkError, match=r"nemo_toolkit\[asr\]") as caught:
        sortformer.require()
    assert caught.value.code == "diarizer_unavailable"
    assert "wlk-host[sortformer]" in caught.value.hint


@pytest.mark.usefixtures("nemo")
def test_with_nemo_what_is_missing_is_named_one_after_the_other(weights: Path) -> None:
    with pytest.raises(WlkError, match="found no weights") as missing:
        sortformer.require()
    assert (missing.value.code, sortformer.is_installed()) == ("model_missing", False)
    weights.write_bytes(b"weights")
    with pytest.raises(WlkError, match="an NVIDIA card") as card:
        sortformer.require()
    assert (card.value.code, sortformer.is_installed()) == ("diarizer_unavailable", True)


@pytest.mark.torch
@pytest.mark.usefixtures("nemo")
def test_damaged_weights_are_a_damaged_model(weights: Path) -> None:
    weights.write_bytes(b"corrupt")
    with pytest.raises(WlkError) as caught:
        sortformer.load(sortformer.NAME)
    assert caught.value.code == "model_corrupt"
    assert "PytorchStreamReader" in caught.value.message


@pytest.mark.torch
@pytest.mark.usefixtures("nemo")
@pytest.mark.parametrize("name", [sortformer.NAME, sortformer.FAST])
@pytest.mark.parametrize("step", [1, 7, S // 10, 5 * S])
def test_words_are_named_by_what_is_heard_in_pieces_of_any_length(
    weights: Path, name: str, step: int
) -> None:
    weights.write_bytes(b"weights")
    speakers, sound = Speakers(), AudioBuffer(0)
    speakers.use(sortformer.load(name))
    pcm = voices_of(2, 1, 3, 0, 4)
    speakers.note(0, len(pcm))
    steps = [*range(0, S, max(step, 160)), *range(S, len(pcm), S // 2)]
    for start, end in zip(steps, [*steps[1:], len(pcm)], strict=True):
        sound.append(AudioChunk(start, pcm[start:end]))
        speakers.listen(sound, closing=end == len(pcm))
    words = [Word(" word", at * S // 4, (at + 1) * S // 4, 0.9) for at in range(20)]
    told = speakers.who(words)
    inner = [told[at * 4 + 1 : at * 4 + 3] for at in range(5)]
    assert inner[:3] == [["1", "1"], ["2", "2"], ["2+1", "2+1"]]
    assert inner[4] == ["3", "3"]
