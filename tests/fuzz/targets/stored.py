"""Files that were stored earlier, or that others wrote: measured speeds, manifests, answers."""

import json
from typing import Final

from fuzz import mutation, scratch
from wlk_host.backends.service import client
from wlk_host.runtime.loading.automatic import SpeedCache
from wlk_host.setup import manifest

_ID: Final = "a" * 32
_MACHINE: Final = {"processor": "x", "cores": "2"}
_STEP: Final = {
    "encode_s": 0.1,
    "decode_s": 0.2,
    "refine_encode": 1.5,
    "refine_decode": 2.5,
    "shared": False,
}
_ANSWER: Final = {
    "language": "english",
    "text": "Hello.",
    "segments": [{"text": "Hello.", "start": 0.0, "end": 1.0, "avg_logprob": -0.2}],
    "words": [{"word": "Hello", "start": 0.0, "end": 1.0}],
}
_FILES: Final[dict[str, object]] = {
    "speed": {"machine": _MACHINE, "steps": {"onnx/base": _STEP, "onnx/tiny": _STEP}},
    "manifest": {
        "name": "dev.wlk.host",
        "description": "x",
        "path": "/bin/sh",
        "type": "stdio",
        "allowed_origins": [f"chrome-extension://{_ID}/"],
    },
    "answer": _ANSWER,
}

CORPUS: Final = tuple(f"{name}\n{json.dumps(content)}".encode() for name, content in _FILES.items())

MUTATORS: Final = (mutation.named(mutation.of_json), mutation.named(mutation.of_bytes))


def try_one(data: bytes) -> None:
    """Damaged measurements are none, every fault of a manifest is found, answers are checked."""
    name, _, content = data.partition(b"\n")
    if name == b"speed":
        cache = SpeedCache(_MACHINE, scratch.write("speed.json", content))
        for step in cache.steps().values():
            assert 0 < step.load < float("inf")
    elif name == b"manifest":
        checked = manifest.check(scratch.write("manifest.json", content), "chrome", [_ID])
        assert checked.findings or checked.binary
    else:
        client._read(content)
