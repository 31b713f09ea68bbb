"""Real files, damaged in every way: a table or one sentence, in the memory that a laptop has.

``V6MONITOR_MUTANTS=4000`` reads as many damaged files instead of a few hundred.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COUNT = int(os.environ.get("V6MONITOR_MUTANTS", "250"))
SEED = 20_261_005
MOST_MEMORY = 1024  # MiB


@pytest.mark.slow
def test_no_damaged_file_is_too_much(real_data):
    """No traceback, no hang, no memory above 1 GiB; a table that was read comes back the same."""
    script = Path(__file__).with_name("mutants.py")
    command = [sys.executable, "-W", "error", str(script), str(real_data), str(COUNT), str(SEED)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=COUNT + 60, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    told = json.loads(run.stdout)
    assert told["read"] + told["refused"] == COUNT
    assert told["read"] > COUNT // 10
    assert told["MiB"] < MOST_MEMORY
