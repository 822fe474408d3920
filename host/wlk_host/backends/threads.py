"""Among how many cores PyTorch divides its products. Nothing else here sets that.

PyTorch keeps the number for the thread that sets it, and as what any other thread begins with
when it first computes. So it belongs to the process, and whoever loads models says it: the
host, `caption` and `bench` alike (`runtime.loading.loader`). What computes takes it as it is. The
translator's process loads no such model. CTranslate2 and onnxruntime are told the cores of each
model when they load it.
"""

from concurrent.futures import ThreadPoolExecutor


def use_cores(n_cores: int) -> None:
    """Have PyTorch divide products among so many, in this thread and all that begin later."""
    import torch  # noqa: PLC0415 - takes a second, in which others can load

    torch.set_num_threads(n_cores)


def single_core_thread(name: str) -> ThreadPoolExecutor:
    """A thread on which PyTorch divides nothing; the others keep their cores.

    For steps that are too small to be divided: where PyTorch does so, each waits for the other
    cores, which on a busy machine takes a hundred times as long.
    """
    import torch  # noqa: PLC0415 - as above

    thread = ThreadPoolExecutor(1, name)
    before = torch.get_num_threads()
    # It asks first, so that it has begun; then what others begin with is set back.
    thread.submit(torch.get_num_threads).result()
    thread.submit(torch.set_num_threads, 1).result()
    torch.set_num_threads(before)
    return thread
