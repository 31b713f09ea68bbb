"""Interactive look at the mail domains of a month in JupyterLab: filters, table, evidence card."""

import html
import importlib
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import pandas as pd

from v6monitor.charts.display import caption
from v6monitor.errors import V6MonitorError
from v6monitor.language import Language
from v6monitor.month.card import explain
from v6monitor.month.month import Month

FILTERS = ("sector", "operator", "class", "tenant", "state")
COLUMNS = ("domain", "organisation", *FILTERS)

_ALL = "(all)"
_OPTIONS = {"select": True, "pageLength": 15, "showIndex": False, "maxBytes": 0}
"""Of the table: rows can be selected, and all of them are in it."""
_ENGLISH = Language("en")


def explore(month: Month, *, resolvers: Sequence[str] = ()) -> "Explorer | pd.DataFrame":
    """Return filters, a searchable table and the evidence card of the mail domains of a month.

    Args:
        month: as ``v6.load`` gives it.
        resolvers: asked when a domain is looked up again; by default the system's, and the
            embedded name server for example data.

    Returns:
        An Explorer, which shows itself in JupyterLab; its ``selection`` is a DataFrame. Without
        the extra ``explore`` the table that it would show: ``domain``, ``organisation``,
        ``sector``, ``operator``, ``class``, ``tenant``, and ``state`` of IPv6 by our own lookups.

    Example:
        >>> import v6monitor as v6
        >>> table = domains(v6.load())
        >>> table.columns[:3].to_list()
        ['domain', 'organisation', 'sector']
    """
    table = domains(month)
    if find_spec("ipywidgets") is None or find_spec("itables") is None:
        return caption(
            table,
            f"{len(table)} mail domains",
            note="To filter them and to see the evidence of each: pip install ipywidgets "
            "'itables[widget]', then restart the kernel.",
        )
    return Explorer(month, table, list(resolvers) or ["example" if month.synthetic else "system"])


def domains(month: Month) -> pd.DataFrame:
    """Return a row per mail domain: ``COLUMNS``, all text; ``state`` is that of ``mail_all``."""
    states = month.verdicts[["domain", "mail_all"]].rename(columns={"mail_all": "state"})
    joined = month.providers.merge(month.owners, on="domain", how="left").merge(
        states, on="domain", how="left"
    )
    table = joined[list(COLUMNS)].fillna("").sort_values("domain", ignore_index=True)
    table.attrs = dict(month.providers.attrs)
    return table


def matching(table: pd.DataFrame, chosen: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows that have the chosen value in each column; "" chooses all."""
    found = table
    for column, value in chosen.items():
        found = found[found[column] == value] if value else found
    return found.reset_index(drop=True)


class Explorer:
    """Filters, the table of the domains that match, and the evidence card of the selected one.

    ``filters`` (by column), ``table``, ``card`` and ``again`` are its widgets.
    """

    def __init__(self, month: Month, table: pd.DataFrame, resolvers: Sequence[str]) -> None:
        self._widgets: Any = importlib.import_module("ipywidgets")
        grid = importlib.import_module("itables.widget").ITable
        self._month, self._all, self._resolvers = month, table, list(resolvers)
        self._found = table
        self.filters = {column: self._filter(column) for column in FILTERS}
        self.table = grid(self._named(table), **_OPTIONS)
        self.count = self._widgets.HTML()
        self.again = self._widgets.Button(description="Look up again")
        self.card = self._widgets.HTML()
        for one in self.filters.values():
            one.observe(self._narrow, names="value")
        self.table.observe(self._show, names="selected_rows")
        self.again.on_click(self._look_up)
        self._narrow()

    def __repr__(self) -> str:
        return f"<Explorer: {len(self._found)} of {len(self._all)} mail domains>"

    @property
    def selection(self) -> pd.DataFrame:
        """The selected rows as a DataFrame; without any, all rows that match the filters."""
        rows = list(self.table.selected_rows)
        return self._found.iloc[rows].reset_index(drop=True) if rows else self._found.copy()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        top = self._widgets.HBox(list(self.filters.values()), layout={"flex_flow": "row wrap"})
        side = self._widgets.VBox([self.again, self.card], layout={"width": "48%"})
        table = self._widgets.VBox([self.table], layout={"width": "52%"})
        beside = self._widgets.HBox([table, side])
        return self._widgets.VBox([top, self.count, beside])._repr_mimebundle_(**options)

    def _filter(self, column: str) -> Any:
        values = sorted(set(self._all[column]) - {""})
        named = [(_ALL, ""), *((self._name(column, value), value) for value in values)]
        title = _ENGLISH.label(column)
        return self._widgets.Dropdown(options=named, value="", description=title)

    def _named(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the table with names instead of codes, escaped: cells come from elsewhere."""
        shown = table.copy()
        for column in COLUMNS:
            names = {value: self._name(column, value) for value in set(table[column])}
            shown[column] = table[column].map(names).map(html.escape)
        return shown.rename(columns=_ENGLISH.label)

    def _name(self, column: str, value: str) -> str:
        coded = column in {"sector", "class", "state"}
        return _ENGLISH.label(value, column) if coded else value

    def _narrow(self, _: object = None) -> None:
        chosen = {column: one.value for column, one in self.filters.items()}
        self._found = matching(self._all, chosen)
        self.table.update(self._named(self._found), selected_rows=[], **_OPTIONS)
        self.count.value = f"{len(self._found)} of {len(self._all)} mail domains"
        self._show()

    def _domain(self) -> str:
        rows = list(self.table.selected_rows)
        return str(self._found["domain"].iloc[rows[-1]]) if rows else ""

    def _show(self, _: object = None) -> None:
        domain = self._domain()
        self.again.disabled = not domain
        self.card.value = (
            explain(domain, month=self._month).html()
            if domain
            else "<p>Select a row to see its evidence.</p>"
        )

    def _look_up(self, _: object) -> None:
        self.card.value = "<p>Looking up…</p>"
        try:
            found = explain(self._domain(), month=self._month, resolvers=self._resolvers)
        except V6MonitorError as error:
            self.card.value = f"<p>{html.escape(str(error))}</p>"
            return
        self.card.value = f"<p>Looked up just now.</p>{found.html()}"
