"""`wlk-host serve --replicas`: what the options mean."""

import os

import pytest

from wlk_host import cli
from wlk_host.core.errors import WlkError
from wlk_host.server.cluster.replicas import Replicas, replicas_of
from wlk_host.server.limits import Limits


def chosen(*arguments: str) -> Replicas:
    return replicas_of(cli.argument_parser().parse_args(["serve", *arguments]))


def test_a_number_is_kept_and_a_range_follows_the_work() -> None:
    cores = os.cpu_count() or 1
    assert chosen("--replicas", "2") == Replicas(2, 2, cores / 2)
    assert chosen("--replicas", "1-4") == Replicas(1, 4, max(0.1, cores / 4))
    more = chosen("--replicas", "3", "--cpus-each", "2", "--gpus-each", "0.5", "--ray", "auto")
    assert more == Replicas(3, 3, 2.0, 0.5, "auto")


@pytest.mark.parametrize("given", ["0", "3-2", "a", "1-", "-1", "1-2-3", "\u0663"])
def test_other_numbers_are_refused(given: str) -> None:
    with pytest.raises(WlkError, match=r"^option_invalid: got --replicas"):
        chosen(f"--replicas={given}")


@pytest.mark.parametrize(("most", "each"), [(1, 8), (3, 3), (8, 1), (20, 1)])
def test_each_replica_takes_a_part_of_the_sessions(most: int, each: int) -> None:
    assert Replicas(1, most, 1.0).sessions_of_one(Limits(sessions=8)) == each


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wlk_host.cli_serve._CLUSTER", "no_such_package")
    arguments = cli.argument_parser().parse_args(["serve", "--replicas", "2"])
    with pytest.raises(WlkError, match=r"pip install \"wlk-host\[cluster\]\""):
        arguments.run(arguments)
