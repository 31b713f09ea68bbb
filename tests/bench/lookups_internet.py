"""A run of internet scale in small: names in, log, verdicts, laggards and shares out.

The seeded world of lookups_world.py, written a domain at a time, each domain a zone of NSD, Unbound
in front of it, and a line that delays and loses (lookups_line.py), unless ``--direct``. The numbers
of domains by verdict have to be those of the world: it exits 1 when they are not.
"""

# ruff: noqa: T201 - a benchmark prints

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

from lookups import Line, over
from lookups_world import EXCHANGE, Servers, World, in_zone, soa
from v6monitor.dns.journal import journal_of

LINE = Line(delay=0.020, loss=0.01, jitter=0.015)
WINDOW = 1000
PER_FOLDER = 1000
"""Zone files."""
VERDICTS = ("mail_all", "web", "dns_2")
Counts = dict[str, Counter[str]]


class Streamed(World):
    """The world, with the records of one domain at a time."""

    def __init__(self) -> None:
        super().__init__(0)
        self._shared = self.records

    def each(self, domains: int) -> Iterator[str]:
        """Yield each domain; ``records`` has those of it, and of its hosts elsewhere."""
        for number in range(domains):
            self.records = {}
            self._domain(domain := f"gemeente-{number:07d}.nl")
            yield domain
            self.zones.discard(domain)
            self.lame.discard(domain)
        self.records = self._shared

    def expected(self, domain: str) -> dict[str, str]:
        """Return the verdicts on a domain, and whether it is a laggard."""
        if domain in self.lame:
            return dict.fromkeys(VERDICTS, "unknown")
        if domain not in self.zones:
            return {"mail_all": "not_applicable", "web": "not_applicable", "dns_2": "no"}
        hosts = [host for host in self._named(domain, "MX") if host]
        mail = "yes" if all(map(self._has_ipv6, hosts)) else "no"
        web = "yes" if self._has_ipv6(domain) else "no"
        servers = sum(map(self._has_ipv6, self._named(domain, "NS")))
        found = {
            "mail_all": mail if hosts else "not_applicable",
            "web": web if (domain, "A") in self.records else "not_applicable",
            "dns_2": "yes" if servers > 1 else "no",
        }
        lagging = mail == "no" and hosts and hosts[0].endswith(EXCHANGE)
        return found | ({"laggards": "exchange_online"} if lagging else {})

    def write(self, domains: int, folder: Path) -> Counts:
        """Write the zones and the list of names; return the numbers of domains by verdict."""
        (folder / "zones").mkdir()
        self.zone_files(folder / "zones")
        counts: Counts = {name: Counter() for name in (*VERDICTS, "laggards")}
        with (
            (folder / "names.txt").open("w") as names,
            (folder / "zones" / f"{EXCHANGE}.zone").open("a") as exchange,
            (folder / "domains.conf").open("w") as zones,
        ):
            for number, domain in enumerate(self.each(domains)):
                names.write(f"{domain}\n")
                for name, state in self.expected(domain).items():
                    counts[name][state] += 1
                place = folder / "zones" / str(number // PER_FOLDER)
                if not number % PER_FOLDER:
                    place.mkdir()
                own, others = [], []
                for (name, qtype), data in self.records.items():
                    (own if name.endswith(domain) else others).extend(in_zone(name, qtype, data))
                exchange.writelines(f"{line}\n" for line in others)
                if own:
                    (place / domain).write_text("\n".join([soa(domain), *own, ""]))
                if own or domain in self.lame:
                    zones.write(f'zone:\n name: "{domain}"\n zonefile: "{place / domain}"\n')
        return counts

    def _named(self, name: str, qtype: str) -> list[str]:
        data = self.records.get((name, qtype), [])
        return [one.split(" ")[-1].removesuffix(".") for one in data]

    def _has_ipv6(self, host: str) -> bool:
        return (host, "AAAA") in self.records or (host, "AAAA") in self._shared


def counted(folder: Path) -> None:
    """Print, as JSON, how many domains have which verdict, rows the log, and messages they took."""
    import pyarrow.compute as pc  # noqa: PLC0415 - only the process that counts
    import pyarrow.parquet as pq  # noqa: PLC0415

    from v6monitor.analysis import on_disk  # noqa: PLC0415

    counts: dict[str, dict[str, int]] = {}
    for name in VERDICTS:
        table = on_disk.shares({"now": folder / "verdicts.parquet"}, verdict=name)
        counts[name] = table.loc[0, ["yes", "no", "unknown", "not_applicable"]].to_dict()
    groups = pq.read_table(folder / "laggards.parquet", columns=["group"])["group"]
    counts["laggards"] = Counter(groups.to_pylist())
    attempts = pq.read_table(folder / "obs.parquet", columns=["attempts"])["attempts"]
    print(json.dumps({"counts": counts, "rows": len(attempts), "sent": pc.sum(attempts).as_py()}))


def waited(process: Popen[bytes], path: Path) -> tuple[Any, int]:
    """Wait for a process; return what it used, and the most bytes that its journal had."""
    most = 0
    while True:
        number, status, used = os.wait4(process.pid, os.WNOHANG)
        if number:
            process.returncode = status
            return used, most
        with suppress(FileNotFoundError):
            most = max(most, journal_of(path).stat().st_size)
        time.sleep(1)


def processor(pid: int) -> float:
    """Return the seconds of processor time of a process and its children so far."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(processor(int(child)) for child in children)


def line(what: str, begun: float, used: Any, more: str = "") -> None:
    """Print what a process took that was begun at this time."""
    wall = time.monotonic() - begun
    cpu = used.ru_utime + used.ru_stime
    peak = used.ru_maxrss / 1024
    print(f"{what:10} {wall:9,.0f} s {cpu:9,.0f} s CPU {peak:8,.0f} MiB  {more}", flush=True)


def main(domains: int, *, direct: bool, keep: Path | None) -> bool:
    """Print what each step took; return whether all numbers are those of the world."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (kept := keep or folder).mkdir(parents=True, exist_ok=True)
        world = Streamed()
        begun = time.monotonic()
        expected = world.write(domains, folder)
        print(f"{domains:,} domains, written in {time.monotonic() - begun:,.0f} s", flush=True)
        if not (kept / "obs.parquet").exists():
            asked(world, folder, kept, Line() if direct else LINE)
        return judged(kept, domains, expected)


def asked(world: Streamed, folder: Path, kept: Path, line: Line) -> None:
    """Look the names up, on from where it was cut off; print what that took."""
    begun = time.monotonic()
    with Servers(world, folder, f'include: "{folder}/domains.conf"\n') as servers:
        print(f"served after {time.monotonic() - begun:,.0f} s", flush=True)
        with over(line, servers.port) as port:
            asking = ["--resolver", f"127.0.0.1:{port}", "--rate", "0", "--no-vantage"]
            more = [*asking, "--concurrency", str(WINDOW), "--resume"]
            step(kept / "obs.parquet", "lookup", folder / "names.txt", *more)
        print(f"Unbound {servers.asked():,} questions, {processor(servers.unbound.pid):,.0f} s")
        print(f"NSD {servers.passed_on():,} questions, {processor(servers.nsd.pid):,.0f} s")


def judged(kept: Path, domains: int, expected: Counts) -> bool:
    """Judge and count; print what that took and what differs from the world."""
    for name in ("verdicts", "laggards"):
        step(kept / f"{name}.parquet", name, kept / "obs.parquet", "--force")
    command = [sys.executable, __file__, str(domains), "--count", str(kept)]
    begun = time.monotonic()
    process = Popen(command, stdout=PIPE)
    assert process.stdout is not None
    found = json.loads(process.stdout.read())
    line("shares", begun, waited(process, kept / "obs.parquet")[0])
    rows, sent = found["rows"], found["sent"]
    print(f"{rows:,} questions, {rows / domains:.2f} a domain, {sent / rows:.4f} messages for each")
    for name, counts in found["counts"].items():
        print(f"{name} {counts}, of the world {dict(expected[name])}")
    lagging = [of["laggards"].get("exchange_online") for of in (found["counts"], expected)]
    same = lagging[0] == lagging[1] and all(
        +Counter(found["counts"][name]) == expected[name] for name in VERDICTS
    )
    print("the same" if same else "DIFFERENT")
    return same


def step(out: Path, command: str, *given: str | Path) -> None:
    """Run a command of v6monitor that writes a file; print what it took."""
    begun = time.monotonic()
    words = [sys.executable, "-m", "v6monitor", command, *given, "--out", out, "--quiet"]
    process = Popen(words)
    used, journal = waited(process, out)
    size, most = out.stat().st_size / 2**20, journal / 2**20
    more = f", journal {most:,.1f}" if most else ""
    line(command, begun, used, f"exit {process.returncode}, {size:,.1f} MiB{more}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("domains", type=lambda text: int(float(text)))
    parser.add_argument("--direct", action="store_true", help="without the line")
    parser.add_argument("--keep", type=Path, help="folder of the log, to go on with")
    parser.add_argument("--count", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.count:
        counted(options.count)
    else:
        right = main(options.domains, direct=options.direct, keep=options.keep)
        sys.exit(0 if right else 1)
