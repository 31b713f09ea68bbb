"""``v6monitor explain``: what does the evidence say about one domain, and how to check it?"""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from v6monitor.dns.observation import Observation
from v6monitor.errors import InputError, UsageError, VantageError
from v6monitor.mail import dig, operators
from v6monitor.mail.card import Card, card
from v6monitor.mail.classifier import Provider
from v6monitor.names import InvalidNameError, normalise
from v6monitor.verdicts.evidence import Evidence, is_definite
from v6monitor.verdicts.evidence import of as evidence_of
from v6monitor.verdicts.logic import NOT_ASKED

CODES = ("nl", "en")  # as v6monitor.language has it, which a card in the terminal does without
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def explain_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the domain and where the evidence comes from."""
    parser.add_argument("domain", metavar="DOMAIN", help="domain name, URL or e-mail address")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--replay", metavar="OBS", type=Path, help="read this observation log")
    source.add_argument(
        "--resolver",
        metavar="R",
        action="append",
        help="ask this resolver now (default: system); more than one: rotated",
    )
    parser.add_argument("--html", metavar="FILE", type=Path, help="write the card as a page")
    parser.add_argument("--lang", choices=CODES, default="en", help="language of the page")


def explain(options: argparse.Namespace) -> int:
    """Print the evidence card, or write it as a page."""
    try:
        domain = normalise(options.domain).domain
    except InvalidNameError as reason:
        raise UsageError(
            f"DOMAIN {options.domain!r} is no host name ({reason}): give one such as town.example"
        ) from reason
    if options.replay:
        evidence = _replayed(options.replay)
    else:
        evidence = _asked(domain, options.resolver or ["system"])
    found = card(evidence, domain, operators.known())
    if not found.observations:
        raise InputError(
            f"{options.replay}: holds no question about {domain}; look it up with --resolver"
        )
    if options.html:
        _write(found, options.html, options.lang)
        print(options.html)
    else:
        for line in _lines(found):
            print(_printable(line))
    return 0


def _write(found: Card, path: Path, code: str) -> None:
    # imported here: a card in the terminal needs no pandas
    from v6monitor.language import Language  # noqa: PLC0415
    from v6monitor.report.card import page  # noqa: PLC0415
    from v6monitor.report.exports import write_text  # noqa: PLC0415

    try:
        write_text(path, page(found, Language(code), path.name))
    except OSError as error:
        raise UsageError(
            f"--html {path}: cannot be written ({error.strerror}); name a file in a folder that "
            "you may write to"
        ) from error


def _replayed(path: Path) -> Evidence:
    from v6monitor.dns.log import read  # noqa: PLC0415 - it needs pandas, a lookup does not

    return evidence_of(read(path))


def _asked(domain: str, resolvers: list[str]) -> Evidence:
    from v6monitor.dns import lookup  # noqa: PLC0415 - replaying needs no sockets

    observations = lookup([(domain, "mail"), (domain, "web")], resolvers)
    if not any(is_definite(row) for row in observations):
        failures = ", ".join(sorted({row.outcome for row in observations}))
        raise VantageError(
            f"resolver {', '.join(resolvers)} answered no question about {domain} ({failures}): "
            "check the network, or name another one with --resolver"
        )
    return Evidence(observations)


def _lines(found: Card) -> Iterator[str]:
    judged = found.judgement
    yield judged.domain
    yield ""
    yield from _columns(_verdicts(found))
    if found.provider:
        yield ""
        yield from _provider(found.provider)
    if found.predicted:
        yield ""
        yield f"Predicted name at Exchange Online: {found.predicted.reason}"
        yield f"  accepted domain: {found.predicted.accepted}"
        yield f"  IPv6 switched on: {found.predicted.switch}"
    yield ""
    yield "Questions (time in the Netherlands)"
    yield from _columns(_questions(found.observations))
    for name, qtype in found.missing:
        yield f"  {qtype} {name}: not asked"
    yield ""
    yield "Check it yourself"
    for row in found.deciding:
        yield f"  {dig.command(row.qtype, row.qname, row.resolver)}"


def _verdicts(found: Card) -> Iterator[tuple[str, ...]]:
    mail = found.judgement.mail
    if mail.mail_class:
        yield ("mail_class", mail.mail_class, ", ".join(mail.notes))
    for name, verdict in found.judgement.verdicts.items():
        if verdict.state != NOT_ASKED:
            yield (name, verdict.state, verdict.reason)


def _provider(told: Provider) -> Iterator[str]:
    confidence = f", confidence {told.confidence}" if told.confidence else ""
    yield f"Provider: {told.mail_provider} (rule {told.rule}{confidence})"
    for name in ("operator", "kind", "zone", "label", "label_domain", "tenant"):
        if value := getattr(told, name):
            yield f"  {name}: {value}"
    yield from (f"  {text}" for text in told.evidence.split("; "))


def _questions(observations: Iterable[Observation]) -> Iterator[tuple[str, ...]]:
    for row in observations:
        answers = ", ".join(row.answers) or row.detail
        chain = "".join(f"→ {target} " for target in row.chain)
        asked_at = row.asked_at.astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M:%S")
        spent = f"{row.duration_ms:.0f} ms"
        yield (row.qtype, row.qname, row.outcome, asked_at, row.resolver, spent, chain + answers)


def _columns(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Align all columns but the last, which may be long."""
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)][:-1]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield f"  {'  '.join([*cells, row[-1]])}".rstrip()


def _printable(text: str) -> str:
    r"""Show control characters, so that no answer can steer the terminal.

    >>> _printable("v=spf1\x1b[2J")
    'v=spf1\\x1b[2J'
    """
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)
