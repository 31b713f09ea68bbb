"""Adoption in one month: groups then and now, states and sub-tests."""

import pandas as pd
from matplotlib.figure import Figure

from v6monitor.analysis.breakdowns import sub_tests as count_sub_tests
from v6monitor.analysis.shares import DEFINITE, SMALLEST_GROUP, STATES, TOTAL, ranking, with_earlier
from v6monitor.charts.chart import Chart, Words
from v6monitor.charts.layout import (
    Mark,
    Row,
    Rows,
    at_right,
    bounds,
    rows_chart,
    share_axis,
    stacked,
    state_mark,
    state_marks,
)
from v6monitor.charts.packing import with_columns
from v6monitor.charts.style import GREY_INK, STATE_COLOURS
from v6monitor.charts.wording import (
    SHOWN,
    Record,
    counts_in_words,
    definition_of,
    explained,
    group_name,
    joined,
    not_there,
    out_of,
    share_text,
    shortest,
    size,
    tick_lines,
    undetermined,
)
from v6monitor.errors import UsageError
from v6monitor.language import Language


def sectors(table: pd.DataFrame, *, period: str = "", name: str = "sectors") -> Chart:
    """Return a dumbbell chart: the share of every group now, and up to a year before.

    Args:
        table: shares of one measure by month and one group, sectors or any other:
            ``v6.shares(mail, by=["period", "sector"])``.
        period: the month that counts as now, as YYYY-MM; by default the newest.
        name: names the files of the chart.

    Returns:
        A Chart; its table has a row per group, highest share first, with ``earlier``: the first
        month, at most a year before, that most groups can be compared with. A group that cannot
        has no ring; one of fewer than five domains has its counts.

    Raises:
        UsageError: for a table that is not of shares by month and one group.

    Example:
        >>> from v6monitor.analysis.shares import shares
        >>> states = pd.DataFrame({"domain": list("abcde"), "state": ["yes"] * 4 + ["no"]})
        >>> states = states.assign(sector="rijk", period="2026-10", measure="mail")
        >>> sectors(shares(states, by=["period", "sector"])).caption()
        'Central government 80.0% (4 of 5). No earlier month has the same list and tests.'
    """
    if "period" not in table:
        raise UsageError(
            "there is no column 'period' in the shares: v6.shares(states, by=['period', 'sector'])"
        )
    by = group_column(table)
    return Chart(name, with_earlier(table, period=period, by=by), _sector_words, _draw_sectors)


def states(counts: pd.DataFrame, *, measure: str = "", name: str = "states") -> Chart:
    """Return stacked bars of the domains with IPv6, partly, without and undetermined per group.

    Args:
        counts: a row per group, named by the index or the first column, and a column with the
            number of domains per state (``yes``, ``partly``, ``no``, ``unknown``,
            ``not_applicable``; one that is missing is 0). ``explained``, if there, is how many of
            those without or partly have a valid explanation.
        measure: what is counted, such as ``mail``, for the caption.
        name: names the files of the chart.

    Returns:
        A Chart; its table has the highest part with IPv6 first and a row ``total`` last.

    Example:
        >>> counts = pd.DataFrame({"yes": [3], "no": [2]}, index=["rijk"]).rename_axis("sector")
        >>> states(counts).caption()
        'IPv6 at 5 domains: 3 yes, 2 no.'
    """
    table = with_columns(counts)
    by, numbers = table.columns[0], [*DEFINITE, *STATES[2:]]
    numbers += ["explained"] if "explained" in table else []
    table = table.reindex(columns=[by, *numbers]).fillna(dict.fromkeys(numbers, 0))
    table = table.astype(dict.fromkeys(numbers, "int64"))
    table["applicable"] = table[list(SHOWN)].sum(axis=1)
    part = table["yes"] / table["applicable"].where(table["applicable"] > 0)
    table = table.loc[part.sort_values(ascending=False, kind="stable").index]
    if len(table):
        total = table.drop(columns=by).sum().to_frame().T.assign(**{by: TOTAL})
        table = pd.concat([table, total[table.columns]], ignore_index=True)
    table = table.assign(measure=measure) if measure else table
    table.attrs = dict(counts.attrs)
    return Chart(name, table, _state_words, _draw_states)


def sub_tests(results: pd.DataFrame, *, name: str = "chain") -> Chart:
    """Return stacked bars of the results of Internet.nl's sub-tests, in the order of the chain.

    Args:
        results: rows of one month of the canonical table, such as ``month.current``; with a
            column ``explained`` those that fail and have a valid explanation are counted.
        name: names the files of the chart.

    Returns:
        A Chart; its table has a row per type and test.
    """
    return Chart(name, count_sub_tests(results), _sub_test_words, _draw_sub_tests)


def group_column(table: pd.DataFrame) -> str:
    """Return the column of a table of shares that names its groups: the one beside ``period``.

    Shares by period alone are those of one ``measure``.

    Raises:
        UsageError: when there is none, or more than one.
    """
    columns = [str(column) for column in table.columns]
    before = columns[: columns.index("yes")] if "yes" in columns else []
    keys = [column for column in before if column != "period"]
    if not keys and "measure" in columns:
        return "measure"
    if len(keys) != 1:
        found = f"grouped by {', '.join(keys)}" if keys else "without a column of groups"
        raise UsageError(
            f"found shares {found}: expected one group,"
            " as in v6.shares(states, by=['period', 'sector'])"
        )
    return keys[0]


def ranking_text(table: pd.DataFrame, by: str, language: Language) -> str:
    """Return the lowest and the highest group of shares, each with all that are tied with it."""
    ranked = ranking(table).dropna(subset="adoption")
    lowest = ranked[ranked["rank_to"] == ranked["rank_to"].max()].sort_values("adoption")
    highest = ranked[ranked["rank"] == 1]
    if ranked.empty:
        return language.text("No group has five domains with a known result: counts only.")
    if len(ranked) == 1:
        return f"{_with_counts(ranked, by, language)}."
    if len(lowest) == len(ranked):
        sentence = language.text("No group is certainly ahead: {groups}.")
        parts = {"groups": ranked}
    else:
        sentence = language.text("Lowest: {lowest}; highest: {highest}.")
        parts = {"lowest": lowest, "highest": highest}
    return shortest(
        *(
            sentence.format(**{name: form(rows, by, language) for name, rows in parts.items()})
            for form in (_with_counts, _with_shares, _as_range)
        )
    )


def _sector_words(table: pd.DataFrame, language: Language) -> Words:
    earlier = str(table["earlier"].iloc[0]) if len(table) else ""
    alt = joined(
        language.text("Dumbbell chart of the share of domains with IPv6 per group, then and now.")
        if earlier
        else language.text("Dot chart of the share of domains with IPv6 per group."),
        language.text("It shows which groups lag."),
    )
    by = group_column(table)
    note = language.text(
        "Share of domains with a known result, {month}. Groups under five: counts.",
        month=language.month(str(table["period"].iloc[0])),
    )
    unknown = undetermined(table["unknown"].sum(), table["applicable"].sum(), language)
    names = [group_name(name, language) for name in table[by]]
    return Words.of(
        [ranking_text(table, by, language), _moved_most(table, by, earlier, language)],
        [definition_of(table, language), note, unknown, explained(table, language)],
        alt,
        tick_lines(names, table, language),
    )


def _draw_sectors(table: pd.DataFrame, language: Language, width: int) -> Figure:
    """Draw then as a ring, now as a dot, and the undetermined part in grey."""
    large = table["applicable"] >= SMALLEST_GROUP
    rows = _rows(table, group_column(table), language)
    colour = STATE_COLOURS["yes"]
    key = [Mark(language.month(str(table["period"].iloc[0])), colour, "dot")]
    if earlier := str(table["earlier"].iloc[0]):
        key.insert(0, Mark(language.month(earlier), colour, "ring"))
    if table.loc[large, "unknown"].sum():
        key.append(state_mark("unknown", language))
    chart = rows_chart(rows, width, key=key, right=84)
    share_axis(chart, language)
    for index, row in enumerate(table.to_dict("records")):
        if row["applicable"] < SMALLEST_GROUP:
            words = counts_in_words(row, language)
            chart.axes.text(0.01, chart.middles[index], words, va="center", color=GREY_INK)
        else:
            _then_and_now(chart, row, index, language)
    return chart.figure


def _state_words(table: pd.DataFrame, language: Language) -> Words:
    alt = language.text(
        "Stacked bar chart of the domains with IPv6, partly, without and undetermined per group."
        " It shows where the remaining domains are."
    )
    row = table.iloc[-1].to_dict()
    number, outside = int(row["applicable"]), int(row["not_applicable"])
    of_mail = "measure" in row and str(row["measure"]).startswith("mail")
    left_out = language.plural(
        "{number} domain to which this does not apply is left out.",
        "{number} domains to which this does not apply are left out.",
        outside,
    )
    parts = language.text("Shares of the domains to which this applies; their number is shown.")
    if of_mail:
        left_out = language.plural(
            "{number} domain receives no e-mail and is left out.",
            "{number} domains receive no e-mail and are left out.",
            outside,
        )
        parts = language.text("Shares of the domains that receive e-mail; their number is shown.")
    if not number:
        finding = language.text("There is no domain to which this applies.")
        return Words(finding, left_out if outside else "", alt)
    counted = ((state, row[state]) for state in SHOWN if row[state] or state == "yes")
    finding = language.plural(
        "IPv6 at {number} domain: {counts}.",
        "IPv6 at {number} domains: {counts}.",
        number,
        counts=", ".join(f"{language.number(n)} {language.label(state)}" for state, n in counted),
    )
    if row["unknown"] == number:
        finding = language.plural(
            "The result of the one domain is undetermined.",
            "The results of all {number} domains are undetermined.",
            number,
        )
    reasons = explained(table.iloc[-1:], language)
    note = [definition_of(table, language), parts, left_out if outside else "", reasons]
    names = [group_name(name, language) for name in table.iloc[:, 0]]
    return Words.of(
        [finding, _lowest(table, language)], note, alt, tick_lines(names, table, language)
    )


def _lowest(table: pd.DataFrame, language: Language) -> str:
    """Return the group with the lowest share, of a table sorted by it; empty for no single one."""
    large = table.iloc[:-1].query(f"applicable >= {SMALLEST_GROUP}")
    *_, before, last = [None, None, *large.to_dict("records")]
    if not before or before["yes"] * last["applicable"] <= last["yes"] * before["applicable"]:
        return ""
    counts = out_of(last["yes"], last["applicable"], language)
    name = group_name(last[table.columns[0]], language)
    return language.text("Lowest share: {name}, {counts}.", name=name, counts=counts)


def _draw_states(table: pd.DataFrame, language: Language, width: int) -> Figure | None:
    """Draw yes, partly, no and unknown of every group as parts of 100 %, with their counts."""
    if not table["applicable"].sum():
        return None
    rows = _rows(table, table.columns[0], language)
    return state_bars(rows, table, language, width)


def _sub_test_words(table: pd.DataFrame, language: Language) -> Words:
    alt = language.text(
        "Stacked bar chart of the results of Internet.nl’s sub-tests for web and mail. It shows"
        " where in the chain IPv6 is missing."
    )
    tested = table[table["applicable"] > 0]
    if tested.empty:
        return Words(not_there(table, language), "", alt)
    findings = []
    rows = tested.assign(part=tested["no"] / tested["applicable"])
    worst = rows.loc[rows.groupby("type", sort=False)["part"].idxmax()]
    for row in worst.sort_values("part", ascending=False, kind="stable").to_dict("records"):
        values = {
            "type": group_name(row["type"], language),
            "test": language.label(str(row["test"])),
            "counts": out_of(row["no"], row["applicable"], language),
        }
        if row["no"]:
            findings.append(
                language.text("{type} fail most often at “{test}”: {counts}.", **values)
            )
        else:
            findings.append(language.text("{type} fail at no sub-test.", **values))
    note = language.text(
        "Each bar counts the domains to which the test applies: reachability is only tested where"
        " there is an address."
    )
    unknown = language.text(
        "Undetermined: {counts} results.",
        counts=out_of(tested["unknown"].sum(), tested["applicable"].sum(), language),
    )
    names = [row.name for row in _sub_test_rows(tested, language)]
    return Words.of(findings, [note, unknown], alt, tick_lines(names, tested, language))


def _sub_test_rows(table: pd.DataFrame, language: Language) -> list[Row]:
    return [
        Row(f"{language.label(row['type'])}: {language.label(row['test'])}", size(row, language))
        for row in table.to_dict("records")
    ]


def _draw_sub_tests(table: pd.DataFrame, language: Language, width: int) -> Figure | None:
    """Draw every sub-test, web above mail, as parts of the domains to which it applies."""
    shown = table[table.groupby("type")["applicable"].transform("sum") > 0]
    if shown.empty:
        return None
    return state_bars(_sub_test_rows(shown, language), shown, language, width)


def _moved_most(table: pd.DataFrame, by: str, earlier: str, language: Language) -> str:
    moved = (table["adoption"] - table["earlier_adoption"]).set_axis(table[by])
    if not earlier or moved.isna().all():
        return language.text("No earlier month has the same list and tests.")
    month = language.month(earlier)
    if moved.max() <= 0:
        return language.text("No group gained since {month}.", month=month)
    return language.text(
        "Largest gain since {month}: {group}, {points} percentage points.",
        month=month,
        group=group_name(moved.idxmax(), language),
        points=language.points(100 * float(moved.max())),
    )


def _with_counts(ranked: pd.DataFrame, by: str, language: Language) -> str:
    rows = ranked.to_dict("records")
    return language.listed(
        [f"{group_name(row[by], language)} {share_text(row, language)}" for row in rows]
    )


def _with_shares(ranked: pd.DataFrame, by: str, language: Language) -> str:
    groups = zip(ranked[by], ranked["adoption"], strict=True)
    return language.listed(
        [f"{group_name(name, language)} {language.percent(share)}" for name, share in groups]
    )


def _as_range(ranked: pd.DataFrame, by: str, language: Language) -> str:
    """Return several groups as their number and shares."""
    low, high = (language.percent(end) for end in ranked["adoption"].agg(["min", "max"]))
    if len(ranked) == 1:
        return _with_shares(ranked, by, language)
    return language.plural(
        "{number} group ({low} to {high})",
        "{number} groups ({low} to {high})",
        len(ranked),
        low=low,
        high=high,
    )


def _then_and_now(chart: Rows, row: Record, index: int, language: Language) -> None:
    axes, colour, then = chart.axes, STATE_COLOURS["yes"], row["earlier_adoption"]
    middle = chart.middles[index]
    bounds(axes, middle, row["lower"], row["upper"])
    axes.plot([then, row["adoption"]], [middle, middle], color=colour)
    axes.plot([then], [middle], "o", color=colour, markerfacecolor="white", markersize=9,
              markeredgewidth=2, clip_on=False, zorder=3)  # fmt: skip
    axes.plot([row["adoption"]], [middle], "o", color=colour, markersize=10, clip_on=False,
              zorder=3.1)  # fmt: skip
    at_right(chart, index, language.percent(row["adoption"]))


def _rows(table: pd.DataFrame, by: str, language: Language) -> list[Row]:
    rows = table.to_dict("records")
    return [Row(group_name(row[by], language), size(row, language)) for row in rows]


def state_bars(rows: list[Row], table: pd.DataFrame, language: Language, width: int) -> Figure:
    """Draw the states of every row as parts of what applies; small groups are in words."""
    chart = rows_chart(rows, width, key=state_marks(table, SHOWN, language), right=28)
    share_axis(chart, language)
    for index, row in enumerate(table.to_dict("records")):
        if row["applicable"] < SMALLEST_GROUP:
            words = counts_in_words(row, language)
            chart.axes.text(0.01, chart.middles[index], words, va="center", color=GREY_INK)
        else:
            counts = {state: int(row[state]) for state in SHOWN}
            stacked(chart, index, counts, 1 / row["applicable"], language)
    return chart.figure
