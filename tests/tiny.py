"""A month in small: eight domains measured twice, their lookups, and notebooks to run on them."""

from collections.abc import Sequence
from pathlib import Path

import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from seen import V6, host, name_servers, no_signals, seen

from v6monitor.dns import log
from v6monitor.intake import columns as intake_columns
from v6monitor.intake import intake as measurements
from v6monitor.report.request import Request

NAMES = ("aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh")
PARAMETERS = """
period: str = ""
measurements: str = ""
observations: str = ""
sectors: list = []
"""
LOAD = """
import v6monitor as v6
from v6monitor.charts.chart import Words

month = v6.load(measurements, period=period, observations=observations, sectors=sectors)
"""
GOOD = [
    "# How many domains?\n\nThe first sentence.",
    "nl:# Hoeveel domeinen?\n\nDe eerste zin.",
    PARAMETERS,
    LOAD,
    'v6.Chart("answer", month.current, lambda t, _: Words(f"{len(t)} rows"), kind="answer")',
    "## Which ones?\n\nAll of them, as the [other page](20_other.ipynb) says.",
    'v6.caption(month.owners, "The domains", nl="De domeinen", name="domains")',
]


class World:
    """Files to make a report of, below one folder."""

    def __init__(self, folder: Path, names: Sequence[str] = NAMES) -> None:
        self.folder = folder
        self.out = folder / "reports"
        self.measured = folder / "measured.csv"
        self.log = folder / "observations.parquet"
        measurements.write(_table(names), self.measured)
        rows = sorted(set(_observations(names)))
        subjects = [(f"{name}.example", kind) for name in names for kind in ("mail", "web")]
        log.write(log.frame(rows), self.log, {"subjects": subjects, "resolvers": ["192.0.2.53"]})

    def plan(self, folder: str, **notebooks: Sequence[str]) -> Path:
        """Write notebooks and the file that lists them."""
        path = self.folder / folder
        path.mkdir(exist_ok=True)
        for name, cells in notebooks.items():
            write_notebook(path / f"{name}.ipynb", cells)
        listing = "".join(f"  - name: {name}\n" for name in notebooks)
        (path / "monthly.yaml").write_text(f"notebooks:\n{listing}")
        return path / "monthly.yaml"

    def request(self, plan: Path, **changed: object) -> Request:
        """Return a request for the newest month, replayed from the log."""
        asked: dict[str, object] = {"measurements": (self.measured,), "replay": self.log}
        return Request(plan=plan, **({"out": self.out} | asked | changed))


def write_notebook(path: Path, cells: Sequence[str]) -> None:
    """Write a notebook; the first code cell holds the parameters.

    Prose begins with ``#``, and the Dutch twin of the cell before it with ``nl:``.
    """
    made = []
    for source in cells:
        if source.startswith("nl:"):
            made.append(new_markdown_cell(source[3:], metadata={"tags": ["nl"]}))
        elif source.startswith("#"):
            made.append(new_markdown_cell(source))
        else:
            made.append(new_code_cell(source.strip()))
    code = [cell for cell in made if cell.cell_type == "code"]
    code[0].metadata["tags"] = ["parameters"]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=made, metadata=kernel), path)


def _table(names: Sequence[str]) -> pd.DataFrame:
    rows = []
    for day in ("2026-09-04", "2026-10-05"):
        for number, name in enumerate(names):
            for kind, column in (("web", "ws_address"), ("mail", "mx_address")):
                result = "passed" if number % 2 or day > "2026-10" else "failed"
                row = dict.fromkeys(intake_columns.COLUMNS, "")
                row |= {"measured_at": day, "domain": f"{name}.example", "type": kind}
                row |= {"organisation": f"=Organisation {name}", "sector": "gemeente"}
                row |= {"status": "ok", "ns_address": "passed", column: result}
                row |= {"source_format": "test", "source_file": "x.csv", "source_row": number + 2}
                row |= {"mail_status": "has_mx"} if kind == "mail" else {}
                rows.append(row | {"domain_display": row["domain"], "score": 80.0})
    table = pd.DataFrame(rows, columns=list(intake_columns.COLUMNS))
    return table.assign(measured_at=pd.to_datetime(table["measured_at"]))


def _observations(names: Sequence[str]) -> list[object]:
    rows = []
    for name in names:
        domain = f"{name}.example"
        rows += [seen(domain, "MX", f"10 mx.{domain}"), *host(f"mx.{domain}", V6)]
        rows += [*host(domain, V6), *no_signals(domain), *name_servers(domain, True, True)]
    return rows
