"""``v6monitor vantage``: can be measured from here, with these resolvers?"""

import argparse
from collections.abc import Iterator, Sequence

from v6monitor.cli import asking
from v6monitor.dns import vantage
from v6monitor.dns.resolvers import parse
from v6monitor.dns.run import running
from v6monitor.dns.vantage import Check
from v6monitor.language import Language

_MARKS = {vantage.PASSED: "ok", vantage.FAILED: "FAILED", vantage.NOT_TESTED: "not tested"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add whom to test, and with which names."""
    asking.add_resolvers(parser)


def run(options: argparse.Namespace) -> int:
    """Test the resolvers and tell what was found; VantageError when one cannot be trusted."""
    with running(parse(options.resolver or ["system"])) as resolvers:
        checks = vantage.examine(resolvers, asking.probes(options))
        for line in _lines(checks):
            print(line)
        usable = vantage.trusted(resolvers, checks)
    print("\nMeasuring from here works, with " + ", ".join(one.label for one in usable))
    return 0


def _lines(checks: Sequence[Check]) -> Iterator[str]:
    for resolver in dict.fromkeys(check.resolver for check in checks):
        yield resolver
        for check in (check for check in checks if check.resolver == resolver):
            name = Language("en").label(check.check, "check")
            line = f"  {_MARKS[check.result]:<11}{name:<30}{check.question}: "
            expected = "" if check.result == vantage.PASSED else f", expected {check.expected}"
            yield line + check.found + expected
