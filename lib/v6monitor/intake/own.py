"""What does a canonical table hold that ``v6monitor intake`` wrote?"""

from v6monitor.errors import InputError
from v6monitor.intake.columns import COLUMNS, LATER
from v6monitor.intake.content import Content
from v6monitor.intake.part import Part

FORMAT = "canonical"
_SURE = {"measured_at", "domain", "type", "source_format"}
"""A header with these is ours; no other format has them together."""


def read(content: Content) -> list[Part] | None:
    """Read a canonical CSV; None when the first row is not its header.

    InputError when columns are missing; one of an older version lacks only ``LATER``.
    """
    for sheet in content.sheets:
        labels = sheet.row(0)
        if not set(labels) >= _SURE:
            continue
        missing = [column for column in COLUMNS if column not in (*labels, *LATER)]
        if missing:
            raise InputError(
                f"{content.name}: is a canonical table without {', '.join(missing)}; make it "
                "again with v6monitor intake"
            )
        there = [column for column in COLUMNS if column in labels]
        cells = sheet.cells.iloc[1:, [labels.index(column) for column in there]]
        cells = cells.set_axis(there, axis=1).reindex(columns=list(COLUMNS), fill_value="")
        return [Part(FORMAT, cells, unmeasured="")]
    return None
