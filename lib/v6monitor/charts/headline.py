"""The headline: judgement, target and gap of a month in words, and its large figures."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd

from v6monitor.analysis.headline import EXCHANGE_ONLINE, GOVERNMENT
from v6monitor.charts.chart import Chart, Fact, Words
from v6monitor.charts.wording import Record, joined, measure_name, sector_names, share_text
from v6monitor.language import Language, marked

SHARES = {
    "web": marked("{share} of websites"),
    "mail": marked("{share} of e-mail domains"),
}
AGREEMENT = {
    "before": marked("In April 2020 government agreed on 100% by the end of 2021."),
    "running": marked("The agreement is 100% by the end of 2021."),
    "past": marked("The agreement was 100% by the end of 2021."),
}
NOT_MET = marked("The agreement of 100% by the end of 2021 has not been met.")
MET = marked("The agreement of 100% has been met; it was due by the end of 2021.")
PARTS = (
    (0.495, marked("Nearly half of the e-mail domains without IPv6 are on Exchange Online.")),
    (0.505, marked("Half of the e-mail domains without IPv6 are on Exchange Online.")),
    (0.55, marked("Just over half of the e-mail domains without IPv6 are on Exchange Online.")),
)
"""The words for a part below so much, from ``NEARLY`` on."""
NEARLY = 0.45
SELF_SERVICE = "2024-09"
"""The month since which administrators can turn IPv6 on themselves (``events.csv``)."""


def headline(table: pd.DataFrame, *, name: str = "answer") -> Chart:
    """Return the message of a month with its large figures: a page's answer.

    Args:
        table: of ``v6.headline(month)``.
        name: names the answer on a page.

    Returns:
        A Chart without a picture. It judges only the government as a whole, by websites and
        e-mail, after the deadline; the agreement is not mentioned of a list it is not about.
    """

    def words(rows: pd.DataFrame, language: Language) -> Words:
        return message(rows.to_dict("records"), language)

    return Chart(name, table, words, kind="answer")


def message(records: Sequence[Record], language: Language) -> Words:
    """Return the words of the rows of ``v6.headline``, also as JSON has them (None for NaN)."""
    rows = {str(row["figure"]): row for row in records}
    measured = {name: row for name, row in rows.items() if name != EXCHANGE_ONLINE}
    if not measured:
        return Words(
            language.text(
                "No measurement of this month has a result for IPv6; the pages show our own"
                " lookups."
            )
        )
    finding = [
        _state(measured, language), _judgement(measured, language), _gap(rows, language),
    ]  # fmt: skip
    note = [_absent(measured, language), _bounds(measured, language)]
    if not _is_list(measured):
        note[1:1] = [_since(measured, language)]
        note.append(_where(rows, language))
    facts = [_fact(row, language, compared=not _is_list(measured)) for row in rows.values()]
    return Words(joined(*finding), joined(*note), facts=facts)


def _is_list(rows: dict[str, Record]) -> bool:
    """Return whether the figures are of a list of domains: looked up, not measured."""
    return any(row.get("asked") for row in rows.values())


def _state(rows: dict[str, Record], language: Language) -> str:
    """Return which shares had IPv6 in the month, and of which list."""
    first = next(iter(rows.values()))
    month = language.month(str(first["period"]))
    day = language.day(dt.date.fromisoformat(str(first["asked"]))) if _is_list(rows) else ""
    if any(pd.isna(row["adoption"]) or name not in SHARES for name, row in rows.items()):
        shares = [f"{_name(name, language)} {_share(row, language)}" for name, row in rows.items()]
        counted = "; ".join(shares)
        found = language.text("IPv6 in {month}: {shares}.", month=month, shares=counted)
        if day:
            found = language.text(
                "IPv6 by our own lookups of {day}: {shares}.", day=day, shares=counted
            )
        return _about(str(first["of"]), found, language)
    shares = [
        language.text(SHARES[name], share=language.percent(row["adoption"]))
        for name, row in rows.items()
    ]
    if day:
        found = language.text(
            "By our own lookups of {day}, {shares} had IPv6.",
            day=day,
            shares=language.listed(shares),
        )
        return _about(str(first["of"]), found, language)
    values = {"month": month, "shares": language.listed(shares)}
    if first["of"] == GOVERNMENT:
        return language.text("In {month}, government had IPv6 on {shares}.", **values)
    return _about(
        str(first["of"]), language.text("In {month}, {shares} had IPv6.", **values), language
    )


def _about(of: str, sentence: str, language: Language) -> str:
    """Return a sentence with the sectors it is about before it, where these are known."""
    sectors = [] if of == GOVERNMENT else of.split()
    if not sectors:
        return sentence
    names = sector_names(sectors, language)
    start = sentence[:1] if sentence.startswith("IPv6") else sentence[:1].lower()
    return f"{names}: {start}{sentence[1:]}"


def _judgement(rows: dict[str, Record], language: Language) -> str:
    first = next(iter(rows.values()))
    lies = str(first["agreement"])
    both = {name.partition("_")[0] for name in rows} == {"web", "mail"}
    if lies == "past" and first["of"] == GOVERNMENT and both:
        if any(row["no"] for row in rows.values()):
            return language.text(NOT_MET)
        if not any(row["unknown"] for row in rows.values()):
            return language.text(MET)
    return language.text(AGREEMENT[lies]) if lies else ""


def _gap(rows: dict[str, Record], language: Language) -> str:
    row = rows.get(EXCHANGE_ONLINE)
    if row is None or pd.isna(row["part"]):
        return ""
    part = float(row["part"])
    if not part:
        return language.text("None of the e-mail domains without IPv6 is on Exchange Online.")
    found = language.text("All e-mail domains without IPv6 are on Exchange Online.")
    if part < 1:
        found = language.text(
            "{share} of the e-mail domains without IPv6 are on Exchange Online.",
            share=language.percent(part, 0),
        )
    if part >= NEARLY:
        found = next((language.text(words) for below, words in PARTS if part < below), found)
    step = language.text("Their administrators can turn it on themselves, per domain.")
    return joined(found, step if str(row["period"]) >= SELF_SERVICE else "")


def _absent(rows: dict[str, Record], language: Language) -> str:
    there = {name.partition("_")[0] for name in rows}
    absent = [_name(name, language) for name in ("web", "mail") if name not in there]
    lacking = language.text("Not in this source: {measures}.", measures=language.listed(absent))
    return lacking if absent else ""


def _since(rows: dict[str, Record], language: Language) -> str:
    """Return the change since the month before, of the domains known both times."""
    parts = []
    for since in sorted({str(row["since"] or "") for row in rows.values()} - {""}, reverse=True):
        moved = [
            f"{_name(name, language)} {language.points(row['since_change'])}"
            for name, row in rows.items()
            if row["since"] == since and not pd.isna(row["since_change"])
        ]
        if moved:
            parts.append(
                language.text(
                    "Since {month}, in percentage points of the domains measured both times:"
                    " {changes}.",
                    month=language.month(since),
                    changes=language.listed(moved),
                )
            )
    if not any(row["since"] for row in rows.values()):
        return language.text("There is no earlier measurement of this list to compare with.")
    return joined(*parts)


def _bounds(rows: dict[str, Record], language: Language) -> str:
    bounds = [
        language.text(
            "{name} between {lower} and {upper}",
            name=_name(name, language),
            lower=language.percent(row["lower"]),
            upper=language.percent(row["upper"]),
        )
        for name, row in rows.items()
        if row["unknown"]
        and not pd.isna(row["adoption"])
        and language.percent(row["lower"]) != language.percent(row["upper"])
    ]
    either_way = language.text(
        "Counting the undetermined domains either way: {bounds}.", bounds=language.listed(bounds)
    )
    return either_way if bounds else ""


def _where(rows: dict[str, Record], language: Language) -> str:
    """Return where the laggards on Exchange Online are from, and what their change is of."""
    row = rows.get(EXCHANGE_ONLINE)
    if row is None:
        return ""
    day = language.day(dt.date.fromisoformat(str(row["asked"])))
    if pd.isna(row["year_change"]):
        return language.text("Exchange Online: our own lookups of {day}.", day=day)
    return language.text(
        "Exchange Online: our own lookups of {day}; its change follows these domains through the"
        " measurements.",
        day=day,
    )


def _fact(row: Record, language: Language, *, compared: bool) -> Fact:
    name = str(row["figure"])
    if name == EXCHANGE_ONLINE:
        value, left = language.number(row["no"]), language.text("target: 0")
    else:
        value = _share(row, language) if pd.isna(row["adoption"]) else ""
        value = value or language.percent(row["adoption"])
        left = _distance(row, language)
    target = left if row["agreement"] else ""
    label = _name(name, language)
    lines = [line for line in (_year(row, language) if compared else "", target) if line]
    return Fact(f"{label[:1].upper()}{label[1:]}", value, lines)


def _distance(row: Record, language: Language) -> str:
    """Return how far it is to 100 %: what the share shown leaves."""
    if pd.isna(row["adoption"]):
        return ""
    left = 100 - round(100 * float(row["adoption"]), 1)
    if not left:
        return ""
    return language.text("{points} points from 100%", points=language.points(left).lstrip("+"))


def _year(row: Record, language: Language) -> str:
    """Return the change over a year, or since the first comparable month of it."""
    earlier = str(row["year_from"] or "")
    if not earlier or pd.isna(row["year_change"]):
        return language.text("no comparable measurement in the past year")
    values: dict[str, Any] = {"month": language.month(earlier)}
    if row["figure"] == EXCHANGE_ONLINE:
        number = float(row["year_change"])
        sign = "+" if number > 0 else "−" if number < 0 else ""
        values["change"] = f"{sign}{language.number(abs(int(number)))}"
        return language.text("{change} since {month}", **values)
    values["change"] = language.points(row["year_change"])
    return language.text("{change} points since {month}", **values)


def _share(row: Record, language: Language) -> str:
    adoption: float = float("nan") if pd.isna(row["adoption"]) else float(row["adoption"])
    return share_text({**row, "adoption": adoption}, language)


def _name(measure: str, language: Language) -> str:
    if measure == EXCHANGE_ONLINE:
        return language.text("e-mail domains on Exchange Online without IPv6")
    return measure_name(measure, language)
