"""What captions through a server cost: words and delay, beside the same host without one.

    python tests/bench/remote.py [--rounds N] [--delay-ms N]

Both play the English clip in real time, in turns, with the model base. The server is a `wlk-host
serve` on 127.0.0.1; `--delay-ms` puts a relay before it that holds every byte back for so long,
each way. Delays are from the end of words until they are committed, as the browser's end hears it.
"""

import argparse
import asyncio
import contextlib
import io
import json
import sys
import threading
import wave
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

import wlk_host  # noqa: E402
from host.remote.resuming import browsing, free_port, serving  # noqa: E402
from wlk_host.bench.scoring import error_rate  # noqa: E402

SPEECH = Path(wlk_host.__file__).parent / "speech"
TEXT = json.loads((SPEECH / "english.json").read_text("utf-8"))["text"]


def clip() -> bytes:
    """The speech, as samples."""
    with wave.open(io.BytesIO((SPEECH / "english.wav").read_bytes())) as sound:
        return bytes(sound.readframes(sound.getnframes()))


@contextmanager
def relay(to: int, delay_s: float) -> Iterator[int]:
    """A port that passes bytes on, each way that much later."""
    loop = asyncio.new_event_loop()
    port = free_port()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        late: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def read() -> None:
            while data := await reader.read(65536):
                late.put_nowait((loop.time() + delay_s, data))
            late.put_nowait((loop.time() + delay_s, b""))

        reading = asyncio.ensure_future(read())
        with contextlib.suppress(OSError):
            while (item := await late.get())[1]:
                await asyncio.sleep(max(0.0, item[0] - loop.time()))
                writer.write(item[1])
        writer.close()
        await reading

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", to)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(pump(reader, back), pump(there, writer), return_exceptions=True)

    loop.run_until_complete(asyncio.start_server(accept, "127.0.0.1", port))
    threading.Thread(target=loop.run_forever, daemon=True).start()
    yield port

    async def end() -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    asyncio.run_coroutine_threadsafe(end(), loop).result()
    loop.call_soon_threadsafe(loop.stop)


def played(pcm: bytes, address: str | None) -> dict[str, float]:
    """One run: errors in per cent, delays in seconds."""
    with browsing(pcm) as browser:
        browser.greet(address)
        if address is not None:
            browser.wait(lambda it: bool(it.remotes) and it.remotes[-1]["state"] == "on")
        browser.start()
        browser.wait(lambda it: it.is_ready)
        browser.play(len(pcm) / 32_000)
        browser.finish()
        if address is not None and browser.moved:
            raise RuntimeError("the server did not caption all of it")
        cut = quantiles(browser.delays_s, n=10)
        found = {
            "wer": error_rate(TEXT, browser.text, "en"),
            "median_s": median(browser.delays_s),
            "p90_s": cut[8],
        }
        if browser.remotes:
            trips = [one["round_trip_ms"] for one in browser.remotes]
            found["round_trip_ms"] = median([one for one in trips if one is not None])
        return found


def main() -> None:
    """Run the rounds, local and through the server in turns, and print each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--delay-ms", type=float, default=0.0)
    arguments = parser.parse_args()
    pcm, port = clip(), free_port()
    with ExitStack() as stack:
        stack.enter_context(serving(port, "--model", "base"))
        if arguments.delay_ms:
            port = stack.enter_context(relay(port, arguments.delay_ms / 1000))
        for number in range(arguments.rounds):
            for name, address in (("local", None), ("remote", f"ws://127.0.0.1:{port}")):
                figures = {key: round(value, 3) for key, value in played(pcm, address).items()}
                print(json.dumps({"round": number, "by": name, **figures}), flush=True)


if __name__ == "__main__":
    main()
