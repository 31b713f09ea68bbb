"""``v6monitor explain``: the evidence card of one domain, without loading pandas for a lookup."""

import argparse
import json
from pathlib import Path

from v6monitor.cli.options import check_new, writing
from v6monitor.cli.parser import Parser, Several
from v6monitor.language import CODES, Language
from v6monitor.report.card import Card
from v6monitor.report.card import explain as evidence_card


def explain_arguments(parser: Parser) -> None:
    """Add the domain, where the evidence comes from, and what to write."""
    parser.examples(
        "v6monitor explain example.nl",
        "v6monitor explain meetpunt.example --resolver example",
        "v6monitor explain example.nl --replay obs.parquet --html card.html --lang nl",
    )
    parser.add_argument("domain", metavar="DOMAIN", help="domain name, URL or e-mail address")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--replay", metavar="OBS", type=Path, help="read this observation log")
    source.add_argument(
        "--resolver",
        metavar="R",
        action=Several,
        help="ask this resolver now (default: system); may be repeated: they are rotated",
    )
    parser.add_argument("--html", metavar="FILE", type=Path, help="write the card as a page")
    parser.add_argument("--force", action="store_true", help="replace what is there already")
    parser.add_argument(
        "--lang", choices=CODES, default="en", help="language of the card (default: en)"
    )


def explain(options: argparse.Namespace) -> int:
    """Print the evidence card, or write it as a page."""
    if options.html:
        check_new("--html", options.html, (".html", ".htm"), force=options.force)
    log = None
    if options.replay:
        from v6monitor.dns.log import read_log  # noqa: PLC0415 - the only way that needs pandas

        log = read_log(options.replay)
    card = evidence_card(options.domain, observations=log, resolvers=options.resolver)
    if options.html:
        _write_card(card, options.html, Language(options.lang))
        if not options.quiet:
            print(options.html)
    elif options.json:
        print(json.dumps(_facts(card), indent=1, ensure_ascii=False, default=str))
    else:
        print(card.text(options.lang))
    return 0


def _facts(card: Card) -> dict[str, object]:
    """Return the card for programs: verdicts, provider and lookups."""
    provider = card.provider._asdict() if card.provider else {}
    lookups = [row._asdict() for row in card.observations]
    return {**card.judgement.row(), "provider": provider, "lookups": lookups}


def _write_card(card: Card, path: Path, language: Language) -> None:
    from v6monitor.report.exports import write_text  # noqa: PLC0415

    # imported here: a card on the terminal needs nothing of what makes pages
    from v6monitor.report.notices import synthetic_notice  # noqa: PLC0415
    from v6monitor.report.pages import Page, plain_page  # noqa: PLC0415

    heading = language.text("What do the lookups say about {domain}?", domain=card.domain)
    notices = synthetic_notice(card.domain.endswith(".example"), language)
    page = Page(path.name, language, heading, notices=notices, home="")
    with writing("--html", path):
        write_text(path, plain_page("card", page, card=card.html(language.code)))
