"""Sessions whose model computes for all of them at once: each reads what it reads alone."""

import gc
import itertools
import threading
import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
import torch

from fixtures.models import model
from fixtures.sound import english
from wlk_host.backends.checkpoints.shapes import read_whisper
from wlk_host.backends.whisper.config import read_config
from wlk_host.backends.whisper.model import Whisper
from wlk_host.backends.whisper.rendezvous import Kind
from wlk_host.backends.whisper.torch.batched import BatchedDecoder, batched
from wlk_host.backends.whisper.torch.decoder import TorchDecoder
from wlk_host.backends.whisper.torch.encoder import TorchEncoder
from wlk_host.core.options import SessionOptions
from wlk_host.core.ports import DecodeStep, Task
from wlk_host.core.types import (
    SAMPLE_RATE,
    AudioChunk,
    CaptionUpdate,
    Event,
    LanguageDetected,
    Line,
    Pcm,
)
from wlk_host.runtime.files.clocks import SoundClock
from wlk_host.runtime.files.playback import play
from wlk_host.runtime.loading.loader import ModelLoader
from wlk_host.runtime.loading.model import Model
from wlk_host.runtime.loading.opening import Services
from wlk_host.runtime.ports import Urgency
from wlk_host.runtime.workers import Workers

pytestmark = [pytest.mark.model, pytest.mark.torch]

PARTS = ((0.0, 3.0), (4.5, 8.0), (11.0, 15.0), (21.0, 25.5))
"""Of the English clip, in seconds: what each of the sessions hears."""

LANGUAGES = ("en", "en", None, "en")

C = TypeVar("C")
A = TypeVar("A")


class Noting(Kind[C, A]):
    """Computes as another kind does, and notes for how many at once."""

    def __init__(self, kind: Kind[C, A]) -> None:
        self._kind = kind
        self.passes: list[int] = []

    def fits(self, calls: Sequence[C], /) -> bool:
        return self._kind.fits(calls)

    def compute(self, calls: Sequence[C], /) -> Sequence[A]:
        self.passes.append(len(calls))
        return self._kind.compute(calls)


@pytest.fixture(scope="module")
def loaded() -> Model:
    """The real base, on the processor."""
    found = ModelLoader(SoundClock(), backend="torch").load(SessionOptions(model=base()))
    assert isinstance(found, Model)
    return found


@pytest.fixture(scope="module")
def exact(loaded: Model) -> tuple[TorchEncoder, TorchDecoder]:
    """Its halves in float32, which rounds so little that texts do not depend on it."""
    variables = read_whisper(Path(base()) / "model.bin")
    heads = read_config(Path(base()), variables).alignment_heads
    return (
        TorchEncoder(variables, "cpu", torch.float32),
        TorchDecoder(variables, heads, int8=False),
    )


@pytest.fixture
def whisper(loaded: Model) -> Iterator[Whisper]:
    """The model; its halves are as they were afterwards."""
    whisper = loaded._whisper
    before = whisper.encoder, whisper.decoder
    yield whisper
    whisper.encoder, whisper.decoder = before


def base() -> str:
    return str(model("base"))


def sound(number: int) -> Pcm:
    start, end = (round(at * SAMPLE_RATE) for at in PARTS[number])
    return english()[start:end]


def captioned(whisper: Whisper, services: Services, number: int) -> list[Any]:
    """All that a session says of its part, apart from how sure it is."""
    clock = SoundClock()
    services = replace(services, background=clock, translating=clock, words=clock)
    own = Model("base", whisper, "torch", Path(base()), "cpu", services)
    session = own.open(SessionOptions(language=LANGUAGES[number]))
    pcm = sound(number)
    chunks = (
        AudioChunk(at, pcm[at : at + SAMPLE_RATE // 10])
        for at in range(0, len(pcm), SAMPLE_RATE // 10)
    )
    return [(at, _said(event)) for at, event in play(session, chunks, clock)]


def _said(event: Event) -> Any:
    match event:
        case CaptionUpdate():
            return [_line(line) for line in event.lines], event.draft, event.final_until
        case LanguageDetected():
            return event.language
    return event


def _line(line: Line) -> Any:
    words = [(word.text, word.start, word.end) for word in line.words]
    return (*astuple(replace(line, words=())), words)


def test_each_reads_what_it_reads_alone(
    loaded: Model, whisper: Whisper, exact: tuple[TorchEncoder, TorchDecoder]
) -> None:
    encoder, decoder = exact
    numbers = range(len(PARTS))
    whisper.encoder, whisper.decoder = encoder, decoder
    alone = [captioned(whisper, loaded._services, number) for number in numbers]

    whisper.encoder, together = batched(encoder, decoder.weights)
    whisper.decoder = together
    noting = together._reading = Noting(together._reading)  # type: ignore[assignment]
    with ThreadPoolExecutor(len(PARTS)) as threads:
        heard = list(
            threads.map(lambda number: captioned(whisper, loaded._services, number), numbers)
        )
    for one, other in zip(heard, alone, strict=True):
        assert len(one) > 5
        assert one == other
    assert max(noting.passes) == len(PARTS)
    assert sum(noting.passes) > 2 * len(noting.passes)


def test_who_breaks_off_keeps_nobody_waiting(
    whisper: Whisper, exact: tuple[TorchEncoder, TorchDecoder]
) -> None:
    encoder, decoder = exact

    def steps(number: int, n: int) -> list[DecodeStep]:
        """The first words of a part. Whoever wants few leaves in the middle of its text."""
        stream = whisper.listen(0)
        stream.feed(sound(number))
        window = stream.encode(0, len(sound(number)))
        return list(itertools.islice(window.steps(Task("en"), (), (), beams=3), n))

    asked = [(0, 8), (1, 1), (2, 15), (3, 2)]
    whisper.encoder, whisper.decoder = encoder, decoder
    alone = [steps(*one) for one in asked]
    whisper.encoder, whisper.decoder = batched(encoder, decoder.weights)
    with ThreadPoolExecutor(len(asked)) as threads:
        heard = list(threads.map(lambda one: steps(*one), asked))
    for one, other in zip(heard, alone, strict=True):
        assert [(step.token, step.frame) for step in one] == [
            (step.token, step.frame) for step in other
        ]


class FullMemory:
    """An encoder whose card has room for that many windows at once."""

    def __init__(self, encoder: TorchEncoder, n_windows: int) -> None:
        self._encoder, self._n_windows = encoder, n_windows

    def together(self, windows: Sequence[Any]) -> list[torch.Tensor]:
        if len(windows) > self._n_windows:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
        return self._encoder.together(windows)


@pytest.mark.parametrize("n_windows", [0, 1, 2])
def test_a_full_card_is_told_only_where_one_alone_finds_no_room(
    n_windows: int, whisper: Whisper, exact: tuple[TorchEncoder, TorchDecoder]
) -> None:
    full: Any = FullMemory(exact[0], n_windows)
    encode, _ = batched(full, exact[1].weights)
    features = torch.zeros(whisper.n_mels, 200).numpy()
    begin = threading.Barrier(4)

    def encoded(_: int) -> bool:
        begin.wait(60)
        try:
            return len(encode(features)) == 100
        except torch.OutOfMemoryError:
            return False

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(encoded, range(4))) == {n_windows > 0}


def test_it_is_freed_with_its_model() -> None:
    whisper = Whisper(Path(model("tiny.en")), "torch", together=True)
    assert isinstance(whisper.decoder, BatchedDecoder)
    whisper.encode(torch.zeros(whisper.n_mels, 200).numpy())
    layers = weakref.ref(whisper.decoder.weights.layers[0].own.qkv)
    del whisper
    gc.collect()
    assert layers() is None


def test_each_session_on_it_has_threads_of_its_own(loaded: Model) -> None:
    threads, gate = Workers(1), threading.Event()
    services = replace(loaded._services, background=threads)

    def on_card(*, together: bool) -> Model:
        whisper, folder = loaded._whisper, Path(base())
        return Model("base", whisper, "torch", folder, "cuda", services, together=together)

    taking_turns, together = on_card(together=False), on_card(together=True)
    assert taking_turns.place(threads) is taking_turns.place(threads)
    one, other = together.place(threads), together.place(threads)
    first, second = (together.recognition(SessionOptions()).background for _ in range(2))
    held = [one.take(gate.wait, Urgency.VISIBLE), first.submit(gate.wait)]
    assert other.take(lambda: "done", Urgency.VISIBLE).result() == "done"
    assert second.submit(lambda: "done").result() == "done"
    assert threads.submit(lambda: "done").result() == "done"
    gate.set()
    assert [job.result() for job in held] == [True, True]
