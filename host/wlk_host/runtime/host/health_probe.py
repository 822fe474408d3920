"""Print how the last hosts were, as JSON: `python -m wlk_host.runtime.host.health_probe`."""

import sys

import msgspec

from wlk_host.runtime.host.health_file import health_file, read


def main() -> None:
    """Print the file and where it is."""
    runs = msgspec.to_builtins(read(health_file()).runs)
    sys.stdout.buffer.write(msgspec.json.encode({"file": str(health_file()), "runs": runs}))


if __name__ == "__main__":
    main()
