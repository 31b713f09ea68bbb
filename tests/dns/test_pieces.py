"""A large log in pieces: the same tables as of the whole."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from lost_worker import losing_a_worker

from lookups_world import World, first_questions, hosts
from v6monitor.cli import main
from v6monitor.dns import log, pieces
from v6monitor.dns.arrow import batch, observations
from v6monitor.dns.observation import Observation

DOMAINS = 300
WHEN = dt.datetime(2026, 10, 1, 12, tzinfo=dt.UTC)
HOW = (300, False, "192.0.2.53", WHEN, 1.5, 1, "")


def rows(world: World) -> Iterator[Observation]:
    """Yield what a lookup finds about a world; providers' hosts and odd answers among it."""
    questions = [one for domain in world.domains for one in first_questions(domain)]
    for name, qtype in (asked := dict.fromkeys(questions)):
        found = world.truth(name, qtype)
        for host in hosts(qtype, found.records):
            if (host, "AAAA") not in asked:
                questions += [(host, "A"), (host, "AAAA")]
        records = tuple(one.replace("2001:db8:", "2a02:898:") for one in found.records)
        alias = world.records.get((name, "CNAME"), []) if qtype in {"A", "AAAA"} else []
        yield Observation(name, qtype, found.outcome, records, tuple(alias), *HOW)
    more = dict.fromkeys(questions).keys() - asked.keys()
    for name, qtype in sorted(more):
        found = world.truth(name, qtype)
        records = tuple(one.replace("2001:db8:", "2a02:898:") for one in found.records)
        yield Observation(name, qtype, found.outcome, records, (), *HOW)


def kept(path: Path) -> Path:
    """Write the log of a world in which domains are on the hosts of others, in no order."""
    world = World(DOMAINS)
    first, second, *_ = world.domains
    found = list(rows(world))
    answer = ("ok", (f"10 mail.{second}",), ())
    found += [Observation(f"shop.{first}", "MX", *answer, *HOW)]
    outlook = "town.mail.protection.outlook.com"
    found += [Observation("town.example", "MX", "ok", (f"5 {outlook}",), (), *HOW)]
    found += [Observation(outlook, "A", "ok", ("198.51.100.25",), (), *HOW)]
    found += [Observation(outlook, "AAAA", "nodata", (), (), *HOW)]
    Random(1).shuffle(found)  # noqa: S311 - a made-up world
    subjects = [(name, kind) for name in world.domains for kind in ("web", "mail")]
    subjects += [(f"shop.{first}", "mail"), ("town.example", "mail"), ("no\nname", "web")]
    log.save([batch(found[:700]), batch(found[700:])], path, {"subjects": subjects})
    return path


@pytest.mark.parametrize("command", ["verdicts", "providers", "laggards"])
def test_pieces_give_the_tables_of_the_whole(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte for byte, also where the hosts of a domain are in another piece or in none."""
    path = kept(tmp_path / "obs.parquet")
    assert main([command, str(path), "--out", str(tmp_path / "whole.csv"), "--quiet"]) == 0
    whole = (tmp_path / "whole.csv").read_bytes()
    assert len(whole.splitlines()) > (1 if command == "laggards" else DOMAINS)
    for size in (1000, 200, 37):
        monkeypatch.setattr(pieces.pieces, "__defaults__", (size,))
        assert main([command, str(path), "--out", str(tmp_path / "parts.csv"), "--force"]) == 0
        assert (tmp_path / "parts.csv").read_bytes() == whole


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_workers_judge_pieces_and_one_that_dies_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same tables from a cluster, though it loses a worker; no scratch folder stays."""
    (tmp_path / "logs").mkdir()
    path = kept(tmp_path / "logs" / "obs.parquet")
    whole, parts = tmp_path / "whole.csv", tmp_path / "parts.csv"
    assert main(["laggards", str(path), "--out", str(whole), "--quiet"]) == 0
    monkeypatch.setattr(pieces.pieces, "__defaults__", (37,))
    with losing_a_worker(lambda client: any(client.processing().values())) as scheduler:
        assert main(["laggards", str(path), "--out", str(parts), "--dask", scheduler]) == 0
    assert parts.read_bytes() == whole.read_bytes()
    assert list(path.parent.iterdir()) == [path]


def test_each_row_is_in_a_piece_or_found_by_name(tmp_path: Path) -> None:
    """Pieces together have all subjects, and every row once as their own or by its name."""
    path = kept(tmp_path / "obs.parquet")
    whole = [row for part in log.batches(path) for row in observations(part)]
    own, subjects = list[Observation](), list[tuple[str, str]]()
    (tmp_path / "pieces").mkdir()
    split = pieces.pieces(path, tmp_path / "pieces", 500)
    assert split is not None
    for piece in map(split.__getitem__, range(len(split))):
        mine = list(piece.rows)
        own += mine
        subjects += piece.subjects
        names = {row.qname for row in mine}
        elsewhere = {row.qname for row in whole} - names
        assert not any(list(piece.read(name)) for name in names)
        assert {row for name in elsewhere for row in piece.read(name)} == set(whole) - set(mine)
        assert list(piece.read("not.there.example")) == []
    assert len(own) == len(set(own)) < len(whole)
    assert sorted(subjects) == sorted({tuple(one) for one in log.provenance(path)["subjects"]})


def test_what_must_be_read_whole(tmp_path: Path) -> None:
    """A CSV, a log that says nothing of its subjects, and one asked without IPv4 too."""
    found = batch([Observation("a.example", "A", "nodata", (), (), *HOW)] * 3)
    for name, made in {
        "obs.csv": {"subjects": [("a.example", "web")]},
        "bare.parquet": {},
        "second.parquet": {"subjects": [("a.example", "web")], "ipv6_only": ["192.0.2.54"]},
    }.items():
        log.save([found], tmp_path / name, made)
        assert pieces.pieces(tmp_path / name, tmp_path, 1) is None
    log.save([found], path := tmp_path / "obs.parquet", {"subjects": [("a.example", "web")]})
    assert pieces.pieces(path, tmp_path) is None
    assert len(pieces.pieces(path, tmp_path, 2) or ()) == 2
