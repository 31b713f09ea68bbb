"""The benchmark's seeded world of domains, and real servers that know it.

Domains share hosts as real ones do: a few hosters run most name servers, a few gateways and
Exchange Online receive most mail. Some domains do not exist, some are lame, some TXT is too large
for a datagram. ``World.truth`` gives the right answer to any question.
"""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple, Self

import dns.exception
import dns.message
import dns.query

Question = tuple[str, str]
SHOWN = ("", "www.", "mail.", "vpn.")
HELPERS = ("autodiscover", "selector1._domainkey", "selector2._domainkey")
TTL = 86400
EXCHANGE = "outlook.com"


class Answer(NamedTuple):
    """The right answer: an outcome, and records as the observation log has them."""

    outcome: str
    records: tuple[str, ...] = ()


class World:
    """Records of so many made-up domains; the same number and seed give the same world."""

    def __init__(self, domains: int, seed: int = 1) -> None:
        self._random = Random(seed)  # noqa: S311 - a made-up world
        self.records: dict[Question, list[str]] = {}
        self.zones: set[str] = {"nl", "net"}
        self.lame: set[str] = set()
        self._name_servers = [self._hoster(number) for number in range(60)]
        self._gateways = [self._gateway(number) for number in range(8)]
        self.zones |= {"com", EXCHANGE}
        self._host(f"autodiscover.{EXCHANGE}", 1.0)
        self.domains = [f"gemeente-{number:06d}.nl" for number in range(domains)]
        for domain in self.domains:
            self._domain(domain)
        for zone in self.zones:
            self.records.setdefault((zone, "NS"), ["ns1.hoster0.net"])
        self._names = {
            name.split(".", cut)[-1]
            for name, _ in self.records
            for cut in range(name.count(".") + 1)
        } | self.zones

    def truth(self, name: str, qtype: str) -> Answer:
        """Return what is to be answered."""
        for _ in range(9):
            zone = next((z for z in _upward(name) if z in self.zones or z in self.lame), "")
            if zone in self.lame:
                return Answer("servfail")
            found = self.records.get((name, qtype))
            if found:
                return Answer("ok", tuple(sorted(set(found))))
            alias = self.records.get((name, "CNAME"))
            if alias is None:
                return Answer("nodata" if name in self._names else "nxdomain")
            name = alias[0]
        raise AssertionError(f"{name}: a chain without end")

    def flat(self) -> list[Question]:
        """Return addresses of four names per domain."""
        names = [prefix + domain for domain in self.domains for prefix in SHOWN]
        return [(name, qtype) for name in names for qtype in ("A", "AAAA")]

    def full(self) -> list[Question]:
        """Return all there is to ask about the domains, each name and type once."""
        asked: dict[Question, None] = {}
        for domain in self.domains:
            for question in first_questions(domain):
                asked[question] = None
                for host in hosts(question[1], self.truth(*question).records):
                    asked.update(dict.fromkeys(((host, "A"), (host, "AAAA"))))
        return list(asked)

    def zone_files(self, folder: Path) -> None:
        """Write a zone file for every zone, and the root's."""
        lines: dict[str, list[str]] = {zone: [] for zone in self.zones}
        for (name, qtype), data in self.records.items():
            zone = next(zone for zone in _upward(name) if zone in self.zones)
            lines[zone] += in_zone(name, qtype, data)
        lines[""] = [f". {TTL} IN NS ns1.hoster0.net.", f"ns1.hoster0.net. {TTL} IN A 127.0.0.1"]
        for zone, text in lines.items():
            (folder / f"{zone or 'root'}.zone").write_text("\n".join([soa(zone), *text, ""]))

    def _add(self, name: str, qtype: str, *data: str) -> None:
        self.records[name, qtype] = list(data)

    def _host(self, name: str, with_ipv6: float) -> str:
        draw = self._random
        if (name, "A") not in self.records:
            self._add(name, "A", f"198.18.{draw.randrange(256)}.{draw.randrange(1, 255)}")
            if draw.random() < with_ipv6:
                self._add(name, "AAAA", f"2a01:111:f400:{draw.randrange(1, 65536):x}::25")
        return name

    def _hoster(self, number: int) -> list[str]:
        zone = f"hoster{number}.net"
        self.zones.add(zone)
        return [self._host(f"ns{place}.{zone}", number % 2) for place in range(1, 3 + number % 2)]

    def _gateway(self, number: int) -> list[str]:
        zone = f"gateway{number}.nl"
        self.zones.add(zone)
        return [self._host(f"mx{place}.{zone}", number % 2) for place in range(1, 3 + number % 3)]

    def _domain(self, domain: str) -> None:
        draw = self._random
        fate = draw.random()
        if fate < 0.009:
            if fate > 0.005:
                self.lame.add(domain)
            return
        self.zones.add(domain)
        self._add(domain, "NS", *self._hosters(domain))
        mail = self._mail(domain)
        if mail:
            self._add(domain, "MX", *mail)
        if draw.random() < 0.97:
            self._host(domain, 0.65)
        if draw.random() < 0.35:
            self._add(f"www.{domain}", "CNAME", domain)
        else:
            self._host(f"www.{domain}", 0.65)
        if draw.random() < 0.5:
            self._host(f"vpn.{domain}", 0.1)
        if draw.random() < 0.55:
            self._add(f"autodiscover.{domain}", "CNAME", f"autodiscover.{EXCHANGE}")
        texts = [f'"v=spf1 include:spf.{mail[-1].split()[1] if mail else "none"} -all"']
        more = draw.choice((0, 1, 1, 2, 4, 7, 12)) if draw.random() < 0.98 else 30
        texts += [f'"verification={draw.getrandbits(200):050x}"' for _ in range(more)]
        self._add(domain, "TXT", *texts)

    def _hosters(self, domain: str) -> list[str]:
        if self._random.random() < 0.08:
            return [self._host(f"ns{place}.{domain}", 0.5) for place in (1, 2)]
        return self._name_servers[int(60 * self._random.random() ** 2)]

    def _mail(self, domain: str) -> list[str]:
        kind = self._random.random()
        if kind < 0.47:
            host = f"{domain.replace('.', '-')}.mail.protection.{EXCHANGE}"
            return [f"0 {self._host(host, 0.15)}"]
        if kind < 0.75:
            chosen = self._random.choice(self._gateways)
            return [f"{10 * place} {host}" for place, host in enumerate(chosen, 1)]
        if kind < 0.9:
            return [f"10 {self._host(f'mail.{domain}', 0.4)}"]
        if kind < 0.92:
            return [f"10 gone.{domain}"]
        return ["0 ."] if kind < 0.95 else []


def first_questions(domain: str) -> list[Question]:
    """Return what is asked about a domain before anything is known of it."""
    return [
        *((domain, qtype) for qtype in ("MX", "NS", "TXT")),
        *((prefix + domain, qtype) for prefix in ("", "www.") for qtype in ("A", "AAAA")),
        *((f"{helper}.{domain}", "CNAME") for helper in HELPERS),
    ]


def hosts(qtype: str, records: tuple[str, ...] | list[str]) -> list[str]:
    """Return the hosts that MX or NS records name."""
    if qtype not in {"MX", "NS"}:
        return []
    return [host for host in (record.split(" ")[-1] for record in records) if host not in {"", "."}]


@contextmanager
def served(world: World, folder: Path) -> Iterator["Servers"]:
    """Serve a world with NSD, and with Unbound in front of it."""
    zones = folder / "zones"
    zones.mkdir()
    world.zone_files(zones)
    with Servers(world, folder) as servers:
        yield servers


class Servers:
    """NSD and Unbound as processes of their own; ``port`` is where Unbound listens.

    ``more`` are further lines for NSD.
    """

    def __init__(self, world: World, folder: Path, more: str = "") -> None:
        self._folder = folder
        self._more = more
        self._zones = sorted(world.zones), sorted(world.lame)
        self._authoritative, self.port = _free_port(), _free_port()

    def __enter__(self) -> Self:
        """Start both."""
        (self._folder / "nsd.conf").write_text(self._nsd())
        (self._folder / "unbound.conf").write_text(self._unbound())
        self.nsd = self._started("nsd", self._authoritative)
        self.unbound = self._started("unbound", self.port)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop both."""
        for process in (self.unbound, self.nsd):
            process.terminate()
            process.wait()

    def forget(self) -> None:
        """Start Unbound anew, with an empty cache."""
        self.unbound.terminate()
        self.unbound.wait()
        self.unbound = self._started("unbound", self.port)

    def asked(self) -> int:
        """Return how many questions Unbound got so far."""
        return self._count("unbound", "total.num.queries")

    def passed_on(self) -> int:
        """Return how many questions NSD got so far."""
        return self._count("nsd", "num.queries")

    def _count(self, program: str, name: str) -> int:
        said = subprocess.run(
            [_program(f"{program}-control"), "-c", f"{program}.conf", "stats_noreset"],
            cwd=self._folder,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        return int(dict(line.split("=") for line in said.splitlines())[name])

    def _nsd(self) -> str:
        there, lame = self._zones
        zones = [f'zone:\n  name: "{zone}"\n  zonefile: "zones/{zone}.zone"\n' for zone in there]
        zones += [f'zone:\n  name: "{zone}"\n  zonefile: "missing"\n' for zone in lame]
        return (
            f"server:\n  ip-address: 127.0.0.1@{self._authoritative}\n  server-count: 1\n"
            f'  username: ""\n  zonesdir: "{self._folder}"\n'
            f'  zonelistfile: "{self._folder}/zone.list"\n  pidfile: ""\n'
            f'  xfrdfile: "{self._folder}/xfrd.state"\n  xfrdir: "{self._folder}"\n'
            f'  logfile: "{self._folder}/nsd.log"\n  rrl-ratelimit: 0\n  tcp-count: 1000\n'
            '  database: ""\n  zonefiles-check: no\n'
            f"remote-control:\n  control-enable: yes\n  control-interface: {self._folder}/nsd.ctl\n"
            'zone:\n  name: "."\n  zonefile: "zones/root.zone"\n' + "".join(zones) + self._more
        )

    def _unbound(self) -> str:
        return (
            f'server:\n  interface: 127.0.0.1@{self.port}\n  username: ""\n  chroot: ""\n'
            f'  directory: "{self._folder}"\n  pidfile: ""\n  use-syslog: no\n'
            f'  logfile: "{self._folder}/unbound.log"\n  do-ip6: no\n  num-threads: 1\n'
            '  do-not-query-localhost: no\n  module-config: "iterator"\n'
            "  cache-max-negative-ttl: 86400\n  msg-cache-size: 128m\n  rrset-cache-size: 256m\n"
            "  outgoing-range: 4096\n  num-queries-per-thread: 2048\n  so-rcvbuf: 4m\n"
            "  so-sndbuf: 4m\n  incoming-num-tcp: 500\n  access-control: 127.0.0.0/8 allow\n"
            "  minimal-responses: yes\n  edns-buffer-size: 1232\n  max-udp-size: 1232\n"
            "remote-control:\n  control-enable: yes\n  control-use-cert: no\n"
            f"  control-interface: {self._folder}/control\n"
            f'forward-zone:\n  name: "."\n  forward-addr: 127.0.0.1@{self._authoritative}\n'
        )

    def _started(self, program: str, port: int) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [_program(program), "-d", "-c", self._folder / f"{program}.conf"],
            stderr=subprocess.DEVNULL,
        )
        while process.poll() is None:
            try:
                dns.query.udp(dns.message.make_query("nl", "SOA"), "127.0.0.1", 0.1, port)
            except (dns.exception.Timeout, OSError):
                time.sleep(0.05)
            else:
                return process
        raise SystemExit(f"{program} did not start: see {self._folder}/{program}.log")


def _program(name: str) -> str:
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if path is None:
        raise SystemExit(f"{name} is not installed: the benchmark needs nsd and unbound")
    return path


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _upward(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.partition(".")[2]


def soa(zone: str) -> str:
    """Return the first line of a zone file."""
    return f"{zone}. {TTL} IN SOA ns1.hoster0.net. host.hoster0.net. 1 7200 900 604800 {TTL}"


def in_zone(name: str, qtype: str, data: list[str]) -> list[str]:
    """Return the lines of a zone file for some records."""
    named = qtype in {"MX", "NS", "CNAME"}
    ends = ["." if named and not one.endswith(".") else "" for one in data]
    return [f"{name}. {TTL} IN {qtype} {one}{end}" for one, end in zip(data, ends, strict=True)]
