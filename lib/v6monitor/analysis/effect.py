"""Does asking help? Domains that were written to, beside comparable ones that were not."""

from typing import Any

import pandas as pd

from v6monitor.analysis.shares import one_per_domain, with_source
from v6monitor.errors import InputError, UsageError
from v6monitor.verdicts.logic import NO, YES

HORIZONS = (30, 90, 180)
OUTCOMES = ("fixed", "not_fixed", "left")
"""What became of a domain: it has IPv6, it has not or its state is unknown, it left the list."""

STRATUM = ["sent_on", "sector", "class"]
"""Who is compared: domains of one sector and mail class, without IPv6 on the same day."""

COLUMNS = ("domain", *STRATUM, "written", "days", "outcome")


TIMES = ("written", "days", "at_risk", "fixed", "no_longer_followed", "still_without")


def followed(
    month: Any, *, letters: pd.DataFrame | None = None, classes: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the domains without IPv6 on the day of a letter, written to or not, and what they did.

    Args:
        month: a Month, or measured states of mail in all months: ``domain``, ``measured_at``,
            ``state``, ``sector`` and perhaps ``list``.
        letters: what was sent, a row per domain: ``domain`` and ``sent_on`` (a day); by default
            ``month.sent``. Of more letters to a domain the first counts.
        classes: mail class by domain (``domain``, ``class``); by default ``month.providers``. Of
            states alone without it only the sector is compared.

    Returns:
        A row per day of sending and domain: ``domain``, ``sent_on``, ``sector``, ``class``;
        ``written`` (False: nobody had written to it by then); ``days`` from that day until it was
        first measured with IPv6, else until it was last measured or written to itself; and
        ``outcome``, one of ``OUTCOMES``, which add up to all. The state on the day is that of the
        last measurement that is known by then; domains with IPv6 or not yet measured are left out:
        a letter to one of these says nothing. Fixed stays fixed when IPv6 is lost again.

    Raises:
        InputError: a letter without a day.

    Example:
        >>> states = pd.DataFrame(
        ...     [("a", "no", "2026-01-05"), ("b", "no", "2026-01-05"),
        ...      ("a", "yes", "2026-02-05"), ("b", "no", "2026-02-05")],
        ...     columns=["domain", "state", "measured_at"],
        ... ).assign(sector="gemeente", measured_at=lambda t: pd.to_datetime(t["measured_at"]))
        >>> letters = pd.DataFrame({"domain": ["a"], "sent_on": pd.to_datetime(["2026-01-10"])})
        >>> followed(states, letters=letters)[["domain", "written", "days", "outcome"]]
          domain  written  days    outcome
        0      a     True    26      fixed
        1      b    False    26  not_fixed

    Source:
        METHOD.md, "Does asking help?".
    """
    states, letters, classes = _given(month, letters, classes)
    if letters["sent_on"].isna().any():
        raise InputError("a letter has no day: fill in sent_on (YYYY-MM-DD), or leave the row out")
    measured = one_per_domain(states, "measured_at").sort_values("measured_at", kind="stable")
    sent = letters.groupby("domain")["sent_on"].min()
    known = measured[measured["state"].isin([YES, NO])]
    parts = [_since(day, known, sent) for day in sorted(sent.unique())]
    found = pd.concat(parts) if parts else _since(pd.Timestamp.min, known[:0], sent)
    class_of = (
        {} if classes is None else dict(zip(classes["domain"], classes["class"], strict=True))
    )
    found["class"] = [class_of.get(domain, "") for domain in found["domain"]]
    kind = "list" if "list" in measured else "sector"  # what a month has the whole of, or nothing
    newest = measured.groupby(kind)["measured_at"].max().dt.to_period("M")
    seen = measured.drop_duplicates("domain", keep="last").set_index("domain")
    last = _of(found["domain"], seen["measured_at"])
    gone = last.dt.to_period("M") < _of(_of(found["domain"], seen[kind]), newest)
    until = pd.concat([last, found["own"]], axis=1).min(axis=1)
    fixed = found["first"].notna() & found["first"].le(until)
    days = found["first"].where(fixed, until) - found["sent_on"]
    outcome = pd.Series("not_fixed", index=found.index).mask(gone, "left").mask(fixed, "fixed")
    found = found.assign(days=days.dt.days.clip(lower=0), outcome=outcome.astype("str"))
    found = found.sort_values(["sent_on", "domain"])[list(COLUMNS)].reset_index(drop=True)
    return with_source(found, states)


def _given(
    month: Any, letters: pd.DataFrame | None, classes: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame | None]:
    """Return states, letters and classes: those given, else the month's."""
    if isinstance(month, pd.DataFrame):
        if letters is None:
            raise UsageError("states alone say nothing of letters: give letters=, or a Month")
        return month, letters, classes
    states = month.states[month.states["measure"] == "mail"]
    letters = month.sent if letters is None else letters
    return states, letters, month.providers if classes is None else classes


def _since(day: pd.Timestamp, known: pd.DataFrame, sent: "pd.Series[pd.Timestamp]") -> pd.DataFrame:
    """Return the domains without IPv6 on a day on which something was sent.

    ``first`` is when they were first measured with it afterwards, ``own`` when a domain that was
    not written to yet got a letter of its own.
    """
    start = known[known["measured_at"] <= day].drop_duplicates("domain", keep="last")
    start = start[start["state"] == NO]
    later = known[(known["measured_at"] > day) & (known["state"] == YES)]
    letter = _of(start["domain"], sent)
    rows = start.assign(
        sent_on=day,
        written=letter.eq(day),
        own=letter.where(letter > day),
        first=_of(start["domain"], later.groupby("domain")["measured_at"].min()),
    )
    return rows[letter.isna() | letter.ge(day)]


def _of(keys: "pd.Series[str]", values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return the value of each key; unlike ``map`` it keeps the type when there are none."""
    return values.reindex(keys).set_axis(keys.index)


def effect(month: Any, *, horizons: tuple[int, ...] = HORIZONS) -> pd.DataFrame:
    """Return which share was fixed in so many days, of those written to and of comparable others.

    Args:
        month: a Month, or what ``followed`` returns.
        horizons: days after the letter.

    Returns:
        A row per horizon: ``days``; ``written`` domains that could be followed so long (or were
        fixed before), of these ``written_fixed`` and ``written_share``; ``others``, the domains of
        the same day, sector and class that were not written to, ``others_fixed``, and
        ``others_share`` with each sector, class and day weighing as it does among those written to;
        ``points``, 100 times the difference of the shares; and ``without_equal``, the
        domains written to of which no other is comparable: they are in no share. This is no
        experiment: who was written to was not drawn by lot.

    Example:
        >>> rows = pd.DataFrame(
        ...     [("2026-01-10", True, 26, "fixed"), ("2026-01-10", True, 90, "not_fixed"),
        ...      ("2026-01-10", False, 90, "not_fixed")],
        ...     columns=["sent_on", "written", "days", "outcome"],
        ... ).assign(**{"sector": "gemeente", "class": "exo_direct"})
        >>> effect(rows, horizons=(30,))[["written", "written_share", "others_share"]]
           written  written_share  others_share
        0        2            0.5           0.0

    Source:
        METHOD.md, "Does asking help?".
    """
    rows = month if isinstance(month, pd.DataFrame) else followed(month)
    table = pd.DataFrame([_shares(rows, days) for days in horizons])
    points = 100 * (table["written_share"] - table["others_share"])
    table.insert(len(table.columns) - 1, "points", points)
    return with_source(table, rows)


def _shares(rows: pd.DataFrame, days: int) -> dict[str, float]:
    """Return the row of one horizon: the counts and shares over what is comparable."""
    fixed = rows["outcome"].eq("fixed") & rows["days"].le(days)
    counted = rows[fixed | rows["days"].ge(days)].assign(fixed=fixed)
    written, others = (
        counted[counted["written"] == group].groupby(STRATUM)["fixed"].agg(["size", "sum"])
        for group in (True, False)
    )
    equal = written.join(others.add_suffix("_others"), how="inner")
    size = int(equal["size"].sum())
    expected = (equal["sum_others"] / equal["size_others"] * equal["size"]).sum()
    return {
        "days": days,
        "written": size,
        "written_fixed": int(equal["sum"].sum()),
        "written_share": equal["sum"].sum() / size if size else float("nan"),
        "others": int(equal["size_others"].sum()),
        "others_fixed": int(equal["sum_others"].sum()),
        "others_share": expected / size if size else float("nan"),
        "without_equal": int(written["size"].sum()) - size,
    }


def times(month: Any, *, step: int = 30) -> pd.DataFrame:
    """Return how many of the domains are still without IPv6 so many days after the letter.

    The product-limit estimate (Kaplan and Meier, JASA 53, 1958).

    Args:
        month: a Month, or what ``followed`` returns. Domains without an equal are left out.
        step: days between the rows.

    Returns:
        A row per ``written`` and ``days``, with ``at_risk`` at the start of the step, ``fixed``
        and ``no_longer_followed`` within it, and ``still_without``, the estimated share at its end.
        A fix counts on the day of the measurement that shows it; it was earlier, if anything.

    Example:
        >>> rows = pd.DataFrame(
        ...     [("2026-01-10", True, 26, "fixed"), ("2026-01-10", False, 60, "not_fixed")],
        ...     columns=["sent_on", "written", "days", "outcome"],
        ... ).assign(**{"sector": "gemeente", "class": "exo_direct"})
        >>> times(rows)[["written", "days", "at_risk", "fixed", "still_without"]]
           written  days  at_risk  fixed  still_without
        0    False    60        1      0            1.0
        1     True    30        1      1            0.0

    Source:
        METHOD.md, "Does asking help?".
    """
    rows = month if isinstance(month, pd.DataFrame) else followed(month)
    comparable = rows.groupby(STRATUM)["written"].transform("nunique") > 1
    found = []
    for written, group in rows[comparable].groupby("written"):
        gone = group.groupby("days")["outcome"].agg(
            fixed=lambda outcomes: outcomes.eq("fixed").sum(), size="size"
        )
        gone["at_risk"] = len(group) - gone["size"].cumsum().shift(fill_value=0)
        gone["still_without"] = (1 - gone["fixed"] / gone["at_risk"]).cumprod()
        end = -(-gone.index.to_series(name="end").clip(lower=1) // step) * step
        steps = gone.groupby(end).agg(
            at_risk=("at_risk", "first"),
            fixed=("fixed", "sum"),
            size=("size", "sum"),
            still_without=("still_without", "last"),
        )
        found.append(steps.rename_axis("days").reset_index().assign(written=written))
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=[*TIMES, "size"])
    table["no_longer_followed"] = table.pop("size") - table["fixed"]
    return with_source(table[list(TIMES)], rows)
