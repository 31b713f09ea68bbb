"""Writes docs/briefing.png, the picture in README.md, from the report on the example data.

``make picture`` makes that report first and runs this; it needs Chromium.
"""

import os
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

from v6monitor import workspace
from v6monitor.pages.pdf import browser

FILE = Path(__file__).with_name("briefing.png")
WIDTH, HEIGHT = 900, 1480
_COLOURS = 32


def main() -> None:
    """Draw the first screens of the newest briefing; few colours keep the file small."""
    page = max(workspace.reports(synthetic=True).glob("*/60_briefing.en.html"))
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / FILE.name
        command = [browser(), "--headless", "--disable-gpu", "--hide-scrollbars"]
        command += ["--no-sandbox"] if os.geteuid() == 0 else []
        command += [f"--user-data-dir={folder}/profile", f"--window-size={WIDTH},{HEIGHT}"]
        subprocess.run(
            [*command, f"--screenshot={shot}", page.as_uri()],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        with Image.open(shot) as image:
            image.convert("RGB").quantize(_COLOURS).save(FILE, optimize=True)
    print(f"{FILE.name}: {FILE.stat().st_size // 1000} kB, of {page}")


if __name__ == "__main__":
    main()
