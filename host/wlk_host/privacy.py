"""The switches that keep our dependencies from reporting to their makers.

`wlk_host/__init__.py` sets them. Python runs that before any module of ours, so before any
dependency is imported, in each process that we write; the processes that these start inherit them.
`tests/host/test_promises.py` watches what all of them really do.
"""

from typing import Final

SWITCHES: Final = {
    # onnxruntime 1.29 and later, on all systems. Its import alone writes an identifier and a
    # database below ~/.cache/Microsoft, a session looks up mobile.events.data.microsoft.com, and
    # `disable_telemetry_events()` comes too late for both (its Privacy.md, and measured on 1.32).
    "ORT_DISABLE_TELEMETRY": "1",
    # huggingface_hub, which transformers and faster-whisper import.
    "HF_HUB_DISABLE_TELEMETRY": "1",
    # What other packages, and the next version of these, may ask: https://donottrack.sh
    "DO_NOT_TRACK": "1",
}
"""Environment variables. They overrule the user's own: our promise holds whatever these say."""
