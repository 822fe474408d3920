"""A client's queues, without a network."""

import asyncio
import queue

from wlk_host.protocol.messages import HostSpeech
from wlk_host.server.clients import LOOK_EVERY_S, MOST_UNREAD, MOST_UNTAKEN, Client, Inbox, Letter
from wlk_host.server.limits import User

ANA = User("ana")


def letters(inbox: Inbox) -> list[object]:
    found: list[object] = []
    while not inbox.empty():
        letter = inbox.get()
        assert isinstance(letter, Letter)
        found.append(letter.payload)
    return found


def test_who_says_much_waits_until_it_was_taken() -> None:
    async def scene() -> None:
        inbox: Inbox = queue.Queue()
        client = Client(1, ANA, inbox)
        for _ in range(MOST_UNTAKEN):
            await client.say(b"x")
        waiting = asyncio.create_task(client.say(b"y"))
        await asyncio.sleep(0)
        assert not waiting.done()
        client.taken()
        await waiting
        assert letters(inbox) == [b"x"] * MOST_UNTAKEN + [b"y"]

    asyncio.run(scene())


def test_who_reads_nothing_is_given_up() -> None:
    async def scene() -> None:
        inbox: Inbox = queue.Queue()
        client = Client(1, ANA, inbox)
        for _ in range(MOST_UNREAD + 5):
            client.hear(HostSpeech(None))
        await asyncio.sleep(0)
        assert client.refused is not None
        assert client.refused.code == "client_slow"
        assert letters(inbox) == [None]
        heard = [await client.heard() for _ in range(MOST_UNREAD + 1)]
        assert heard[-1] is None

    asyncio.run(scene())


def test_who_has_left_says_nothing_more() -> None:
    async def scene() -> None:
        inbox: Inbox = queue.Queue()
        client = Client(1, ANA, inbox)
        client.leave()
        client.leave()
        for _ in range(2 * MOST_UNTAKEN):
            await client.say(b"x")
        assert letters(inbox) == [None]
        assert await client.heard() is None

    asyncio.run(scene())


def test_whose_token_is_revoked_is_ended_while_it_speaks() -> None:
    async def scene() -> None:
        inbox: Inbox = queue.Queue()
        clock, tokens = [0.0], ["good"]
        client = Client(1, ANA, inbox, is_welcome=lambda: bool(tokens), now=lambda: clock[0])
        tokens.clear()
        await client.say(b"x")
        assert client.refused is None
        clock[0] = LOOK_EVERY_S
        await client.say(b"y")
        assert client.refused is not None
        assert client.refused.code == "token_refused"
        assert letters(inbox) == [b"x", None]

    asyncio.run(scene())
