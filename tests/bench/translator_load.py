"""Whether captions stay in time while a translator downloads, loads, crashes or lacks memory.

`python tests/bench/translator_load.py RECORDING [--seconds 60] [--rounds 2]` plays the beginning of
an English recording to a session on `base`, in real time, with each kind of trouble in turn, and
prints how long after its end a word was committed. The translator runs in the real process (with
`--child`, this file); what it loads is as large as NLLB-200 600M.
"""

import argparse
import hashlib
import os
import resource
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from fixtures.hub import serving  # noqa: E402
from fixtures.tiny_translators import zipped  # noqa: E402
from wlk_host.core.options import SessionOptions  # noqa: E402
from wlk_host.core.translation.translators import TranslatorEntry  # noqa: E402
from wlk_host.core.types import CaptionUpdate, Sample, seconds  # noqa: E402
from wlk_host.models import hub, store, translators  # noqa: E402
from wlk_host.models.download import download  # noqa: E402
from wlk_host.runtime.files.clocks import WallClock  # noqa: E402
from wlk_host.runtime.files.media import read_chunks  # noqa: E402
from wlk_host.runtime.files.playback import play  # noqa: E402
from wlk_host.runtime.loading.loader import ModelLoader  # noqa: E402
from wlk_host.runtime.translators.child import Translators  # noqa: E402
from wlk_host.runtime.translators.child import main as child  # noqa: E402
from wlk_host.runtime.translators.process import TranslatorProcess  # noqa: E402
from wlk_host.runtime.workers import Workers  # noqa: E402

KINDS = ("nothing", "works", "loads", "crashes", "no memory", "downloads")
WEIGHTS_BYTES = 650_000_000
PACKAGE_BYTES = 120_000_000
LINE_S = 0.2


class Scripted:
    """Takes as long as NLLB does, and fails as its name says."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.weights = np.ones(1, np.uint8)
        if kind == "loads":
            self._load()

    def _load(self) -> None:
        """Read the weights, and prepare them, with as many threads as a translator has."""
        self.weights = np.frombuffer(os.urandom(WEIGHTS_BYTES // 8) * 8, np.uint8).copy()
        until = time.monotonic() + 5
        square = np.ones((1500, 1500), np.float32)
        while time.monotonic() < until:
            square = square @ square / np.float32(1500)

    def translate(self, texts: Sequence[str], source: str, target: str, context: str) -> list[str]:
        """Capitals, after a while."""
        until = time.monotonic() + LINE_S * len(texts)
        while time.monotonic() < until:
            sum(range(10_000))
        if self.kind == "crashes":
            os.abort()
        if self.kind == "no memory":
            used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + (64 << 20),) * 2)
            np.ones(WEIGHTS_BYTES, np.uint8)
        return [text.upper() for text in texts]


def choose(name: str | None, source: str | None, target: str) -> TranslatorEntry:
    """The scripted translator of that kind."""
    kind = name or "works"
    return TranslatorEntry(
        name=kind,
        targets=(),
        supports=lambda _source, _target: True,
        is_installed=lambda: True,
        load=lambda: Scripted(kind),
        install="",
    )


@contextmanager
def downloading() -> Iterator[None]:
    """A package is fetched from a hub on this machine, verified and unpacked, again and again."""
    weights = os.urandom(PACKAGE_BYTES)
    files = {"x/model/model.bin": weights, "x/sentencepiece.model": b"1", "x/metadata.json": b"{}"}
    content = zipped(files)
    real = translators.find("opus-en-es")
    digest = hashlib.sha256(content).hexdigest()
    file = replace(real.files[0], size_bytes=len(content), sha256=digest)
    over, n = threading.Event(), 0

    def work() -> None:
        nonlocal n
        while not over.is_set():
            n += 1
            download(replace(real, name=f"bench-{n}", files=(file,)))

    installed = store.models_dir()
    with tempfile.TemporaryDirectory() as models, serving({file.name: content}) as server:
        for path in installed.iterdir():
            Path(models, path.name).symlink_to(path)
        os.environ["WLK_MODELS"] = models
        os.environ[hub.PACKAGES_VARIABLE] = server.url
        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            print(f"  {n} packages of {len(content) / 1e6:.0f} MB were installed", flush=True)


def delays(loader: ModelLoader, audio: Path, kind: str, most_s: float) -> list[float]:
    """Seconds from the end of each word until it was committed."""
    into = None if kind in ("nothing", "downloads") else "pt"
    options = SessionOptions(language="en", model="base", translate_to=into, translator=kind)
    session, found = loader.open(options), []
    chunks = takewhile(lambda chunk: seconds(chunk.end) <= most_s, read_chunks(audio))
    known: dict[Sample, int] = {}
    n_translated = 0
    for t, event in play(session, chunks, WallClock()):
        if not isinstance(event, CaptionUpdate):
            continue
        for line in event.lines:
            new = line.words[known.get(line.id, 0) :] if line.state == "committed" else ()
            found += [t - seconds(word.end) for word in new]
            known[line.id] = max(known.get(line.id, 0), len(line.words))
            n_translated += line.translation is not None
    print(f"  {n_translated} translations, problem: {session.translation_problem}", flush=True)
    return found


def measure(audio: Path, most_s: float, rounds: int, kinds: Sequence[str]) -> None:
    """Print p50 and p95 of each kind, of all rounds so far."""
    models = os.environ["WLK_MODELS"]
    command = (sys.executable, __file__, "--child")
    found: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for _ in range(rounds):
        for kind in kinds:
            os.environ["WLK_MODELS"] = models
            service = TranslatorProcess(command)
            loader = ModelLoader(Workers(), Workers(name="translations"), translator=service)
            loader.open(SessionOptions(language="en", model="base"))
            print(kind, flush=True)
            with downloading() if kind == "downloads" else nullcontext():
                found[kind] += delays(loader, audio, kind, most_s)
            loader.release_all()
            each = found[kind]
            half, most = statistics.median(each), statistics.quantiles(each, n=20)[-1]
            print(f"{kind:<10} {len(each):4} words  p50 {half:.2f} s  p95 {most:.2f} s", flush=True)


def main() -> int:
    """Measure, or be the translator."""
    if "--child" in sys.argv:
        return child(Translators(choose))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("audio", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    chosen = parser.parse_args()
    measure(chosen.audio, chosen.seconds, chosen.rounds, chosen.kinds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
