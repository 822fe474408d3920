"""NumPy's products stay on the thread that asks for them."""

import json
import subprocess
import sys

SCRIPT = """
import json, time
import wlk_host
import numpy as np
large = np.ones((400, 400), np.float32)
large @ large
began, spent = time.thread_time(), time.process_time()
for _ in range(20):
    large @ large
    until = time.perf_counter() + 0.01
    while time.perf_counter() < until:
        pass
own, all_threads = time.thread_time() - began, time.process_time() - spent
print(json.dumps([own, all_threads]))
"""


def test_no_other_thread_computes_or_waits_in_a_loop() -> None:
    told = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    ).stdout
    own, all_threads = json.loads(told)
    assert all_threads < 1.2 * own
