import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from v6monitor.cli import main
from v6monitor.dns import arrow, log
from v6monitor.dns.name_list import canonical
from v6monitor.dns.recording import Task, record
from v6monitor.errors import UsageError
from v6monitor.verdicts.confirmation import Confirmed, LossCheck
from v6monitor_example.server import ZoneServer

SOA = "$TTL 300\n@ SOA ns1 host 1 7200 900 604800 60\n@ NS ns1\nns1 A 192.0.2.2\n"
WITHOUT = "@ A 192.0.2.1\n"
WITH = f"{WITHOUT}@ AAAA 2a01::1\n"
SUBJECTS = [("Town.example", "web"), ("other.example", "web"), ("no name", "web")]


class World:
    """Resolvers that may differ, and the logs of runs that ask them."""

    def __init__(self, folder: Path, running: ExitStack) -> None:
        self._folder = folder
        self._running = running
        self._made = 0

    def resolver(self, town: str) -> str:
        """Return where a resolver answers that says this of town.example."""
        self._made += 1
        folder = self._folder / str(self._made)
        folder.mkdir()
        (folder / "town.example.zone").write_text(SOA + town)
        (folder / "other.example.zone").write_text(SOA + WITH)
        server = self._running.enter_context(ZoneServer(folder))
        return f"{server.address}:{server.port}"

    def log(self, name: str, *resolvers: str, **task: object) -> Path:
        """Return the log of a run."""
        path = self._folder / f"{name}.parquet"
        record(SUBJECTS, resolvers, path, Task(test=False, **task), rate=0)
        return path

    def checked(
        self, name: str, before: Path, *resolvers: str, **task: object
    ) -> tuple[Path, Confirmed]:
        """Return the log of a run that confirms its losses, and what became of them."""
        rows = arrow.observations(log.load(before).to_batches()[0])
        check = LossCheck(rows, canonical(SUBJECTS))
        return self.log(name, *resolvers, recheck=check, **task), check.summary()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Give a world, and stop its servers."""
    with ExitStack() as running:
        yield World(tmp_path, running)


def test_a_loss_is_asked_again_at_the_other_resolver(world: World) -> None:
    """Each of its questions once more, and no other question; an hour has not passed."""
    before = world.log("before", world.resolver(WITH))
    path, found = world.checked("now", before, world.resolver(WITHOUT), world.resolver(WITHOUT))
    assert found == Confirmed(lost=1, denied_again=1, an_hour_apart=0)
    rows = log.read_log(path)
    again = rows[rows.duplicated(["qname", "qtype"], keep=False)]
    assert ("town.example", "AAAA") in set(zip(again["qname"], again["qtype"], strict=True))
    assert set(again["qname"]) == {"town.example", "www.town.example", "ns1.town.example"}
    by_question = again.groupby(["qname", "qtype"])["resolver"]
    assert (by_question.size() == 2).all()
    assert (by_question.nunique() == 2).all()


def test_a_loss_that_the_other_resolver_does_not_see_is_asked_a_third_time(world: World) -> None:
    """The last answer counts: two of three."""
    before = world.log("before", world.resolver(WITH))
    lagging, *right = world.resolver(WITHOUT), world.resolver(WITH), world.resolver(WITH)
    found = []
    for place in range(3):  # one of the three is asked first
        resolvers = [*right[:place], lagging, *right[place:]]
        path, recorded = world.checked(f"now{place}", before, *resolvers)
        if recorded != Confirmed(0, 0, 0):
            found.append((path, recorded))
    [(path, came_of_it)] = found
    assert came_of_it == Confirmed(1, 0, 0)
    rows = log.read_log(path)
    town = rows[(rows["qname"] == "town.example") & (rows["qtype"] == "AAAA")]
    assert town["outcome"].tolist() == ["nodata", "ok", "ok"]
    assert town["resolver"].nunique() == 3


def test_without_a_loss_nothing_is_asked_again(world: World) -> None:
    """The same as before."""
    before = world.log("before", world.resolver(WITH))
    path, found = world.checked("now", before, world.resolver(WITH), world.resolver(WITH))
    assert found == Confirmed(0, 0, 0)
    assert not log.read_log(path).duplicated(["qname", "qtype"]).any()


def test_a_loss_is_asked_again_after_the_time_that_was_asked_for(world: World) -> None:
    """The user reads that while it waits."""
    before = world.log("before", world.resolver(WITH))
    notices: list[str] = []
    path, _ = world.checked(
        "now", before, world.resolver(WITHOUT), world.resolver(WITHOUT),
        recheck_after=dt.timedelta(seconds=1), notify=notices.append,
    )  # fmt: skip
    rows = log.read_log(path)
    asked = rows.loc[(rows["qname"] == "town.example") & (rows["qtype"] == "AAAA"), "asked_at"]
    assert asked.max() - asked.min() >= dt.timedelta(seconds=1)
    assert len(notices) == 1
    assert notices[0].startswith("waits until ")


def test_one_resolver_alone_confirms_nothing(world: World) -> None:
    """It says so before it asks."""
    before = world.log("before", world.resolver(WITH))
    with pytest.raises(UsageError, match="name a second one with --resolver"):
        world.checked("now", before, world.resolver(WITHOUT))


def test_the_command_says_what_became_of_the_losses(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line of its summary; a time without losses to confirm is a usage error."""
    before = world.log("before", world.resolver(WITH))
    names = tmp_path / "names.txt"
    names.write_text("town.example,web\n")
    ask = ["lookup", str(names), "--out", str(tmp_path / "now.parquet"), "--no-vantage"]
    resolvers = ["--resolver", world.resolver(WITHOUT), world.resolver(WITHOUT)]
    assert main([*ask, *resolvers, "--confirm-losses", str(before)]) == 0
    line = "1 domains lost IPv6: another resolver says so of 1 of them, an hour later or more of 0"
    assert line in capsys.readouterr().out
    assert main([*ask, "--confirm-after", "1h"]) == 2
