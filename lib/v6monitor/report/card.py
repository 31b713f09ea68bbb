"""How does the evidence card of a domain read as a page? What the terminal shows, in a browser."""

import pandas as pd
from markupsafe import Markup

from v6monitor.charts.tables import table_html
from v6monitor.dns.observation import Observation
from v6monitor.language import AMSTERDAM, Language
from v6monitor.mail import dig
from v6monitor.mail.card import Card
from v6monitor.mail.classifier import Provider
from v6monitor.mail.predicted import Predicted
from v6monitor.report.archive import synthetic_notice
from v6monitor.report.pages import Page, plain_page
from v6monitor.verdicts.logic import NOT_ASKED
from v6monitor.verdicts.reasons import worded

CONFIDENCE = {"high": "high", "medium": "fair", "low": "little"}


def page(found: Card, language: Language, file: str = "") -> str:
    """Return the evidence card as a page of its own; ``file`` is its name."""
    domain = found.judgement.domain
    heading = language.text("What do the lookups say about {domain}?", domain=domain)
    notices = synthetic_notice(language) if domain.endswith(".example") else []
    return plain_page(
        "card",
        Page(file, language, heading, notices=notices, home=""),
        card=fragment(found, language),
    )


def fragment(found: Card, language: Language) -> Markup:
    """Return the tables of the card, to stand below a heading: all text in them is escaped."""
    parts = [table_html(_verdicts(found, language), language, language.text("Verdicts"))]
    if found.provider:
        caption = language.text("Who runs the mail?")
        parts.append(table_html(_provider(found.provider, language), language, caption))
    if found.predicted:
        caption = language.text("Predicted name at Exchange Online")
        parts.append(table_html(_predicted(found.predicted, language), language, caption))
    questions = language.text("Questions and answers")
    note = language.text("Time in the Netherlands.")
    parts.append(table_html(_questions(found), language, questions, note))
    commands = "\n".join(dig.command(row.qtype, row.qname, row.resolver) for row in found.deciding)
    check = language.text("Check it yourself")
    return Markup("\n").join(
        [
            *map(Markup, parts),
            Markup("<p>{}:</p><pre><code>{}</code></pre>").format(check, commands),
        ]
    )


def _verdicts(found: Card, language: Language) -> pd.DataFrame:
    mail = found.judgement.mail
    rows = [
        (language.label(name), verdict.state, worded(verdict.reason, language))
        for name, verdict in found.judgement.verdicts.items()
        if verdict.state != NOT_ASKED
    ]
    if mail.mail_class:
        notes = "; ".join(worded(note, language) for note in mail.notes)
        rows.insert(0, (language.label("mail_class"), mail.mail_class, notes))
    return pd.DataFrame(rows, columns=["measure", "state", "reason"], dtype="str")


def _provider(told: Provider, language: Language) -> pd.DataFrame:
    rows = [("class", language.label(told.mail_provider))]
    if told.confidence:
        rows.append(("confidence", language.text(CONFIDENCE[told.confidence])))
    rows += [
        ("operator", told.operator),
        ("kind", language.label(told.kind)),
        ("zone", language.label(told.zone)),
    ]
    rows += [("label", language.label(told.label)), ("label_domain", told.label_domain)]
    rows += [("tenant", told.tenant)]
    rows += [("evidence", text) for text in told.evidence.split("; ")]
    return pd.DataFrame([row for row in rows if row[1]], columns=["subject", "value"], dtype="str")


def _predicted(told: Predicted, language: Language) -> pd.DataFrame:
    rows = [
        (language.text("Is it an accepted domain?"), told.accepted),
        (language.text("Is IPv6 switched on for it?"), told.switch),
    ]
    reason = worded(told.reason, language)
    return pd.DataFrame(
        [(*row, reason) for row in rows], columns=["measure", "state", "reason"], dtype="str"
    )


def _questions(found: Card) -> pd.DataFrame:
    rows = [_row(row) for row in found.observations]
    rows += [(f"{qtype} {name}", "not_asked", "", "", "") for name, qtype in found.missing]
    columns = ["question", "outcome", "answers", "asked_at", "resolver"]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def _row(row: Observation) -> tuple[str, str, str, str, str]:
    chain = "".join(f"→ {target} " for target in row.chain)
    told = chain + (", ".join(row.answers) or row.detail)
    moment = row.asked_at.astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M:%S")
    return f"{row.qtype} {row.qname}", row.outcome, told, moment, row.resolver
