"""What does a list say?"""

import pandas as pd

from v6monitor import findings
from v6monitor.language import Language


def test_a_list_of_unknowns_is_no_good_news():
    """Where nothing could be told, no count of laggards is claimed, not even zero."""
    laggards = pd.DataFrame({"group": ["unknown"] * 2, "sole_cause": "", "waiver_status": ""})
    told = findings.laggards_now(laggards, Language("en"))
    assert told.caption == "Which domains on Exchange Online lack IPv6 could not be told."
