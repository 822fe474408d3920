"""A target whose coverage guides its input, with Atheris: `python -m fuzz.guided NAME …`.

Atheris (libFuzzer for Python) is an extra: `pip install --group fuzz`. The other runs do without.
At its end libFuzzer prints numbers, which `run.py` reads.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Final

import atheris

with atheris.instrument_imports(
    include=["wlk_host", "json", "zipfile", "pickletools", "numpy.lib"]
):
    from fuzz.targets import TARGETS

from fuzz.child import recorder
from fuzz.driver import MOST_GROWN, Watch
from fuzz.target import Target

_MOST_MB: Final = 4096
"""Of memory for the whole process."""


class FoundError(Exception):
    """A target did not cope with an input."""


def main() -> None:
    """Run the target that the command line names, until the time is over or something is found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--current", type=Path, required=True)
    chosen, _ = parser.parse_known_args()
    target = TARGETS[chosen.target]
    seeds, before = list(target.seeds()), recorder(chosen.current)

    def mutate(data: bytes, most: int, number: int) -> bytes:
        random = Random(number)
        return target.mutate(random, data, random.choice(seeds))[:most]

    def read(data: bytes) -> None:
        before(data)
        finding = watch.try_one(target, data)
        if finding is not None:
            raise FoundError(f"{finding.what}: {finding.said}")

    with Watch() as watch, tempfile.TemporaryDirectory(prefix="wlk-corpus-") as corpus:
        for number, content in enumerate(seeds):
            (Path(corpus) / str(number)).write_bytes(content)
        options = _options(target, seeds, chosen.seconds, chosen.seed)
        atheris.Setup([sys.argv[0], *options, corpus], read, custom_mutator=mutate)
        atheris.Fuzz()


def _options(target: Target, seeds: list[bytes], seconds: float, seed: int) -> list[str]:
    longest = max(map(len, seeds))
    return [
        f"-seed={seed % 2**31 + 1}",
        f"-max_len={4 * longest + 4096}",
        f"-max_total_time={int(seconds)}",
        f"-rss_limit_mb={_MOST_MB + (MOST_GROWN >> 20)}",
        "-timeout=60",
        "-print_final_stats=1",
        f"-artifact_prefix={target.name}-",
    ]


if __name__ == "__main__":
    main()
