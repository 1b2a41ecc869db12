"""The Node process in which CDK lives."""

import subprocess
import sys

SCRIPT = """
import os, signal
from maestro_cdk.stack import kernel
kernel.choose_node()
kernel.end_quietly()
kernel.end_quietly()
import constructs
from jsii._runtime import kernel as started
node = started.provider._process._process
os.kill(node.pid, signal.SIGINT)
node.wait()
"""


def test_a_kernel_that_ctrl_c_has_ended_before_us_leaves_no_traceback():
    process = subprocess.run(
        [sys.executable, "-c", SCRIPT], check=False, capture_output=True, text=True, timeout=60
    )
    assert (process.returncode, process.stdout, process.stderr) == (0, "", "")
