"""Every interface around the real engine: the same speech, the same words."""

import asyncio
import io
import json
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import openai
import pytest
from websockets.sync.client import connect

import wlk_host
from fixtures.models import model
from host.server.conftest import running
from host.server.realtime_client import RATE, Realtime, connected
from host.server.wire_client import Talk, all_of
from wlk_host.bench.scoring import error_rate
from wlk_host.core.types import SAMPLE_RATE
from wlk_host.protocol.connection import Sound
from wlk_host.protocol.sound_frames import encode_sound
from wlk_host.runtime.host.main import default_loader
from wlk_host.server.access import Access
from wlk_host.server.limits import Limits
from wlk_host.server.metrics import Metrics
from wlk_host.server.offer import Offer

pytestmark = pytest.mark.model

SPEECH = Path(wlk_host.__file__).parent / "speech"
WAV = (SPEECH / "english.wav").read_bytes()
TEXT = json.loads((SPEECH / "english.json").read_text("utf-8"))["text"]
PATIENCE_S = 300.0
MOST_WRONG = 8.0
"""Per cent of the words. What the host itself gets wrong of this clip with base."""


def samples() -> bytes:
    with wave.open(io.BytesIO(WAV)) as clip:
        return bytes(clip.readframes(clip.getnframes()))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        yield from _serving(patch)


def _serving(patch: pytest.MonkeyPatch) -> Iterator[str]:
    patch.setenv("WLK_MODELS", str(model("base").parent))
    offer = Offer(models=("base",))
    with running(Limits(), offer, Access(None), default_loader, Metrics()) as (address, _):
        yield address


def wrong(text: str) -> float:
    return error_rate(TEXT, text, "en")


class Replaying:
    """A client that keeps the sound and goes on where it was, as the extension does."""

    def __init__(self, pcm: bytes) -> None:
        self._pcm = pcm
        self.lines: dict[int, str] = {}
        self.final_until = 0

    @property
    def text(self) -> str:
        return " ".join(self.lines[name] for name in sorted(self.lines) if self.lines[name])

    def play(
        self, address: str, sent_until: int | None = None, breaks_at: str | None = None
    ) -> None:
        """Send the sound from where captions are not final.

        Args:
            address: of the server.
            sent_until: the first sample that is not sent; None at the end.
            breaks_at: the connection breaks when lines of this state come; None when all is over.
        """
        begin = self.final_until
        end = len(self._pcm) // 2 if sent_until is None else sent_until
        self.lines = {name: text for name, text in self.lines.items() if name < begin}
        with connect(f"ws://{address}/session", ping_interval=None) as socket:
            client = Talk(socket, PATIENCE_S)
            client.greet()
            client.start("a", options={"language": "en"}, context=self.text, **{"from": begin})
            for seq, at in enumerate(range(begin, end, SAMPLE_RATE)):
                piece = self._pcm[2 * at : 2 * min(at + SAMPLE_RATE, end)]
                socket.send(encode_sound(Sound("a", seq, at, piece)))
            if sent_until is None:
                client.say(type="stop", session="a")
            while True:
                message = client.next()
                assert message["type"] != "error", message
                self._hear(message)
                states = {line["state"] for line in message.get("lines", [])}
                if message.get("state") == "ended" or breaks_at in states:
                    return

    def _hear(self, message: dict[str, Any]) -> None:
        self.lines |= {line["id"]: line["text"] for line in message.get("lines", [])}
        self.final_until = message.get("final_until", self.final_until)


def test_our_own_protocol(address: str) -> None:
    client = Replaying(samples())
    client.play(address)
    assert wrong(client.text) <= MOST_WRONG


def test_a_connection_that_breaks_loses_and_doubles_nothing(address: str) -> None:
    client = Replaying(samples())
    client.play(address, 14 * SAMPLE_RATE, "final")
    final_until = client.final_until
    assert 0 < final_until < 14 * SAMPLE_RATE
    client.play(address, 24 * SAMPLE_RATE, "committed")
    assert client.final_until == final_until
    client.play(address)
    assert wrong(client.text) <= MOST_WRONG


@pytest.mark.parametrize("mode", ["full", "diff"])
def test_asr(mode: str, address: str) -> None:
    pcm = samples()
    with connect(f"ws://{address}/asr?language=en&mode={mode}", ping_interval=None) as socket:
        for at in range(0, len(pcm), SAMPLE_RATE):
            socket.send(pcm[at : at + SAMPLE_RATE])
        socket.send(b"")
        heard = all_of(socket, PATIENCE_S)
    if mode == "full":
        lines = heard[-2]["lines"]
    else:
        lines = []
        for message in heard[1:-1]:
            del lines[: message.get("lines_pruned", 0)]
            lines += message.get("new_lines", message.get("lines", []))
    assert wrong(" ".join(line["text"] for line in lines)) <= MOST_WRONG


def test_openais_client(address: str) -> None:
    with openai.OpenAI(api_key="-", base_url=f"http://{address}/v1", timeout=PATIENCE_S) as client:
        told = client.audio.transcriptions.create(
            model="whisper-1",
            file=("english.wav", WAV),
            response_format="verbose_json",
            timestamp_granularities=["word", "segment"],
        )
    assert wrong(told.text) <= MOST_WRONG
    assert (told.language, round(told.duration)) == ("english", 30)
    assert told.words is not None
    assert " ".join(word.word for word in told.words) == told.text
    starts = [word.start for word in told.words]
    assert starts == sorted(starts)


def samples_of_realtime_clients() -> bytes:
    """The clip at 24 kHz."""
    resampler = av.AudioResampler("s16", "mono", RATE)
    frame = av.AudioFrame.from_ndarray(
        np.frombuffer(samples(), "<i2").reshape(1, -1), "s16", "mono"
    )
    frame.sample_rate = SAMPLE_RATE
    frames = [*resampler.resample(frame), *resampler.resample(None)]
    return b"".join(frame.to_ndarray().tobytes() for frame in frames)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"turn_detection": None},
        {"transcription": {"model": "base", "language": "en", "delay": "low"}},
    ],
    ids=["turns", "commits", "early"],
)
def test_openais_realtime_client(given: dict[str, Any], address: str) -> None:
    client = asyncio.run(_transcribed(address, given))
    transcripts = client.transcripts()
    text = " ".join(filter(None, transcripts.values()))
    assert wrong(text) <= MOST_WRONG
    assert client.kinds.count("committed") == len(transcripts)
    if "transcription" in given:
        live = " ".join(filter(None, map(client.deltas, transcripts)))
        assert wrong(live) <= MOST_WRONG
    else:
        assert [client.deltas(item) for item in transcripts] == [*transcripts.values()]


async def _transcribed(address: str, given: dict[str, Any]) -> Realtime:
    """What was heard of the clip, sent in pieces of 100 ms."""
    pcm = samples_of_realtime_clients()
    async with connected(address, within_s=PATIENCE_S) as client:
        await client.update(**given)
        await client.hear("session.updated")

        async def send() -> None:
            for at in range(0, len(pcm), RATE // 5):
                await client.sound(pcm[at : at + RATE // 5])
            await client.commit()
            await client.connection.input_audio_buffer.clear()

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(send())
            await client.hear("input_audio_buffer.cleared")
        return client
