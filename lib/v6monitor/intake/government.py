"""Which organisations and domains does the Register van Overheidsorganisaties name?

Its exports (organisaties.overheid.nl) are tables with a row per organisation and no results.
"""

from v6monitor.intake.columns import plain
from v6monitor.intake.content import Content
from v6monitor.intake.faults import DROPPED
from v6monitor.intake.lists import listed
from v6monitor.intake.part import Fault, Part
from v6monitor.intake.reasons import Reason
from v6monitor.intake.sheet import Sheet, top

_NAMES = {"web": "internetpagina's", "mail": "e-mail adressen"}
_OTHERS = {"organisation": "officiële naam", "sector": "type", "org_id": "tooi uri"}
_UNIT = "organisatieonderdeel"


def read(content: Content) -> list[Part] | None:
    """Read an export: web pages to be measured as websites, e-mail addresses for mail.

    Units of an organisation (``Organisatieonderdeel``) are dropped. None for another table.
    """
    parts = [part for sheet in content.sheets if (part := _sheet(sheet))]
    return parts or None


def _sheet(sheet: Sheet) -> Part | None:
    for number, header in top(sheet):
        labels = [plain(label) for label in header]
        if not {_NAMES["web"], _OTHERS["organisation"]} <= set(labels):
            continue
        body = sheet.cells.iloc[number + 1 :]
        others = {field: label for field, label in _OTHERS.items() if label in labels}
        about = body.iloc[:, [labels.index(label) for label in others.values()]]
        about = about.set_axis(list(others), axis=1)
        names = {
            kind: body.iloc[:, labels.index(label)]
            for kind, label in _NAMES.items()
            if label in labels
        }
        kinds = about.get("sector", about["organisation"])
        unit = kinds.str.strip().str.lower().eq(_UNIT)
        whole = {kind: cells[~unit] for kind, cells in names.items()}
        part = listed("organisation-export", sheet, whole, about[~unit])
        dropped = Fault(about["organisation"][unit], Reason.UNIT, DROPPED)
        return part._replace(faults=(*part.faults, dropped))
    return None
