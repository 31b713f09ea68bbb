"""Probes of real servers in a network namespace of their own, and what two runs find."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from v6monitor.cli import main
from v6monitor.errors import InputError
from v6monitor.probing import runs
from v6monitor.probing.connections import printable

WORLD = Path(__file__).with_name("world.py")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """Return what ``world.py`` saw, and the log of its run."""
    if not all(map(shutil.which, ("unshare", "ip", "openssl"))):
        pytest.skip("unshare, ip or openssl is not installed: no network namespace")
    if subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True).returncode:
        pytest.skip("a network namespace cannot be made here: it needs root")
    folder = tmp_path_factory.mktemp("world")
    done = subprocess.run(
        ["unshare", "-n", sys.executable, WORLD, folder],
        check=False, capture_output=True, text=True, timeout=60,
        env=os.environ | {"SSL_CERT_FILE": str(folder / "ca.pem")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    run = runs.read(folder / "one.parquet")
    return {**found, "run": run, "stderr": done.stderr, "folder": folder}


def test_every_port_has_its_outcome(world: dict) -> None:
    """Answers, refusals, silence, no route, resets and a wrong certificate are told apart."""
    assert world["first"] == 0
    run = world["run"]
    found = {(row.host, row.port, row.family): row.outcome for row in run.itertuples()}
    six = {(host, port): outcome for (host, port, family), outcome in found.items() if family == 6}
    assert six == {
        ("mx.good.example", 25): "ok",
        ("mx.same.example", 25): "ok",
        ("mx.refused.example", 25): "refused",
        ("mx.dropped.example", 25): "timeout",
        ("mx.rejected.example", 25): "no_route",
        ("mx.reset.example", 25): "closed",
        ("mx.private.example", 25): "ok",
        ("mx.objects.example", 25): "not_asked",
        ("good.example", 80): "ok",
        ("good.example", 443): "ok",
        ("badtls.example", 80): "refused",
        ("badtls.example", 443): "tls_failed",
    }
    assert found["mx.private.example", 25, 4] == "not_asked"
    said = dict(zip(run["host"] + run["port"].astype(str), run["said"], strict=True))
    assert said["mx.good.example25"] == "220-mx \\x1b[2J ready"
    assert said["good.example443"] == "HTTP/1.1 301 Moved"
    failed = runs.failures(run)
    assert set(zip(failed["host"], failed["outcome"], strict=True)) == {
        ("mx.refused.example", "refused"),
        ("mx.dropped.example", "timeout"),
        ("mx.reset.example", "closed"),
        ("badtls.example", "tls_failed"),
    }


def test_limits(world: dict) -> None:
    """Once per server, at most 20 a second, QUIT, no redirect; who objects is left alone."""
    seen = world["seen"]
    counts = Counter((address, port) for address, port, *_ in seen)
    controls = 2  # before the run and after it
    assert counts == {
        ("2a00:1::1", 25): 1 + controls,
        ("9.1.1.1", 25): 1,
        ("2a00:1::1", 80): 1 + controls,
        ("9.1.1.1", 80): 1,
        ("2a00:1::1", 443): 1 + controls,
        ("9.1.1.1", 443): 1,
        ("9.1.1.2", 25): 1,
        ("2a00:1::3", 25): 1,
        ("9.1.1.3", 25): 1,
        ("2a00:1::4", 443): 1,
        ("9.1.1.4", 443): 1,
    }
    sent = [text for _, port, _, text in seen if port == 25 and text]
    assert set(sent) == {"QUIT\r\n"}
    asked = [text for address, port, _, text in seen if (address, port) == ("9.1.1.1", 80)]
    assert asked[0].startswith("HEAD / HTTP/1.1\r\nHost: good.example\r\nUser-Agent: v6monitor/")
    assert "+https://asks.example/why)" in asked[0]
    starts = [at for _, at in world["starts"]]
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert len(starts) > len(seen)  # some were not accepted
    assert min(gaps) >= 0.045


def test_one_connection_at_a_time(world: dict) -> None:
    """Per address and per host, also where two hosts share addresses; different ones together."""
    most = world["most"]
    assert world["small"] == 0
    assert {name: most[name] for name in ("2a00:1::6", "9.1.1.6", "25", "80")} == {
        "2a00:1::6": 1, "9.1.1.6": 1, "25": 1, "80": 1,
    }  # fmt: skip
    assert most["all"] == 2


def test_servers_that_do_not_stop_or_say_goodbye(world: dict) -> None:
    """At most 64 kB leaves a server that sends for ever; a greeting counts without a goodbye."""
    assert 0 < world["acknowledged"] <= 64 * 1024
    run = runs.read(world["folder"] / "busy-run.parquet").set_index(["host", "port", "family"])
    assert run.loc[("mx.mute.example", 25, 6), ["outcome", "said"]].to_list() == ["ok", "220 mx"]
    assert run.loc[("mx.endless.example", 25, 6), "outcome"] == "ok"
    assert len(run.loc[("mx.endless.example", 25, 6), "said"]) == 200


def test_only_the_ports_that_are_asked_for(world: dict) -> None:
    """Mail is left out, and needs no control host."""
    assert world["web"] == 0
    assert set(runs.read(world["folder"] / "web.parquet")["port"]) == {80}


def test_two_runs_as_a_command(world: dict) -> None:
    """What failed in both is written as a table; a log of another month stops before any server."""
    assert world["second"] == 0
    found = pd.read_csv(world["folder"] / "two.findings.csv")
    assert set(zip(found["host"], found["port"], found["earlier_outcome"], strict=True)) == {
        ("mx.refused.example", 25, "refused"),
        ("mx.dropped.example", 25, "timeout"),
        ("mx.reset.example", 25, "closed"),
        ("badtls.example", 443, "tls_failed"),
    }
    assert (world["other"], world["touched"]) == (3, 0)
    assert world["stderr"].count("compare with a run of the same month") == 1


def test_a_control_that_is_lost_at_the_end(world: dict) -> None:
    """What failed meanwhile says nothing of the servers: exit 6, and nothing is written."""
    assert world["lost"] == 6
    assert "does not reach port 80 over IPv6: control host 2a00:1::2 (refused)" in world["stderr"]
    assert not (world["folder"] / "none.parquet").exists()


def test_a_place_without_the_port_says_so(world: dict) -> None:
    """Exit 6 and a sentence; no server of the list is touched and nothing is written."""
    assert world["no_ipv6"] == 6
    assert "does not reach port 25 over IPv6: control host 2a00:1::2 (refused)" in world["stderr"]
    assert not (world["folder"] / "none.parquet").exists()


def run_of(moment: str, outcome: str, four: str = "ok", host: str = "mx.example") -> pd.DataFrame:
    """Return a run with one server over both families."""
    rows = [(host, "2a00::1", 25, 6, outcome), (host, "9.1.1.1", 25, 4, four)]
    table = pd.DataFrame(rows, columns=["host", "address", "port", "family", "outcome"])
    at = pd.Timestamp(moment, tz="UTC")
    return table.assign(said="", detail="", asked_at=at, duration_ms=1.0)


@pytest.mark.parametrize(
    ("first", "second", "four", "number"),
    [
        ("timeout", "refused", "ok", 1),
        ("ok", "refused", "ok", 0),
        ("refused", "ok", "ok", 0),
        ("refused", "refused", "timeout", 0),
        ("no_route", "refused", "ok", 0),
    ],
)
def test_a_finding_needs_two_runs_and_ipv4(first: str, second: str, four: str, number: int) -> None:
    """It failed over IPv6 twice, for a reason of its own, and answers over IPv4."""
    before, after = (
        run_of("2026-10-06 10:00", first, four),
        run_of("2026-10-06 12:00", second, four),
    )
    assert len(runs.findings(before, after)) == number


@pytest.mark.parametrize(
    ("moment", "host", "sentence"),
    [
        ("2026-10-06 10:30", "mx.example", "at least an hour"),
        ("2026-12-06 10:30", "mx.example", "a run of the same month"),
        ("2026-10-07 10:30", "other.example", "no server in common"),
    ],
)
def test_a_run_that_cannot_be_compared(moment: str, host: str, sentence: str) -> None:
    """Too soon, of another month, of another list: one sentence each."""
    with pytest.raises(InputError, match=sentence):
        runs.findings(run_of("2026-10-06 10:00", "refused"), run_of(moment, "refused", host=host))


def test_a_log_that_is_none(tmp_path: Path) -> None:
    """Other files give a sentence."""
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(InputError, match="expected a log that `v6monitor reach` wrote"):
        runs.read(tmp_path / "a.parquet")
    pd.DataFrame({"host": ["a"]}).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(InputError, match="has no column address"):
        runs.read(tmp_path / "b.parquet")


@pytest.mark.parametrize(
    ("out", "sentence"),
    [
        ("-", "--out -: a run is kept for the next one"),
        ("two.parquet", "two.findings.csv: is there already, and nothing is replaced in silence"),
    ],
)
def test_what_cannot_be_written_is_said_before_any_connection(
    out: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """A run is a file, and the findings of an earlier run stay."""
    monkeypatch.chdir(tmp_path)
    Path("two.findings.csv").touch()
    common = ["reach", "obs.parquet", "--contact", "https://asks.example", "--control", "25=mx"]
    assert main([*common, "--earlier", "one.parquet", "--out", out]) == 2
    assert sentence in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["two.findings.csv"]


def test_what_a_server_says_is_untrusted() -> None:
    """Control characters are shown, length is limited, and nothing but its first line is kept."""
    assert printable(b"220 \x1b]0;x\x07\xff\r\nmore") == "220 \\x1b]0;x\\x07\\xff"
    assert len(printable(b"A" * 70_000)) == 200


def test_an_exclusion_that_cannot_be_read_stops_the_run(tmp_path: Path) -> None:
    """Nobody is asked by a typing error."""
    (tmp_path / "list.txt").write_text("a.example # remark\n2a00::/32\n10.0.0.1\n")
    assert runs.read_exclusions(tmp_path / "list.txt") == ["a.example", "2a00::/32", "10.0.0.1/32"]
    (tmp_path / "list.txt").write_text("no name\n")
    with pytest.raises(InputError, match="neither a domain, an address nor a network"):
        runs.read_exclusions(tmp_path / "list.txt")


def test_what_runs_say_of_domains() -> None:
    """A failure is known once a second run confirms it; before, and after a repair, it is not."""
    hosts = pd.DataFrame({"domain": ["a.example"], "measure": ["mail"], "host": ["mx.example"]})
    first, second = (run_of(f"2026-10-06 {hour}:00", "refused") for hour in (10, 12))
    one, two = (
        runs.servers_of(logs, hosts)[["domain", "measure", "address", "reachable", "detail"]]
        for logs in ([first], [second, first])
    )
    assert one.to_numpy().tolist()[0] == ["a.example", "mail", "2a00::1", "", "refused"]
    assert two.to_numpy().tolist()[0] == ["a.example", "mail", "2a00::1", "no", "refused"]
    assert two.to_numpy().tolist()[1] == ["a.example", "mail", "9.1.1.1", "yes", ""]
