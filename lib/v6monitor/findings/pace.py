"""What is said of the future, of what would have been said earlier, and of the time it took?"""

from collections.abc import Mapping

import pandas as pd

from v6monitor.analysis.overviews import TOTAL
from v6monitor.charts.chart import Words
from v6monitor.charts.wording import (
    Row,
    chance,
    group_name,
    joined,
    share_text,
)
from v6monitor.language import Language

REFUSED: Mapping[str, str] = {
    "nothing_known": "There is no month with a share, so nothing is said of the future.",
    "target_reached": "The target of {target} has been reached.",
    "few_points": "There are fewer than six measurements of one list, so nothing is said of the"
    " future.",
    "small_panel": "Fewer than 80% of the domains were on the list all along, so nothing is said of"
    " the future.",
    "not_growing": "The share does not grow, so at this pace {target} is never reached.",
}
"""Why there is no date, by the code of ``pace.REFUSALS``."""

WITHOUT_DATE: Mapping[str, str] = {
    "target_reached": "Already there: {groups}.",
    "": "Not within twenty years: {groups}.",
    "not_growing": "Does not grow: {groups}.",
    "small_panel": "List changed too much: {groups}.",
    "few_points": "Too few measurements: {groups}.",
    "nothing_known": "No share known: {groups}.",
}
"""What is said of the groups without a date, by refusal."""


def pace(table: pd.DataFrame, language: Language) -> Words:
    """Tell when the target is reached at this pace, how sure that is, and whether in time.

    ``table`` is that of ``pace.forecast``, or of ``pace.by_model``; its last row is told.
    """
    row = table.iloc[-1].to_dict()
    if row["refusal"]:
        return Words(_refused(row, language), _now(row, language), "")
    note = language.text(
        "Futures drawn from {number} measurements, along three kinds of curves; going on at a pace"
        " is not a plan.",
        number=language.number(row["measurements"]),
    )
    finding = joined(_when(row, language), _in_time(row, language))
    return Words(finding, joined(_now(row, language), note), "")


def pace_by_group(table: pd.DataFrame, language: Language, *, by: str = "sector") -> Words:
    """Tell which group gets there first and last, which are there and of which nothing is said."""
    alt = language.text(
        "Chart of the month in which each group reaches the target at this pace, with the spread of"
        " the futures. It shows who will be late."
    )
    groups = table[table[by] != TOTAL]
    target = _target(table.iloc[-1].to_dict(), language)
    dated = groups[(groups["refusal"] == "") & (groups["median"] != "")].sort_values("median")
    found = []
    if len(dated) == 1:
        found.append(
            language.text("{group} reaches {target} around {month}.", target=target,
                          **_around(dated.iloc[0], by, language))
        )  # fmt: skip
    elif len(dated):
        first, last = (_around(dated.iloc[place], by, language) for place in (0, -1))
        found.append(
            language.text(
                "First to reach {target}: {group}, around {month}; last: {last}, around {later}.",
                target=target, **first, last=last["group"], later=last["month"],
            )
        )  # fmt: skip
    undated = groups[groups["median"] == ""]
    for refusal, message in WITHOUT_DATE.items():
        names = [
            group_name(name, language) for name in undated.loc[undated["refusal"] == refusal, by]
        ]
        if names:
            found.append(language.text(message, groups=language.listed(names)))
    note = language.text(
        "Month in which half of the futures have reached {target}; an arrow: not within the years"
        " shown. On the right: the part of the futures that has done so by {deadline}.",
        target=target,
        deadline=_month(table.iloc[-1]["deadline"], language),
    )
    return Words(joined(*found) or language.text("There are no groups to compare."), note, alt)


def projection(table: pd.DataFrame, language: Language) -> Words:
    """Tell where the share is at the deadline at this pace; ``pace.projection``."""
    alt = language.text(
        "Line chart of the measured share of domains with IPv6 and of where it goes at this pace."
        " It shows when the target comes within reach."
    )
    if table.empty:
        nothing: Row = {"refusal": "nothing_known", "target": float("nan")}
        return Words(_refused(nothing, language), "", alt)
    row = table.iloc[-1].to_dict()
    measured = table[table["adoption"].notna()]
    now = language.text(
        "In {month}: {share}.",
        month=_month(measured["period"].iloc[-1], language),
        share=language.percent(measured["adoption"].iloc[-1]),
    )
    if row["refusal"]:
        return Words(_refused(row, language), now, alt)
    ahead = table[(table["period"] == row["deadline"]) & table["adoption"].isna()]
    if ahead.empty:
        ahead = table.tail(1)
    then = ahead.iloc[0]
    finding = language.text(
        "At this pace the share is {middle} in {month}; in eight of ten futures between {low} and"
        " {high}.",
        month=_month(then["period"], language),
        **{name: language.percent(then[name]) for name in ("low", "middle", "high")},
    )
    note = language.text(
        "Of the futures, {chance} have reached {target} by then.",
        chance=chance(then["reached"], language),
        target=_target(row, language),
    )
    return Words(finding, joined(now, note), alt)


def backtest(table: pd.DataFrame, language: Language) -> Words:
    """Tell how often the share came inside what would have been said; ``pace.backtest``."""
    alt = language.text(
        "Chart of the share that each earlier month would have foretold for the newest, and the"
        " actual share. It shows how far the forecast can be trusted."
    )
    said = table[table["refusal"] == ""]
    if said.empty:
        return Words(
            language.text("No earlier month could have said anything of the newest."),
            language.text("It takes six measurements of one list, and a share that grows."),
            alt,
        )
    inside = int((said["inside"] == "yes").sum())
    finding = language.plural(
        "Of the one earlier forecast, {inside} included the actual share.",
        "Of {number} earlier forecasts, {inside} included the actual share.",
        len(said),
        inside=language.number(inside),
    )
    first = said.iloc[0].to_dict()
    earliest = language.text(
        "That of {origin} said {low} to {high} for {month}; it turned out to be {came}.",
        origin=_month(first["origin"], language),
        month=_month(first["period"], language),
        low=language.percent(first["low"]),
        high=language.percent(first["high"]),
        came=language.percent(first["adoption"]),
    )
    note = language.text("Each used only the months up to its own. Eight of ten should be right.")
    return Words(joined(finding, earliest), note, alt)


def times(table: pd.DataFrame, language: Language, *, by: str = "sector") -> Words:
    """Tell which group was fastest, of the domains that lacked IPv6 at first; ``pace.times``."""
    alt = language.text(
        "Stacked bar chart per group of the domains that had IPv6 at the first measurement, got it"
        " since, and still lack it. It shows how fast groups move."
    )
    if table.empty:
        return Words(
            language.text("There is no domain to which this applies."),
            language.text("Nothing was measured."),
            alt,
        )
    done = table[table["months_half"].notna()].sort_values("months_half", kind="stable")
    if done.empty:
        finding = language.text(
            "In no group has half of the domains that lacked IPv6 at first got it."
        )
    else:
        finding = language.plural(
            "Fastest: {group}; half of its domains without IPv6 had it after {number} month.",
            "Fastest: {group}; half of its domains without IPv6 had it after {number} months.",
            int(done["months_half"].iloc[0]),
            group=group_name(done[by].iloc[0], language),
        )
    note = language.text(
        "{from_start} domains had it when first seen, {since} got it since, {not_yet} do not have"
        " it yet. Parts estimated from the measurements between which each got it (Turnbull).",
        **{name: language.number(table[name].sum()) for name in ("from_start", "since", "not_yet")},
    )
    return Words(finding, note, alt)


def times_operators(table: pd.DataFrame, language: Language) -> Words:
    """Tell the same by operator of the mail servers."""
    return times(table, language, by="operator")


def models(table: pd.DataFrame, language: Language) -> Words:
    """Tell whether the curves agree; ``pace.by_model``."""
    note = language.text(
        "Month in which half of the futures of each curve have reached the target, and between"
        " which months eight of ten do."
    )
    if table["refusal"].any():
        return Words(_refused(table.iloc[0].to_dict(), language), note, "")
    dated = sorted(month for month in table["median"] if month)
    if not dated:
        return Words(language.text("No curve reaches the target within twenty years."), note, "")
    first, last = (_month(month, language) for month in (dated[0], dated[-1]))
    if len(dated) < len(table):
        finding = language.text(
            "{number} of {all} curves reach the target within twenty years, the first around"
            " {first}.",
            number=language.number(len(dated)),
            all=language.number(len(table)),
            first=first,
        )
    elif first == last:
        finding = language.text("The curves agree: around {first}.", first=first)
    else:
        finding = language.text(
            "The curves differ: around {first} to around {last}.", first=first, last=last
        )
    return Words(finding, note, "")


def _when(row: Row, language: Language) -> str:
    target = _target(row, language)
    if not row["median"]:
        if not row["low"]:
            return language.text(
                "At this pace {target} is not reached within twenty years.", target=target
            )
        return language.text(
            "At this pace {target} is not reached within twenty years in half of the futures;"
            " one in ten is there by {low}.",
            target=target,
            low=_month(row["low"], language),
        )
    values = {name: _month(row[name], language) for name in ("median", "low")}
    if not row["high"]:
        return language.text(
            "At this pace {target} is reached around {median}; one in ten futures is there by"
            " {low}, one in ten not within twenty years.",
            target=target,
            **values,
        )
    return language.text(
        "At this pace {target} is reached around {median}; in eight of ten futures between {low}"
        " and {high}.",
        target=target,
        high=_month(row["high"], language),
        **values,
    )


def _now(row: Row, language: Language) -> str:
    if not row["measurements"]:
        return language.text("No month has enough domains whose state is known.")
    return language.text("Now: {share}.", share=share_text({**row, "unknown": 0}, language))


def _in_time(row: Row, language: Language) -> str:
    return language.text(
        "By {deadline} it is reached in {chance} of the futures.",
        deadline=_month(row["deadline"], language),
        chance=chance(row["by_deadline"], language),
    )


def _refused(row: Row, language: Language) -> str:
    message = REFUSED[str(row["refusal"])]
    return language.text(message, target=_target(row, language))


def _around(row: "pd.Series[str]", by: str, language: Language) -> dict[str, str]:
    return {"group": group_name(row[by], language), "month": _month(row["median"], language)}


def _target(row: Row, language: Language) -> str:
    target = float(row["target"])
    return language.percent(target, 0 if f"{target:.3f}".endswith("0") else 1)


def _month(period: str, language: Language) -> str:
    return language.month(period) if period else language.text("no date")
