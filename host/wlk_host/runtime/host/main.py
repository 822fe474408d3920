"""The process the browser starts: `wlk-host chrome-extension://…/`."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from wlk_host.runtime import stdio

if TYPE_CHECKING:
    from wlk_host.runtime.ports import ModelLoader, Threads


def default_loader(threads: "Threads", *, together: bool = False) -> "ModelLoader":
    """The real loader. Importing its libraries takes seconds.

    Args:
        threads: where sessions take their turns.
        together: as of `ModelLoader`.
    """
    from wlk_host.backends.choice import unmeasured  # noqa: PLC0415
    from wlk_host.runtime.loading.automatic import this_machine  # noqa: PLC0415
    from wlk_host.runtime.loading.loader import ModelLoader  # noqa: PLC0415
    from wlk_host.runtime.workers import AsTurns  # noqa: PLC0415

    translations = threads.apart("translations")
    return ModelLoader(
        threads,
        AsTurns(translations),
        words=translations,
        backend=unmeasured(),
        automatic=this_machine(),
        together=together,
    )


def main(
    argv: Sequence[str],
    make_loader: "Callable[[Threads], ModelLoader]" = default_loader,
    now: Callable[[], float] = time.monotonic,
) -> int:
    """Serve the browser until it closes the pipe.

    Args:
        argv: the arguments without the program's name. The browser passes the extension's origin.
        make_loader: called when the first session starts.
        now: the seconds of the watchdog.

    Returns:
        The exit code: 0, or 1 if the stream from the browser broke off. Where too much work does
        not end, the process ends here with `stdio.HUNG_EXIT_CODE`, and without memory with
        `stdio.MEMORY_EXIT_CODE`.
    """
    pipes = stdio.claim_pipes()
    # Everything else is imported only now, when it can no longer reach the pipes.
    from wlk_host.runtime import logs  # noqa: PLC0415
    from wlk_host.runtime.host.serve import serve  # noqa: PLC0415

    logs.configure(argv)
    return serve(pipes, make_loader, now)
