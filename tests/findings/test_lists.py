"""What does a list say?"""

import pandas as pd

from v6monitor import findings
from v6monitor.language import Language
from v6monitor.mail.laggards import GROUPS

EN = Language("en")


def test_a_list_of_unknowns_is_no_good_news():
    """Where nothing could be told, no count of laggards is claimed, not even zero."""
    laggards = pd.DataFrame({"group": ["unknown"] * 2, "sole_cause": "", "waiver_status": ""})
    told = findings.laggards_now(laggards, Language("en"))
    assert told.caption == "Which domains on Exchange Online lack IPv6 is not known."


def test_the_gateway_that_keeps_most_domains_back_is_named():
    """With how many domains; none is said as none."""
    table = pd.DataFrame({"operator": ["Gate", "Sieve"], "laggards": [2, 1]})
    assert findings.gateways(table, EN).caption == "Gate stands before most of them: 2 domains."
    assert findings.gateways(table.iloc[1:], EN).caption.endswith("1 domain.")
    assert findings.gateways(table.iloc[:0], EN).caption == "No gateway without IPv6 was found."


def test_the_place_with_most_laggards_counts_exchange_online_alone():
    """Gateways and what could not be told stand in the table, not in the finding."""
    counts = dict.fromkeys(GROUPS, 0) | {"sector": "gemeente", "gateway": 9, "unknown": 9}
    most = counts | {"exchange_online": 3, "obsolete_name": 1}
    other = counts | {"sector": "rijk", "exchange_online": 1}
    table = pd.DataFrame([most, other]).set_index("sector").reset_index()
    told = findings.laggard_groups(table, EN)
    assert told.caption == "Most Exchange Online domains without IPv6: Municipalities, 4 of 5."
    none = pd.DataFrame([counts]).set_index("sector").reset_index()
    assert findings.laggard_groups(none, EN).caption == "No laggard on Exchange Online was found."
