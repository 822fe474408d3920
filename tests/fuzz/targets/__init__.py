"""All targets. Each module has those of one part of the host."""

from typing import Final

from fuzz.target import Target
from fuzz.targets import checkpoints, files, messages, models, subtitles, weights

TARGETS: Final[dict[str, Target]] = {
    target.name: target
    for module in (messages, weights, checkpoints, models, files, subtitles)
    for target in module.TARGETS
}
"""By name."""
