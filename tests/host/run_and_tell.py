"""Run a command of `wlk-host` and print, behind what it prints, which modules it imported.

Run as `python -m host.run_and_tell ARGUMENTS`.
"""

import sys

from wlk_host.cli import main

if __name__ == "__main__":
    try:
        code: object = main(sys.argv[1:])
    except SystemExit as exit_:
        code = exit_.code
    print("imported:", *sorted(sys.modules))
    sys.exit(code)  # type: ignore[arg-type]
