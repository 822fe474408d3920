"""Before any test here imports a dependency: switch its telemetry off."""

import wlk_host  # noqa: F401
