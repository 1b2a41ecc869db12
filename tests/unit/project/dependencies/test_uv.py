"""Where uv is found, by several threads at once."""

import subprocess
import sys

PROGRAM = """
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from maestro_cdk.project.dependencies import python

sys.setswitchinterval(1e-6)
together = Barrier(8)

def find(_):
    together.wait()
    return python._program()

with ThreadPoolExecutor(8) as threads:
    assert len(set(threads.map(find, range(8)))) == 1
"""


def test_threads_that_look_for_uv_at_once_find_it():
    # In a process of its own, for only the first to ask were in each other's way.
    for _ in range(5):
        subprocess.run([sys.executable, "-c", PROGRAM], check=True)
