"""``v6monitor verdicts``: do the domains of an observation log have IPv6, and why not?"""

import argparse

from v6monitor.cli import tables
from v6monitor.verdicts.judgement import judge


def verdicts_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the log to read and the CSV file to write."""
    tables.add_arguments(parser, "verdicts")


def verdicts(options: argparse.Namespace) -> int:
    """Write the verdict table; print how many domains have which verdict."""
    observations, subjects = tables.read(options.log)
    table = judge(observations, subjects)
    tables.write(table, options.out)
    print(f"{options.out}: {len(table)} domains")
    for name in ("mail_all", "web", "dns_2"):
        print(f"  {name}: {tables.counted(table[name])}")
    return 0
