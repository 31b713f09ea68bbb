"""Real name servers on loopback: nsd for zones, unbound in front of it."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import pytest
from children import child

NSD = """server:
  ip-address: 127.0.0.1@{port}
  server-count: 1
  username: ""
  zonesdir: "{zones}"
  zonelistfile: "{folder}/zone.list"
  pidfile: ""
  xfrdfile: "{folder}/xfrd.state"
  xfrdir: "{folder}"
  logfile: "{folder}/nsd.log"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
"""
UNBOUND = """server:
  interface: 127.0.0.1@{port}
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: ""
  use-syslog: no
  logfile: "{folder}/unbound.log"
  do-not-query-localhost: no
  do-ip6: no
  module-config: "iterator"
  edns-buffer-size: 1232
  max-udp-size: 1232
  access-control: 127.0.0.0/8 allow
  interface: 127.0.0.1@{tls_port}
  tls-port: {tls_port}
  tls-service-key: "{folder}/key.pem"
  tls-service-pem: "{folder}/cert.pem"
"""


@contextmanager
def nsd(folder: Path, zones: Path, missing: tuple[str, ...] = ()) -> Iterator[int]:
    """Serve zone files with nsd; gives its port. Zones without a file are configured and lame."""
    port = free_port()
    origins = [path.stem for path in zones.glob("*.zone")] + list(missing)
    named = "".join(f'zone:\n  name: "{o}"\n  zonefile: "{o}.zone"\n' for o in origins)
    (folder / "nsd.conf").write_text(NSD.format(port=port, zones=zones, folder=folder) + named)
    with _running(["nsd", "-d", "-c", f"{folder}/nsd.conf"], port):
        yield port


@contextmanager
def unbound(folder: Path, config: str) -> Iterator[tuple[int, int]]:
    """Run a resolver; gives its ports for UDP and TCP, and for TLS."""
    port, tls_port = free_port(), free_port()
    certify(folder)
    text = UNBOUND.format(port=port, tls_port=tls_port, folder=folder) + config
    (folder / "unbound.conf").write_text(text)
    with _running(["unbound", "-d", "-c", f"{folder}/unbound.conf"], port):
        yield port, tls_port


def certify(folder: Path) -> None:
    """Make a key and a certificate of 127.0.0.1: key.pem and cert.pem."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: no certificate for TLS")
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-noenc", "-days", "2", "-subj", "/CN=127.0.0.1",
            "-addext", "subjectAltName=IP:127.0.0.1",
            "-keyout", folder / "key.pem", "-out", folder / "cert.pem",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip


def free_port() -> int:
    """Return a port that nobody has now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    program = shutil.which(command[0]) or shutil.which(command[0], path="/usr/sbin")
    if program is None:
        pytest.skip(f"{command[0]} is not installed")
    with child([program, *command[1:]], stderr=subprocess.PIPE) as process:
        _wait_for(port, process)
        yield


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        try:
            query = dns.message.make_query("town.example", "SOA")
            dns.query.udp(query, "127.0.0.1", port=port, timeout=0.1)
        except (dns.exception.Timeout, OSError):
            time.sleep(0.05)
            if process.poll() is not None:
                break
        else:
            return
    process.kill()
    pytest.fail(f"it did not start: {process.communicate()[1].decode()}")
