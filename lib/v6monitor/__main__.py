"""``python -m v6monitor``: the same command line as the ``v6monitor`` script."""

import sys

from v6monitor.cli import main

if __name__ == "__main__":
    sys.exit(main())
