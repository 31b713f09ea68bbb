"""What changed in a month: by domain, and in sentences for the archive, its feed and mail."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from v6monitor.analysis.headline import KINDS, LOST, headline, moved, named
from v6monitor.charts.headline import message
from v6monitor.charts.wording import gained_and_lost
from v6monitor.dns import log
from v6monitor.language import AMSTERDAM, Language, marked, source_text
from v6monitor.mail.providers import providers
from v6monitor.month import WHOLE, Scope
from v6monitor.month.month import Month
from v6monitor.pages import notices
from v6monitor.report import archive
from v6monitor.report.results import records

_LOSSES = marked(
    "A loss is named only when a second definite answer confirms it; many recover within a month."
)
Facts = Mapping[str, Any]
"""What ``facts`` returns: the message, counts of changes, and the names of confirmed losses."""
NAME = "changed-domains"
"""The table of a month; ``changes.csv`` of the archive has those of all months."""
COLUMNS = ("period", "domain", "organisation", "sector", "measure", "change", "from", "to")


@dataclass(frozen=True)
class News:
    """What changed in a month."""

    table: pd.DataFrame
    """What ``changed`` returns."""
    facts: dict[str, Any]
    """What ``facts`` returns."""
    previous: archive.Entry | None
    """The report before it in the archive's index."""


def news(month: Month, reports: Path) -> News:
    """Return what changed since the report that the archive has before this month."""
    previous = archive.previous(reports, month.period)
    if previous is None:
        table = changed(month)
        return News(table, facts(month, table, None), None)
    period = str(previous["period"])
    tables = archive.tables(reports, period)
    found = log.read_log(tables / archive.OBSERVATIONS)
    before = found if len(found) and len(month.observations) else None
    table = changed(month, before, pd.read_parquet(tables / f"{NAME}.parquet"))
    counted = facts(month, table, period)
    if before is None:
        counted |= {"operator_moves": None}
    return News(table, counted, previous)


def changed(
    month: Month, before: pd.DataFrame | None = None, earlier: pd.DataFrame | None = None
) -> pd.DataFrame:
    """List the domains that changed in this month: ``COLUMNS``, all text.

    ``change`` is as of ``v6.changes.named``, with ``from`` and ``to`` the measured states; no
    loss is listed that is in ``earlier``, the table of the month before. Or it is ``operator``, of
    the lookups ``before`` (of the previous report) and of this month: the mail moved.
    """
    measured = named(month, already=earlier).rename(columns={"before": "from", "after": "to"})
    parts = [part.reindex(columns=list(COLUMNS)) for part in (measured, _operators(month, before))]
    table = pd.concat(parts, ignore_index=True).astype("str").assign(period=month.period)
    order = ["measure", "change", "domain"]
    return table.sort_values(order, kind="stable", ignore_index=True)


def facts(month: Month, table: pd.DataFrame, previous: str | None) -> dict[str, Any]:
    """Return the message of a month, counts of what changed, and the names of confirmed losses.

    ``table`` is that of ``changed``; ``previous`` the report with whose lookups it compares.
    ``facts_of`` is when the newest facts are from: the last answer, or the day of the measurement.
    """
    lost = table[table["change"].isin(LOST)]
    last = month.asked[1]
    newest = month.current["measured_at"].max() if pd.isna(last) else last
    return {
        "facts_of": newest.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "message": records(headline(month)),
        "earlier": month.earlier or None,
        "measures": [_counts(month, measure, table) for measure in month.measures],
        "lost": lost[["domain", "measure"]].to_dict("records"),
        "previous": previous,
        "operator_moves": int((table["change"] == "operator").sum()),
    }


def _counts(month: Month, measure: str, table: pd.DataFrame) -> dict[str, Any]:
    listed = table.loc[table["measure"] == measure, "change"]
    kinds = moved(month, measure)["change"]
    counts = {kind: int((listed == kind).sum()) for kind in KINDS}
    unsure = {kind: int((kinds == kind).sum()) for kind in ("loss_suspected", "loss_recovered")}
    return {"measure": measure, "earlier": month.before(measure) or None, **counts, **unsure}


def _operators(month: Month, before: pd.DataFrame | None) -> pd.DataFrame:
    if before is None:
        return pd.DataFrame(columns=["domain"])
    then = providers(before, operators=month.operators)
    both = month.providers.merge(then, on="domain", suffixes=("", "_then"))
    both = both.rename(columns={"operator_then": "from", "operator": "to"})
    known = (both["from"] != "") & (both["to"] != "")
    moved = both.loc[known & (both["from"] != both["to"]), ["domain", "from", "to"]]
    owned = moved.merge(month.owners, on="domain", how="left")
    return owned.assign(measure="mail", change="operator")


def subject(month: str, facts: Facts, language: Language) -> str:
    """Return a month's name with how many domains went up and down: a title, a mail's subject."""
    counts = [
        f"{language.label(one['measure']).lower()} {ups_and_downs(one, language)}"
        for one in facts["measures"]
        if one["earlier"]
    ]
    if not (facts["earlier"] or (facts["previous"] and _is_list(facts))):
        return language.text("IPv6 in {month}: first report", month=month)
    if _is_list(facts):
        return language.text("IPv6 in {month}", month=month)
    return language.text("IPv6 in {month}: {counts}", month=month, counts="; ".join(counts))


def _is_list(facts: Facts) -> bool:
    """Return whether they are of a list of domains alone, of which nothing was measured."""
    return not facts["measures"]


def ups_and_downs(one: Mapping[str, Any], language: Language) -> str:
    """Return how many domains gained and lost IPv6, in a few words."""
    return gained_and_lost(one["gain"], _lost(one), language)


def sentences(facts: Facts, language: Language) -> list[str]:
    """Return what changed, a sentence per measure; the names only of confirmed losses."""
    if _is_list(facts):
        first = language.text("This is the first report on this list.")
        return _move_sentences(facts, language) if facts["previous"] else [first]
    if not facts["earlier"]:
        return [language.text("There is no earlier measurement to compare with.")]
    found = [_counted_sentence(one, facts["earlier"], language) for one in facts["measures"]]
    for measure in [one["measure"] for one in facts["measures"]]:
        names = [one["domain"] for one in facts["lost"] if one["measure"] == measure]
        if names:
            found.append(
                language.text(
                    "{measure}, losses now confirmed, of this measurement or the one before:"
                    " {names}.",
                    measure=language.label(measure),
                    names=language.listed(names),
                )
            )
    return found + _move_sentences(facts, language)


def mail(month: Month, facts: Facts, language: Language, scope: Scope = WHOLE) -> str:
    """Return a mail as text: its subject on the first line, and after an empty line its body."""
    name = notices.of_scope(language.month(month.period), scope, language)
    sources = month.current.attrs["source"]
    words = message(facts["message"], language)
    figures = [f"- {one.label}: {'; '.join([one.value, *one.lines])}" for one in words.facts]
    paragraphs = [
        [subject(name, facts, language)],
        *([" ".join(notice)] for notice in notices.of_report(month, scope, language)),
        [
            words.caption,
            *figures,
            language.text("Source: {source}.", source=source_text(sources, language)),
        ],
        [_compared(facts, language), *(f"- {one}" for one in sentences(facts, language))],
        [
            *([] if month.listed else [language.text(_LOSSES)]),
            language.text(
                "A domain whose lookup failed is counted as “undetermined”, never as “no IPv6”."
            ),
        ],
    ]
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


def _compared(facts: Facts, language: Language) -> str:
    if not facts["earlier"]:
        return language.text("What changed")
    return language.text("What changed since {month}", month=language.month(facts["earlier"]))


def _lost(one: Mapping[str, Any]) -> int:
    """Return how many lost it this month and did not have it back when they were looked up."""
    return int(one["loss_confirmed"] + one["loss_suspected"])


def _counted_sentence(one: Mapping[str, Any], earlier: str, language: Language) -> str:
    """Return the changes of a measure; ``earlier`` is the month that needs no naming."""
    measure = language.label(one["measure"])
    if not one["earlier"]:
        return language.text(
            "{measure}: there is no earlier measurement to compare with.", measure=measure
        )
    if one["earlier"] != earlier:
        since = language.text("since {month}", month=language.month(one["earlier"]))
        measure = f"{measure} ({since})"
    sure = language.text(
        " ({confirmed} confirmed, {suspected} not yet)",
        confirmed=language.number(one["loss_confirmed"]),
        suspected=language.number(one["loss_suspected"]),
    )
    return language.text(
        "{measure}: {gain} gained, {loss} lost{sure}; on the list {joined} new, {left} gone.",
        measure=measure,
        gain=language.number(one["gain"]),
        loss=language.number(_lost(one)),
        sure=sure if _lost(one) else "",
        joined=language.number(one["joined"]),
        left=language.number(one["left"]),
    )


def _move_sentences(facts: Facts, language: Language) -> list[str]:
    if not facts["previous"] or facts["operator_moves"] is None:
        return []
    month = language.month(facts["previous"])
    if not facts["operator_moves"]:
        return [
            language.text(
                "No domain’s mail went to another operator since the report of {month}.",
                month=month,
            )
        ]
    return [
        language.plural(
            "The mail of {number} domain went to another operator since the report of {month}.",
            "The mail of {number} domains went to another operator since the report of {month}.",
            facts["operator_moves"],
            month=month,
        )
    ]
