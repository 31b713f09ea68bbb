"""``v6monitor laggards``: which Exchange Online domains of a log are still without IPv6?"""

import argparse

from v6monitor import mail
from v6monitor.cli import tables
from v6monitor.language import CODES, Language
from v6monitor.mail import advice, operators


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the log to read, the CSV file to write and the language of its sentences."""
    tables.add_arguments(parser, "laggards")
    parser.add_argument("--lang", choices=CODES, default="en", help="language of the sentences")


def run(options: argparse.Namespace) -> int:
    """Write the laggard list; print how many domains are in which group."""
    observations, subjects = tables.read(options.log)
    domains = [domain for domain, kind in subjects if kind == "mail"]
    providers = mail.providers(observations, domains, operators.known())
    table = mail.laggards(observations, providers)
    tables.write(advice.worded(table, Language(options.lang)), options.out)
    print(f"{options.out}: {len(table)} of {len(providers)} mail domains")
    print(f"  group: {tables.counted(table['group'])}")
    return 0
