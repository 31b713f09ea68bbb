"""Shares and changes of verdict tables on disk are those in memory."""

from pathlib import Path
from random import Random

import pandas as pd
import pytest

import v6monitor as v6
from v6monitor.analysis import on_disk, shares
from v6monitor.analysis.changes import pair
from v6monitor.errors import InputError

MONTHS = ("2026-08", "2026-09", "2026-10")


def made(folder: Path, number: int = 4_000) -> dict[str, Path]:
    """Write a verdict table a month; some domains come, go and change, one is a CSV."""
    chance, files = Random(16), {}  # noqa: S311 - made-up months
    for at, month in enumerate(MONTHS):
        rows = [
            {
                "domain": f"d{one}.example",
                "mail_class": chance.choice(["has_mx", "no_mx's"]),
                "web": chance.choice([*shares.STATES, ""]),
            }
            for one in range(100 * at, number + 50 * at)
        ]
        table = pd.DataFrame(rows, dtype="str")
        files[month] = folder / f"it's {month}.{'csv' if at == 1 else 'parquet'}"
        if at == 1:
            table.to_csv(files[month], index=False)
        else:
            table.to_parquet(files[month], index=False)
    return files


def states(file: Path) -> pd.DataFrame:
    """Return the states of websites of a month."""
    read = pd.read_parquet if file.suffix == ".parquet" else pd.read_csv
    table = read(file).fillna("").astype("str")
    return shares.verdict_states(table, "web")


def test_shares_are_those_in_memory(tmp_path: Path) -> None:
    """By month and group, and with little memory too."""
    files = made(tmp_path)
    by = ["period", "mail_class"]
    whole = pd.concat(states(file).assign(period=month) for month, file in files.items())
    expected = v6.shares(whole, by=by)
    found = on_disk.shares(files, by=["mail_class"], memory="32MB")
    expected = expected.sort_values(by, ignore_index=True)[found.columns]
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert len(on_disk.shares(files)) == len(MONTHS)


def test_transitions_are_those_in_memory(tmp_path: Path) -> None:
    """Also of domains that came or went."""
    files = made(tmp_path)
    old, new = (states(files[month])[["domain", "state"]] for month in MONTHS[1:])
    both = pair(old, new)
    expected = both.groupby(["before", "after"]).size()
    found = on_disk.transitions(files)
    found = found[found["period"] == MONTHS[-1]].set_index(["before", "after"])["domains"]
    assert found.to_dict() == expected.to_dict()
    assert {"absent", "yes"} <= {before for before, _ in expected.index}
    assert on_disk.transitions({"2026-10": files["2026-10"]}).empty


def test_what_is_no_verdict_table_is_said(tmp_path: Path) -> None:
    """One sentence that names the file, and what was expected."""
    path = tmp_path / "v.parquet"
    row = {"domain": "a.example", "web": "yes"}
    for rows, expected in (
        ([row, row], "1 domains more than once"),
        ([row | {"web": "perhaps"}], "other states than yes, no, unknown, not_applicable"),
        ([{"domain": "a.example"}], "has no column web, only domain"),
    ):
        pd.DataFrame(rows).to_parquet(path)
        with pytest.raises(InputError, match=expected):
            on_disk.shares({"2026-10": path})
    path.write_bytes(b"PAR1")
    with pytest.raises(InputError, match="cannot be counted"):
        on_disk.shares({"2026-10": path})
    (tmp_path / "v*.parquet").write_bytes(b"")
    for name in ("v.txt", "none.csv", "v*.parquet"):
        with pytest.raises(InputError, match=r"expected a file that ends in \.parquet or \.csv"):
            on_disk.shares({"2026-10": tmp_path / name})
    with pytest.raises(InputError, match="expected a file for each month"):
        on_disk.shares({})
