"""How exactly captions know a film's time: words in the transcript against the recording.

    python tests/bench/media_time.py [--speeds 1 1.5] [--recordings FOLDER --id ID] [--seconds 60]

Real Chromium, the extension, and the real host. The film is the English clip of the tests, whose
words have estimated times, or a recording of a folder with `manifest.jsonl`. It is played from
beginning to end at each speed. Rows:

- captions: starts and ends of words in the transcript, against the recording's;
- recogniser: the same of `wlk-host caption` on the same sound, stretched where the speed is not 1;
- stretching: the recogniser's words of stretched sound, against those of the sound as it is;
- clock: the transcript against the recogniser, so what the way through the browser adds.

Takes as long as the film for each speed, and as long again.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import numpy as np

FOLDER: Final = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(FOLDER), str(FOLDER / "e2e"), str(FOLDER.parent / "installers")]

from browser import launch  # noqa: E402 - the tests' modules are found only now
from pages import serve  # noqa: E402
from transcripts import TranscriptReader, word_time_differences  # noqa: E402
from waiting import wait_until  # noqa: E402

from fixtures import models, sound  # noqa: E402
from fixtures.film import write_film  # noqa: E402
from wlk_host.bench.scoring import percentile  # noqa: E402
from wlk_host.core.types import SAMPLE_RATE, Pcm  # noqa: E402
from wlk_host.models import errors  # noqa: E402

HOST: Final = [sys.executable, "-m", "wlk_host.cli"]
LAST_LINES_S: Final = 60.0

TimedWord = tuple[str, float, float]


@dataclass(frozen=True)
class Recording:
    """Speech whose words have known times in seconds."""

    pcm: Pcm
    words: tuple[TimedWord, ...]


def recording_of(folder: Path, name: str) -> Recording:
    """Read a recording that a manifest describes."""
    lines = (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    [found] = [entry for entry in map(json.loads, lines) if entry["id"] == name]
    words = tuple((str(text), float(start), float(end)) for text, start, end in found["words"])
    return Recording(sound.read(folder / found["audio"]), words)


def first_seconds(recording: Recording, seconds: float) -> Recording:
    """Return its beginning. It ends where a word does."""
    words = tuple(word for word in recording.words if word[2] <= seconds)
    until = words[-1][2] + 0.2
    return Recording(recording.pcm[: round(until * SAMPLE_RATE)], words)


def captioned(browser_folder: Path, recording: Recording, speed: float) -> list[TimedWord]:
    """Play it in a browser; the words of the transcript, in media time."""
    film = write_film(browser_folder / "film.webm", recording.pcm)
    with serve() as site, launch(browser_folder / "profile", HOST) as browser:
        site.add_clip("/film.webm", film)
        site.add_page("/film", "<body><video src='/film.webm' controls width=640></video>")
        page = browser.open(site.url("/film"))
        browser.click_action(page)
        wait_until(lambda: browser.badge(page) == "on", "the host does not listen", seconds=60)
        reader = TranscriptReader(browser)
        page.bring_to_front()
        video = "document.querySelector('video')"
        page.evaluate(f"{video}.playbackRate = {speed}; {video}.play()")
        wait_until(
            lambda: page.evaluate(f"{video}.ended"),
            "the film does not end",
            seconds=recording.words[-1][2] / speed + 30,
        )
        final = lambda: all(entry.state == "final" for entry in reader.entries)  # noqa: E731
        wait_until(final, "the last lines are not final", seconds=LAST_LINES_S)
        return [word for entry in reader.entries if entry.media for word in entry.timed_words]


def recognised(folder: Path, recording: Recording, speed: float) -> list[TimedWord]:
    """Let the host caption the same sound as a file; its words, in the recording's time."""
    path = sound.write_wav(folder / "sound.wav", stretched(recording.pcm, speed))
    command = [*HOST, "caption", str(path), "--format", "json", "--model", "base"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    words = [word for line in json.loads(said)["lines"] for word in line["words"]]
    return [(word["text"], word["start"] * speed, word["end"] * speed) for word in words]


def stretched(pcm: Pcm, speed: float) -> Pcm:
    """Sound that goes as fast, at the same pitch."""
    if speed == 1:
        return pcm
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=SAMPLE_RATE, format="flt", layout="mono")
    tempo = graph.add("atempo", str(speed))
    sink = graph.add("abuffersink")
    source.link_to(tempo)
    tempo.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(pcm[None].astype(np.float32), format="flt", layout="mono")
    frame.sample_rate = SAMPLE_RATE
    graph.push(frame)
    graph.push(None)
    parts = []
    while True:
        try:
            parts.append(graph.pull().to_ndarray()[0])
        except (av.error.BlockingIOError, av.error.EOFError):
            return np.concatenate(parts)


def row(name: str, speed: float, differences: Sequence[float]) -> str:
    """Print-ready: how many times, how far off they are, and to which side."""
    errors_s = sorted(map(abs, differences))
    shares = [percentile(errors_s, share) or 0.0 for share in (0.5, 0.95, 1.0)]
    signed = percentile(sorted(differences), 0.5) or 0.0
    numbers = "  ".join(f"{value:8.3f}" for value in (*shares, signed))
    return f"{speed:5.2f}  {name:11}  {len(differences):5}  {numbers}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print up to four rows for each speed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--speeds", nargs="+", type=float, default=[1.0, 1.5])
    parser.add_argument("--recordings", type=Path, help="a folder with manifest.jsonl")
    parser.add_argument("--id", help="which recording of the folder")
    parser.add_argument("--seconds", type=float, default=60.0, help="how much of it")
    asked = parser.parse_args(arguments)
    os.environ.setdefault(errors.MODELS_VARIABLE, str(models.model("base").parent))
    whole = Recording(sound.english(), sound.english_words())
    if asked.recordings:
        whole = recording_of(asked.recordings, asked.id)
    recording = first_seconds(whole, asked.seconds)
    print("speed  row          times  median s    95 % s    most s  signed median s", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        plain = recognised(Path(folder), recording, 1)
    for speed in asked.speeds:
        with tempfile.TemporaryDirectory() as folder:
            heard = recognised(Path(folder), recording, speed)
            shown = captioned(Path(folder), recording, speed)
        print(row("captions", speed, word_time_differences(recording.words, shown)))
        print(row("recogniser", speed, word_time_differences(recording.words, heard)))
        if speed != 1:
            print(row("stretching", speed, word_time_differences(plain, heard)))
        print(row("clock", speed, word_time_differences(heard, shown)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
