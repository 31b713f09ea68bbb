"""Which mail domains match, and what is known of one? The tool of the notebook 90_explore.

With ipywidgets an analyst filters, clicks a domain for its evidence card, and asks it again now;
without, the same domains stand in a table.
"""

import html
import importlib
from collections.abc import Hashable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import pandas as pd

from v6monitor import dns as lookups
from v6monitor import findings
from v6monitor.errors import V6MonitorError
from v6monitor.language import Language
from v6monitor.mail.card import card
from v6monitor.report.exhibits import Exhibit
from v6monitor.report.exhibits import table as exhibit
from v6monitor.report.month import Month
from v6monitor.verdicts.evidence import Evidence

FILTERS = ("sector", "operator", "class", "tenant", "state")
COLUMNS = ("domain", "organisation", *FILTERS)

_ALL = "(all)"


def explorer(month: Month, resolvers: Sequence[str] = ()) -> "Explorer | Exhibit":
    """Return what lets an analyst go through the mail domains of a month.

    ``resolvers`` are asked when a domain is asked again; by default the system's, and the embedded
    name server for example data.
    """
    table = domains(month)
    if find_spec("ipywidgets") is None:
        return exhibit("explore", table, tell=findings.explore, source=month.lookup_source)
    asked = list(resolvers) or ["example" if month.synthetic else "system"]
    return Explorer(month, table, asked)


def domains(month: Month) -> pd.DataFrame:
    """Return a row per mail domain: ``COLUMNS``, all text; ``state`` is that of the fresh mail."""
    verdicts = month.verdicts.set_index("domain")["mail_all"].rename("state")
    told = month.providers.merge(month.owners, on="domain", how="left").join(verdicts, on="domain")
    return told[list(COLUMNS)].fillna("").sort_values("domain", ignore_index=True)


def matching(table: pd.DataFrame, chosen: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows that have the chosen value in each column; "" chooses all."""
    found = table
    for column, value in chosen.items():
        found = found[found[column] == value] if value else found
    return found.reset_index(drop=True)


class Explorer:
    """Filters, the list of the domains that match, the card of one, and a button to ask it again.

    Shows itself in a notebook. ``filters`` by column, ``listed``, ``again`` and ``shown`` are its
    widgets.
    """

    def __init__(self, month: Month, table: pd.DataFrame, resolvers: Sequence[str]) -> None:
        self._widgets: Any = importlib.import_module("ipywidgets")
        self._month, self._table, self._resolvers = month, table, resolvers
        self._language = Language("en")
        self._evidence = Evidence.of(month)
        self.filters = {column: self._filter(column) for column in FILTERS}
        self.count = self._widgets.HTML()
        self.listed = self._widgets.Select(rows=15, layout={"width": "100%"})
        self.again = self._widgets.Button(description="Ask again now")
        self.shown = self._widgets.HTML()
        for one in self.filters.values():
            one.observe(self._list, names="value")
        self.listed.observe(self._show, names="value")
        self.again.on_click(self._ask)
        self._list()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Return the display data of the whole: what Jupyter shows."""
        top = self._widgets.HBox(list(self.filters.values()), layout={"flex_flow": "row wrap"})
        parts = [top, self.count, self.listed, self.again, self.shown]
        return self._widgets.VBox(parts)._repr_mimebundle_(**options)

    def _filter(self, column: str) -> Any:
        values = sorted(set(self._table[column]) - {""})
        labels = [self._label(column, value) for value in values]
        options = [(_ALL, ""), *zip(labels, values, strict=True)]
        return self._widgets.Dropdown(
            options=options, value="", description=self._language.label(column)
        )

    def _label(self, column: str, value: str) -> str:
        named = column in {"tenant", "operator"}
        return value if named else self._language.label(value)

    def _list(self, _: object = None) -> None:
        chosen = {column: one.value for column, one in self.filters.items()}
        found = matching(self._table, chosen)
        self.count.value = f"{len(found)} of {len(self._table)} mail domains"
        self.listed.options = [(self._line(row), row["domain"]) for row in found.to_dict("records")]
        self.listed.index = 0 if len(found) else None
        self._show()

    def _line(self, row: Mapping[Hashable, str]) -> str:
        return f"{row['domain']} – {row['organisation']}: {self._label('state', row['state'])}"

    def _show(self, _: object = None) -> None:
        self.again.disabled = self.listed.value is None
        self.shown.value = self._card(self._evidence) if self.listed.value else ""

    def _ask(self, _: object) -> None:
        domain = self.listed.value
        self.shown.value = "Asking…"
        try:
            found = lookups.lookup([(domain, "mail"), (domain, "web")], self._resolvers)
        except V6MonitorError as error:
            self.shown.value = html.escape(str(error))
            return
        self.shown.value = f"<p>Asked again just now.</p>{self._card(Evidence(found))}"

    def _card(self, known: Evidence) -> str:
        found = card(known, self.listed.value, self._month.operators)
        return found.html(self._language.code)
