"""Which tests there are on which machine."""

from fixtures.engines import HAS_MLX

collect_ignore = [] if HAS_MLX else ["test_mlx.py"]
