"""IPv6 at Dutch government domains: measurements, lookups, verdicts, shares and charts.

Load a month, look at a plain DataFrame, count, and chart; everything shows itself in Jupyter:

>>> import v6monitor as v6
>>> month = v6.load(period="2026-10")             # the example data; or v6.load("my-folder")
>>> mail = month.states.query("measure == 'mail'")
>>> v6.shares(mail, by="sector").columns[:4].to_list()
['sector', 'yes', 'no', 'unknown']
>>> by_month = v6.shares(mail, by=["period", "sector"])
>>> v6.chart.sectors(by_month).name
'sectors'
>>> v6.query(["mx1.example"], types=["AAAA"], resolvers=["example"]).columns[:3].to_list()
['qname', 'qtype', 'outcome']
>>> v6.laggards(month).columns[:2].to_list()
['domain', 'organisation']

``help(v6.load)`` and the like say what each function takes and returns. METHOD.md defines every
number. A lookup that failed is *unknown*, never "no IPv6".
"""

import importlib
import sys

__version__ = "0.2.0"

_PUBLIC = {
    "Chart": "charts.chart:Chart",
    "Month": "month.month:Month",
    "adoption_times": "analysis.adoption_times:adoption_times",
    "backtest": "analysis.forecast:backtest",
    "caption": "charts.display:caption",
    "changes": "changes",
    "chart": "charts",
    "effect": "effect",
    "example": "workspace:example",
    "explain": "month.card:explain",
    "explore": "month.explore:explore",
    "forecast": "analysis.forecast:forecast",
    "gap": "gap",
    "headline": "analysis.headline:headline",
    "judge": "verdicts.judge:judge",
    "laggards": "mail.laggards:laggards",
    "letters": "mail.letters:letters",
    "load": "month.loading:load",
    "lookup": "dns.lookup:lookup",
    "projection": "analysis.forecast:projection",
    "providers": "mail.providers:providers",
    "query": "dns.lookup:query",
    "read": "intake.intake:read",
    "read_log": "dns.log:read_log",
    "report": "report",
    "shares": "analysis.shares:shares",
    "staleness": "analysis.breakdowns:staleness",
    "web_complete": "month.completeness:web_complete",
}
"""Where each public name lives; it is imported when it is first used, so that ``import v6monitor``
costs next to nothing."""

__all__ = ["__version__", *_PUBLIC]  # noqa: PLE0604 - names as texts


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'v6monitor' has no attribute {name!r}; see dir(v6monitor)")
    module, _, attribute = _PUBLIC[name].partition(":")
    found = importlib.import_module(f"v6monitor.{module}")
    value = getattr(found, attribute) if attribute else found
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names: what tab completion offers."""
    return list(__all__)


if "ipykernel" in sys.modules:  # a DataFrame that a cell ends with becomes an accessible table
    importlib.import_module("v6monitor.charts.display").switch_on()
