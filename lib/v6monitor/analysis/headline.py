"""What a month says: its figures, and which domains may be named for a change.

That is one policy for pages, mail, feed and changes.csv: a loss is named when a second definite
answer has confirmed it, else only counted: many recover within a month (METHOD.md, "Change").
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from v6monitor.analysis.changes import changes, moves
from v6monitor.analysis.shares import shares
from v6monitor.language import AMSTERDAM
from v6monitor.mail.laggards import EXCHANGE_GROUPS
from v6monitor.mail.providers import MICROSOFT

EXCHANGE_ONLINE = "exchange_online"
GOVERNMENT = "government"
AGREED, DEADLINE = "2020-04", "2021-12"
"""The months of the agreement and of its deadline."""

_SUBJECTS = (("web", "web_category"), ("mail", "mail_category"))
_YEAR = 12
_COUNTED = ["yes", "no", "unknown", "adoption", "lower", "upper"]
_COLUMNS = (
    "figure", "period", "of", "agreement", "yes", "no", "unknown", "adoption", "lower", "upper",
    "year_from", "year_change", "since", "since_change", "part", "asked",
)  # fmt: skip


def headline(month: Any) -> pd.DataFrame:
    """Return the figures that a month's message is made of.

    Args:
        month: a Month.

    Returns:
        A row per ``figure``: websites and mail domains, each by its finest measure (``web`` or
        ``web_category``, ``mail`` or ``mail_category``; ``dns`` where there is neither), of a list
        of domains alone by the lookups; and ``exchange_online``, its laggards by the lookups, where
        any mail is there.

        - ``of``: ``government``, else its sectors, or empty for any other list;
        - ``agreement``: how the month lies to the agreement of 100 % by the end of 2021:
          ``before``, ``running`` or ``past``; empty where it is not about these domains;
        - ``yes``, ``no``, ``unknown``, ``adoption``, ``lower``, ``upper``: as of ``shares``; of
          ``exchange_online`` only ``no``, the laggards;
        - ``year_from``, ``year_change``: the first comparable month of the past year, and the
          change since of the domains known both times in percentage points; of
          ``exchange_online`` how many more of the domains now there were measured without IPv6;
        - ``since``, ``since_change``: the same for the month measured before;
        - ``part``: of the mail domains without IPv6 by the lookups, the part of the laggards;
        - ``asked``: the day of the lookups; empty for what was measured.

    Example:
        >>> import v6monitor as v6
        >>> headline(v6.load(period="2026-10"))["figure"].to_list()
        ['web', 'mail', 'exchange_online']

    Source:
        METHOD.md, "Shares", "Change" and "Exchange Online classes".
    """
    found: pd.DataFrame = month.message
    return found.copy(deep=False)


def counted(month: Any) -> pd.DataFrame:
    """Return what ``headline`` does, counted anew."""
    about = {"period": month.period, "of": _of(month), "agreement": _agreement(month)}
    about |= dict.fromkeys(["year_from", "since", "asked"], "")
    if month.listed and not pd.isna(month.asked[0]):
        rows = [about | one for one in _looked_up(month)]
    else:
        rows = [about | _measured(month, measure) for measure in _measures(month.measures)]
    earlier = next((row["year_from"] for row in rows if row["figure"] == "mail"), "")
    rows += [about | row for row in _exchange_online(month, earlier)]
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    table.attrs["source"] = [*month.current.attrs["source"], *month.providers.attrs["source"]]
    return table


def _measures(there: Sequence[str]) -> list[str]:
    found = [next((one for one in finest if one in there), "") for finest in _SUBJECTS]
    return [one for one in found if one] or [one for one in there if one == "dns"]


def _of(month: Any) -> str:
    if month.listed or not month.under_agreement:
        return ""
    if month.whole_government:
        return GOVERNMENT
    one = set(month.owners["organisation"])
    if len(one) == 1 and one != {""}:
        return ""
    return " ".join(sorted({*month.owners["sector"]}))


def _agreement(month: Any) -> str:
    if not month.under_agreement:
        return ""
    if month.period < AGREED:
        return "before"
    return "running" if month.period <= DEADLINE else "past"


def _measured(month: Any, measure: str) -> dict[str, Any]:
    counted = shares(month.measured(measure)).iloc[0]
    earlier, change = _past_year(month, measure)
    before = changes(month, measure=measure).iloc[0]
    return {
        "figure": measure,
        **counted[_COUNTED],
        "year_from": earlier,
        "year_change": change,
        "since": before["earlier"],
        "since_change": before["points"],
    }


def _looked_up(month: Any) -> list[dict[str, Any]]:
    """Return the figures of a list of domains, of which nothing was measured."""
    fresh = {measure: month.fresh(measure) for measure in ("web", "mail")}
    return [
        {"figure": measure, "asked": _day(month), **shares(states).iloc[0][_COUNTED]}
        for measure, states in fresh.items()
        if len(states)
    ]


def _day(month: Any) -> str:
    return f"{month.asked[0].tz_convert(AMSTERDAM):%Y-%m-%d}"


def _past_year(month: Any, measure: str) -> tuple[str, float]:
    """Return the first month of the past year that this one can be compared with, and its change.

    An empty text and NaN where there is none.
    """
    first = str(pd.Period(month.period, "M") - _YEAR)
    months = month.states.loc[month.states["measure"] == measure, "period"].drop_duplicates()
    inside = sorted(months[months.ge(first) & months.lt(month.period)])
    for earlier in inside:
        then, now = month.measured_before(measure, earlier), month.measured(measure)
        found = changes(then, after=now, renames=month.renames).iloc[0]
        if not found["break_reason"]:
            return earlier, found["points"]
    return "", float("nan")


def _exchange_online(month: Any, earlier: str) -> list[dict[str, Any]]:
    there = month.providers[
        month.providers["class"].isin(["exo_direct", "exo_mixed"])
        & month.providers["operator"].eq(MICROSOFT)
    ]
    if there.empty or month.out_of_reach:
        return []
    lagging = int(month.laggards["group"].isin(EXCHANGE_GROUPS).sum())
    without = int(month.fresh("mail")["state"].eq("no").sum())
    change = float("nan")
    if earlier:
        measured = [month.measured_before("mail", earlier), month.measured("mail")]
        then, now = (states[states["domain"].isin(there["domain"])] for states in measured)
        change = float(now["state"].eq("no").sum() - then["state"].eq("no").sum())
    row = {"figure": EXCHANGE_ONLINE, "no": lagging, "year_from": earlier, "year_change": change}
    part = lagging / without if without else float("nan")
    return [row | {"part": part, "asked": _day(month)}]


KINDS = ("gain", "loss_confirmed", "loss_held", "joined", "left")
"""The changes of which a domain is named."""
LOST = ("loss_confirmed", "loss_held")

_NAMED = ["measure", "domain", "organisation", "sector", "change", "before", "after"]


def named(month: Any, *, already: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the domains of a month that may be named for what changed since the month before.

    Args:
        month: a Month.
        already: the table of the month before, so that no loss is named twice.

    Returns:
        A row per ``measure`` and ``domain``, with ``organisation`` and ``sector``, the states
        ``before`` and ``after``, and ``change``: ``gain``, ``joined`` or ``left`` (the list),
        ``loss_confirmed`` when the lookups of the month say so too, or ``loss_held``: a loss of
        the month before that this measurement confirms.

    Source:
        METHOD.md, "Change".
    """
    parts = [pd.DataFrame(columns=_NAMED, dtype="str")]
    for measure in month.measures:
        parts += [moved(month, measure), _held(month, measure, already)]
    table = pd.concat([part.reindex(columns=_NAMED) for part in parts], ignore_index=True)
    table = table[table["change"].isin(KINDS)].astype("str")
    table = table.sort_values(["measure", "change", "domain"], kind="stable", ignore_index=True)
    table.attrs["source"] = month.states.attrs["source"]
    table.attrs["first"] = not any(map(month.before, month.measures))
    return table


def moved(month: Any, measure: str) -> pd.DataFrame:
    """Return the moves since the month measured before, ``change`` saying how sure a loss is."""
    found = moves(month, measure=measure)
    kind = found["move"].where(found["move"] != "loss", "loss_" + found["status"])
    return found.assign(change=kind, measure=measure)


def _held(month: Any, measure: str, already: pd.DataFrame | None) -> pd.DataFrame:
    """Return the losses of the month before that this month's measurement is the first to confirm.

    METHOD.md §7: two consecutive measurements say no.
    """
    one = month.before(measure)
    before = month.before(measure, one)
    if not before:
        return pd.DataFrame(columns=_NAMED)
    then, since, now = (month.measured(measure, period) for period in (before, one, month.period))
    later = [now, *month.second_answers(measure)]
    lost = moves(then, since, month.renames, later=later)
    held = lost[lost["status"] == "confirmed"].assign(change="loss_held", measure=measure)
    if already is None:
        return held
    named_before = already[(already["measure"] == measure) & already["change"].isin(LOST)]
    return held[~held["domain"].isin(named_before["domain"])]
