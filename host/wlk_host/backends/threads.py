"""How many cores PyTorch uses for a product. Only this module sets it.

PyTorch keeps the number for the calling thread, and as the initial value for any thread that has
not computed yet. So it belongs to the process, and the module that loads models sets it for the
host, `caption` and `bench` alike (`runtime.loading.loader`). The translator's process loads no such
model. CTranslate2 and onnxruntime get the number of cores with each model they load.
"""

from concurrent.futures import ThreadPoolExecutor


def use_cores(n_cores: int) -> None:
    """Let PyTorch use this many cores, in this thread and in all that begin later."""
    import torch  # noqa: PLC0415 - takes a second, in which others can load

    torch.set_num_threads(n_cores)


def single_core_thread(name: str) -> ThreadPoolExecutor:
    """A thread on which PyTorch uses one core. Other threads keep their cores.

    For products that are too small to be divided. Divided ones wait for the other cores, which
    takes a hundred times as long on a busy machine.
    """
    import torch  # noqa: PLC0415 - as above

    thread = ThreadPoolExecutor(1, name)
    before = torch.get_num_threads()
    # Reading the number fixes it for this thread. Then the initial value for others is restored.
    thread.submit(torch.get_num_threads).result()
    thread.submit(torch.set_num_threads, 1).result()
    torch.set_num_threads(before)
    return thread
