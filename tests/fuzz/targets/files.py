"""Files on this machine that others wrote: manifests, measurements, recordings."""

import io
import json
import wave
from typing import Final, get_args

from fuzz import mutations
from fuzz.target import Target, coded, folder, kept_seeds
from wlk_host.bench.logs import Reference, Run, Setup, read_logs, write_log, write_setup
from wlk_host.bench.manifest import read_manifest as read_bench_manifest
from wlk_host.core.tab_options import TaskName
from wlk_host.runtime.files.caption_log import Shown
from wlk_host.runtime.files.media import SoundFile
from wlk_host.runtime.loading.automatic import SpeedCache
from wlk_host.setup import manifest

_EXTENSION: Final = "abcdefghijklmnopabcdefghijklmnop"


def manifest_seeds() -> list[bytes]:
    """The manifest that tells a browser of the host."""
    program = folder("manifest") / "wlk-host"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return [manifest.render(program, [_EXTENSION]).encode()]


def read_manifest(data: bytes) -> None:
    """Check a manifest: each fault is a finding with a remedy."""
    path = folder("manifest") / manifest.FILE_NAME
    path.write_bytes(data)
    checked = manifest.check(path, "Chromium", [_EXTENSION])
    assert checked.findings or checked.binary is not None
    assert all(finding.code and finding.message and finding.remedy for finding in checked.findings)


def speed_seeds() -> list[bytes]:
    """Measurements of this machine."""
    step = {"encode_s": 0.1, "decode_s": 0.2, "refine_encode": 0.1, "refine_decode": 0.0}
    kept = {"cpu/base": {**step, "shared": False}, "cuda/base": {**step, "shared": True}}
    return [json.dumps({"machine": {"cores": "4"}, "steps": kept}).encode()]


def read_speeds(data: bytes) -> None:
    """Read kept measurements; damaged ones count as none."""
    path = folder("speed") / "speed.json"
    path.write_bytes(data)
    steps = SpeedCache({"cores": "4"}, path).steps()
    assert all(0 < step.load < float("inf") for step in steps.values())


def wave_seeds() -> list[bytes]:
    """A recording of a tenth of a second, mono and stereo."""
    made = []
    for channels in (1, 2):
        file = io.BytesIO()
        with wave.open(file, "wb") as out:
            out.setnchannels(channels)
            out.setsampwidth(2)
            out.setframerate(8000)
            out.writeframes(bytes(range(256)) * 6 * channels)
        made.append(file.getvalue())
    return [*made, *kept_seeds("media")]


def read_media(data: bytes) -> None:
    """Decode a recording: its sound goes forward, and what is missing is told."""
    path = folder("media") / "sound"
    path.write_bytes(data)
    with coded("file_unreadable", "file_missing", "sound_missing", "track_missing"):
        file, end = SoundFile(path), 0
        for chunk in file.chunks():
            assert chunk.start >= end
            end = chunk.start + len(chunk.pcm)
        assert file.damage.problem is None or file.damage.problem.hint


def recording_seeds() -> list[bytes]:
    """A line of a manifest of recordings."""
    row: dict[str, object] = {
        "audio": "a.wav",
        "text": "hello",
        "lang": "en",
        "id": "a",
        "translation_en": None,
    }
    row |= {"words": [["hello", 0.0, 0.5]], "utterances": [{"end": 0.5}], "duration_s": 1.5}
    return [json.dumps(row).encode()]


def read_recordings(data: bytes) -> None:
    """Read what is to be measured."""
    path = folder("bench") / "manifest.jsonl"
    path.write_bytes(data)
    with coded("manifest_unreadable"):
        for recording in read_bench_manifest(path):
            for task in get_args(TaskName):
                assert isinstance(recording.expected(task, "en").id, str)


def log_seeds() -> list[bytes]:
    """What ran, and the log and the reference of one recording."""
    where = folder("bench")
    run = Run((Shown(0.5, "hello", "", "hello"),), 1.5, 0.1, 50.0, 40.0, (("hello", 0.0, 0.5),))
    write_log(where, Reference("a", "hello", "en", "en"), run)
    write_setup(where, Setup("system"), ["a"])
    names = ("run.json", "a.json", "a.ref.json")
    return [json.dumps([json.loads((where / name).read_bytes()) for name in names]).encode()]


def read_bench_logs(data: bytes) -> None:
    """Read what was shown and what was said."""
    try:
        parts = json.loads(data)
    except (ValueError, RecursionError):
        parts = []
    where = folder("bench")
    for name, part in zip(("run.json", "a.json", "a.ref.json"), _listed(parts), strict=False):
        (where / name).write_bytes(json.dumps(part).encode())
    with coded("logs_unreadable"):
        setup, logs = read_logs(where)
        assert isinstance(setup.system, str)
        assert all(isinstance(reference.id, str) for reference, _ in logs)


def _listed(parts: object) -> list[object]:
    return parts if isinstance(parts, list) else [parts]


TARGETS: Final = (
    Target("recordings", recording_seeds, read_recordings, mutations.of_json),
    Target("logs", log_seeds, read_bench_logs, mutations.of_json, 1000),
    Target("manifest", manifest_seeds, read_manifest, mutations.of_json),
    Target("speed", speed_seeds, read_speeds, mutations.of_json),
    Target("media", wave_seeds, read_media, mutations.of_bytes, 500),
)
