"""Live captions for any browser tab, recognised on this machine."""

import os

from wlk_host import privacy

os.environ.update(privacy.SWITCHES)
# NumPy's products are small here. Divided among threads, they leave each of these waiting for the
# next one in a loop that takes a core: twice the processor time of a live step.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
