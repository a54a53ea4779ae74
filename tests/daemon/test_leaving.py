"""The bound on how long leaving takes."""

from __future__ import annotations

import subprocess
import sys


def test_a_process_that_does_not_leave_by_itself_is_ended() -> None:
    """A daemon that hangs on the way out would hold its lock, and the next one could not start."""
    program = (
        "import threading\nfrom reverie_daemon.leaving import leave_at_the_latest\n"
        "leave_at_the_latest(0.05)\nthreading.Event().wait(120)\nprint('still here')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "")
