"""A small internet in a network namespace of its own: root, TLD and child zones, two resolvers.

Run as ``unshare -n python ipv6_world.py FOLDER CONFIG``; writes ``obs.parquet`` into the folder.
"""

import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import dns.exception
import dns.message
import dns.query
from children import child

from v6monitor.__main__ import main
from v6monitor.dns.journal import journal_of

ROOT, TLD, CHILDREN = ((f"10.53.0.{n}", f"3000:53::{n}") for n in (1, 2, 3))
NOBODY = ("10.53.0.3", "3000:53::99")
"""Answers over IPv4, and is nowhere over IPv6."""

HEAD = "$TTL 60\n@ SOA ns1 root 1 7200 3600 1209600 60\n"
NSD = """server:
  ip-address: {0}
  ip-address: {1}
  server-count: 1
  username: ""
  zonesdir: "{folder}"
  zonelistfile: "{folder}/zone.list"
  pidfile: ""
  xfrdfile: "{folder}/xfrd.state"
  xfrdir: "{folder}"
  logfile: "{folder}/nsd.log"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
"""


def host(name: str, place: tuple[str, str], *, ipv6: bool = True) -> str:
    """Return the address records of a host."""
    return f"{name} A {place[0]}\n" + (f"{name} AAAA {place[1]}\n" if ipv6 else "")


def own(zone: str, place: tuple[str, str] = CHILDREN, *, ipv6: bool = True, glue: bool = True):
    """Return the delegation of a zone to two servers in it, and the zone's own records of them."""
    names = "".join(f"{{at}} NS ns{n}.{zone}.test.\n" for n in (1, 2))
    above = "".join(host(f"ns{n}.{zone}.test.", place, ipv6=ipv6 and glue) for n in (1, 2))
    below = "".join(host(f"ns{n}.{zone}.test.", place, ipv6=ipv6) for n in (1, 2))
    return names.format(at=f"{zone}.test.") + above, names.format(at="@") + below


def mail(mx: str = "mx") -> str:
    """Return an MX, its host and a website with IPv6, or an MX of another zone."""
    here = host("mx", CHILDREN) if mx == "mx" else ""
    return f"@ MX 10 {mx}\n{here}" + host("@", CHILDREN) + host("www", CHILDREN)


def zones() -> tuple[str, dict[str, str]]:
    """Return the zone of the TLD, and those below it."""
    made = {
        "good": (own("good"), mail() + host("v4", CHILDREN, ipv6=False)),
        "noglue": (own("noglue", glue=False), mail()),
        "silent": (own("silent", NOBODY), mail()),
        "v4only": (own("v4only", ipv6=False), mail()),
        "mxv4": (own("mxv4"), mail("mx.v4only.test.")),
        "alias": (own("alias"), "www CNAME www.v4only.test.\n"),
        "noipv6": (own("noipv6"), "@ MX 10 mx\n" + host("mx", CHILDREN, ipv6=False)),
        # its name servers have IPv6, but nobody finds them: their own zone is on IPv4 alone
        "hosting": (own("hosting", ipv6=False), host("a", CHILDREN) + host("b", CHILDREN)),
        "outside": (("outside.test. NS a.hosting.test.\noutside.test. NS b.hosting.test.\n",
                     "@ NS a.hosting.test.\n@ NS b.hosting.test.\n"), mail()),
    }  # fmt: skip
    tld = HEAD + "@ NS ns1\n" + host("ns1", TLD) + "".join(above for (above, _), _ in made.values())
    return tld, {f"{name}.test": HEAD + below + own for name, ((_, below), own) in made.items()}


def serve(opened: ExitStack, folder: Path, place: tuple[str, str], files: dict[str, str]) -> None:
    """Serve zones at an address of each kind."""
    folder.mkdir()
    config = NSD.format(*place, folder=folder)
    for number, (name, text) in enumerate(files.items()):
        (folder / f"{number}.zone").write_text(text)
        config += f'zone:\n  name: "{name}"\n  zonefile: "{number}.zone"\n'
    (folder / "nsd.conf").write_text(config)
    opened.enter_context(child(["nsd", "-d", "-c", str(folder / "nsd.conf")]))
    wait(place[0], 53)


def resolve(opened: ExitStack, folder: Path, config: str, port: int) -> None:
    """Run Unbound in this world: its root servers, and no signatures."""
    lines = config.replace("5353", str(port)).splitlines()
    kept = [line for line in lines if "trust-anchor" not in line and line != "server:"]
    ours = ["server:", f'  root-hints: "{folder}/hints"', '  local-zone: "test." nodefault']
    text = "\n".join([*ours, *kept, ""])
    (folder / f"unbound-{port}.conf").write_text(text)
    opened.enter_context(child(["unbound", "-d", "-c", str(folder / f"unbound-{port}.conf")]))
    wait("127.0.0.1", port)


def wait(address: str, port: int) -> None:
    """Wait until a server answers something."""
    for _ in range(100):
        try:
            dns.query.udp(dns.message.make_query("test", "SOA"), address, 0.2, port)
        except (dns.exception.Timeout, OSError):
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"{address}:{port} did not start")


def run(folder: Path, config: str) -> None:
    """Look the world up, and try a resolver that uses IPv4 after all."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for ipv4, ipv6 in (ROOT, TLD, CHILDREN):
        subprocess.run(["ip", "addr", "add", f"{ipv4}/32", "dev", "lo"], check=True)
        subprocess.run(["ip", "addr", "add", f"{ipv6}/128", "dev", "lo", "nodad"], check=True)
    tld, below = zones()
    hints = f"r.root. 60 A {ROOT[0]}\nr.root. 60 AAAA {ROOT[1]}\n"
    (folder / "hints").write_text(f". 60 NS r.root.\n{hints}")
    top = "@ NS r.root.\n" + host("r.root.", ROOT) + "test. NS ns1.test.\n" + host("ns1.test.", TLD)
    with ExitStack() as opened:
        serve(opened, folder / "root", ROOT, {".": HEAD + top})
        serve(opened, folder / "tld", TLD, {"test": tld})
        serve(opened, folder / "children", CHILDREN, below)
        resolve(opened, folder, config, 5301)
        both = "\n".join(line for line in config.splitlines() if "do-not-query" not in line)
        resolve(opened, folder, both, 5302)
        names = [f"{name},{kind}" for name in below for kind in ("mail", "web")]
        (folder / "names.txt").write_text("\n".join([*names, "www.alias.test,web", ""]))
        probes = ["dns64=v4.good.test", "rewriting=test", "ipv6=mx.good.test", "dnssec=", "large=",
                  "ipv4_only=v4only.test"]  # fmt: skip
        given = ["lookup", str(folder / "names.txt"), "--resolver", "127.0.0.1:5302"]
        given += ["--timeout", "1"]
        for probe in probes:
            given += ["--probe", probe]
        for number, port in ((0, 5301), (6, 5302)):
            out = str(folder / f"obs-{port}.parquet")
            second = ["--out", out, "--ipv6-only-resolver", f"127.0.0.1:{port}"]
            code = main([*given, *second, "--rate", "0"])
            (folder / f"exit-{port}").write_text(f"{code} {number}")
        kill_and_resume([*given, "--rate", "40", "--ipv6-only-resolver", "127.0.0.1:5301"], folder)


def kill_and_resume(given: list[str], folder: Path) -> None:
    """Kill a run once two answers without IPv4 are in its journal, keep a copy, and resume it."""
    out = folder / "obs-killed.parquet"
    given += ["--out", str(out)]
    journal = journal_of(out)
    with child([sys.executable, "-m", "v6monitor", *given]) as process:
        while not (journal.exists() and b"5301ipv6-only:" in journal.read_bytes()):
            if process.poll() is not None:
                raise SystemExit("the run ended before it was killed")
            time.sleep(0.02)
        process.kill()
    shutil.copy(journal, folder / "killed.partial")
    (folder / "exit-resumed").write_text(str(main([*given, "--resume"])))


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]).read_text())
