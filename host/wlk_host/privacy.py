"""The switches that keep our dependencies from reporting to their makers.

`wlk_host/__init__.py` sets them. Python runs it before any other module of ours, and so before any
dependency is imported, in each of our processes. Their child processes inherit the variables.
`tests/host/test_promises.py` watches what all of them really do.
"""

from typing import Final

SWITCHES: Final = {
    # onnxruntime 1.29 and later, on all systems. Importing it writes an identifier and a database
    # below ~/.cache/Microsoft, and a session looks up mobile.events.data.microsoft.com.
    # `disable_telemetry_events()` is too late for both (its Privacy.md, and measured on 1.32).
    "ORT_DISABLE_TELEMETRY": "1",
    # huggingface_hub, which transformers and faster-whisper import.
    "HF_HUB_DISABLE_TELEMETRY": "1",
    # Ray, of the extra cluster: reports on a cluster would go to usage-stats.ray.io. Where
    # they are off, a cluster that `ray start` began would still say so there, once.
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_USAGE_STATS_REPORT_URL": "http://127.0.0.1:9",
    # For other packages, and for later versions of these: https://donottrack.sh
    "DO_NOT_TRACK": "1",
}
"""Environment variables. They override the user's own, so that our promise always holds."""
