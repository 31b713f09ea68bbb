"""Exact decomposition of a change in the share: domains that stayed, joined and left; groups."""

from typing import Any

import pandas as pd

from v6monitor.analysis.changes import ABSENT, Renames, comparisons, known, paired
from v6monitor.analysis.shares import check, with_source


def decompose(
    before: pd.DataFrame, after: pd.DataFrame, renames: Renames = None
) -> "pd.Series[float]":
    """Return how much of a change in the share is within the panel, by entrants and by leavers.

    With n0 and n1 known domains, stayers S known in both, entrants E and leavers L, exactly
    Δ = (S₁−S₀) + nE/n1·(E₁−S₁) + nL/n0·(S₀−L₀). Where nobody stayed, entrants and leavers get half
    each.

    Args:
        before: the states table of the earlier month.
        after: that of the later month.
        renames: new names by old name: a renamed domain stays.

    Returns:
        In percentage points ``within`` + ``entrants`` + ``leavers`` = ``total``; the shares (0 to
        1) ``share_before`` and ``share_after``; the counts ``n_before``, ``n_after``,
        ``n_stayers``, ``n_entrants`` and ``n_leavers``, of which ``n_became_known`` and
        ``n_became_unknown`` were on the list all along but unknown or not applicable in the other
        month; of months with a period ``earlier`` and ``period``. NaN where a month has no known
        domain.

    Raises:
        InputError: for a state that does not exist.

    Example:
        >>> before = pd.DataFrame({"domain": list("abcd"), "state": ["yes", "no", "no", "yes"]})
        >>> after = pd.DataFrame({"domain": list("abce"), "state": ["yes", "yes", "no", "no"]})
        >>> decompose(before, after)[["within", "entrants", "leavers", "total"]].round(2).to_dict()
        {'within': 33.33, 'entrants': -16.67, 'leavers': -16.67, 'total': 0.0}

    Source:
        METHOD.md, "Change".
    """
    (one,) = comparisons(before, after, renames)
    split = pd.Series({**_decompose(paired(one)), **one.named}, dtype=object)
    return with_source(split, before, after)


def parts(
    before: Any,
    after: pd.DataFrame | None = None,
    renames: Renames = None,
    *,
    measure: str = "",
) -> pd.DataFrame:
    """Return the decomposition with a row per part; arguments as of ``v6.changes``.

    Per ``measure`` (where the tables have it) and ``part`` (``within``, ``entrants``, ``leavers``,
    ``total``) the known domains ``domains_before`` and ``domains_after``, their shares
    ``share_before`` and ``share_after`` (of 1; NaN for none) and the ``points`` that the part adds
    (see ``decompose``); of months with a ``period`` also ``earlier`` and ``period``.
    """
    tables = []
    compared = comparisons(before, after, renames, (), measure)
    for one in compared:
        both = paired(one)
        split = _decompose(both)
        definite = {"before": known(both["before"]), "after": known(both["after"])}
        stayed = definite["before"] & definite["after"]
        rows = {"within": stayed, "entrants": ~definite["before"], "leavers": ~definite["after"]}
        rows["total"] = definite["before"] | definite["after"]
        table = pd.DataFrame({"part": list(rows)})
        for month in ("before", "after"):
            states = [both[month][definite[month] & row] for row in rows.values()]
            table[f"domains_{month}"] = [len(part) for part in states]
            table[f"share_{month}"] = [_share(part) for part in states]
        table["points"] = [split[part] for part in table["part"]]
        tables.append(table.assign(**one.named))
    found = pd.concat(tables, ignore_index=True)
    first = ["measure"] if "measure" in found else []
    found = found[[*first, *found.columns.drop(first)]]
    found.attrs["adds_up"] = "points"
    return with_source(found, *(states for one in compared for states in one.tables))


def kitagawa(before: pd.DataFrame, after: pd.DataFrame, *, by: str = "sector") -> pd.DataFrame:
    """Return how much of a change in the share each group's own change and the mix of groups add.

    Args:
        before: the states table of the earlier month, one row per domain, with the column ``by``.
        after: that of the later month.
        by: the groups.

    Returns:
        A row per ``by``: ``share_before`` and ``share_after`` (0 to 1), the parts of the list
        ``weight_before`` and ``weight_after`` (0 to 1), and in percentage points ``own_change``
        (change of the share at the mean weight) and ``mix`` (change of the weight at the mean
        share); both columns together sum to the total change. A group of one month only is all mix.

    Raises:
        InputError: for a state that does not exist or a domain twice in a month.

    Example:
        >>> before = pd.DataFrame({"domain": list("abcd"), "sector": list("xxyy")})
        >>> before["state"] = ["yes", "no", "no", "no"]
        >>> after = before.assign(state=["yes", "yes", "no", "no"])
        >>> kitagawa(before, after)[["sector", "own_change", "mix"]].to_numpy().tolist()
        [['x', 25.0, 0.0], ['y', 0.0, 0.0]]

    Source:
        Kitagawa, JASA 50 (1955); METHOD.md, "Change".
    """
    months = []
    for name, states in (("before", before), ("after", after)):
        check(states)
        definite = states[known(states["state"])]
        yes = definite["state"].eq("yes").groupby(definite[by], dropna=False, observed=True)
        weight = yes.size() / max(len(definite), 1)
        months.append(pd.DataFrame({f"share_{name}": yes.mean(), f"weight_{name}": weight}))
    table = months[0].join(months[1], how="outer").rename_axis(by).reset_index()
    weights, rates = ["weight_before", "weight_after"], ["share_before", "share_after"]
    table[weights] = table[weights].fillna(0.0)
    share_before = table["share_before"].fillna(table["share_after"])
    share_after = table["share_after"].fillna(table["share_before"])
    table["own_change"] = 100 * table[weights].mean(axis=1) * (share_after - share_before)
    change = table["weight_after"] - table["weight_before"]
    table["mix"] = 100 * change * (share_before + share_after) / 2
    table = table[[by, *rates, *weights, "own_change", "mix"]]
    return with_source(table, before, after)


def _decompose(both: pd.DataFrame) -> dict[str, float]:
    known_before, known_after = known(both["before"]), known(both["after"])
    stayed = known_before & known_after
    left, joined = known_before & ~stayed, known_after & ~stayed
    n_before, n_after = int(known_before.sum()), int(known_after.sum())
    before, after = _share(both["before"][known_before]), _share(both["after"][known_after])
    leavers, entrants = _share(both["before"][left]), _share(both["after"][joined])
    if stayed.any():
        stayers_before, stayers_after = (
            _share(both["before"][stayed]),
            _share(both["after"][stayed]),
        )
    else:
        stayers_before = stayers_after = (leavers + entrants) / 2
    within = stayers_after - stayers_before
    by_entrants = joined.sum() / n_after * (entrants - stayers_after) if joined.any() else 0.0
    by_leavers = left.sum() / n_before * (stayers_before - leavers) if left.any() else 0.0
    compared = 100.0 if n_before and n_after else float("nan")
    counts = {
        "n_before": n_before,
        "n_after": n_after,
        "n_stayers": int(stayed.sum()),
        "n_entrants": int(joined.sum()),
        "n_leavers": int(left.sum()),
        "n_became_known": int((joined & (both["before"] != ABSENT)).sum()),
        "n_became_unknown": int((left & (both["after"] != ABSENT)).sum()),
    }
    parts = {"within": within, "entrants": by_entrants, "leavers": by_leavers}
    points = {name: compared * float(part) for name, part in parts.items()}
    total = compared * (after - before)
    shares = {"share_before": before, "share_after": after}
    return {**points, "total": total, **shares, **counts}


def _share(states: "pd.Series[str]") -> float:
    return float(states.eq("yes").mean())
