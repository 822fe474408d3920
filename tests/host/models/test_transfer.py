"""One file from a hub that breaks connections, lies about lengths, and sends something else."""

import hashlib
import socket
from collections.abc import Sequence
from pathlib import Path
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures import hub as answers
from fixtures.hub import Answer, Hub
from fixtures.hub_fixtures import WEIGHTS
from wlk_host.core.errors import WlkError
from wlk_host.models.errors import DownloadCancelledError
from wlk_host.models.partial_file import Remote
from wlk_host.models.transfer import MOST_CONNECTIONS, fetch

AT_ONCE = (0.0, 0.0, 0.0)
HALF = len(WEIGHTS) // 2


class Waits(Event):
    """Notes the waits and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout or 0.0)
        return False


def remote(hub: Hub) -> Remote:
    return Remote(f"{hub.url}/a/model.bin", len(WEIGHTS), hashlib.sha256(WEIGHTS).hexdigest())


def bring(hub: Hub, target: Path, delays_s: Sequence[float] = AT_ONCE) -> list[int]:
    """Fetch the weights; the reports made."""
    reports: list[int] = []
    fetch(remote(hub), target, reports.append, Event(), delays_s)
    return reports


@pytest.mark.parametrize(
    "misbehaviour",
    [
        [],
        [answers.redirect],
        [answers.broken_after(0)],
        [answers.broken_after(HALF)],
        [answers.broken_after(HALF), answers.redirect, answers.broken_after(10)],
        [answers.broken_after(HALF), answers.without_range],
        [answers.broken_after(HALF), answers.wrong_range],
        [answers.broken_after(HALF), answers.status(416)],
        [answers.saying_less],
        [answers.status(503), answers.status(429)],
        [answers.wrong_bytes],
        [answers.longer],
        [answers.broken_after(HALF), answers.wrong_bytes],
        [answers.broken_after(len(WEIGHTS) * i // 10) for i in range(10)],
    ],
    ids=lambda answers: (
        "-".join(getattr(a, "__qualname__", "").split(".")[0] for a in answers) or "well"
    ),
)
def test_the_file_arrives_whole(hub: Hub, tmp_path: Path, misbehaviour: list[Answer]) -> None:
    hub.answers[:] = misbehaviour
    reports = bring(hub, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == WEIGHTS
    assert reports[-1] == len(WEIGHTS)


def test_what_has_come_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    hub.answers[:] = [answers.broken_after(HALF)]
    bring(hub, tmp_path / "file")
    assert [wanted for _, wanted in hub.asked] == [None, f"bytes={HALF}-"]


def test_a_later_call_goes_on_where_an_earlier_one_broke_off(hub: Hub, tmp_path: Path) -> None:
    hub.answers[:] = [answers.broken_after(1000), *[answers.broken_after(0)] * 4]
    with pytest.raises(WlkError) as raised:
        bring(hub, tmp_path / "file")
    assert raised.value.code == "download_failed"
    assert (tmp_path / "file").stat().st_size == 1000
    bring(hub, tmp_path / "file")
    assert hub.asked[-1][1] == "bytes=1000-"
    assert (tmp_path / "file").read_bytes() == WEIGHTS


def test_a_damaged_beginning_costs_a_second_download_but_no_more(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 1000)
    bring(hub, tmp_path / "file")
    assert [wanted for _, wanted in hub.asked] == ["bytes=1000-", None]
    assert (tmp_path / "file").read_bytes() == WEIGHTS


def test_a_complete_file_is_not_asked_for(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(WEIGHTS)
    bring(hub, tmp_path / "file")
    assert hub.asked == []


def test_a_server_that_gets_nowhere_is_given_up(hub: Hub, tmp_path: Path) -> None:
    hub.answers[:] = [answers.without_range_broken_after(HALF)] * 100
    with pytest.raises(WlkError, match="after 512000 of 1024000 bytes") as raised:
        bring(hub, tmp_path / "file")
    assert raised.value.code == "download_failed"
    assert "download again to resume" in raised.value.hint
    assert len(hub.asked) == 1 + len(AT_ONCE)


@pytest.mark.parametrize("part", [answers.always_a_part, answers.always_the_end])
@pytest.mark.parametrize("has_come", [0, 1000])
def test_a_part_in_place_of_the_whole_is_refused(
    hub: Hub, tmp_path: Path, part: Answer, has_come: int
) -> None:
    (tmp_path / "file").write_bytes(WEIGHTS[:has_come])
    hub.answers[:] = [part] * 100
    with pytest.raises(WlkError, match="status 206") as raised:
        bring(hub, tmp_path / "file")
    assert raised.value.code == "download_refused"
    assert len(hub.asked) == (2 if has_come else 1)


def test_a_server_that_drops_again_and_again_is_given_up_with_growing_delays(
    hub: Hub, tmp_path: Path
) -> None:
    hub.answers[:] = [answers.broken_after(len(WEIGHTS) // 140)] * 200
    waited = Waits()
    with pytest.raises(WlkError) as raised:
        fetch(remote(hub), tmp_path / "file", lambda _: None, waited, (1.0, 2.0, 4.0, 8.0))
    assert raised.value.code == "download_failed"
    assert waited.seconds == [1.0, 2.0, 4.0, 8.0]
    assert len(hub.asked) == 1 + len(waited.seconds)
    hub.answers.clear()
    bring(hub, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == WEIGHTS


def test_a_redirection_to_no_address_is_refused(hub: Hub, tmp_path: Path) -> None:
    def astray(request: answers.Request, content: bytes) -> None:
        request.head(302, 0, Location="http://[::1")

    hub.answers[:] = [astray]
    with pytest.raises(WlkError) as raised:
        bring(hub, tmp_path / "file")
    assert raised.value.code == "download_refused"


def test_there_is_a_most_of_connections_whatever_they_bring(hub: Hub, tmp_path: Path) -> None:
    hub.answers[:] = [answers.broken_after(len(WEIGHTS) // 20)] * 19 + [
        answers.broken_after(0)
    ] * 99
    with pytest.raises(WlkError) as raised:
        bring(hub, tmp_path / "file", (0.0,) * 99)
    assert raised.value.code == "download_failed"
    assert len(hub.asked) == MOST_CONNECTIONS


@pytest.mark.parametrize("wrong", [answers.wrong_bytes, answers.longer])
def test_wrong_content_is_refused_and_not_kept(hub: Hub, tmp_path: Path, wrong: Answer) -> None:
    hub.answers[:] = [wrong, wrong]
    with pytest.raises(WlkError) as raised:
        bring(hub, tmp_path / "file")
    assert raised.value.code == "download_corrupt"
    assert not (tmp_path / "file").exists()


@pytest.mark.parametrize("code", [401, 403, 404, 410])
def test_a_refusal_is_final(hub: Hub, tmp_path: Path, code: int) -> None:
    hub.answers[:] = [answers.status(code)]
    with pytest.raises(WlkError, match=f"status {code}") as raised:
        bring(hub, tmp_path / "file")
    assert raised.value.code == "download_refused"
    assert len(hub.asked) == 1


def test_no_server_at_all_is_a_coded_error(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = Hub({}, f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(WlkError) as raised:
            bring(nobody, tmp_path / "file")
    assert raised.value.code == "download_failed"
    assert "HTTPS_PROXY" in raised.value.hint


def test_a_proxy_of_the_environment_is_used(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", hub.url)
    monkeypatch.delenv("no_proxy")
    asked = Remote("http://hub.invalid/a/model.bin", len(WEIGHTS), remote(hub).sha256)
    fetch(asked, tmp_path / "file", lambda _: None, Event(), AT_ONCE)
    assert hub.asked == [("http://hub.invalid/a/model.bin", None)]


def test_it_can_be_cancelled_while_it_comes(hub: Hub, tmp_path: Path) -> None:
    cancelled = Event()
    with pytest.raises(DownloadCancelledError):
        fetch(remote(hub), tmp_path / "file", lambda _: cancelled.set(), cancelled, AT_ONCE)


def test_it_can_be_cancelled_while_it_waits_to_try_again(hub: Hub, tmp_path: Path) -> None:
    cancelled = Event()
    hub.answers[:] = [answers.broken_after(0)]
    with pytest.raises(DownloadCancelledError):
        fetch(remote(hub), tmp_path / "file", lambda _: cancelled.set(), cancelled, (3600.0,))


@given(cuts=st.lists(st.integers(1, HALF), max_size=6))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_wherever_it_breaks_the_file_is_the_same(hub: Hub, tmp_path: Path, cuts: list[int]) -> None:
    (tmp_path / "file").unlink(missing_ok=True)
    hub.answers[:] = [answers.broken_after(size) for size in cuts]
    bring(hub, tmp_path / "file", AT_ONCE * 2)
    assert (tmp_path / "file").read_bytes() == WEIGHTS
