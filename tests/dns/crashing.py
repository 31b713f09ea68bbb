"""A world to be cut off in: a name server that remembers what it was asked, and a run about it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from subprocess import PIPE

from v6monitor.dns.journal import journal_of
from v6monitor.dns.recording import Task, record
from v6monitor.names import registrable_domain
from v6monitor_example.server import ZoneServer, parse

DOMAINS = 24
SUBJECTS = [
    (f"town{number}.example", kind) for number in range(DOMAINS) for kind in ("web", "mail")
]
RATE = 200.0
"""Questions per second: a run lasts some two seconds."""


def write_zones(folder: Path) -> None:
    """Write a zone per domain; they share mail hosts and name servers."""
    soa = "$TTL 300\n@ SOA ns1.gate.example. host.gate.example. 1 7200 900 604800 60\n"
    for number in range(DOMAINS):
        mx = f"@ MX 10 mx{number % 7}.gate.example.\n@ MX 20 mx\n" if number % 5 else ""
        site = "@ AAAA 2a01::1\nwww CNAME @\nmx A 192.0.2.1\n"
        (folder / f"town{number}.example.zone").write_text(
            f"{soa}@ NS ns{number % 3}.gate.example.\n{mx}{site}"
        )
    hosts = [f"mx{number}" for number in range(7)] + [f"ns{number}" for number in range(3)]
    addresses = "".join(f"{host} A 192.0.2.9\n{host} AAAA 2a01::9\n" for host in hosts)
    (folder / "gate.example.zone").write_text(f"{soa}@ NS ns1.gate.example.\n{addresses}")


class Remembering(ZoneServer):
    """A name server that remembers when it was asked what."""

    def __init__(self, zones: Path) -> None:
        super().__init__(zones)
        self.asked: list[tuple[float, tuple[object, int]]] = []

    def respond(self, message: bytes, largest: int = 65535) -> bytes | None:
        """Answer, and remember."""
        query = parse(message)
        if query and query.name:  # the root is asked to see whether anybody answers
            self.asked.append((time.monotonic(), (query.name, query.qtype)))
        return super().respond(message, largest)


class Runner:
    """Runs look-ups in processes that may be killed; it is a process itself, which forks them.

    So the programs are loaded once. ``start`` gives a run's process id, ``status`` how it ended.
    """

    def __init__(self) -> None:
        command = [sys.executable, __file__]
        self._process = subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True, bufsize=1)

    def start(self, port: int, out: Path, *, resume: bool) -> int:
        """Begin a run about all subjects."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps([port, str(out), resume]) + "\n")
        return self._read()

    def status(self) -> int:
        """Wait for the run that was started: 0 when it came to its end."""
        return self._read()

    def close(self) -> None:
        """End: at once if something still runs."""
        try:
            self._process.communicate(timeout=20)
        finally:
            self._process.kill()

    def _read(self) -> int:
        assert self._process.stdout
        return int(self._process.stdout.readline())


def _serve() -> None:
    registrable_domain("town.example")  # reads the list of suffixes, once for all runs
    for line in sys.stdin:
        port, out, resume = json.loads(line)
        pid = os.fork()
        if not pid:
            path = Path(out)
            finished = path.exists() and not journal_of(path).exists()
            if not (resume and finished):  # killed when all was done: as the command, ask nothing
                policy = {"rate": RATE, "concurrency": 20, "timeout": 60.0}
                task = Task(resume=resume, test=False)
                record(SUBJECTS, [f"127.0.0.1:{port}"], path, task, **policy)
            os._exit(0)
        _tell(pid)
        _tell(os.waitpid(pid, 0)[1])


def _tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _serve()
