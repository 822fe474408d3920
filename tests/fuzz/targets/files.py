"""Files on this machine that others wrote: manifests, measurements, recordings."""

import io
import json
import wave
from typing import Final

from fuzz import mutations
from fuzz.target import Target, coded, folder, kept_seeds
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
    with coded("file_unreadable", "file_missing", "track_missing"):
        file, end = SoundFile(path), 0
        for chunk in file.chunks():
            assert chunk.start >= end
            end = chunk.start + len(chunk.pcm)
        assert file.damage.problem is None or file.damage.problem.hint


TARGETS: Final = (
    Target("manifest", manifest_seeds, read_manifest, mutations.of_json),
    Target("speed", speed_seeds, read_speeds, mutations.of_json),
    Target("media", wave_seeds, read_media, mutations.of_bytes, 500),
)
