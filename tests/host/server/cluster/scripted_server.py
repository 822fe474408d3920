"""`wlk-host serve --replicas` around scripted sessions. Ray's replicas import this, too."""

import sys

from host.server.conftest import Loader
from wlk_host import cli
from wlk_host.runtime.ports import ModelLoader, Threads


def scripted(_threads: Threads) -> ModelLoader:
    return Loader()


def main() -> int:
    import os
    import tempfile
    from pathlib import Path

    from wlk_host.server.cluster.here import variables

    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(variables(Path(folder)))
        from host.server.cluster import scripted_server
        from wlk_host.server.cluster.command import serve_replicas

        chosen = cli.argument_parser().parse_args(["serve", *sys.argv[1:]])
        return serve_replicas(chosen, scripted_server.scripted, upscale_s=0.5, downscale_s=3.0)


if __name__ == "__main__":
    sys.exit(main())
