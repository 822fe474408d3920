"""Real models that take over from each other amid real speech."""

import base64
import json
import queue
import weakref
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from fixtures.models import model
from fixtures.sound import english
from host.runtime.scripted import Inline
from wlk_host.bench.scoring import error_rate
from wlk_host.core.errors import WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.core.ports import Task
from wlk_host.core.types import SAMPLE_RATE
from wlk_host.protocol.connection import Connection
from wlk_host.protocol.messages import Captions, Error, Status, ToExtension
from wlk_host.runtime.files.clocks import SoundClock
from wlk_host.runtime.host.loop import HostLoop
from wlk_host.runtime.loading.loader import ModelLoader
from wlk_host.runtime.loading.model import Model
from wlk_host.runtime.stdio import Inbox, Signal

pytestmark = [pytest.mark.model, pytest.mark.torch]

CHUNK = SAMPLE_RATE // 10


class FullMemory:
    """An encoder whose card has room for some windows and no more."""

    def __init__(self, encoder: Any, n_windows: int) -> None:
        self._encoder = encoder
        self.n_left = n_windows

    def __call__(self, features: Any) -> Any:
        self.n_left -= 1
        if self.n_left < 0:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
        return self._encoder(features)


class LiveInbox(queue.Queue[bytes | Signal | None]):
    """Lets sound in a step at a time, so that work is done in between, as on a quick machine."""

    def __init__(self, messages: list[bytes | None]) -> None:
        super().__init__()
        self._messages = messages

    def get(self, block: bool = True, timeout: float | None = None) -> bytes | Signal | None:
        if block:
            return self._messages.pop(0)
        raise queue.Empty


def serve(loader: ModelLoader, pcm: Any, options: dict[str, Any]) -> list[ToExtension]:
    """What the extension is told of this sound."""
    sound = (np.clip(pcm, -1, 1) * 32767).astype("<i2").tobytes()
    said: list[dict[str, Any]] = [{"type": "start", "session": "a", "options": options}]
    for seq, at in enumerate(range(0, len(sound), 2 * CHUNK)):
        chunk = base64.b64encode(sound[at : at + 2 * CHUNK]).decode()
        said.append({"type": "audio", "session": "a", "seq": seq, "start": at // 2, "pcm": chunk})
    inbox: Inbox = LiveInbox([*(json.dumps(message).encode() for message in said), None])
    heard: list[ToExtension] = []
    connection = Connection()
    connection.receive(b'{"type": "hello", "protocol": 1, "extension": "0.1.0"}')
    HostLoop(
        inbox, heard.append, connection, lambda _: loader, lambda _: None, 300, lambda _: Inline()
    ).run()
    return heard


def text_of(heard: list[ToExtension]) -> str:
    lines: dict[int, str] = {}
    for message in heard:
        if isinstance(message, Captions):
            lines |= {line.id: line.text for line in message.lines}
    return " ".join(lines[line_id] for line_id in sorted(lines) if lines[line_id])


def heard_by(loader: ModelLoader) -> list[ToExtension]:
    """What tiny.en makes of the first two sentences."""
    return serve(loader, english()[: 11 * SAMPLE_RATE], {"model": tiny()})


def tiny() -> str:
    return str(model("tiny.en"))


@pytest.fixture(scope="module")
def whole() -> str:
    """What is said, by the same model where there is room."""
    return text_of(heard_by(ModelLoader(SoundClock(), backend="torch")))


@pytest.mark.parametrize("n_windows", [0, 7])
def test_a_full_card_costs_no_word(n_windows: int, whole: str) -> None:
    """The card is the processor in disguise: its windows run out, the models are real."""
    loader = ModelLoader(SoundClock(), backend="torch")
    on_card = loader.load(SessionOptions(model=tiny()))
    assert isinstance(on_card, Model)
    on_card.device = "cuda"
    (folder, _, setup), _ = loader._models.popitem()
    loader._models[folder, "cuda", setup] = on_card
    loader._places["torch"] = ("cuda", None)
    on_card._whisper.encoder = FullMemory(on_card._whisper.encoder, n_windows)
    weights = weakref.ref(on_card._whisper)
    heard = heard_by(loader)
    assert [message for message in heard if isinstance(message, Error)] == []
    told = [message for message in heard if isinstance(message, Status)]
    assert [told[1].device, told[-1].device] == ["cuda", "cpu"]
    assert told[-1].model == "tiny.en"
    assert told[-1].model_problem is not None
    assert told[-1].model_problem.code == "device_out_of_memory"
    assert len(whole.split()) > 15
    assert error_rate(whole, text_of(heard), "en") <= 5
    assert [device for _, device, _ in loader._models] == ["cpu"]
    assert weights() is None, "the card is still full"


def heads_read(model: Model) -> NDArray[np.float32]:
    """The attention that a decoder shows for a word of the clip, shape (heads, tokens, frames)."""
    whisper = model._whisper
    stream = whisper.listen(0)
    stream.feed(english()[: 3 * SAMPLE_RATE])
    memory = stream.encode(0, 3 * SAMPLE_RATE)._memory
    tokens = [*whisper.tokenizer.task_tokens(Task("en")), *whisper.tokenizer.encode(" Hello")]
    _, attention = whisper.decoder.forward(tokens, whisper.decoder.cache(), memory)
    return attention


def test_a_backend_and_heads_hold_for_the_session_that_asks_for_them() -> None:
    loader = ModelLoader(SoundClock(), backend="torch")
    usual = loader.load(SessionOptions(model=tiny()))
    assert isinstance(usual, Model)
    asked = SessionOptions(model=tiny(), backend="faster-whisper", alignment_heads="3.1")
    own = loader.load(asked)
    assert isinstance(own, Model)
    assert (usual._backend, own._backend) == ("torch", "faster-whisper")
    read, by_torch = heads_read(own), loader.load(replace(asked, backend="torch"))
    assert isinstance(by_torch, Model)
    assert by_torch._whisper.decoder.weights.heads == [[], [], [], [1]]  # type: ignore[attr-defined]
    # Both read the one head alone, and see nearly the same with it: int8 differs a little.
    assert len(read) == 1 < len(heads_read(usual))
    assert np.corrcoef(read.ravel(), heads_read(by_torch).ravel())[0, 1] > 0.9
    assert loader.load(asked) is own
    assert loader.load(SessionOptions(model=tiny())) is usual
    with pytest.raises(WlkError, match="4 layers of 6 heads") as caught:
        loader.load(SessionOptions(model=tiny(), alignment_heads="7.1"))
    assert caught.value.code == "heads_invalid"
