"""Tables of dependencies in few words, for the tests of the gap."""

import pandas as pd
from hypothesis import strategies as st

STATES = {"y": "yes", "n": "no", "?": "unknown"}


def dependencies(**domains: str) -> pd.DataFrame:
    """Return a table: ``a="Xn Yy"`` is a domain with a failing host of X and a good one of Y.

    A third letter is the tenant: ``Mnt`` is a failing host of M, administered by tenant t.
    """
    rows = []
    for domain, hosts in domains.items():
        for number, (operator, state, *tenant) in enumerate(hosts.split()):
            host = "" if operator == "-" else f"mx{number}.{operator}.example"
            name = operator.replace("-", "")
            rows.append((domain, host, name, "", "".join(tenant), STATES[state]))
    columns = ["domain", "host", "operator", "kind", "tenant", "state"]
    return pd.DataFrame(rows, columns=columns, dtype="str")


HOST = st.builds(
    lambda operator, state: operator + state, st.sampled_from("WXYZ"), st.sampled_from("yyn?")
)
DOMAIN = st.one_of(st.lists(HOST, min_size=1, max_size=3).map(" ".join), st.just("-?"))
WORLD = st.lists(DOMAIN, min_size=5, max_size=9).map(
    lambda domains: dependencies(**{f"d{number}": hosts for number, hosts in enumerate(domains)})
)
"""Small worlds: up to nine domains with up to three hosts of four operators."""
