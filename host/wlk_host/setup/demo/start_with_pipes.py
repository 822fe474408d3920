"""Run a program with two of our descriptors as its 3 and 4: `... TO FROM PROGRAM ...`.

Python's subprocess cannot choose the numbers of the descriptors it passes on. POSIX only.
"""

import os
import sys

if __name__ == "__main__":
    os.dup2(int(sys.argv[1]), 3)
    os.dup2(int(sys.argv[2]), 4)
    os.execv(sys.argv[3], sys.argv[3:])  # noqa: S606 - it becomes that program
