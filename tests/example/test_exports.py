"""The exports are laid out as the dashboard's, and hold the faults that were put in, no others."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from v6monitor.intake import intake as measurements
from v6monitor.intake import states as intake_states
from v6monitor_example.exports import DIRTY, NO_HOST_NAMES
from v6monitor_example.population import MONTHS


def _export(made: Path, period: str, kind: str) -> Path:
    (found,) = (made / "dashboards").glob(f"*-{kind}-{period}-*.csv")
    return found


def _rows(path: Path, header: int) -> list[dict[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(lines[header - 1 :]))


@pytest.fixture(scope="module")
def intake(made: Path) -> measurements.Intake:
    return measurements.read_files(made / "dashboards")


@pytest.mark.parametrize(
    ("period", "generation", "header"), [("2026-04", "2023-06", 3), ("2026-05", "2026-06", 4)]
)
def test_header_lines_are_the_dashboards(
    made: Path, real_data: Path, period: str, generation: str, header: int
) -> None:
    """Header lines and line ends equal those of the real exports of that generation."""
    for kind in ("web", "mail"):
        name = f"dashboard-export_{generation}_{kind}_provincies.csv"
        expected = (real_data / "dashboard-exports" / name).read_bytes().split(b"\r\n")[:header]
        found = _export(made, period, kind).read_bytes()
        assert found.split(b"\r\n")[:header] == expected
        assert found.endswith(b"\r\n")
        assert found.count(b"\n") == found.count(b"\r\n")


def test_every_row_is_as_wide_as_the_header(made: Path) -> None:
    """No export has a row with a cell too few or too many."""
    for path in (made / "dashboards").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            assert len({len(row) for row in csv.reader(file)}) == 1, path.name


@pytest.mark.parametrize("kind", ["web", "mail"])
@pytest.mark.parametrize(("period", "generation"), [("2026-04", "2023-06"), ("2026-05", "2026-06")])
def test_empty_cells_are_where_the_dashboard_has_them(
    made: Path, real_data: Path, period: str, generation: str, kind: str
) -> None:
    """The separator columns of a row are those of the real export, the first with its space."""
    real = real_data / "dashboard-exports" / f"dashboard-export_{generation}_{kind}_provincies.csv"
    with real.open(encoding="utf-8", newline="") as file:
        *_, expected = csv.reader(file)
    with _export(made, period, kind).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if any("internet.nl" in cell for cell in row)]
    subdomain = {2} if generation == "2026-06" else set()  # empty or not, as the name has one
    blank = {n: cell for n, cell in enumerate(expected) if not cell.strip()}
    for row in rows:
        found = {n: cell for n, cell in enumerate(row) if not cell.strip()}
        assert {n: found[n] for n in found.keys() - subdomain} == {
            n: blank[n] for n in blank.keys() - subdomain
        }


def test_all_months_and_both_types_are_read(intake: measurements.Intake) -> None:
    """Twenty files give ten months of web and mail; four more are technical results."""
    table = intake.table
    assert sorted(table["measured_at"].dt.strftime("%Y-%m").unique()) == list(MONTHS)
    assert table.groupby("measured_at")["type"].nunique().eq(2).all()
    assert intake.files["format"].eq("api-technical").value_counts().tolist() == [20, 4]
    newest = table[table["measured_at"] == table["measured_at"].max()]["type"].value_counts()
    assert 600 <= newest["web"] <= 640
    assert 580 <= newest["mail"] <= 620


def test_faults_are_those_put_in(intake: measurements.Intake) -> None:
    """Four files have the rows that people typed, one of them a site in a second list too."""
    typed = intake.faults[intake.faults["done"] != "kept"]
    counts = Counter(str(file) for file in typed["file"])
    parts = {f"-{kind}-{period}-" for kind, period in DIRTY}
    assert {part for part in parts for file in counts if part in file} == parts
    assert sorted(counts.values()) == [5, 5, 5, 6]
    assert set(NO_HOST_NAMES) <= set(typed["value"])
    kept = intake.faults[intake.faults["done"] == "kept"]
    assert 10 < len(kept) < 80
    assert kept["value"].str.endswith(".example").all()


def test_no_mx_is_passed_by_internet_nl_and_out_of_our_share(made: Path) -> None:
    """A domain without MX: category passed, the addresses not tested, the Forum's column no_mx."""
    rows = _rows(_export(made, "2026-10", "mail"), 4)
    without = [row for row in rows if row["IPv6 mailserver"] == "no_mx"]
    assert len(without) > 10
    assert {row["IPv6 addresses for mail server(s)"] for row in without} == {"not_tested", "info"}
    assert Counter(row["Modern address (IPv6)"] for row in without).most_common(1)[0][0] == "passed"


@pytest.mark.parametrize(
    ("measure", "low", "high"),
    [("web", (0.87, 0.91), (0.91, 0.94)), ("mail", (0.52, 0.57), (0.65, 0.69))],
)
def test_shares_rise_and_coverage_holds(
    intake: measurements.Intake,
    measure: str,
    low: tuple[float, float],
    high: tuple[float, float],
) -> None:
    """The shares of the first and the last month are plausible, little is unknown."""
    long = intake_states.states(intake.table)
    long = long[long["measure"] == measure]
    for period, (lowest, highest) in (("2026-01", low), ("2026-10", high)):
        counts = long.loc[long["period"] == period, "state"].value_counts()
        known = counts["yes"] + counts["no"]
        assert lowest < counts["yes"] / known < highest
        assert known / (known + counts.get("unknown", 0)) > 0.98


def test_reach_is_that_of_the_technical_results(intake: measurements.Intake) -> None:
    """Servers answer, do not over IPv6, or not at all; the exports say the same of each domain."""
    found = intake.addresses[intake.addresses["measured_at"] == intake.table["measured_at"].max()]
    six = found["address"].str.contains(":")
    silent = found["reachable"].eq("no")
    for server, kind in (("ws", "web"), ("mx", "mail")):
        of = found["server"].eq(server)
        without = set(found.loc[of & six & silent, "domain"])
        table = intake.table[intake.table["type"].eq(kind) & ~intake.table["status"].eq("error")]
        table = table[table["measured_at"] == found["measured_at"].max()]
        assert without == set(table.loc[table[f"{server}_reach"].eq("failed"), "domain"])
        assert without & set(found.loc[of & ~six & silent, "domain"]), "neither family answers"
    answering = found[found["server"].eq("mx") & six & ~silent]
    some = set(answering["domain"]) & without
    assert some, "one of two MX hosts answers"
