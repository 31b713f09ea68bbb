"""``python -m v6monitor.example``: make the example data, once."""

import sys

from v6monitor.example import ensure

sys.stdout.write(f"{ensure()}\n")
