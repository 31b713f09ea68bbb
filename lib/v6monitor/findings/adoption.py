"""What do the figures of adoption say? (1-4)"""

import math
from collections.abc import Iterable

import pandas as pd

from v6monitor.analysis.breakdowns import ELSEWHERE
from v6monitor.analysis.shares import TOTAL
from v6monitor.analysis.shares import ranking as ranked_groups
from v6monitor.charts.chart import Words
from v6monitor.charts.wording import (
    Row,
    definition,
    explained,
    group_name,
    joined,
    named_share,
    out_of,
    share_text,
    undetermined,
)
from v6monitor.language import Language

ORDER = ("web", "mail", "dns")


def trend(table: pd.DataFrame, language: Language, *, by: str = "measure") -> Words:
    """Tell how far each measure came since the first month, and where it is in the newest.

    ``table`` is that of ``adoption.trend``. Across a break nothing is compared.
    """
    alt = language.text(
        "Line chart of the share of domains with IPv6 per month. It shows how far the target of"
        " 100% is away, and how fast the distance shrinks."
    )
    if table.empty:
        return _nothing(language, alt)
    last = str(table["period"].max())
    rows = _newest(table, by)
    names = _in_order(rows)
    counts = [f"{group_name(name, language)} {share_text(rows[name], language)}" for name in names]
    note = language.text(
        "Share of the domains whose state is known, {first} to {last}. In {last}: {counts}.",
        first=language.month(str(table["period"].min())),
        last=language.month(last),
        counts="; ".join(counts),
    )
    unsure = [
        f"{group_name(name, language)} {out_of(row['unknown'], row['applicable'], language)}"
        for name, row in ((name, rows[name]) for name in names)
        if row["unknown"]
    ]
    unknown = (
        language.text("Undetermined: {counts}.", counts="; ".join(unsure))
        if unsure
        else language.text("Every result is known.")
    )
    newest = table[table["period"] == last].set_index(by, drop=False).loc[names]
    told = explained(newest, language, by=by)
    came = _since(table, by, str(table["period"].min()), language)
    return Words(came, joined(note, unknown, told), alt)


def headline_adoption(table: pd.DataFrame, language: Language, *, by: str = "measure") -> Words:
    """Answer in two lines how far we are, and within which bounds that is sure.

    ``table`` is that of ``adoption.trend``.
    """
    told = trend(table, language, by=by)
    if table.empty:
        return told
    rows = _newest(table, by)
    names = _in_order(rows)
    months = sorted(set(table["period"]))
    now = language.text(
        "IPv6 in {month}: {shares}.",
        month=language.month(months[-1]),
        shares=language.listed([named_share(name, rows[name], language) for name in names]),
    )
    caption = joined(now, _since(table, by, months[-2:][0], language))
    bounds = [
        language.text(
            "{name} between {lower} and {upper}",
            name=group_name(name, language),
            lower=language.percent(rows[name]["lower"]),
            upper=language.percent(rows[name]["upper"]),
        )
        for name in names
        if rows[name]["unknown"] and not math.isnan(rows[name]["adoption"])
    ]
    sure = language.text(
        "Whatever the unknown domains turn out to be: {bounds}.",
        bounds=language.listed(bounds),
    )
    return Words(caption, sure if bounds else told.note, told.alt)


def sectors(table: pd.DataFrame, language: Language, *, by: str = "sector") -> Words:
    """Tell which group lags, which leads and which moved most; ``table``: ``adoption.sectors``.

    Groups whose bounds overlap the lowest or the highest are named with it: they are tied.
    """
    earlier = str(table["earlier"].iloc[0]) if len(table) else ""
    alt = joined(
        language.text("Dumbbell chart of the share of domains with IPv6 per group, then and now.")
        if earlier
        else language.text("Dot chart of the share of domains with IPv6 per group."),
        language.text("It shows which groups lag."),
    )
    if table.empty:
        return _nothing(language, alt)
    ranked = ranked_groups(table).dropna(subset="adoption")
    finding = ranking(ranked, by, language)
    note = language.text(
        "Share of the domains whose state is known, {month}; groups under five: counts.",
        month=language.month(str(table["period"].iloc[0])),
    )
    unknown = undetermined(table["unknown"].sum(), table["applicable"].sum(), language)
    measure = definition(str(table["measure"].iloc[0]), language) if "measure" in table else ""
    moved = _moved_most(ranked, by, earlier, language)
    told = explained(table, language)
    return Words(joined(finding, moved), joined(measure, note, unknown, told), alt)


def provinces(table: pd.DataFrame, language: Language) -> Words:
    """Tell which province lags and which leads; ``adoption.provinces``."""
    alt = language.text(
        "Tile map of the twelve provinces by their share of domains with IPv6. It shows whether the"
        " gap is regional."
    )
    twelve, elsewhere = table[table["province"] != ELSEWHERE], table[table["province"] == ELSEWHERE]
    if not twelve["applicable"].sum():
        return Words(
            language.text("Of no domain is it known in which province it is."),
            language.text("Nothing was measured."),
            alt,
        )
    ranked = ranked_groups(twelve).dropna(subset="adoption")
    note = language.text(
        "Share of the domains whose state is known; provinces under five: counts. Not on the"
        " map, for central government and where no province is stated: {number}.",
        number=language.number(elsewhere["applicable"].sum()),
    )
    unknown = undetermined(twelve["unknown"].sum(), twelve["applicable"].sum(), language)
    measure = definition(str(table["measure"].iloc[0]), language) if "measure" in table else ""
    told = explained(twelve, language)
    finding = ranking(ranked, "province", language)
    return Words(finding, joined(measure, note, unknown, told), alt)


def ranking(ranked: pd.DataFrame, by: str, language: Language) -> str:
    """Tell the lowest and the highest of a league, each with all that are tied with it."""
    lowest = ranked[ranked["rank_to"] == ranked["rank_to"].max()]
    highest = ranked[ranked["rank"] == 1]
    if ranked.empty:
        return language.text("No group has five domains whose state is known: counts only.")
    if len(lowest) < len(ranked):
        return language.text(
            "Lowest: {lowest}; highest: {highest}.",
            lowest=_groups(lowest, by, language),
            highest=_groups(highest, by, language),
        )
    groups = f"{_groups(ranked, by, language)}."
    if len(ranked) == 1:
        return groups
    return language.text("No difference can be told: {groups}", groups=groups)


def states(table: pd.DataFrame, language: Language, *, by: str = "sector") -> Words:
    """Tell how many domains have IPv6, partly, not or unknown; ``adoption.states_by_sector``."""
    alt = language.text(
        "Stacked bar chart of the domains with IPv6, partly, without and unknown per group. It"
        " shows where the remaining domains are."
    )
    total = table[table[by] == TOTAL].to_dict("records")
    if not total or not total[0]["applicable"]:
        return _nothing(language, alt, total[0]["not_applicable"] if total else 0)
    row = total[0]
    size = int(row["applicable"])
    if row["unknown"] == size:
        finding = language.plural(
            "The state of the one domain is not known.",
            "The state of none of the {number} domains is known.",
            size,
        )
    else:
        finding = language.plural(
            "IPv6 at {number} domain: {counts}.",
            "IPv6 at {number} domains: {counts}.",
            size,
            counts=", ".join(
                f"{language.number(row[state])} {language.label(state)}"
                for state in ("yes", "partly", "no", "unknown")
                if row[state] or state == "yes"
            ),
        )
    outside = language.text(
        "Not applicable, and not in the bars: {number}.",
        number=language.number(row["not_applicable"]),
    )
    measure = definition(str(table["measure"].iloc[0]), language) if "measure" in table else ""
    parts = language.text("Shares of the domains to which it applies; n is given under each name.")
    told = explained(table[table[by] == TOTAL], language)
    return Words(finding, joined(measure, parts, outside, told), alt)


def sub_tests(table: pd.DataFrame, language: Language) -> Words:
    """Tell on which sub-test web and mail fail most often; ``table``: ``adoption.sub_tests``."""
    alt = language.text(
        "Stacked bar chart of the results of Internet.nl's sub-tests for web and mail. It shows"
        " where in the chain IPv6 is missing."
    )
    tested = table[table["applicable"] > 0]
    if tested.empty:
        return _nothing(language, alt)
    findings = []
    for type_, tests in tested.groupby("type", sort=False):
        worst = max(tests.to_dict("records"), key=lambda row: row["no"] / row["applicable"])
        values = {
            "type": language.label(str(type_)),
            "test": language.label(str(worst["test"])),
            "counts": out_of(worst["no"], worst["applicable"], language),
        }
        if worst["no"]:
            findings.append(
                language.text("{type} fails most often at “{test}”: {counts} domains.", **values)
            )
        else:
            findings.append(language.text("{type} fails at no sub-test.", **values))
    note = language.text(
        "Every bar counts the domains to which that test applies: reachability is only tested"
        " where there is an address."
    )
    unknown = language.text(
        "Undetermined: {counts} results.",
        counts=out_of(tested["unknown"].sum(), tested["applicable"].sum(), language),
    )
    return Words(joined(*findings), joined(note, unknown), alt)


def _newest(table: pd.DataFrame, by: str) -> dict[str, Row]:
    newest = table[table["period"] == table["period"].max()]
    return {str(row[by]): row for row in newest.to_dict("records")}


def _in_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))


def _groups(ranked: pd.DataFrame, by: str, language: Language) -> str:
    rows = ranked.to_dict("records")
    return language.listed(
        [f"{group_name(row[by], language)} {share_text(row, language)}" for row in rows]
    )


def _moved_most(ranked: pd.DataFrame, by: str, earlier: str, language: Language) -> str:
    moved = (ranked["adoption"] - ranked["earlier_adoption"]).set_axis(ranked[by])
    if not earlier or moved.isna().all():
        return language.text("There is no comparable earlier month.")
    month = language.month(earlier)
    if moved.max() <= 0:
        return language.text("No group gained since {month}.", month=month)
    return language.text(
        "Largest gain since {month}: {group}, {points} percentage points.",
        month=month,
        group=group_name(moved.idxmax(), language),
        points=language.points(100 * float(moved.max())),
    )


def _since(table: pd.DataFrame, by: str, earlier: str, language: Language) -> str:
    """Return the change since an earlier month, of every measure that can be compared with it."""
    last = str(table["period"].max())
    if earlier == last:
        return language.text("This is the first month: there is nothing to compare with.")
    later = table[table["period"] > earlier]
    broken = set(later.loc[later["break_reason"] != "", by])
    shares = table[table["adoption"].notna() & ~table[by].isin(broken)]
    before, now = (
        shares[shares["period"] == month].set_index(by)["adoption"] for month in (earlier, last)
    )
    moved = (100 * (now - before)).dropna()
    month = language.month(earlier)
    if moved.empty:
        return language.text("It cannot be compared with {month}.", month=month)
    changes = [
        f"{group_name(name, language)} {language.points(moved[name])}"
        for name in _in_order(moved.index)
    ]
    return language.text(
        "In percentage points since {month}: {changes}.",
        month=month,
        changes=language.listed(changes),
    )


def _nothing(language: Language, alt: str, outside: int = 0) -> Words:
    finding = language.text("There is no domain to which this applies.")
    if outside:
        number = language.number(outside)
        return Words(finding, language.text("Not applicable: {number}.", number=number), alt)
    return Words(finding, language.text("Nothing was measured."), alt)
