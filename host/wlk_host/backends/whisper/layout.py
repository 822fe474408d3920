"""How a Whisper checkpoint is laid out, whichever library computes with it."""

from collections.abc import Mapping
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

HEAD_WIDTH: Final = 64
"""Channels of an attention head, the same in all Whisper models."""

Variables: TypeAlias = Mapping[str, NDArray[np.generic]]
"""CTranslate2 names and arrays (`checkpoints.container.read_variables`)."""
