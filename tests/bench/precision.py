"""Live and final word error rates with the live decoder in each precision.

    python tests/bench/precision.py MANIFEST... --out DIR [--jobs 15] [--only int8 mixed float32]

Each recording is captioned as `wlk-host bench` does it, with `--backend faster-whisper` on the
processor, on a clock that charges measured work. Recordings are shared out among processes of one
core each. A precision's logs go into `DIR/PRECISION/SET`, for `wlk-host bench --compare`. Prints
the table for RESULTS.md. `--read DIR` prints that of an earlier run.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final, get_args

from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.whisper.onnx import files
from wlk_host.backends.whisper.onnx.linear import Precision
from wlk_host.bench.figures import figures
from wlk_host.bench.logs import Setup, read_logs, write_setup
from wlk_host.bench.report import read_book
from wlk_host.models import store

PRECISIONS: Final[tuple[Precision, ...]] = get_args(Precision)
SHARD_S: Final = 120.0
"""Sound of the recordings of one process, unless one alone is longer."""

SHOWN: Final = ("wer", "final_wer", "commit_p50", "commit_p95", "erasure", "cpu_per_s")
TITLES: Final = ("live WER %", "final WER %", "committed p50 s", "p95", "erasure", "CPU s/s")


@dataclass(frozen=True, slots=True)
class Shard:
    """Some recordings of a set, as rows of its manifest."""

    of: Path
    rows: tuple[dict[str, Any], ...]

    @property
    def duration_s(self) -> float:
        """Of all its recordings."""
        return float(sum(row["duration_s"] for row in self.rows))


def shards_of(manifest: Path) -> Iterator[Shard]:
    """The recordings of a manifest whose text is known, the longest first, in parts.

    Args:
        manifest: rows must have their `duration_s`.
    """
    rows = [json.loads(line) for line in manifest.read_text("utf-8").splitlines() if line.strip()]
    some: list[dict[str, Any]] = []
    for row in sorted(
        (row for row in rows if row["text"]), key=lambda row: -float(row["duration_s"])
    ):
        if some and Shard(manifest, (*some, row)).duration_s > SHARD_S:
            yield Shard(manifest, tuple(some))
            some = []
        absolute = str((manifest.parent / row["audio"]).resolve())
        some.append({**row, "id": row.get("id") or Path(row["audio"]).stem, "audio": absolute})
    if some:
        yield Shard(manifest, tuple(some))


def prepare(precision: Precision, model: Path, home: Path) -> Path:
    """A models folder with that model, whose decoder has the precision. Returns the folder."""
    folder = home / precision
    folder.mkdir()
    (folder / model.name).symlink_to(model)
    config = json.loads((model / "config.json").read_text("utf-8"))
    heads = tuple((pair[0], pair[1]) for pair in config["alignment_heads"])
    variables = read_variables(model / "model.bin")
    # Written before several processes look for it.
    files.load_decoder(
        folder / model.name / "model.bin",
        variables,
        heads,
        folder / ".decoders",
        precision=precision,
    )
    return folder


def run(precision: Precision, shard: Shard, models: Path, out: Path, core: int, model: str) -> None:
    """Caption the recordings of a shard in a process that has one core.

    Raises:
        CalledProcessError: it failed.
    """
    out.mkdir(parents=True, exist_ok=True)
    manifest = out / "manifest.jsonl"
    manifest.write_text("".join(json.dumps(row) + "\n" for row in shard.rows), "utf-8")
    command = ["taskset", "-c", str(core), sys.executable, __file__, "--within", precision]
    command += [str(manifest), "--out", str(out), "--model", model]
    environment = {**os.environ, "WLK_MODELS": str(models), "CUDA_VISIBLE_DEVICES": ""}
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


def within(precision: Precision, manifest: Path, out: Path, model: str) -> int:
    """In a process of its own: the bench, with a decoder of that precision."""
    # The product has no such option: it takes the best that onnxruntime computes rightly.
    files.best_precision = lambda version=None: precision  # type: ignore[attr-defined]
    from wlk_host.cli import main as command  # noqa: PLC0415 - once that is said

    asked = ["bench", str(manifest), "--out", str(out), "--model", model]
    return command([*asked, "--backend", "faster-whisper", "--device", "cpu"])


def gather(out: Path) -> None:
    """Bring the logs of a set's shards together in its folder."""
    setup: Setup | None = None
    ids = []
    for shard in sorted(out.glob("shard-*")):
        setup, logged = read_logs(shard)
        for reference, _ in logged:
            ids.append(reference.id)
            for name in (f"{reference.id}.json", f"{reference.id}.ref.json"):
                (shard / name).rename(out / name)
    if setup is not None:
        write_setup(out, setup, ids)


def run_all(
    manifests: Sequence[Path], precisions: Sequence[Precision], out: Path, jobs: int, model: str
) -> None:
    """Caption all recordings in each precision."""
    cores: SimpleQueue[int] = SimpleQueue()
    for core in sorted(os.sched_getaffinity(0))[-jobs:]:
        cores.put(core)
    with tempfile.TemporaryDirectory() as home:
        folder = store.resolve(model)
        models = {each: prepare(each, folder, Path(home)) for each in precisions}
        work = [
            (precision, shard, out / precision / manifest.parent.name / f"shard-{number}")
            for manifest in manifests
            for number, shard in enumerate(shards_of(manifest))
            for precision in precisions
        ]
        work.sort(key=lambda each: -each[1].duration_s)

        def one(each: tuple[Precision, Shard, Path]) -> None:
            precision, shard, to = each
            core = cores.get()
            try:
                run(precision, shard, models[precision], to, core, model)
            finally:
                cores.put(core)

        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(one, work))
    for precision in precisions:
        for manifest in manifests:
            gather(out / precision / manifest.parent.name)


def table(out: Path) -> Iterator[str]:
    """A row for each set and precision of a run."""
    yield f"| set | precision | {' | '.join(TITLES)} |"
    yield "|---" * (2 + len(TITLES)) + "|"
    sets = sorted({folder.name for folder in out.glob("*/*") if (folder / "run.json").exists()})
    for name in sets:
        for precision in PRECISIONS:
            folder = out / precision / name
            if not (folder / "run.json").exists():
                continue
            found = figures(read_book(folder).measured)
            cells = ["" if (value := found[column]) is None else f"{value:.2f}" for column in SHOWN]
            yield f"| {name} | {precision} | {' | '.join(cells)} |"


def main() -> int:
    """Run, or print what was run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("manifests", nargs="*", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", nargs="+", choices=PRECISIONS, default=PRECISIONS)
    parser.add_argument("--jobs", type=int, default=1, help="processes, each with a core")
    parser.add_argument("--model", default="base")
    parser.add_argument("--read", type=Path, help="the folder of an earlier run")
    parser.add_argument("--within", choices=PRECISIONS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.read:
        print("\n".join(table(arguments.read)))
        return 0
    if not arguments.manifests or arguments.out is None:
        parser.error("name manifests, and a folder for the logs with --out")
    if arguments.within:
        return within(arguments.within, arguments.manifests[0], arguments.out, arguments.model)
    run_all(
        arguments.manifests,
        arguments.only,
        arguments.out.resolve(),
        arguments.jobs,
        arguments.model,
    )
    print("\n".join(table(arguments.out)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
