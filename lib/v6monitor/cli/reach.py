"""``v6monitor reach``: connect to the servers with IPv6 that a log of lookups names."""

import argparse
import datetime as dt
import re
from functools import partial
from pathlib import Path

from v6monitor import __version__
from v6monitor.cli.options import add_out, check_new, writing
from v6monitor.cli.terminal import STDOUT, Parser, Screen, Several, say
from v6monitor.dns.log import read_log
from v6monitor.errors import InputError, UsageError
from v6monitor.pages.exports import write_csv
from v6monitor.probing import runs
from v6monitor.probing.connections import (
    MOST_A_SECOND,
    PORTS,
    Limits,
    Pacer,
    check_place,
    probe_all,
)

_CONTACT = re.compile(r"[\x21-\x27\x2a-\x7e]{6,200}")  # no white space, no parenthesis


def reach_arguments(parser: Parser) -> None:
    """Add the log, the file to write, who asks, and how."""
    parser.examples(
        "v6monitor reach obs.parquet --out reach-1.parquet --contact https://example.org/ipv6 "
        "--control 25=mail.example.org 80=www.example.org 443=www.example.org",
        "v6monitor reach obs.parquet --out reach-2.parquet --earlier reach-1.parquet …",
    )
    parser.add_argument("log", metavar="OBS", type=Path, help="log of lookups: Parquet or CSV")
    add_out(parser, "reach.parquet", "Parquet file to write, a row per host, address and port")
    parser.add_argument(
        "--contact", metavar="ADDRESS", required=True,
        help="web page or e-mail address where whoever is asked can object (docs/reach.md)",
    )  # fmt: skip
    parser.add_argument(
        "--earlier", metavar="REACH", type=Path,
        help="log of an earlier run: what failed over IPv6 in both is written beside --out, as "
        "NAME.findings.csv",
    )  # fmt: skip
    parser.add_argument(
        "--exclude", metavar="FILE", type=Path,
        help="domains, addresses and networks that are not to be asked, one a line",
    )  # fmt: skip
    parser.add_argument(
        "--ports", metavar="N", nargs="+", action=Several,
        help="only these of 25, 80 and 443 (default: all)",
    )  # fmt: skip
    parser.add_argument(
        "--control",
        metavar="PORT=HOST",
        nargs="+",
        action=Several,
        required=True,
        help="a host that answers over IPv6 on that port, to test this place with; one or more per "
        "port",
    )
    parser.add_argument("--rate", metavar="N", type=float, default=MOST_A_SECOND,
                        help="connections a second in all, at most 20 (default: 20)")  # fmt: skip
    parser.add_argument("--timeout", metavar="S", type=float, default=10.0,
                        help="seconds until an answer, at most 60 (default: 10)")  # fmt: skip


def reach(options: argparse.Namespace) -> int:
    """Test this place, connect to every server once, write what came of it and the findings."""
    ports, limits = _checked(options)
    controls = [_control(text) for text in options.control]
    excluded = runs.read_exclusions(options.exclude) if options.exclude else []
    earlier = runs.read(options.earlier) if options.earlier else None
    targets = runs.servers(read_log(options.log), ports, excluded)
    if not targets:
        raise InputError(f"{options.log}: names no server with an IPv6 address; nothing was asked")
    needed = {one.port for one in targets}
    controls = [one for one in controls if one[0] in needed]
    if lacking := needed - {port for port, _ in controls}:
        raise UsageError(f"--control: none for port {min(lacking)}; add one, such as 25=HOST")
    started = dt.datetime.now(dt.UTC)
    if earlier is not None:
        runs.check_comparable(earlier, started, {one[:3] for one in targets})
    check_place(controls, limits)
    screen = Screen(options)
    try:
        probes = probe_all(targets, limits, partial(screen.progress, "connections"))
    finally:
        screen.clear()
    check_place(controls, limits)  # what failed after IPv6 was lost here says nothing
    run = runs.table(probes)
    about = {"version": __version__, "contact": options.contact, "observations": options.log.name,
             "controls": [f"{port}={host}" for port, host in controls],
             "started": started.isoformat(timespec="seconds")}  # fmt: skip
    with writing("--out", options.out):
        runs.write(run, options.out, about)
    counts = run["outcome"].value_counts().to_dict()
    lines = [f"{options.out}: {len(run)} servers and ports: "
             + ", ".join(f"{name} {number}" for name, number in counts.items())]  # fmt: skip
    facts: dict[str, object] = {"out": str(options.out), "rows": len(run), "outcomes": counts}
    suspected = runs.failures(run)
    if earlier is None:
        lines.append(
            f"{len(suspected)} failed over IPv6 and answer over IPv4: no finding until a second "
            f"run, an hour or more later, with --earlier {options.out}"
        )
    else:
        found = runs.findings(earlier, run)
        path = _findings(options.out)
        with writing("--out", path):
            write_csv(path, found)
        facts["findings"] = len(found)
        lines.append(f"{path}: {len(found)} failed over IPv6 in both runs and answer over IPv4")
    say(options, facts, lines)
    return 0


def _checked(options: argparse.Namespace) -> tuple[list[int], Limits]:
    """Return the ports and the limits of a run; UsageError for what cannot be."""
    if options.out == STDOUT:
        raise UsageError(
            "--out -: a run is kept for the next one; name a file, as in reach.parquet"
        )
    check_new("--out", options.out, runs.SUFFIXES, force=options.force)
    if options.earlier:
        check_new("--out", _findings(options.out), (".csv",), force=options.force)
    ports = [int(text) for text in options.ports or map(str, PORTS) if text in map(str, PORTS)]
    if options.ports and len(ports) != len(options.ports):
        raise UsageError(f"--ports {' '.join(options.ports)}: expected some of 25, 80 and 443")
    if not _CONTACT.fullmatch(options.contact):
        raise UsageError("--contact: expected a web page or an e-mail address, without spaces")
    if not (0 < options.rate <= MOST_A_SECOND and 0 < options.timeout <= 60):  # noqa: PLR2004
        raise UsageError("--rate: expected at most 20, and --timeout at most 60")
    return ports, Limits(options.contact, Pacer(options.rate), options.timeout)


def _findings(out: Path) -> Path:
    return out.with_suffix(".findings.csv")


def _control(text: str) -> tuple[int, str]:
    port, equals, host = text.partition("=")
    if not (equals and host) or port not in map(str, PORTS):
        raise UsageError(f"--control {text}: expected PORT=HOST, such as 25=mail.example.org")
    return int(port), host
