"""Become another program whose descriptors 3 and 4 are two of ours: `... TO FROM PROGRAM ...`.

Python's subprocess cannot choose the numbers of the descriptors that it passes on. POSIX only.
"""

import os
import sys

if __name__ == "__main__":
    os.dup2(int(sys.argv[1]), 3)
    os.dup2(int(sys.argv[2]), 4)
    os.execv(sys.argv[3], sys.argv[3:])
