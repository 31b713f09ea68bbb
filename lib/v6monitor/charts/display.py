"""Display in a Jupyter kernel: DataFrames and evidence cards, as a page can publish them.

``import v6monitor`` switches it on in a kernel, and nothing else does.
"""

import html
import sys
from typing import Any

import pandas as pd

from v6monitor.charts.chart import DOWNLOADS, MIME, plain_table
from v6monitor.charts.packing import pack, with_columns
from v6monitor.language import CODES, Language

_HEAD = 10  # rows of a long table that Jupyter shows
_WHOLE = 25  # rows up to which it shows all
_HELD = ("source", "first", "adds_up", "fold")  # what a page needs to know of a table


def caption(  # noqa: PLR0913 - what a page can say of a table
    table: pd.DataFrame,
    text: str,
    *,
    nl: str = "",
    name: str = "",
    note: str = "",
    fold: bool = False,
) -> pd.DataFrame:
    """Return the table with a caption of its own, for when a cell ends with it.

    Without one, a page takes the heading above the cell as the caption.

    Args:
        table: any DataFrame.
        text: the caption in English.
        nl: the caption in Dutch.
        name: names the table's files; by default its heading does.
        note: what the numbers are, after the caption.
        fold: a reader of a page unfolds a long table.

    Returns:
        A shallow copy with ``attrs["caption"]``; nothing else changes.

    Example:
        >>> caption(pd.DataFrame({"domains": [3]}), "Three domains").attrs["caption"]["en"]
        'Three domains'
    """
    named = table.copy(deep=False)
    words = {"en": text, "nl": nl} if nl else {"en": text}
    named.attrs = table.attrs | {
        "caption": words,
        "name": name,
        "note": note,
        "fold": fold,
    }
    return named


def bundle(table: "pd.DataFrame | pd.Series[Any]") -> dict[str, object]:
    """Return the display data of a table: text, the head of it as HTML, and all a page needs."""
    frame = with_columns(table)
    words = frame.attrs.get("caption", {})
    rows = f"{len(frame):,} rows × {len(frame.columns)} columns"
    shown = frame if len(frame) <= _WHOLE else frame.head(_HEAD)
    shown.attrs = dict(frame.attrs)
    more = f"<p>{html.escape(rows)}; the first {_HEAD} are shown.</p>"
    body = plain_table(shown, Language("en"), words.get("en", rows)).replace(DOWNLOADS, "")
    return {
        "text/plain": repr(table),
        "text/html": body + (more if len(shown) < len(frame) else ""),
        MIME: {
            "name": frame.attrs.get("name", ""),
            "kind": "table",
            "caption": words,
            "note": frame.attrs.get("note", ""),
            "attrs": {key: frame.attrs[key] for key in _HELD if key in frame.attrs},
            "languages": list(CODES),
            "table": pack(frame),
            "svg": {},
        },
    }


def card_bundle(card: Any) -> dict[str, object]:
    """Return the display data of an evidence card: its tables in both languages."""
    name = f"<p><strong>{html.escape(card.domain)}</strong></p>"
    pages = {code: f"{name}\n{card.html(code)}" for code in CODES}
    held = {"name": "", "kind": "text", "html": pages, "table": "", "svg": {}}
    return {"text/plain": repr(card), "text/html": pages["en"], MIME: held}


def switch_on() -> bool:
    """Register the display of tables and cards in a Jupyter kernel; return if there is one."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None or not hasattr(shell, "kernel"):
        return False
    formatter = shell.display_formatter.mimebundle_formatter
    for kind in (pd.DataFrame, pd.Series):
        formatter.for_type(kind, bundle)
    formatter.for_type_by_name("v6monitor.month.card", "Card", card_bundle)  # not imported yet
    return True
