"""Which domains are listed as lacking IPv6?"""

import pandas as pd

from v6monitor.analysis import breakdowns
from v6monitor.charts.tables import table_html
from v6monitor.language import Language

STATES = pd.DataFrame(
    [
        ("a.example", "A", "web", "yes"),
        ("a.example", "A", "mail", "yes"),
        ("b.example", "", "web", "yes"),
        ("b.example", "", "mail", "no"),
        ("c.example", "C", "dns", "unknown"),
        ("d.example", "D", "mail", "not_applicable"),
    ],
    columns=["domain", "organisation", "measure", "state"],
)


def test_a_domain_is_listed_for_what_it_lacks_or_what_nobody_could_tell():
    """What was not measured stays empty; what does not apply is no reason."""
    listed = breakdowns.lacking(STATES)
    assert listed.to_dict("list") == {
        "domain": ["b.example", "c.example"],
        "organisation": ["", "C"],
        "web": ["yes", ""],
        "mail": ["no", ""],
        "dns": ["", "unknown"],
    }


def test_a_row_header_is_never_empty():
    """Who listens to a table hears a dash for what is not known (WCAG 1.3.1)."""
    table = pd.DataFrame({"organisation": ["", "C"], "domains": [1, 2]})
    assert '<th scope="row">–</th>' in table_html(table, Language("nl"), "Tabel")
