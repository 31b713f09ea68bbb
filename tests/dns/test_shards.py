"""A run in shards: the parts, what makes them whole, and parts that do not belong together."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from lost_worker import losing_a_worker

from lookups_world import Servers, World, served
from v6monitor.cli import main
from v6monitor.dns import arrow, log
from v6monitor.dns.client import Client
from v6monitor.dns.cluster import ask_on_cluster
from v6monitor.dns.journal import journal_of
from v6monitor.dns.plan import Plan
from v6monitor.dns.recording import Recorded, Task, record
from v6monitor.dns.resolvers import parse
from v6monitor.dns.retry import Policy
from v6monitor.dns.shards import Parts, Shard
from v6monitor.errors import UsageError
from v6monitor_example.server import ZoneServer

NUMBER = 4
POLICY = {"rate": 0, "pause": 0.05, "timeout": 1.0}
TIMES = ["asked_at", "duration_ms", "ttl"]
ZONE = """@ 60 SOA ns1 host 1 7200 900 604800 60
@ NS ns1
@ MX 10 mx.shared.example.
ns1 A 192.0.2.2
"""
WORLD = World(200)
SUBJECTS = [(name, kind) for name in [*WORLD.domains, "no name"] for kind in ("web", "mail")]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Serve a seeded world of domains that share hosts, with nsd and unbound."""
    programs = ("nsd", "unbound", "unbound-control")
    path = f"{os.environ['PATH']}:/usr/sbin"
    if missing := [one for one in programs if shutil.which(one, path=path) is None]:
        pytest.skip(f"{missing[0]} is not installed")
    with served(WORLD, tmp_path_factory.mktemp("servers")) as running:
        with Client(parse([f"127.0.0.1:{running.port}"]), Policy(rate=0, pause=0.05)) as client:
            assert list(client.run(Plan(SUBJECTS)))  # all is in its cache now
        yield running


def run(servers: Servers, path: Path, shard: Shard | None = None) -> Recorded:
    """Look the world up, or a shard of it."""
    task = Task(test=False, shard=shard)
    return record(SUBJECTS, [f"127.0.0.1:{servers.port}"], path, task, **POLICY)


def merged(servers: Servers, parts: Sequence[Path], path: Path, **how: object) -> Recorded:
    """Merge parts."""
    task = Task(test=False, resume="progress" not in how)
    return record(Parts(parts), [f"127.0.0.1:{servers.port}"], path, task, **POLICY, **how)


@pytest.fixture(scope="module")
def parts(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Look the world up in shards."""
    folder = tmp_path_factory.mktemp("parts")
    paths = [folder / f"part-{number}.parquet" for number in range(1, NUMBER + 1)]
    for number, path in enumerate(paths, start=1):
        run(servers, path, Shard(number, NUMBER))
    return paths


def test_shards_and_their_merge_ask_and_keep_what_one_machine_does(
    servers: Servers, tmp_path: Path
) -> None:
    """The same rows but for their times, for at most 1.02 times the messages at the resolver."""
    begun = servers.asked()
    alone = run(servers, tmp_path / "one.parquet")
    asked_alone = servers.asked() - begun
    paths = [tmp_path / f"{number}.parquet" for number in range(1, NUMBER + 1)]
    for number, path in enumerate(paths, start=1):
        assert run(servers, path, Shard(number, NUMBER)).outcomes.total() > 200
    whole = merged(servers, paths[::-1], tmp_path / "whole.parquet")
    asked_in_shards = servers.asked() - begun - asked_alone
    assert asked_alone > alone.outcomes.total() > 2000
    assert asked_in_shards <= 1.02 * asked_alone
    one, all_parts = (
        log.read_log(tmp_path / name).drop(columns=TIMES).sort_values(["qname", "qtype"])
        for name in ("one.parquet", "whole.parquet")
    )
    assert one.to_dict("records") == all_parts.to_dict("records")
    assert whole.outcomes == alone.outcomes
    said, expected = (log.provenance(tmp_path / name) for name in ("whole.parquet", "one.parquet"))
    assert sorted(said["subjects"]) == sorted(expected["subjects"])
    assert said.keys() == expected.keys()
    assert said["sessions"] == NUMBER + 1


def test_no_question_is_in_two_parts_and_the_merge_asks_the_others(
    servers: Servers, parts: list[Path], tmp_path: Path
) -> None:
    """Hosts that domains of several shards share are asked once, after all shards."""
    asked = Counter(question for path in parts for question in questions(path))
    assert set(asked.values()) == {1}
    found = merged(servers, parts, tmp_path / "whole.parquet")
    assert found.kept == asked.total()
    left_open = set(questions(tmp_path / "whole.parquet")) - set(asked)
    assert len(left_open) == found.outcomes.total() - found.kept > 50
    subjects = [tuple(one) for path in parts for one in log.provenance(path)["subjects"]]
    assert sorted(subjects) == sorted(SUBJECTS)


def test_a_merge_that_was_cut_off_goes_on(
    servers: Servers, parts: list[Path], tmp_path: Path
) -> None:
    """What it has asked is not asked again; without --resume it says that it was cut off."""
    path = tmp_path / "whole.parquet"

    def stop(done: int, _: int) -> None:
        if done > sum(len(questions(part)) for part in parts) + 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        merged(servers, parts, path, progress=stop)
    with pytest.raises(UsageError, match="a run was cut off here"):
        merged(servers, parts, path, progress=print)
    before = servers.asked()
    found = merged(servers, parts, path)
    assert 20 < found.kept - sum(len(questions(part)) for part in parts) < 2000
    assert servers.asked() - before <= found.outcomes.total() - found.kept + 20
    assert not journal_of(path).exists()


def questions(path: Path) -> list[tuple[str, str]]:
    """Return what was asked."""
    return [row[:2] for rows in log.batches(path) for row in arrow.observations(rows)]


def test_names_of_one_domain_are_in_one_shard_and_shards_are_even() -> None:
    """Whatever the machine: the hash is of the registrable domain."""
    assert [number for number in range(1, 9) if Shard(number, 8).owns("town.example")] == [4]
    for name in ("a.town.co.uk", "b.a.town.co.uk", "town.co.uk", "_x.town.co.uk"):
        assert Shard(3, 5).owns(name) == Shard(3, 5).owns("town.co.uk")
    names = [f"town{number}.example" for number in range(4000)]
    sizes = [sum(map(Shard(number, 8).owns, names)) for number in range(1, 9)]
    assert sum(sizes) == 4000
    assert 400 < min(sizes) <= max(sizes) < 600


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder with a list, three parts of it, and parts of other runs."""
    made = tmp_path_factory.mktemp("towns")
    for name in ("a", "b", "shared"):
        (made / f"{name}.example.zone").write_text(ZONE)
    (made / "names.txt").write_text("a.example\nb.example\n")
    (made / "others.txt").write_text("a.example\nc.example\n")
    with ZoneServer(made) as server:
        for number in (1, 2, 3):
            look_up(made, server, f"{number}.parquet", f"{number}/3")
        look_up(made, server, "other.parquet", "3/3", names="others.txt")
        look_up(made, server, "halves.parquet", "2/2")
        look_up(made, server, "predicted.parquet", "3/3", "--predicted")
        look_up(made, server, "checked.parquet", "3/3", "--unvalidated")
        (made / "port").write_text(f"127.0.0.1:{server.port}")
        yield made
    shutil.copy(made / "1.parquet", made / "copy.parquet")


def look_up(
    folder: Path, server: ZoneServer, out: str, shard: str, *more: str, names: str = "names.txt"
) -> None:
    """Look a shard up by the command."""
    command = ["lookup", str(folder / names), "--out", str(folder / out), "--shard", shard]
    asking = ["--resolver", f"127.0.0.1:{server.port}", "--no-vantage", "--quiet", *more]
    assert main([*command, *asking]) == 0


def merge(folder: Path, out: Path, *names: str) -> int:
    """Merge parts by the command, with the resolver that they were made with."""
    parts = [str(folder / f"{name}.parquet") for name in names]
    return main(["merge", *parts, "--out", str(out), "--no-vantage"])


def test_the_command_merges_also_a_part_without_names(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of two domains in three shards one has none; the provider's hosts are asked by the merge."""
    assert merge(folder, tmp_path / "obs.parquet", "3", "1", "2") == 0
    said = capsys.readouterr().out
    assert "of them are from the parts" in said
    parts = [str(folder / f"{number}.parquet") for number in (1, 2, 3)]
    assert main(["merge", *parts, "--out", str(tmp_path / "obs.parquet"), "--resume"]) == 0
    assert "nothing to resume" in capsys.readouterr().out
    found = log.read_log(tmp_path / "obs.parquet")
    assert not found.duplicated(["qname", "qtype"]).any()
    assert found.query("qname == 'mx.shared.example'")["qtype"].tolist() == ["A", "AAAA", "NS"]
    assert min(len(questions(folder / f"{number}.parquet")) for number in (1, 2, 3)) == 0
    assert log.provenance(tmp_path / "obs.parquet")["subjects"] != []


WRONG = {
    ("1", "2"): "1 of 3 parts are missing, the first is shard 3",
    ("1", "2", "3", "3"): "are both shard 3 of 3",
    ("1", "2", "other"): "was made with another list of names than",
    ("1", "halves"): "was made with another number of shards than",
    ("1", "2", "predicted"): "was made with another choice of questions",
    ("1", "2", "checked"): "was made with another setting than",
    ("1", "2", "older"): "was made with another version of v6monitor than",
    ("1", "2", "damaged"): "damaged, or no observation log",
    ("1", "2", "torn"): "damaged, or no observation log",
    ("1", "2", "no_names"): "is damaged: ['a.example', 'shop'] in its list of names",
    ("1", "2", "foreign"): "is no part of a run in shards",
    ("1", "2", "cut_off"): "is not finished; resume it with --resume",
    ("1", "2", "nowhere"): "no such file",
}


@pytest.mark.parametrize(("names", "said"), WRONG.items())
def test_parts_that_do_not_belong_together_are_refused(
    folder: Path,
    tmp_path: Path,
    names: tuple[str, ...],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One sentence each; nothing is written, and nothing is left behind."""
    third, content = folder / "3.parquet", (folder / "3.parquet").read_bytes()
    made = log.provenance(third)
    log.save(log.batches(third), folder / "older.parquet", made | {"versions": {"v6monitor": "1"}})
    log.save(log.batches(third), folder / "foreign.parquet", {})
    pairs = {"subjects": [["a.example", "shop"]]}
    log.save(log.batches(third), folder / "no_names.parquet", made | pairs)
    (folder / "damaged.parquet").write_bytes(content[:200] + bytes(200) + content[400:])
    (folder / "torn.parquet").write_bytes(content[:-100])
    journal_of(folder / "cut_off.parquet").touch()
    assert merge(folder, tmp_path / "obs.parquet", *names) == 3
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_replaced_in_silence(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither a log that is there, nor a part, nor what a merge of other parts has begun."""
    assert merge(folder, folder / "2.parquet", "1", "2", "3") == 2
    assert "is one of the parts" in capsys.readouterr().err
    out = tmp_path / "obs.parquet"
    out.write_text("mine")
    assert merge(folder, out, "1", "2", "3") == 2
    assert "is there already" in capsys.readouterr().err
    out.unlink()
    journal_of(out).write_text("mine")
    assert merge(folder, out, "1", "2", "3") == 2
    assert "a run was cut off here" in capsys.readouterr().err
    parts = [str(folder / f"{number}.parquet") for number in (1, 2, 3)]
    assert main(["merge", *parts, "--out", str(out), "--resume", "--no-vantage"]) == 3
    assert journal_of(out).read_text() == "mine"


@pytest.mark.parametrize("shard", ["0/3", "4/3", "1", "1/0", "-1/3", "a/b", "1/1000000"])
def test_a_shard_that_there_cannot_be_is_refused(
    shard: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is asked."""
    with pytest.raises(SystemExit):
        main(["lookup", "names.txt", "--out", str(tmp_path / "o.parquet"), f"--shard={shard}"])
    assert "expected I/N" in capsys.readouterr().err


def test_a_shard_alone_does_not_confirm_losses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A domain's MX hosts may belong to other shards; nor can CSV say which shard it is."""
    command = ["lookup", "names.txt", "--shard", "1/2", "--out", str(tmp_path / "o.parquet")]
    assert main([*command, "--ipv6-only-resolver", "192.0.2.1"]) == 2
    assert "give them to `v6monitor merge`" in capsys.readouterr().err
    assert main([*command[:-1], str(tmp_path / "o.csv")]) == 2
    assert "expected a name that ends in .parquet" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_worker_that_dies_loses_nothing(servers: Servers, tmp_path: Path) -> None:
    """Another goes on with its part, asks nothing in it again, and the whole is complete."""
    path, task = tmp_path / "whole.parquet", Task(test=False)
    pace = POLICY | {"rate": 400, "concurrency": 10}

    def is_busy(_client: object) -> bool:
        return sum(one.stat().st_size for one in tmp_path.rglob("*.partial")) > 20_000

    begun = servers.asked()
    with losing_a_worker(is_busy) as scheduler:
        paths = ask_on_cluster(
            SUBJECTS, [f"127.0.0.1:{servers.port}"], path, task,
            scheduler=scheduler, shards=3, progress=lambda *_: None, **pace,
        )  # fmt: skip
    found = merged(servers, paths, path)
    asked = servers.asked() - begun
    alone = run(servers, tmp_path / "one.parquet")
    assert found.outcomes == alone.outcomes
    assert asked <= servers.asked() - begun - asked + 40  # what was in flight, and greetings


def test_what_is_wrong_with_a_cluster_is_said(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a scheduler there it says so; what it began is not taken for a new run."""
    pytest.importorskip("distributed")
    out = tmp_path / "obs.parquet"
    command = ["lookup", str(folder / "names.txt"), "--out", str(out), "--no-vantage"]
    assert main([*command, "--dask", "nowhere://"]) == 2
    assert "no scheduler answers there" in capsys.readouterr().err
    assert main([*command, "--dask", "local"]) == 2
    assert "a run was cut off here" in capsys.readouterr().err
    assert main([*command, "--dask", "local", "--shard", "1/2"]) == 2
    assert "leave out --shard" in capsys.readouterr().err
