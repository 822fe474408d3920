"""What becomes of captions in a real Chromium when something dies under them.

    PYTHONPATH=host:tests:tests/e2e python tests/bench/faults.py MANIFEST --id ID [--only NAME...]

For each fault of `fault_kinds.py`: a page plays the first `--seconds` of a recording of the
manifest, the real host captions it with `--model base`, and the fault happens once, `--at` so many
seconds. Told are the word error rate of the last text that the panel shows, and of the same text
without any fault; words missing and added within some seconds of the fault; how long after its
cause was gone words stood on the screen that were not there before; and what the extension said.
Words that nobody could have captioned (the page did not play, or the browser gave its sound to
nobody) are taken out of the reference. A run takes as long as the recording, so other work on the
machine counts: the load is printed beside it.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from pages import Site, serve
from unwatched import run_unwatched
from waiting import wait_until

from fault_kinds import FAULTS, Fault, nothing
from fault_rig import Look, Past, Rig
from fixtures import models, sound
from wlk_host.bench.logs import TimedWord
from wlk_host.bench.scoring import align, normalise, word_ends
from wlk_host.core.types import SAMPLE_RATE
from wlk_host.models import errors
from wlk_host.runtime.files.media import read_chunks

AROUND_S: Final = 12.0
"""Words so near the fault are looked at for themselves."""
GRACE_S: Final = 12.0
"""The last lines may take that long."""
BACK_WITHIN_S: Final = 40.0
SETTLED_TITLES: Final = ("Captions are on",)


@dataclass(frozen=True)
class Speech:
    """A recording of known words."""

    wav: Path
    words: tuple[TimedWord, ...]

    def without(self, gap: tuple[float, float] | None) -> tuple[TimedWord, ...]:
        """The words of which nothing lies in a gap."""
        begin, end = gap or (0.0, 0.0)
        return tuple(word for word in self.words if word[2] <= begin or word[1] >= end)


@dataclass(frozen=True)
class Result:
    """How captions came through one fault.

    Attributes:
        wer: of the last text, percent.
        missing: words of the reference near the fault, wanting in the text.
        added: words of the text near the fault, beyond the reference.
        back_s: from when the cause was gone to new words; None: they did not come.
        caught_up_s: from then until the newest words were no more than 3 s old.
        said: each thing the extension said about itself.
    """

    fault: Fault
    wer: float
    missing: int
    added: int
    back_s: float | None
    caught_up_s: float | None
    said: Sequence[str]
    load: float

    def row(self, undisturbed: float) -> str:
        """One line of the table."""
        return (
            f"| {self.fault.name} | {self.fault.how} | {self.wer:.1f} | {undisturbed:.1f} "
            f"| {self.missing} / {self.added} | {_seconds(self.back_s)} "
            f"| {_seconds(self.caught_up_s)} | {len(self.said)}: {', '.join(self.said)} "
            f"| {self.load:.1f} |"
        )


HEAD: Final = (
    "| fault | how | WER % | undisturbed | missing / added near it | back after, s "
    "| caught up after, s | notices | load |\n|---|---|---|---|---|---|---|---|---|"
)


def run(fault: Fault, speech: Speech, at_s: float, site: Site, keep: Path | None) -> Result:
    """Let a fault happen once in the middle of the speech."""
    site.add_clip("/faults.wav", speech.wav)
    site.add_page("/faults", "<video src=/faults.wav preload=auto controls></video>")
    url = site.url("/faults")
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "profile"
        os.environ["FAULT_FOLDER"] = str(profile)
        with run_unwatched(profile, fault.host) as browser:
            page = browser.open(url)
            ready = "document.querySelector('video')?.readyState === 4"
            wait_until(lambda: browser.ask(page, ready), "the page has no sound")
            rig = Rig(browser, url, profile, page)
            rig.begin()
            assert rig.watch(lambda look: (look.media_s or 0) >= at_s, at_s + 30), (
                "it does not play"
            )
            began = time.monotonic()
            past = fault.act(rig)
            ended = "document.querySelector('video').ended"
            rig.watch(lambda _: rig.is_over(ended), 300)
            rig.watch(lambda _: False, GRACE_S)
    if keep:
        looks = [{"at": look.at - began, "media": look.media_s, "text": look.text,
                  "said": look.said} for look in rig.log]  # fmt: skip
        text = json.dumps({"gone": past.gone_at - began, "unheard": past.unheard, "log": looks})
        keep.write_text(text, encoding="utf-8")
    return judge(fault, speech, rig.log, began, past)


def judge(fault: Fault, speech: Speech, log: Sequence[Look], began: float, past: Past) -> Result:
    """Say how captions came through."""
    words = speech.without(past.unheard)
    reference = normalise(" ".join(word for word, _, _ in words), "en")
    shown = normalise(log[-1].text, "en")
    n_errors, pairs = align(reference, shown)
    at_s = max(look.media_s or 0 for look in log if look.at <= began)
    ends = word_ends(reference, words, "en")
    until_s = max(at_s, (past.unheard or (0.0, at_s))[1])
    near = {i for i, end in ends.items() if at_s - AROUND_S < end < until_s + AROUND_S}
    missing, added = _changes(pairs, len(reference), len(shown), near)
    return Result(
        fault,
        100 * n_errors / len(reference),
        missing,
        added,
        _back(log, began, past.gone_at),
        _caught_up(log, speech, began, past.gone_at),
        _said(log, began),
        os.getloadavg()[0],
    )


def _changes(pairs: Sequence[tuple[int, int]], n: int, m: int, near: set[int]) -> tuple[int, int]:
    """Words missing and added between pairs of equal words, of which one side is near."""
    missing = added = 0
    for (i, j), (i_next, j_next) in pairwise([(-1, -1), *pairs, (n, m)]):
        wanting, beyond = i_next - i - 1, j_next - j - 1
        if {i, i_next} & near:
            missing += max(0, wanting - beyond)
            added += max(0, beyond - wanting)
    return missing, added


def _back(log: Sequence[Look], began: float, gone_at: float) -> float | None:
    """Seconds until more words stood on the screen than ever before the cause was gone."""
    before = max(_n_words(look) for look in log if look.at <= max(began, gone_at))
    later = (look for look in log if look.at > gone_at and _n_words(look) > before)
    first = next(later, None)
    return None if first is None else first.at - gone_at


def _caught_up(log: Sequence[Look], speech: Speech, began: float, gone_at: float) -> float | None:
    """Seconds until the newest of the new words was said no more than 3 s before."""
    back = _back(log, began, gone_at)
    ends = [end for _, _, end in speech.words]
    spoken = normalise(" ".join(word for word, _, _ in speech.words), "en")
    for look in log if back is not None else []:
        if look.at >= gone_at + (back or 0) and look.media_s is not None:
            newest = align(spoken, normalise(look.text, "en"))[1][-1:]
            due = int(np.searchsorted(ends, look.media_s - 3))
            if newest and newest[0][0] >= due - 2:
                return look.at - gone_at
    return None


def _said(log: Sequence[Look], began: float) -> list[str]:
    """What the extension said of itself after the fault, each once."""
    said: list[str] = []
    for look in log:
        notice, badge, title, popup = look.said
        if look.at < began:
            continue
        code = popup.partition("code=")[2].partition("&")[0]
        button = f"button {badge}: {title}" if badge in ("↻", "!", "∅") else ""
        for told in (notice, button and f"{button}{f' ({code})' if code else ''}"):
            if told and told not in said:
                said.append(told)
    return said


def _n_words(look: Look) -> int:
    return len(look.text.split())


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.1f}"


def load_speech(manifest: Path, name: str, seconds: float, folder: Path) -> Speech:
    """The first seconds of a recording, cut where an utterance ends."""
    lines = map(json.loads, manifest.read_text(encoding="utf-8").splitlines())
    [entry] = [line for line in lines if line["id"] == name]
    end_s = max(u["end"] for u in entry["utterances"] if u["end"] <= seconds) + 0.25
    chunks = [chunk.pcm for chunk in read_chunks(manifest.parent / entry["audio"])]
    pcm = np.concatenate(chunks)[: round(end_s * SAMPLE_RATE)]
    words = tuple((str(w), float(b), float(e)) for w, b, e in entry["words"] if e <= end_s)
    return Speech(sound.write_wav(folder / "speech.wav", pcm), words)


def main() -> None:
    """Run the faults and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--id", default="concat-lj001")
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--at", type=float, default=32)
    parser.add_argument("--only", nargs="*", default=["undisturbed", *FAULTS])
    parser.add_argument("--undisturbed", type=float, help="its WER, where it was measured before")
    parser.add_argument("--keep", type=Path, help="a folder for what was seen when")
    arguments = parser.parse_args()
    os.environ[errors.MODELS_VARIABLE] = str(models.model("base").parent)
    undisturbed = arguments.undisturbed
    print(HEAD, flush=True)
    with tempfile.TemporaryDirectory() as folder, serve() as site:
        speech = load_speech(arguments.manifest, arguments.id, arguments.seconds, Path(folder))
        for name in arguments.only:
            fault = FAULTS.get(name, Fault("none", "", nothing))
            keep = arguments.keep and arguments.keep / f"{name}.json"
            try:
                result = run(fault, speech, arguments.at, site, keep)
            except (AssertionError, OSError) as error:
                print(f"| {fault.name} | {fault.how} | not measured: {error!r} |", flush=True)
                continue
            if undisturbed is None:
                undisturbed = result.wer
            print(result.row(undisturbed), flush=True)


if __name__ == "__main__":
    main()
