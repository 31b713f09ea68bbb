"""What does the Websiteregister Rijksoverheid hold? Two measurements, each with its own days."""

from v6monitor.intake.columns import plain
from v6monitor.intake.content import Content
from v6monitor.intake.part import Part
from v6monitor.intake.sheet import Sheet, top

_OWN = {"url": "domain", "organisatie": "organisation", "organisatietype": "sector"}
_TESTED = {"ipv6": "ipv6", "testdatum": "measured_at"}
"""Labels that stand there twice: first of the website, then of mail."""

_WWW = r"(?i)^(\s*(?:https?://)?)www\."


def read(content: Content) -> list[Part] | None:
    """Read the register; None when no row is its header.

    It has the IPv6 category only. A site without a result and a day of one of the tests was not
    tested so, and gives no row of that type. Mail is tested of the name without ``www.``.
    """
    for sheet in content.sheets:
        for number, header in top(sheet):
            labels = [plain(label) for label in header]
            if all(label in labels for label in _OWN) and all(
                labels.count(label) > 1 for label in _TESTED
            ):
                return [_part(sheet, number, labels, kind) for kind in ("web", "mail")]
    return None


def _part(sheet: Sheet, number: int, labels: list[str], kind: str) -> Part:
    where = {field: labels.index(label) for label, field in _OWN.items()}
    for label, field in _TESTED.items():
        web = labels.index(label)
        where[field] = web if kind == "web" else labels.index(label, web + 1)
    cells = sheet.cells.iloc[number + 1 :, list(where.values())].set_axis(list(where), axis=1)
    tested = (cells[["ipv6", "measured_at"]] != "").any(axis=1)
    cells = cells[tested].assign(type=kind, list="Websiteregister Rijksoverheid")
    if kind == "mail":
        cells["domain"] = cells["domain"].str.replace(_WWW, r"\1", regex=True)
    return Part("websiteregister", cells, sheet.name)
