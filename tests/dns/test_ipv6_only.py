"""Verdicts without IPv4 against real servers: nsd and Unbound in a network namespace."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from v6monitor.analysis.gap import fix_order
from v6monitor.dns.arrow import observations
from v6monitor.dns.journal import Journal
from v6monitor.dns.log import provenance, read_log
from v6monitor.mail.dependencies import zones_without_ipv4
from v6monitor.verdicts.evidence import Evidence
from v6monitor.verdicts.ipv6_only import blamed
from v6monitor.verdicts.judge import judge

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "resolvers.md"
PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"


def config() -> str:
    """Return the configuration of Unbound that docs/resolvers.md gives."""
    return re.search(r"```conf\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)[1]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Look up the world of ipv6_world.py; returns its folder and what was said on stderr."""
    for program in ("ip", "unshare", "nsd", "unbound"):
        if shutil.which(program, path=PATH) is None:
            pytest.skip(f"{program} is not installed")
    if subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True).returncode:
        pytest.skip("no network namespace can be made here: that needs root")
    folder = tmp_path_factory.mktemp("world")
    (folder / "docs.conf").write_text(config())
    done = subprocess.run(
        ["unshare", "-n", sys.executable, HERE / "ipv6_world.py", folder, folder / "docs.conf"],
        env={**os.environ, "PATH": PATH, "PYTHONPATH": str(HERE.parent)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (folder / "exit-resumed").exists(), done.stderr
    return folder, done.stderr


def test_the_configuration_of_the_docs_is_right(tmp_path: Path) -> None:
    """A person can start it as it is."""
    program = shutil.which("unbound-checkconf", path=PATH)
    if program is None:
        pytest.skip("unbound-checkconf is not installed")
    (tmp_path / "ipv6-only.conf").write_text(config())
    subprocess.run([program, "ipv6-only.conf"], cwd=tmp_path, check=True, timeout=20)


CASES = {
    "good.test": ("yes", "yes", ""),
    "noglue.test": ("yes", "no", "noglue.test no_answer"),
    "silent.test": ("yes", "no", "silent.test no_answer"),
    "outside.test": ("yes", "no", "hosting.test no_ipv6"),
    "mxv4.test": ("yes", "no", "v4only.test no_ipv6"),
    "v4only.test": ("yes", "no", "v4only.test no_ipv6"),
    "noipv6.test": ("no", "no", ""),
}


@pytest.mark.parametrize("domain", CASES)
def test_mail_has_the_right_verdict(world: tuple[Path, str], domain: str) -> None:
    """By the ordinary resolver, without IPv4, and the zone that is to blame."""
    log = read_log(world[0] / "obs-5301.parquet")
    row = judge(log, domains=[(domain, "mail")]).iloc[0]
    all_, strict, blame = CASES[domain]
    assert (row["mail_all"], row["mail_ipv6_only"]) == (all_, strict), row["reasons"]
    if blame:
        found = blamed(Evidence.of(log), "mx.v4only.test" if domain == "mxv4.test" else domain)
        assert f"{found.zone} {found.cause}" == blame


@pytest.mark.parametrize(
    ("site", "strict"), [("good.test", "yes"), ("www.alias.test", "no"), ("noglue.test", "no")]
)
def test_websites_have_the_right_verdict(world: tuple[Path, str], site: str, strict: str) -> None:
    """Also at the end of a CNAME into a zone on IPv4 alone."""
    log = read_log(world[0] / "obs-5301.parquet")
    row = judge(log, domains=[(site, "web")]).iloc[0]
    assert (row["web"], row["web_ipv6_only"]) == ("yes", strict), row["reasons"]


def test_end_to_end_says_yes_where_no_resolver_without_ipv4_comes(world: tuple[Path, str]) -> None:
    """What this verdict is for: glue that is missing at the parent."""
    log = read_log(world[0] / "obs-5301.parquet")
    row = judge(log, domains=[("noglue.test", "mail")]).iloc[0]
    assert (row["mail_end_to_end"], row["mail_ipv6_only"]) == ("yes", "no")


def test_what_is_no_already_is_not_asked_again(world: tuple[Path, str]) -> None:
    """Rows of the second pass are told apart by their resolver."""
    log = read_log(world[0] / "obs-5301.parquet")
    again = log[log["resolver"].str.startswith("ipv6-only:")]
    assert "good.test" in set(again["qname"])
    assert "mx.noipv6.test" not in set(again.loc[again["qtype"] == "AAAA", "qname"])


def test_a_resolver_that_uses_ipv4_after_all_stops_the_run(world: tuple[Path, str]) -> None:
    """One sentence, before anything is asked."""
    folder, said = world
    assert not (folder / "obs-5302.parquet").exists()
    assert "it uses IPv4 after all" in said
    assert (folder / "exit-5302").read_text().startswith("6")


def test_rows_without_ipv4_away_give_no_verdict(world: tuple[Path, str]) -> None:
    """A log from before has no such columns, and the same other verdicts."""
    log = read_log(world[0] / "obs-5301.parquet")
    old = log[~log["resolver"].str.startswith("ipv6-only:")]
    table = judge(old, domains=[("good.test", "mail")])
    assert "mail_ipv6_only" not in table
    assert table["mail_all"].item() == "yes"


def test_a_failure_without_a_control_is_unknown(world: tuple[Path, str]) -> None:
    """Where the control name fails too, the resolver may have lost IPv6."""
    log = read_log(world[0] / "obs-5301.parquet")
    control = log["qname"].str.startswith("v6monitor-control-")
    log.loc[control, "outcome"] = "timeout"
    row = judge(log, domains=[("noglue.test", "mail"), ("good.test", "mail")])
    assert row["mail_ipv6_only"].to_list() == ["unknown", "yes"]


def test_broken_intent_names_zone_cause_and_operator(world: tuple[Path, str]) -> None:
    """What has IPv6 and is not found without IPv4, by the operator who can repair it."""
    log = read_log(world[0] / "obs-5301.parquet")
    subjects = [(domain, "mail") for domain in CASES]
    table = zones_without_ipv4(log, subjects).set_index("domain")
    assert "noipv6.test" not in table.index
    assert table.loc["good.test", "state"] == "yes"
    assert table.loc["outside.test", ["blocking_zone", "cause", "operator"]].to_list() == [
        "hosting.test",
        "no_ipv6",
        "hosting.test",
    ]
    assert table.loc["outside.test", "blocking_server"] == "a.hosting.test"
    assert table.loc["noglue.test", "cause"] == "no_answer"
    order = fix_order(table.reset_index())
    assert order["solved"].sum() == 5


def test_a_run_killed_in_its_pass_without_ipv4_resumes_exactly(world: tuple[Path, str]) -> None:
    """What was answered keeps its moment, the rest is asked once: the log of a run of one piece."""
    folder = world[0]
    killed, out = folder / "killed.partial", folder / "obs-killed.parquet"
    with Journal(killed, killed.read_bytes().split(maxsplit=5)[4].decode()) as journal:
        before = [row for part in journal.batches() for row in observations(part)]
    resumed, whole = read_log(out), read_log(folder / "obs-5301.parquet")
    asked = ["qname", "qtype", "resolver"]
    assert (folder / "exit-resumed").read_text() == "0"
    assert provenance(out)["sessions"] == 2
    assert any(row.resolver.startswith("ipv6-only:") for row in before)
    kept = set(resumed[[*asked, "asked_at"]].itertuples(index=False, name=None))
    assert {(row.qname, row.qtype, row.resolver, row.asked_at) for row in before} <= kept
    tables = []
    for log in (resumed, whole):
        log["answered"] = log["outcome"].isin(["ok", "nodata", "nxdomain"])
        rows = log[~log["qname"].str.contains("^v6monitor-")].sort_values(asked, ignore_index=True)
        tables.append(rows[[*asked, "answered", "answers"]])
    assert not tables[0].duplicated(asked).any()
    assert tables[0].equals(tables[1])
    subjects = [(domain, "mail") for domain in CASES]
    states = [judge(log, domains=subjects)["mail_ipv6_only"].to_list() for log in (resumed, whole)]
    assert states[0] == states[1]
