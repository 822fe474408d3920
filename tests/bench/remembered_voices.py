"""How often a remembered voice is recognised in other recordings, and how often a stranger is.

    WLK_MODELS=... python tests/bench/remembered_voices.py FOLDER [--vectors FILE]

FOLDER holds the folders of recordings. Windows (3.2 s, every second) go through the host's own
clustering and its own rule (`recognised`). Who is heard in `en_short`, `noisy` and `diarization` is
known. In the other recordings there is one voice each, and those that could be of the same reader
are not compared. People are dealt into two halves: the limits are chosen with one half, and
checked with the other, which never meet.
"""

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from remembered_trials import HALVES, NOISE, Recording, sweep, verdict
from voices import Stretch, stretches
from wlk_host.backends.voice_encoder import load_voice_encoder
from wlk_host.core.speakers.narrow import is_narrow
from wlk_host.core.types import SAMPLE_RATE, Pcm
from wlk_host.models import store
from wlk_host.models.catalog import SPEAKERS

WINDOW_S: Final = 3.2
HOP_S: Final = 1.0
LONGEST_S: Final = 75.0
"""More of a recording is not used: five minutes of one voice would outweigh all the others."""

FOLDERS: Final = ("en_short", "noisy", "diarization", "en_long", "multilingual")
UNUSED: Final = ("sim-", "machref-ko-interview", "concat-")
"""Mixtures of recordings that are there themselves; an interview that says not who speaks."""

KIN: Final = {"pv-": "picovoice", "-rhino-": "picovoice", "-bat": "picovoice"} | {
    "shakespeare": "shakespeare",
    "thorsten": "thorsten",
    "tts-hi": "tts-hi",
    "tts-pl": "tts-pl",
}
"""Recordings that could be of the same voice, by a part of their names. Those of FLEURS also, where
their language is the same."""

CHANNELS: Final = {
    "telephone": (300.0, 3400.0, 0.0, None),
    "telephone with hiss": (300.0, 3400.0, 0.0, -40.0),
    "thin microphone": (300.0, 7000.0, 0.0, None),
    "dull microphone": (80.0, 8000.0, 9.0, None),
}
"""What the sound of a reader comes through, too: from and to which frequency in Hz, by how many
decibels its upper half is weaker than its lower (sloping around 1 kHz), and hiss in decibels."""


def person_of(row: dict[str, Any], speaker: str) -> str:
    """Who is heard; the recording's own name where nobody says."""
    name: str = row["id"]
    if row.get("rttm"):
        return speaker if name.startswith("ami-") else f"{name}:{speaker}"
    if row.get("speaker"):
        return str(row["speaker"])
    reader = re.search(r"ls-other-(\d+)-", name)
    return f"LS{reader[1]}" if reader else "p287" if "p287" in name else name


def kin_of(row: dict[str, Any], person: str) -> str:
    """A name in common of recordings of which nobody knows whether one person speaks."""
    if row["id"].startswith("fleurs-"):
        return f"fleurs-{row['lang']}"
    return next((kin for part, kin in KIN.items() if part in row["id"]), person)


def through(pcm: Pcm, channel: str) -> Pcm:
    """The sound as it comes through that channel."""
    low, high, slope_db, hiss_db = CHANNELS[channel]
    hertz = np.fft.rfftfreq(len(pcm), 1 / SAMPLE_RATE)
    gain = ((hertz >= low) & (hertz <= high)).astype(np.float64)
    gain *= 10 ** (-slope_db / 40 * np.clip(np.log2(np.maximum(hertz, 1) / 1000) / 2, -1, 1))
    sound = np.fft.irfft(np.fft.rfft(pcm) * gain, len(pcm))
    if hiss_db is not None:
        hiss = np.random.default_rng(len(pcm)).normal(size=len(pcm))
        sound += hiss * np.sqrt(np.mean(sound**2)) * 10 ** (hiss_db / 20)
    return np.asarray(sound, np.float32)


def collect(folder: Path) -> list[Recording]:
    """The vectors of each recording, in the order in which they are heard."""
    encoder = load_voice_encoder(store.require(SPEAKERS))
    found: list[Recording] = []
    for row, at in rows(folder):
        if at.name in ("en_long", "multilingual") and not row.get("rttm"):
            row |= {"speaker": row["id"]}
        row_speaker = row.get("speaker")
        if not row_speaker and not row.get("rttm"):
            row |= {"speaker": person_of(row, "")}
        by: dict[str, list[Stretch]] = defaultdict(list)
        for one in stretches(row, at, WINDOW_S, HOP_S):
            by[one.speaker].append(one)
        for speaker, all_heard in by.items():
            heard = all_heard[: round(LONGEST_S / HOP_S)]
            person = person_of(row, speaker)
            known = at.name in ("en_short", "noisy") and person != row["id"]
            channels = list(CHANNELS) if at.name == "en_short" and known else []
            for channel in ("", *channels):
                pcms = [through(one.pcm, channel) if channel else one.pcm for one in heard]
                sounds = channel or (NOISE if at.name == "noisy" else "plain")
                vectors = np.stack([encoder.embed(pcm) for pcm in pcms])
                narrow = np.array([is_narrow(pcm) for pcm in pcms])
                kin = kin_of(row, person)
                found.append(Recording(person, kin, sounds, row["id"], vectors, narrow))
    return found


def rows(folder: Path) -> Iterator[tuple[dict[str, Any], Path]]:
    """The recordings that are used."""
    for at in (folder / name for name in FOLDERS):
        for line in (at / "manifest.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            if not row["id"].startswith(UNUSED):
                yield row, at


def kept(path: Path, folder: Path) -> list[Recording]:
    """The recordings in that file, which is made where it is missing."""
    if not path.exists():
        parts: dict[str, Any] = {}
        for one in collect(folder):
            key = "|".join((one.person, one.kin, one.sounds, one.name))
            parts |= {f"{key}|vectors": one.vectors, f"{key}|narrow": one.narrow}
        np.savez(path, **parts)
    saved: dict[str, Any] = dict(np.load(path))
    found = []
    for name in (name for name in saved if name.endswith("|vectors")):
        person, kin, sounds, recording, _ = name.split("|")
        narrow = saved[name.removesuffix("vectors") + "narrow"]
        found.append(Recording(person, kin, sounds, recording, saved[name], narrow))
    return found


def main() -> None:
    """Print what is recognised from which cosine on, and what the rule in use makes of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--vectors", type=Path, help="keep the vectors there, or take them")
    asked = parser.parse_args()
    found = kept(asked.vectors, asked.folder) if asked.vectors else collect(asked.folder)
    for half in HALVES:
        print(f"\n{half}\n")
        print("\n".join(sweep(found, half)))
        print("\n".join(verdict(found, half)))


if __name__ == "__main__":
    main()
