"""Runs of a target that its own coverage guides, with Atheris (libFuzzer).

Atheris is an extra: `pip install --group fuzz`. Without it the other runs work as well.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

from fuzz.driver import MOST_GROWN, Watch
from fuzz.target import Target


class FoundError(Exception):
    """A target did not cope with an input, which libFuzzer writes to a file."""


def fuzz(
    target: Target, seconds: float | None, seed: int, before: Callable[[bytes], None]
) -> None:
    """Run until the time is over or something is found. Ends the process."""
    import atheris  # noqa: PLC0415 - an extra

    seeds = list(target.seeds())

    def read(data: bytes) -> None:
        before(data)
        finding = watch.try_one(target, data)
        if finding is not None:
            raise FoundError(f"{finding.what}: {finding.said}")

    def mutate(data: bytes, most: int, number: int) -> bytes:
        random = Random(number)
        return target.mutate(random, data, random.choice(seeds))[:most]

    corpus = Path(tempfile.mkdtemp(prefix="wlk-corpus-"))
    for number, content in enumerate(seeds):
        (corpus / str(number)).write_bytes(content)
    longest = max(map(len, seeds))
    options = [
        f"-seed={seed + 1}", f"-max_len={4 * longest + 4096}", "-print_final_stats=1", "-timeout=60",
        f"-rss_limit_mb={4096 + (MOST_GROWN >> 20)}", f"-max_total_time={int(seconds or 60)}",
    ]  # fmt: skip
    atheris.instrument_all()
    atheris.Setup([sys.argv[0], *options, str(corpus)], read, custom_mutator=mutate)
    with Watch() as watch:
        atheris.Fuzz()
