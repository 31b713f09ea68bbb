"""Commands that load no table library: explain, vantage, completion and example-server."""

import argparse
import json
import signal
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from v6monitor.cli.options import (
    check_new,
    ipv6_only_arguments,
    probes,
    resolver_arguments,
    writing,
)
from v6monitor.cli.terminal import Parser, Several, say
from v6monitor.dns.ipv6_only import marked
from v6monitor.dns.resolvers import parse
from v6monitor.dns.run import running
from v6monitor.dns.vantage import FAILED, NOT_TESTED, PASSED, Check, examine, trusted
from v6monitor.language import CODES, Language
from v6monitor.month.card import Card
from v6monitor.month.card import explain as evidence_card
from v6monitor.workspace import example_server as name_server


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
        from v6monitor.dns.log import rows  # noqa: PLC0415 - the only way that needs pyarrow

        log = list(rows(options.replay))
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
    from v6monitor.pages.exports import write_text  # noqa: PLC0415

    # imported here: a card on the terminal needs nothing of what makes pages
    from v6monitor.pages.notices import synthetic_notice  # noqa: PLC0415
    from v6monitor.pages.page import Page  # noqa: PLC0415
    from v6monitor.pages.pages import plain_page  # noqa: PLC0415

    heading = language.text("What do the lookups say about {domain}?", domain=card.domain)
    notices = synthetic_notice(card.domain.endswith(".example"), language)
    page = Page(path.name, language, heading, notices=notices, home="")
    with writing("--html", path):
        write_text(path, plain_page("card", page, card=card.html(language.code)))


_MARKS = {PASSED: "ok", FAILED: "FAILED", NOT_TESTED: "not tested"}


def vantage_arguments(parser: Parser) -> None:
    """Add the resolvers to test and the names to test them with."""
    parser.examples(
        "v6monitor vantage",
        "v6monitor vantage --resolver 192.0.2.53",
        "v6monitor vantage --ipv6-only-resolver [::1]:5353 --probe ipv4_only=town.example",
    )
    resolver_arguments(parser)
    ipv6_only_arguments(parser)


def vantage(options: argparse.Namespace) -> int:
    """Test the resolvers and print each check; VantageError when one cannot be trusted."""
    second = marked(options.ipv6_only_resolver)
    first = parse(options.resolver or ["system"]) if options.resolver or not second else []
    with running([*first, *second]) as resolvers:
        tested = [part for part in (resolvers[: len(first)], resolvers[len(first) :]) if part]
        checks = [examine(part, probes(options)) for part in tested]
        every = [check for found in checks for check in found]
        say(options, [check._asdict() for check in every], _lines(every))
        usable = [one for part, found in zip(tested, checks, strict=True)
                  for one in trusted(part, found)]  # fmt: skip
    if not (options.json or options.quiet):
        print("\nMeasuring from here works, with " + ", ".join(one.label for one in usable))
    return 0


def _lines(checks: Sequence[Check]) -> Iterator[str]:
    language = Language("en")
    for resolver in dict.fromkeys(check.resolver for check in checks):
        yield resolver
        for check in (check for check in checks if check.resolver == resolver):
            name = language.label(check.check, "check")
            line = f"  {_MARKS[check.result]:<11}{name:<30}{check.question}: "
            expected = "" if check.result == PASSED else f", expected {check.expected}"
            yield line + check.found + expected


def completion_arguments(parser: Parser) -> None:
    """Add the shell."""
    parser.examples(
        "v6monitor completion bash > ~/.local/share/bash-completion/completions/v6monitor",
        "v6monitor completion zsh > ~/.zfunc/_v6monitor",
    )
    parser.add_argument("shell", choices=["bash", "zsh", "fish"], help="which shell it is for")


def completion(options: argparse.Namespace) -> int:
    """Print the script that a shell loads to complete commands and options."""
    # imported here: only this command needs the one, and the other imports this module
    import shtab  # noqa: PLC0415

    from v6monitor.cli import parser  # noqa: PLC0415

    print(shtab.complete(parser(), options.shell))
    return 0


def example_server_arguments(parser: Parser) -> None:
    """Add the port."""
    parser.examples("v6monitor example-server --port 5353")
    parser.add_argument(
        "--port", metavar="N", type=_port, default=0, help="UDP and TCP port (default: a free one)"
    )


def example_server(options: argparse.Namespace) -> int:
    """Run the example's name server until Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with name_server(options.port) as server:
            print(f"The example's name server answers at {server.address}:{server.port}")
            print(f"Try: dig @{server.address} -p {server.port} <name> AAAA   (Ctrl-C stops it)")
            threading.Event().wait()
    except KeyboardInterrupt:
        print("stopped")
    return 0


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= 65535):  # noqa: PLR2004 - RFC 768
        raise argparse.ArgumentTypeError(f"{text!r}: expected a port number")
    return int(text)
