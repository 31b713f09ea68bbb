"""One archive of everything that the real data hold: lists and sources that hardly overlap.

    python tests/report/real_archive.py REAL_DATA FOLDER

writes FOLDER/raw (what recompute.py reads) and FOLDER/measurements (what `v6monitor report` reads).
"""

import gzip
import re
import shutil
import subprocess
import sys
from pathlib import Path

PANEL = "us_federal_sites_monthly.csv.gz"
MAPS = ["target_url=domain", "snapshot=measured_at", "target_url_agency_owner=organisation"]


def build(real: Path, folder: Path, *, panel: bool = True) -> None:
    """Write the raw files with a day in their names, and the measurements made from them."""
    raw, measurements = folder / "raw", folder / "measurements"
    for place in (raw, measurements):
        place.mkdir(parents=True)
    for path in (real / "internetnl-2019-03-25").glob("*.json"):
        shutil.copy(path, raw / path.name)
    for path in (real / "internetnl-api").glob("*.json"):
        day = "" if path.name.startswith("apiv1") else "-2025-03-01"
        shutil.copy(path, raw / f"{path.stem}{day}.json")
    for path in (real / "dashboard-exports").glob("*.csv"):
        month, kind, name = re.findall(r"_(\d{4}-\d\d)_(\w+?)_(\w+)\.csv", path.name)[0]
        shutil.copy(path, raw / f"internet-nl-dashboard-report-1-{name}-{kind}-{month}-15.csv")
    for path in (real / "registers").glob("websiteregister*.ods"):
        shutil.copy(path, raw / path.name)
    for path in raw.iterdir():
        shutil.copy(path, measurements / path.name)
    for kind, field in (("web", "ws_address"), ("mail", "mx_address")) if panel else ():
        rows = raw / f"panel-{kind}.csv"
        rows.write_bytes(gzip.decompress((real / "panel" / PANEL).read_bytes()))
        maps = [f"--map={pair}" for pair in (*MAPS, f"ipv6={field}")]
        out = measurements / f"panel-{kind}.csv"
        command = [sys.executable, "-m", "v6monitor", "intake", str(rows), *maps, "--out", str(out)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
