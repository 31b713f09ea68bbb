"""How is what changed told in words? Sentences for the feed, and a mail ready to be sent."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from v6monitor.analysis.shares import GATE, VERDICT_OF, shares
from v6monitor.charts.wording import share_text
from v6monitor.language import AMSTERDAM, Language
from v6monitor.report.month import Month

Told = Mapping[str, Any]
"""What ``news.told`` returns of a month."""


def subject(period: str, told: Told, language: Language) -> str:
    """Return the month with how many domains went up and down: a title, or a mail's subject."""
    counts = [
        f"{language.label(one['measure']).lower()} {ups_and_downs(one, language)}"
        for one in told["measures"]
    ]
    month = language.month(period)
    if not told["earlier"]:
        return language.text("IPv6 in {month}: first report", month=month)
    return language.text("IPv6 in {month}: {counts}", month=month, counts="; ".join(counts))


def ups_and_downs(one: Mapping[str, Any], language: Language) -> str:
    """Return how many domains gained and lost IPv6, in a few words."""
    return language.text(
        "{up} up, {down} down",
        up=language.number(one["gain"]),
        down=language.number(_lost(one)),
    )


def sentences(told: Told, language: Language) -> list[str]:
    """Return what changed, a sentence per measure; the names only of confirmed losses."""
    if not told["earlier"]:
        return [language.text("There is no earlier measurement to compare with.")]
    said = [_counted(one, language) for one in told["measures"]]
    for measure in VERDICT_OF:
        names = [one["domain"] for one in told["lost"] if one["measure"] == measure]
        if names:
            said.append(
                language.text(
                    "{measure}, losses now confirmed, of this measurement or the one before:"
                    " {names}.",
                    measure=language.label(measure),
                    names=language.listed(names),
                )
            )
    return said + _operators(told, language)


def mail(month: Month, told: Told, language: Language) -> str:
    """Return a mail as text: its subject on the first line, and after an empty line its body."""
    shares = [
        f"- {language.label(measure)}: "
        + share_text(shares(month.measured(measure)).iloc[0].to_dict(), language)
        for measure in VERDICT_OF
    ]
    paragraphs = [
        [subject(month.period, told, language)],
        [language.text("Share of domains with IPv6, as measured by Internet.nl"), *shares],
        [_compared(told, language), *(f"- {one}" for one in sentences(told, language))],
        [
            language.text("A loss is suspected until a second definite answer confirms it."),
            language.text(
                "A domain whose lookup failed is counted as “could not tell”, never as “no IPv6”."
            ),
        ],
    ]
    if month.synthetic:
        made_up = language.text("These organisations, domains and numbers are made up.")
        paragraphs.insert(1, [f"{language.text('Synthetic example data.')} {made_up}"])
    if not month.coverage >= GATE:
        paragraphs.insert(1, [language.text("Not fit to publish.")])
    return "\n\n".join("\n".join(lines) for lines in paragraphs) + "\n"


def withdrawn(act: Mapping[str, str], language: Language) -> str:
    """Return when a report was withdrawn, and why."""
    return language.text(
        "This report was withdrawn on {day}: {reason}",
        day=_day(act, language),
        reason=act["reason"],
    )


def corrects(act: Mapping[str, str], language: Language) -> str:
    """Return of which withdrawn report this one took the place."""
    return language.text(
        "This report takes the place of one that was withdrawn on {day}: {reason}",
        day=_day(act, language),
        reason=act["reason"],
    )


def _day(act: Mapping[str, str], language: Language) -> str:
    return language.day(dt.datetime.fromisoformat(act["at"]).astimezone(AMSTERDAM).date())


def _compared(told: Told, language: Language) -> str:
    if not told["earlier"]:
        return language.text("What changed")
    return language.text("What changed since {month}", month=language.month(told["earlier"]))


def _lost(one: Mapping[str, Any]) -> int:
    """Return how many lost it this month and did not have it back when they were looked up."""
    return int(one["loss_confirmed"] + one["loss_suspected"])


def _counted(one: Mapping[str, Any], language: Language) -> str:
    sure = language.text(
        " ({confirmed} confirmed, {suspected} suspected)",
        confirmed=language.number(one["loss_confirmed"]),
        suspected=language.number(one["loss_suspected"]),
    )
    return language.text(
        "{measure}: {gain} gained, {loss} lost{sure}; on the list {joined} new, {left} gone.",
        measure=language.label(one["measure"]),
        gain=language.number(one["gain"]),
        loss=language.number(_lost(one)),
        sure=sure if _lost(one) else "",
        joined=language.number(one["joined"]),
        left=language.number(one["left"]),
    )


def _operators(told: Told, language: Language) -> list[str]:
    if not told["previous"]:
        return []
    month = language.month(told["previous"])
    if not told["operator_moves"]:
        return [
            language.text(
                "No domain's mail went to another operator since the report of {month}.",
                month=month,
            )
        ]
    return [
        language.plural(
            "The mail of {number} domain went to another operator since the report of {month}.",
            "The mail of {number} domains went to another operator since the report of {month}.",
            told["operator_moves"],
            month=month,
        )
    ]
