"""Under which name does a domain go on after a merger or a move?"""

from pathlib import Path

from v6monitor.errors import InputError
from v6monitor.intake import register_files as files

COLUMNS = ("old", "new", "date")


def read_renames(path: Path, period: str = "") -> dict[str, str]:
    """Read new domains by old domain: mergers and moves up to the end of a month (YYYY-MM).

    An absent file has none. InputError for a name or a date that is none, and for an old name
    with two new ones: the panel would follow only one of them.
    """
    if not path.exists():
        return {}
    table = files.read(path, COLUMNS, required=("old", "new"))
    table["old"] = files.domains(path, table["old"])
    table["new"] = files.domains(path, table["new"])
    days = files.dates(path, table["date"])
    held = table[days.eq("") | days.str.slice(0, 7).le(period or "9999")]
    held = held.drop_duplicates(["old", "new"])
    for row, old in held.loc[held["old"].duplicated(), "old"].items():
        raise InputError(f"{path.name} row {row}: {old} has another new name above; keep one")
    return dict(zip(held["old"], held["new"], strict=True))
