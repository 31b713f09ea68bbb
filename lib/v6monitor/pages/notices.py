"""What a reader must know before the first figure: boxes on pages, and the scope in titles."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from v6monitor.analysis.shares import GATE
from v6monitor.charts.wording import sector_names
from v6monitor.language import AMSTERDAM, Language
from v6monitor.month import Scope
from v6monitor.month.month import Month


class Notice(NamedTuple):
    """What a reader must know before the first figure."""

    title: str
    text: str


def of_report(month: Month, scope: Scope, language: Language) -> list[Notice]:
    """Return what a reader of any page of a report must know before the first figure."""
    found = [*synthetic_notice(month.synthetic, language), *scope_notices(scope, language)]
    found += [
        Notice(
            language.text("Not fit to publish."),
            language.text(
                "{source}: the result of {coverage} of the websites and e-mail domains is known; at"
                " least {gate} is needed.",
                source=language.label(source),
                coverage=language.percent(gate.coverage),
                gate=language.percent(GATE, 0),
            ),
        )
        for source, gate in month.gates.items()
        if not gate.passed
    ]
    found += [*lookup_notices(month, language), *reach_notices(month, language)]
    if len(month.observations) and not month.tested:
        found.append(
            Notice(
                language.text("The resolvers were not tested."),
                language.text(
                    "Whether the resolvers that were asked make up answers, or hide them, was not "
                    "checked before these lookups."
                ),
            )
        )
    return found


def lookup_notices(month: Month, language: Language) -> list[Notice]:
    """Return that lookups do not belong to the month, as they are too far from its measurement."""
    reach: Any = month.provenance.get("reach", {})
    days = language.number(reach.get("within_days", 0))
    title = language.text("Without lookups.")
    if month.out_of_reach and not reach["left_out"]:
        why = language.text(
            "The measurement was more than {days} days ago, and DNS cannot be asked about the"
            " past.",
            days=days,
        )
        return [Notice(title, why)]
    if not reach.get("left_out"):
        return []
    moments = [dt.datetime.fromisoformat(reach[end]) for end in ("first", "last")]
    why = language.text(
        "Those of {asked} were more than {days} days from the measurement, and DNS cannot be asked"
        " about the past.",
        asked=_days(moments, language),
        days=days,
    )
    some = language.text("Some lookups are left out.")
    return [Notice(title if month.out_of_reach else some, why)]


def reach_notices(month: Month, language: Language) -> list[Notice]:
    """Return that runs of ``v6monitor reach`` are left out, as they are of another month."""
    _, others = month.reach_runs
    if not others:
        return []
    moments = sorted(run["asked_at"].min() for run in others)
    why = language.text(
        "Those of {asked} were more than {days} days from the measurement, and say nothing of"
        " this month.",
        asked=_days([moments[0], moments[-1]], language),
        days=language.number(month.lookups_within_days),
    )
    return [Notice(language.text("Some connection tests are left out."), why)]


def _days(moments: Iterable[dt.datetime], language: Language) -> str:
    """Return the first and last day of these moments, once where they are one."""
    days = (language.day(one.astimezone(AMSTERDAM).date()) for one in moments)
    return " – ".join(dict.fromkeys(days))


def synthetic_notice(synthetic: bool, language: Language) -> list[Notice]:
    """Return the banner of example data; none for others."""
    title = language.text("Synthetic example data.")
    text = language.text("These organisations, domains and numbers are made up.")
    return [Notice(title, text)] if synthetic else []


def scope_notices(scope: Scope, language: Language) -> list[Notice]:
    """Return the boxes that say what a report is narrowed to; none for a whole report."""
    found = []
    if scope["sectors"]:
        found.append(
            Notice(
                language.text("Only {sectors}.", sectors=scope_name(scope, language)),
                language.text(
                    "Every figure is about these domains alone, not about government as a whole."
                ),
            )
        )
    if scope.get("notebooks"):
        only = language.text("Not all pages were made: the menu has those that were.")
        found.append(Notice(language.text("Part of a report."), only))
    return found


def scope_name(scope: Scope, language: Language) -> str:
    """Return the names of the sectors that a report is narrowed to; empty without."""
    return sector_names(scope["sectors"], language)


def of_scope(title: str, scope: Scope, language: Language) -> str:
    """Return a title with the sectors that a report is narrowed to, where it is."""
    name = scope_name(scope, language)
    return f"{title} ({name})" if name else title
