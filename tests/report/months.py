"""Manifests of months, without their reports, for tests of the archive."""

from typing import Any

from v6monitor.report import archive

COUNTS = {"source": "measurement", "yes": 6, "no": 2, "unknown": 0, "not_applicable": 0}
MOVED = {"gain": 3, "loss_confirmed": 1, "loss_held": 0, "loss_suspected": 1, "loss_recovered": 0}
MOVED |= {"joined": 4, "left": 5}
CHANGES = {
    "facts_of": "2026-11-02T10:00:00Z",
    "earlier": "2026-09",
    "previous": "2026-09",
    "measures": [
        {"measure": measure, "earlier": "2026-09", **MOVED} for measure in ("web", "mail", "dns")
    ],
    "lost": [{"domain": "lost.example", "measure": "mail"}],
    "operator_moves": 1,
}


def report(
    period: str, languages: tuple[str, ...] = ("nl", "en"), **changed: Any
) -> dict[str, Any]:
    """Return what the archive takes from a manifest."""
    return {
        "period": period,
        "run_id": f"run-{period}",
        "publishable": True,
        "synthetic": False,
        "scope": archive.WHOLE,
        "sources": [f"measurement {period}-05 Internet.nl"],
        "headline": [COUNTS | {"measure": one, "adoption": 0.75} for one in ("web", "mail", "dns")],
        "changes": CHANGES,
        "parameters": {"languages": list(languages)},
    } | changed
