"""The public calls: ``v6.lookup``, ``v6.query`` and ``v6.read_log``."""

import asyncio
import contextlib
import os
import re
import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from children import child

import v6monitor as v6
from v6monitor.dns.journal import journal_of
from v6monitor.errors import InputError, UsageError, VantageError
from v6monitor_example.server import ZoneServer


@pytest.fixture(scope="module")
def resolvers(zones: Path) -> list[str]:
    """Answer from the zones; gives the resolver."""
    with ZoneServer(zones) as server:
        yield [f"127.0.0.1:{server.port}"]


def test_a_query_gives_a_row_per_name_and_type_in_the_order_asked(resolvers: list[str]) -> None:
    """Names as people write them, each question once; the columns of the observation log."""
    names = ["www.town.example", "MX1.town.example.", "gone.town.example", "www.town.example"]
    found = v6.query(names, ["AAAA", "a"], resolvers=resolvers)
    assert list(zip(found["qname"], found["qtype"], found["outcome"], strict=True)) == [
        ("www.town.example", "AAAA", "nodata"),
        ("www.town.example", "A", "ok"),
        ("mx1.town.example", "AAAA", "ok"),
        ("mx1.town.example", "A", "ok"),
        ("gone.town.example", "AAAA", "nxdomain"),
        ("gone.town.example", "A", "nxdomain"),
    ]
    assert found["chain"][0] == ["town.example"]
    assert found["answers"][2] == ["2a01::4", "2a01::5"]
    assert found["ttl"].tolist()[1:4:2] == [300, 300]
    assert found["ttl"].isna()[0]
    assert str(found["asked_at"].dtype).endswith("UTC]")
    assert found.attrs["source"][0].startswith("lookups 20")


def test_one_name_and_one_type_may_be_texts(resolvers: list[str]) -> None:
    """By default A and AAAA; a name may have underscores, or be no host name at all."""
    assert v6.query("mx1.town.example", resolvers=resolvers)["qtype"].tolist() == ["A", "AAAA"]
    names = ["selector1._domainkey.town.example", "a b"]
    found = v6.query(names, "CNAME", resolvers=resolvers)
    assert found["outcome"].tolist() == ["ok", "invalid_name"]


def test_a_query_works_where_an_event_loop_runs(resolvers: list[str]) -> None:
    """As in a notebook; in a thread of its own, since a browser's loop may run in this one."""

    async def cell() -> pd.DataFrame:
        return v6.query("town.example", "MX", resolvers=resolvers)

    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(lambda: asyncio.run(cell())).result()
    assert found["answers"][0] == ["10 mx1.town.example", "20 mx.gate.example"]


@pytest.mark.parametrize("kind", ["AAAAA", "ANY", ""])
def test_a_type_that_is_none_is_an_error(kind: str) -> None:
    """Before anything is asked."""
    with pytest.raises(UsageError, match="record type"):
        v6.query("town.example", kind)


def test_no_names_are_an_error() -> None:
    """An empty answer would look as if nothing had been found."""
    for call in (v6.query, v6.lookup):
        with pytest.raises(InputError, match="no names"):
            call([])


def test_names_pairs_tables_and_months_mean_the_same(resolvers: list[str]) -> None:
    """The same questions, whatever the names come in."""
    pairs = [("town.example", "web"), ("town.example", "mail")]
    table = pd.DataFrame(pairs, columns=["domain", "type"])
    given = [
        ["town.example"], "town.example", pairs, table, table[["domain"]],
        SimpleNamespace(subjects=pairs),
    ]  # fmt: skip
    asked = [
        v6.lookup(names, resolvers=resolvers, vantage=False)[["qname", "qtype"]].sort_values(
            ["qname", "qtype"], ignore_index=True
        )
        for names in given
    ]
    assert len(asked[0]) > 20
    for other in asked[1:]:
        pd.testing.assert_frame_equal(asked[0], other)


def test_a_lookup_may_be_kept_resumed_and_reused(resolvers: list[str], tmp_path: Path) -> None:
    """What was interrupted goes on; what is finished is read; answers of a log are used again."""
    path = tmp_path / "obs.parquet"

    def interrupt(_done: int, _expected: int) -> None:
        raise KeyboardInterrupt

    settings = {"resolvers": resolvers, "save": path, "vantage": False}
    with pytest.raises(KeyboardInterrupt):
        v6.lookup("town.example", **settings, progress=interrupt)
    assert journal_of(path).exists()
    with pytest.raises(UsageError, match="cut off"):
        v6.lookup("town.example", **settings)
    whole = v6.lookup("town.example", **settings, resume=True)
    assert whole.attrs["provenance"]["sessions"] == 2
    again = v6.lookup("town.example", **settings, resume=True)
    pd.testing.assert_frame_equal(whole, again)
    pd.testing.assert_frame_equal(whole, v6.read_log(path))
    reused = v6.lookup("town.example", resolvers=resolvers, vantage=False, reuse=path)
    definite = reused["outcome"].isin(["ok", "nodata", "nxdomain"]).sum()
    assert reused.attrs["provenance"]["reused"] == definite > 20
    with pytest.raises(UsageError, match="save="):
        v6.lookup("town.example", resume=True)


def test_progress_is_reported(resolvers: list[str]) -> None:
    """Up to the last question; without a callback nothing is drawn where nobody looks on."""
    seen: list[tuple[int, int]] = []
    found = v6.lookup(
        "town.example", resolvers=resolvers, vantage=False,
        progress=lambda done, expected: seen.append((done, expected)),
    )  # fmt: skip
    assert seen[-1] == (len(found), len(found))
    assert seen == sorted(seen)


def test_a_bar_shows_on_a_terminal(resolvers: list[str]) -> None:
    """With its name, how much is done, the rate and the time left."""
    fcntl, pty, termios = map(pytest.importorskip, ("fcntl", "pty", "termios"))
    terminal, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    code = (
        "import v6monitor as v6; "
        f"v6.lookup('town.example', resolvers={resolvers}, vantage=False, rate=50)"
    )
    shown = b""
    with child([sys.executable, "-c", code], stderr=end):
        os.close(end)
        with contextlib.suppress(OSError):  # so Linux says that the other side is closed
            while piece := os.read(terminal, 4096):
                shown += piece
    os.close(terminal)
    line = r"Lookups: +[0-9]+%.* [0-9]+/[0-9]+ \[[0-9:]+<[0-9:]+, .*questions"
    assert re.search(line, shown.decode())


def test_what_cannot_be_asked_about_is_an_error(resolvers: list[str]) -> None:
    """A type that is no subject, a table without domains, a resolver that nobody answers at."""
    with pytest.raises(UsageError, match="expected web or mail"):
        v6.lookup([("town.example", "dns")], resolvers=resolvers)
    with pytest.raises(InputError, match="domain"):
        v6.lookup(pd.DataFrame({"name": ["town.example"]}), resolvers=resolvers)
    with pytest.raises(InputError, match="expected the text of a domain name"):
        v6.lookup(pd.DataFrame({"domain": ["town.example", None]}), resolvers=resolvers)
    with pytest.raises(VantageError):
        v6.lookup("town.example", resolvers=["127.0.0.1:9"])
