"""Live captions for any browser tab, recognised on this machine."""

import os

from wlk_host import privacy

os.environ.update(privacy.SWITCHES)
