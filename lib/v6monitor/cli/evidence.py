"""Commands about an observation log: verdicts, providers, laggards, and the card of one domain."""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from v6monitor.dns.log import provenance, read_log
from v6monitor.errors import UsageError
from v6monitor.language import CODES, Language
from v6monitor.mail.advice import in_words
from v6monitor.mail.card import Card
from v6monitor.mail.laggards import laggards as laggard_list
from v6monitor.mail.letters import Letter, letters
from v6monitor.mail.providers import providers as provider_table
from v6monitor.report.explain import explain as evidence_card
from v6monitor.report.exports import safe_csv, write_text
from v6monitor.report.month import is_synthetic
from v6monitor.verdicts.judge import judge, subjects


def verdicts_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the log to read and the CSV file to write."""
    _add_files(parser, "verdicts")


def verdicts(options: argparse.Namespace) -> int:
    """Write the verdict table; print how many domains have which verdict."""
    observations, domains = _read(options.log)
    table = judge(observations, domains=domains)
    _write(table, options.out)
    print(f"{options.out}: {len(table)} domains")
    for name in ("mail_all", "web", "dns_2"):
        print(f"  {name}: {_counts(table[name])}")
    return 0


def providers_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the log to read and the CSV file to write."""
    _add_files(parser, "providers")


def providers(options: argparse.Namespace) -> int:
    """Write the provider table; print how many domains are of which class."""
    observations, domains = _read(options.log)
    table = provider_table(observations, domains=_mail(domains))
    _write(table.drop(columns="kind"), options.out)
    print(f"{options.out}: {len(table)} mail domains")
    print(f"  class: {_counts(table['class'])}")
    return 0


def laggards_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the log to read, the CSV file to write and the language of its sentences."""
    _add_files(parser, "laggards")
    parser.add_argument("--lang", choices=CODES, default="en", help="language of the sentences")
    parser.add_argument(
        "--letters",
        metavar="DIR",
        type=Path,
        help="write a letter to each administrator into this folder, in Dutch and English, and "
        "letters.csv and letters.xlsx for a mail merge",
    )


def laggards(options: argparse.Namespace) -> int:
    """Write the laggard list; print how many domains are in which group."""
    observations, domains = _read(options.log)
    known = provider_table(observations, domains=_mail(domains))
    table = laggard_list(observations, providers=known)
    _write(in_words(table, Language(options.lang)), options.out)
    print(f"{options.out}: {len(table)} of {len(known)} mail domains")
    print(f"  group: {_counts(table['group'])}")
    if options.letters:
        written = letters(table, observations=observations)
        _write_letters(options.letters, written, synthetic=is_synthetic(table))
        noun = "letter" if len(written) == 1 else "letters"
        print(f"{options.letters}: {len(written)} {noun}")
    return 0


def explain_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the domain, where the evidence comes from, and what to write."""
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
    parser.add_argument("--lang", choices=CODES, default="en", help="language of the card")


def explain(options: argparse.Namespace) -> int:
    """Print the evidence card, or write it as a page."""
    log = read_log(options.replay) if options.replay else None
    card = evidence_card(options.domain, observations=log, resolvers=options.resolver)
    if options.html:
        _write_card(card, options.html, Language(options.lang))
        print(options.html)
    else:
        print(card.text(options.lang))
    return 0


def _add_files(parser: argparse.ArgumentParser, table: str) -> None:
    parser.add_argument("log", metavar="OBS", type=Path, help="observation log: Parquet or CSV")
    parser.add_argument(
        "--out", metavar=f"{table}.csv", type=Path, required=True, help="CSV file to write"
    )


def _read(path: Path) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Return the observations of a log and the (domain, type) pairs that it is about."""
    observations = read_log(path)
    return observations, subjects(observations, provenance(path))


def _mail(domains: Sequence[tuple[str, str]]) -> list[str]:
    return [name for name, kind in domains if kind == "mail"]


def _write(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV that is safe to open in a spreadsheet program."""
    with _writing("--out", path):
        write_text(path, safe_csv(table))


def _write_letters(folder: Path, written: Sequence[Letter], *, synthetic: bool) -> None:
    # imported here: tables need nothing of what makes pages
    from v6monitor.report import letters as pages  # noqa: PLC0415
    from v6monitor.report import tables  # noqa: PLC0415
    from v6monitor.report.pages import synthetic_notice  # noqa: PLC0415

    with _writing("--letters", folder):
        for code in CODES:
            notices = synthetic_notice(synthetic, Language(code))
            for letter in written:
                text = pages.page(letter, code, CODES, notices)
                write_text(folder / pages.file_of(letter, code, CODES), text)
        tables.write(pages.merge(written), folder, pages.NAME)


def _write_card(card: Card, path: Path, language: Language) -> None:
    # imported here: a card on the terminal needs nothing of what makes pages
    from v6monitor.report.pages import Page, plain_page, synthetic_notice  # noqa: PLC0415

    heading = language.text("What do the lookups say about {domain}?", domain=card.domain)
    notices = synthetic_notice(card.domain.endswith(".example"), language)
    page = Page(path.name, language, heading, notices=notices, home="")
    with _writing("--html", path):
        write_text(path, plain_page("card", page, card=card.html(language.code)))


@contextmanager
def _writing(option: str, path: Path) -> Iterator[None]:
    """Turn an error of the file system into a sentence that says what to do."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{option} {path}: cannot be written ({error.strerror}); name one in a folder that you "
            "may write to"
        ) from error


def _counts(column: "pd.Series[str]") -> str:
    """Return how often each value of a column occurs, the most frequent first: ``5 yes, 2 no``."""
    found = Counter(value or "not asked" for value in column)
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count} {value}" for value, count in ranked) or "none"
