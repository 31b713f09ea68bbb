"""``v6monitor providers``: who runs the mail of the domains of an observation log?"""

import argparse

from v6monitor import mail
from v6monitor.cli import tables
from v6monitor.mail import operators


def providers_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the log to read and the CSV file to write."""
    tables.add_arguments(parser, "providers")


def providers(options: argparse.Namespace) -> int:
    """Write the provider table; print how many domains are of which class."""
    observations, subjects = tables.read(options.log)
    domains = [domain for domain, kind in subjects if kind == "mail"]
    table = mail.providers(observations, domains, operators.known())
    tables.write(table.drop(columns="kind"), options.out)
    print(f"{options.out}: {len(table)} mail domains")
    print(f"  class: {tables.counted(table['class'])}")
    return 0
