"""Published figures are what the raw files say, recomputed without the library."""

import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import real_archive
import recompute

import v6monitor as v6


def _of_the_example(archive: Path) -> list[str]:
    example = v6.example()
    sectors = recompute.columns(example / "register.csv", ("domain", "type"), "sector")
    renames = recompute.columns(example / "renames.csv", ("old",), "new")
    files = list((example / "dashboards").glob("*.csv"))
    return list(recompute.differences(archive, files, sectors, renames))


def test_the_example_is_published_as_its_files_say(example_archive: Path) -> None:
    """Headline, sectors, changes of every measure and laggards: no figure differs."""
    assert _of_the_example(example_archive) == []


def test_only_what_is_known_to_lack_ipv6_asks_for_action(example_archive: Path) -> None:
    """A domain that could not be determined is on the list, and counts apart."""
    month = example_archive / "2026-10"
    with (month / "tables" / "laggards.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    unknown = {row["organisation"] for row in rows if row["group"] == "unknown"}
    known = [row for row in rows if row["group"] != "unknown"]
    assert unknown
    page = (month / "40_exchange_online.en.html").read_text(encoding="utf-8")
    assert f"{len(known)} domains that need action." in page
    asked = [
        file.name
        for file in (month / "organisations").glob("*.en.html")
        if re.search("domains? needs? action", file.read_text(encoding="utf-8"))
    ]
    assert len(asked) == len({row["organisation"] for row in known})


def _one_more(results: dict) -> None:
    results["shares"][0]["yes"] += 1


def _other_sector(results: dict) -> None:
    results["shares_by_sector"][0]["sector"] = "waterschap"


def _no_losses(results: dict) -> None:
    results["changes"][1]["gain"] = 0


def _rounded(results: dict) -> None:
    results["changes"][0]["points"]["within"] = 0.2


@pytest.mark.parametrize("change", [_one_more, _other_sector, _no_losses, _rounded])
def test_a_changed_figure_is_found(
    example_archive: Path, tmp_path: Path, change: Callable[[dict], None]
) -> None:
    """The comparison itself can fail."""
    archive = tmp_path / "archive"
    shutil.copytree(example_archive, archive)
    file = next(archive.rglob("results.json"))
    results = json.loads(file.read_text("utf-8"))
    change(results)
    file.write_text(json.dumps(results), encoding="utf-8")
    assert _of_the_example(archive)


@pytest.mark.parametrize("keep", ["nothing", "twice"])
def test_a_changed_laggard_list_is_found(example_archive: Path, tmp_path: Path, keep: str) -> None:
    """A laggard that is left out, and a domain that is none, are both named."""
    archive = tmp_path / "archive"
    shutil.copytree(example_archive, archive)
    file = next(archive.rglob("laggards.csv"))
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    at = next(number for number, row in enumerate(rows) if row["group"] == "exchange_online")
    if keep == "twice":
        rows.append({**rows[at], "domain": "not-a-laggard.example"})
    else:
        del rows[at]
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    found = [line for line in _of_the_example(archive) if "laggard" in line]
    assert len(found) == 1


@pytest.mark.slow
def test_a_real_archive_is_published_as_its_files_say(real_data: Path, tmp_path: Path) -> None:
    """Lists and sources that hardly overlap, from 2019 to 2026; the federal panel is left out.

    With it the same takes many minutes: see recompute.py.
    """
    real_archive.build(real_data, tmp_path, panel=False)
    command = [sys.executable, "-m", "v6monitor", "report", "--period", "all", "--lang", "en"]
    options = ["--measurements", str(tmp_path / "measurements"), "--notebook", "60_briefing"]
    out = tmp_path / "archive"
    done = subprocess.run(
        [*command, *options, "--out", str(out)], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode in (0, 4), done.stderr.decode()
    assert len(list(out.rglob("results.json"))) == 7
    assert list(recompute.differences(out, sorted((tmp_path / "raw").iterdir()), {}, {})) == []
