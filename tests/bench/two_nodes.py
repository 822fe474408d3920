"""`wlk-host serve --replicas` on several nodes of Ray, all of them on this machine.

    python tests/bench/two_nodes.py --nodes 2 --cores 1 -- --replicas 4 --cpus-each 0.5 --port 8000

What stands after `--` are options of `wlk-host serve`. Linux only.
"""

import argparse
import os
import sys

from wlk_host import cli
from wlk_host.server.cluster.here import HERE


def main() -> int:
    """Serve until Ctrl-C; the process's exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--cores", type=float, default=1.0, help="that Ray counts on each node")
    parser.add_argument("serve", nargs="*")
    asked = parser.parse_args()
    os.environ.update(HERE)
    # They read the environment when they are imported.
    from ray.cluster_utils import Cluster  # noqa: PLC0415

    from wlk_host.server.cluster.command import serve_replicas  # noqa: PLC0415

    cluster = Cluster()
    for _ in range(asked.nodes):
        cluster.add_node(num_cpus=2 * asked.cores, object_store_memory=100_000_000)
    try:
        chosen = cli.argument_parser().parse_args(["serve", "--ray", cluster.address, *asked.serve])
        return serve_replicas(chosen)
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    sys.exit(main())
