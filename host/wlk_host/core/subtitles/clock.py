"""Times as files write them."""

from wlk_host.core.subtitles.transcript import Milliseconds


def timestamp(at: Milliseconds, mark: str) -> str:
    """Hours, minutes, seconds and milliseconds, with that mark before the milliseconds."""
    total, milliseconds = divmod(at, 1000)
    hours, rest = divmod(total, 3600)
    return f"{hours:02}:{rest // 60:02}:{rest % 60:02}{mark}{milliseconds:03}"
