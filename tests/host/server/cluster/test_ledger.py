"""What all replicas share: sessions, sound, tokens and counts."""

from collections import Counter
from collections.abc import Iterable

import pytest

from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE
from wlk_host.server.cluster.ledger import SILENT_S, Ledger, Shared
from wlk_host.server.cluster.shares import (
    LENT_AT_ONCE,
    NOTHING_YET,
    SharedMetrics,
    SharedSeats,
    SharedSound,
    SharedTokens,
)
from wlk_host.server.limits import Limits, User
from wlk_host.server.metrics import Counts
from wlk_host.server.tokens import stored

ANA, BEN = User("ana"), User("ben")
DAY_S = 86_400
TOKEN = stored("wlk_secret", "ana", 0, None)


class Rig:
    """A ledger whose clock and processes are the test's."""

    def __init__(self, sessions: int = 3, each: int = 2) -> None:
        self.now = 0.0
        self.today = float(DAY_S)
        self.dead: set[str] = set()
        self.asked: list[str] = []
        self.limits = Limits(sessions=sessions, sessions_each=each, hours_a_day=0.1)
        self.ledger = Ledger(
            self.limits, lambda: (TOKEN,), self._is_alive, lambda: self.now, lambda: self.today
        )

    def _is_alive(self, name: str) -> bool:
        self.asked.append(name)
        return name not in self.dead

    def store(self, name: str) -> "OneStore":
        return OneStore(self.ledger, name)


class OneStore:
    """The way to the ledger, without a network."""

    def __init__(self, ledger: Ledger, name: str) -> None:
        self.shared: Shared = NOTHING_YET
        self._ledger, self._name = ledger, name

    def take_seat(self, user: str, each: int) -> bool | None:
        return self._ledger.take_seat(self._name, user, each)

    def give_back_seat(self, user: str) -> None:
        self._ledger.give_back_seat(self._name, user)

    def lend(self, user: str, hours: float, wanted: int) -> int:
        return self._ledger.lend(user, hours, wanted)

    def report(self, seats: SharedSeats, counts: Counts) -> None:
        self.shared = self._ledger.report(self._name, seats.taken, counts)


def seats_of(rig: Rig, names: Iterable[str]) -> list[SharedSeats]:
    return [SharedSeats(rig.limits, rig.store(name)) for name in names]


def refused(seats: SharedSeats, user: User) -> str:
    with pytest.raises(WlkError, match=r"^sessions_too_many") as caught:
        seats.take(user)
    return caught.value.message


def test_a_users_sessions_are_counted_over_all_replicas() -> None:
    one, other = seats_of(Rig(), "ab")
    one.take(ANA)
    other.take(ANA)
    assert (
        refused(one, ANA) == refused(other, ANA) == "2 sessions of ana are open, which is the most"
    )
    other.give_back(ANA)
    one.take(ANA)


def test_a_token_with_a_number_of_its_own_has_that() -> None:
    (one,) = seats_of(Rig(), "a")
    refused(one, User("ana", sessions=0))
    for _ in range(3):
        one.take(User("ben", sessions=3))


def test_all_users_together_have_no_more_than_the_server_gives() -> None:
    one, other = seats_of(Rig(), "ab")
    one.take(ANA)
    one.take(ANA)
    other.take(BEN)
    assert refused(other, BEN) == "3 sessions are open, which is the most of this server"


def test_the_sessions_of_a_replica_that_died_are_free_at_once() -> None:
    rig = Rig()
    one, other = seats_of(rig, "ab")
    one.take(ANA)
    one.take(ANA)
    refused(other, ANA)
    rig.dead.add("a")
    other.take(ANA)
    assert rig.asked == ["a", "a"]


def test_replicas_are_not_asked_whether_they_live_while_there_is_room() -> None:
    rig = Rig()
    one, other = seats_of(rig, "ab")
    one.take(ANA)
    other.take(ANA)
    assert rig.asked == []


def test_a_replica_that_is_silent_for_long_is_given_up() -> None:
    rig = Rig()
    one, other = seats_of(rig, "ab")
    one.take(ANA)
    one.take(ANA)
    rig.now = SILENT_S + 1
    rig.store("b").report(other, Counts())
    other.take(ANA)
    assert rig.asked == []


def test_a_report_mends_what_the_ledger_believed() -> None:
    rig = Rig()
    (one,) = seats_of(rig, "a")
    rig.ledger.take_seat("a", "ana", 2)
    rig.ledger.take_seat("a", "ana", 2)
    rig.store("a").report(one, Counts())
    one.take(ANA)


def test_a_users_day_is_shared_by_all_replicas() -> None:
    rig = Rig()
    one, other = (SharedSound(0.1, rig.store(name)) for name in "ab")
    for minute in range(6):  # 0.1 h
        (one, other)[minute % 2].take(ANA, 60 * SAMPLE_RATE)
    for sound in (one, other):
        with pytest.raises(WlkError, match=r"^quota_used_up"):
            sound.take(ANA, 60 * SAMPLE_RATE)
    one.take(BEN, 60 * SAMPLE_RATE)


def test_sound_is_borrowed_by_the_minute() -> None:
    rig = Rig()
    sound = SharedSound(0.1, rig.store("a"))
    for _ in range(60):
        sound.take(ANA, SAMPLE_RATE)
    assert rig.ledger.lend("ana", 0.1, 10 * LENT_AT_ONCE) == 5 * LENT_AT_ONCE


def test_the_last_minute_of_a_day_may_be_a_short_one() -> None:
    rig = Rig()
    sound = SharedSound(0.01, rig.store("a"))  # 36 s
    for _ in range(36):
        sound.take(ANA, SAMPLE_RATE)
    with pytest.raises(WlkError, match=r"^quota_used_up"):
        sound.take(ANA, SAMPLE_RATE)
    rig.today += DAY_S
    sound.take(ANA, SAMPLE_RATE)


def test_tokens_are_those_of_the_ledger() -> None:
    rig = Rig()
    store = rig.store("a")
    tokens = SharedTokens(store)
    assert tokens.user("wlk_secret") is None
    (seats,) = seats_of(rig, "a")
    store.report(seats, Counts())
    assert tokens.user("wlk_secret") == ANA
    assert tokens.is_good("ana")


def test_tokens_that_cannot_be_read_let_nobody_in() -> None:
    store = Rig().store("a")
    store.shared = Shared(None, Counts())
    tokens = SharedTokens(store)
    with pytest.raises(WlkError, match=r"^tokens_unreadable"):
        tokens.user("wlk_secret")
    assert not tokens.is_good("ana")


def test_counts_are_added_up_and_never_shrink() -> None:
    rig = Rig()
    one, other = seats_of(rig, "ab")
    first = Counts(1, 10, 5, 1, Counter(a=1), Counter({("asr", "accepted"): 1}), 100, 1)
    second = Counts(2, 20, 6, 0, Counter(a=2, b=1), Counter(), 200, 1)
    rig.store("a").report(one, first)
    store = rig.store("b")
    store.report(other, second)
    failures, requests = Counter(a=3, b=1), Counter({("asr", "accepted"): 1})
    assert store.shared.counts == Counts(3, 30, 11, 1, failures, requests, 300, 2)
    rig.now = SILENT_S + 1
    store.report(other, second)
    assert store.shared.counts == Counts(2, 30, 11, 1, failures, requests, 200, 1)
    metrics = SharedMetrics(store)
    assert "\nwlk_turns_total 11\n" in metrics.text()
    assert "\nwlk_replicas 1\n" in metrics.text()
