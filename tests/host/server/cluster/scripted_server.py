"""`wlk-host serve --replicas` around scripted sessions. Ray's replicas import `scripted`."""

import os
import sys
import tempfile
from pathlib import Path

from host.server.conftest import Loader
from wlk_host import cli
from wlk_host.runtime.ports import ModelLoader, Threads
from wlk_host.server.cluster.here import variables


def scripted(_threads: Threads) -> ModelLoader:
    return Loader()


def main() -> int:
    chosen = cli.argument_parser().parse_args(["serve", *sys.argv[1:]])
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(variables(Path(folder)))
        # Imports Ray, which reads these. Replicas know the loader by its module's name.
        from host.server.cluster import scripted_server  # noqa: PLC0415
        from wlk_host.server.cluster.command import serve_replicas  # noqa: PLC0415

        return serve_replicas(chosen, scripted_server.scripted, upscale_s=0.5, downscale_s=3.0)


if __name__ == "__main__":
    sys.exit(main())
