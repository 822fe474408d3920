"""A session that the server feeds: whoever feeds it learns why it ended."""

import asyncio
import queue

import pytest

from wlk_host.core.errors import WlkError
from wlk_host.protocol.messages import Error
from wlk_host.server.clients import LOOK_EVERY_S, Client, Inbox
from wlk_host.server.feed import Feed
from wlk_host.server.limits import User

FOUR_SECONDS = bytes(4 * 32_000)


async def why_ended(client: Client, feed: Feed) -> tuple[str, str]:
    """The codes that who listens gets, and who feeds and waits."""
    feeding = asyncio.create_task(feed.sound(0, FOUR_SECONDS))
    with pytest.raises(WlkError) as heard:
        async for _ in feed.said():
            pass
    with pytest.raises(WlkError) as fed:
        await feeding
    return heard.value.code, fed.value.code


def test_who_feeds_learns_the_error_that_ended_the_session() -> None:
    async def ended() -> tuple[str, str]:
        inbox: Inbox = queue.Queue()
        client = Client(1, User("ana"), inbox, paced=True)
        client.hear(Error("recognition_failed", "a bug", "report it", "it"))
        return await why_ended(client, Feed(client))

    assert asyncio.run(ended()) == ("recognition_failed", "recognition_failed")


def test_who_feeds_learns_that_its_token_was_revoked() -> None:
    times = iter([0.0, LOOK_EVERY_S])

    async def ended() -> tuple[str, str]:
        inbox: Inbox = queue.Queue()
        client = Client(
            1, User("ana"), inbox,
            paced=True, is_welcome=lambda: False, now=lambda: next(times, LOOK_EVERY_S),
        )  # fmt: skip
        return await why_ended(client, Feed(client))

    assert asyncio.run(ended()) == ("token_refused", "token_refused")
