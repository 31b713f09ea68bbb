"""``python -m v6monitor_example [FOLDER]``: make the example data (default: data/example)."""

import argparse
import sys
from pathlib import Path

from v6monitor.workspace import example_folder
from v6monitor_example import make

parser = argparse.ArgumentParser(prog="python -m v6monitor_example", description=__doc__)
parser.add_argument("folder", metavar="FOLDER", type=Path, nargs="?", default=example_folder())
sys.stdout.write(f"{make(parser.parse_args().folder)}\n")
