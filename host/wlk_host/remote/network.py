"""The thread of a link: one connection after the other, with growing pauses in between."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from wlk_host.core.errors import WlkError
from wlk_host.remote import failures
from wlk_host.remote.news import Lost, News, Opened, Pinged, Said, ToServer

MOST_UNSENT: Final = 2000
"""Messages that wait for the network. A minute of sound, which a resumed session has, is 600."""

STABLE_S: Final = 30.0
"""A connection that lasted so long was good: the next pause is a short one again."""

PAUSES_S: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
"""Between attempts. The last one is repeated."""


class Talk:
    """One connection, as who speaks on it sees it.

    Attributes:
        number: of the connection.
        unsent: what is to be said.

    Args:
        number: as above.
        tell: takes the news.
    """

    def __init__(self, number: int, tell: Callable[[News], None]) -> None:
        self.number = number
        self.unsent: asyncio.Queue[ToServer] = asyncio.Queue()
        self.has_opened = False
        self._tell = tell

    def opened(
        self, version: str | None, models: frozenset[str], translators: frozenset[str], ms: int
    ) -> None:
        """The server is there."""
        self.has_opened = True
        self._tell(Opened(self.number, version, models, translators, ms))

    def pinged(self, ms: int) -> None:
        """It is still there."""
        self._tell(Pinged(self.number, ms))

    def said(self, message: "Said") -> None:
        """It says something."""
        self._tell(message)


Speak = Callable[[Talk], Awaitable[None]]
"""Opens a connection and speaks on it until it is over. Raises WlkError for why."""


class NetworkLink:
    """A `news.Link` with a thread of its own.

    Args:
        speak: one connection.
        tell: takes the news, on that thread. It may wait.
        pauses_s: between attempts.
    """

    def __init__(
        self,
        speak: Speak,
        tell: Callable[[News], None],
        pauses_s: tuple[float, ...] = PAUSES_S,
    ) -> None:
        self._speak = speak
        self._tell = tell
        self._pauses_s = pauses_s
        self._loop = asyncio.new_event_loop()
        self._talk: Talk | None = None
        self._speaking: asyncio.Task[None] | None = None
        self._main: asyncio.Task[None] | None = None
        self._dropped: WlkError | None = None
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="remote", daemon=True)
        self._thread.start()

    def say(self, number: int, message: ToServer) -> None:
        """See `Link`."""
        self._call(self._queue, number, message)

    def drop(self, number: int, error: WlkError) -> None:
        """See `Link`."""
        self._call(self._drop, number, error)

    def close(self) -> None:
        """See `Link`."""
        self._is_closed = True
        self._call(self._cancel)

    def join(self, within_s: float) -> bool:
        """Wait until a closed one has ended; returns whether it has."""
        self._thread.join(within_s)
        return not self._thread.is_alive()

    # On its thread

    def _run(self) -> None:
        error = failures.lost()
        try:
            with (
                suppress(asyncio.CancelledError),
                asyncio.Runner(loop_factory=lambda: self._loop) as runner,
            ):
                runner.run(self._keep())
        finally:
            # Whatever it was, sessions must not wait for a thread that is gone.
            if not self._is_closed:
                self._tell(Lost(0, error))

    async def _keep(self) -> None:
        self._main = asyncio.current_task()
        number = failed = 0
        while not self._is_closed:
            number += 1
            began = time.monotonic()
            self._talk = talk = Talk(number, self._news)
            error = await self._attempt(talk)
            self._talk = None
            if self._is_closed:
                return
            self._tell(Lost(number, error))
            lasted = talk.has_opened and time.monotonic() - began >= STABLE_S
            failed = 0 if lasted else failed
            await asyncio.sleep(self._pauses_s[min(failed, len(self._pauses_s) - 1)])
            failed += 1

    async def _attempt(self, talk: Talk) -> WlkError:
        """Speak until it is over; returns why it is."""
        self._dropped = None
        self._speaking = asyncio.ensure_future(self._speak(talk))
        try:
            await self._speaking
        except WlkError as error:
            return error
        except asyncio.CancelledError:
            if self._dropped is None:
                raise
            return self._dropped
        return failures.lost()

    def _news(self, news: News) -> None:
        if not self._is_closed:
            self._tell(news)

    def _queue(self, number: int, message: ToServer) -> None:
        talk = self._talk
        if talk is None or talk.number != number:
            return
        if talk.unsent.qsize() >= MOST_UNSENT:
            self._drop(number, failures.slow())
        else:
            talk.unsent.put_nowait(message)

    def _drop(self, number: int, error: WlkError) -> None:
        if self._talk is not None and self._talk.number == number and self._speaking is not None:
            self._dropped = error
            self._speaking.cancel()

    def _cancel(self) -> None:
        if self._main is not None:
            self._main.cancel()

    def _call(self, do: Callable[..., None], *arguments: object) -> None:
        # The thread can have ended.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(do, *arguments)
