"""Take memory in a fresh process: print, after each step, what the watch saw as JSON.

Run as `python -m host.bench.take_memory STEP...`, a step being "take" or "begin".
"""

import json
import sys

import numpy as np

from wlk_host.bench.memory import MemoryWatch

BLOCK_MB = 200


def main() -> None:
    watch = MemoryWatch()
    figures = []
    for step in sys.argv[1:]:
        if step == "take":
            np.ones(BLOCK_MB * 2**20, np.uint8)
        else:
            watch.begin()
        figures.append([watch.most_mb(), watch.during_mb()])
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
