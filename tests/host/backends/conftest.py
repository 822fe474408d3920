"""Before any test here imports MLX: give it a quick matrix product."""

import fixtures.engines  # noqa: F401
