"""Who divides products among how many cores."""

import threading
from collections.abc import Iterator

import pytest
import torch

from wlk_host.backends.threads import single_core_thread, use_cores

pytestmark = pytest.mark.torch


@pytest.fixture(autouse=True)
def _set_back() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def cores_of_a_new_thread() -> int:
    seen: list[int] = []
    thread = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    return seen[0]


@pytest.mark.parametrize("n_cores", [1, 2, 3])
def test_the_number_holds_here_and_for_threads_that_begin_later(n_cores: int) -> None:
    use_cores(n_cores)
    assert torch.get_num_threads() == n_cores
    assert cores_of_a_new_thread() == n_cores


def test_a_thread_with_one_core_leaves_the_others_theirs() -> None:
    use_cores(2)
    with single_core_thread("alone") as thread:
        assert thread.submit(torch.get_num_threads).result() == 1
        assert torch.get_num_threads() == 2
        assert cores_of_a_new_thread() == 2
        assert thread.submit(torch.get_num_threads).result() == 1
