import datetime as dt
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as some

from v6monitor.dns import log
from v6monitor.dns.arrow import batch, observations
from v6monitor.dns.observation import OUTCOMES, Observation, Question, invalid_name
from v6monitor.errors import InputError, UsageError
from v6monitor.mail.providers import providers
from v6monitor.verdicts import evidence
from v6monitor.verdicts.judge import judge

AT = dt.datetime(2026, 10, 3, 4, 5, 6, 789012, tzinfo=dt.UTC)
ROWS = [
    Observation("a.example", "AAAA", "ok", ("2a01::1", "2a01::2"), ("b.example",), 300, True,
                "192.0.2.53", AT, 12.345, 2, "192.0.2.53: SERVFAIL"),
    Observation("a.example", "TXT", "ok", ('"=1+1"', '"a,b" "\\"c\\" \\195"'), (), 60, False,
                "192.0.2.53", AT + dt.timedelta(seconds=1), 1.0, 1, ""),
    Observation("b.example", "MX", "timeout", (), (), None, False,
                "192.0.2.53", AT + dt.timedelta(seconds=2), 14000.0, 3, "=no, answer"),
    invalid_name(Question("=cmd()", "MX"), "white space, \"inside\"\n'")._replace(
        asked_at=AT + dt.timedelta(seconds=3)
    ),
]  # fmt: skip


def made(*subjects: tuple[str, str], resolver: str = "192.0.2.53", hour: int = 4) -> dict[str, Any]:
    """Return what a log of these subjects says of its making."""
    return {
        "subjects": subjects,
        "resolvers": [resolver],
        "started": f"2026-10-03T{hour:02}:05:06+00:00",
        "finished": f"2026-10-03T{hour:02}:05:22+00:00",
        "versions": {"v6monitor": "1"},
        "vantage": {"tested": True, "checks": [{"resolver": resolver, "check": "tcp"}]},
    }


PROVENANCE = made(("a.example", "web"), ("b.example", "mail"))


@pytest.fixture(params=[".parquet", ".csv"])
def path(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Return where to write, in either format."""
    return tmp_path / f"obs{request.param}"


def test_what_is_written_is_what_is_read(path: Path) -> None:
    """Every value and type, in both formats."""
    table = log.frame(ROWS)
    log.write(table, path, PROVENANCE)
    back = log.read_log(path)
    pd.testing.assert_frame_equal(back, table)
    assert [*map(tuple, back["answers"])] == [row.answers for row in ROWS]
    assert back["ttl"].isna().tolist() == [False, False, True, True]


def test_subjects_are_read_as_earlier_versions_wrote_them(tmp_path: Path) -> None:
    """In the JSON of the provenance; now beside it, and what cannot be read there is damage."""
    path = tmp_path / "obs.parquet"
    log.save([batch(ROWS)], path, PROVENANCE)
    with_subjects = json.dumps(PROVENANCE)
    table = pq.read_table(path).replace_schema_metadata({"v6monitor.provenance": with_subjects})
    pq.write_table(table, tmp_path / "earlier.parquet")
    assert log.provenance(tmp_path / "earlier.parquet") == log.provenance(path)
    for packed in ("x", "eJwDAAAAAAE="[:-3] + "x=="):
        damaged = {"v6monitor.provenance": "{}", "v6monitor.subjects": packed}
        pq.write_table(table.replace_schema_metadata(damaged), tmp_path / "damaged.parquet")
        with pytest.raises(InputError, match="damaged"):
            log.provenance(tmp_path / "damaged.parquet")


def test_an_empty_log_keeps_its_types(path: Path) -> None:
    """Nothing was asked."""
    log.write(log.frame(()), path, {})
    pd.testing.assert_frame_equal(log.read_log(path), log.frame(()))
    assert dict(log.frame(()).dtypes) == dict(log.frame(ROWS).dtypes)


def test_the_provenance_stands_in_the_parquet_file(tmp_path: Path) -> None:
    """Who was asked, when, about what, and with which versions, as it was given."""
    log.write(log.frame(ROWS), tmp_path / "obs.parquet", PROVENANCE)
    found = log.provenance(tmp_path / "obs.parquet")
    assert found == PROVENANCE | {"subjects": [["a.example", "web"], ["b.example", "mail"]]}


def test_a_csv_opened_in_a_spreadsheet_runs_nothing(tmp_path: Path) -> None:
    """No cell begins as a formula does."""
    log.write(log.frame(ROWS), tmp_path / "obs.csv", {})
    cells = pd.read_csv(tmp_path / "obs.csv", dtype="str", keep_default_na=False)
    firsts = {value[:1] for column in cells for value in cells[column]}
    assert not firsts & set("=+-@\t\r")


def test_several_logs_read_as_one(tmp_path: Path) -> None:
    """All rows in the order of asking, and what their provenances say together."""
    later, earlier = tmp_path / "later.parquet", tmp_path / "earlier.parquet"
    b, both = [("b.example", "mail")], [("a.example", "web"), ("b.example", "mail")]
    log.write(log.frame(ROWS[2:]), later, made(*b, resolver="r2", hour=5))
    log.write(log.frame(ROWS[:2]), earlier, made(*both, resolver="r1"))
    pd.testing.assert_frame_equal(log.read_log([later, earlier]), log.frame(ROWS))
    found = log.provenance([earlier, later])
    assert found["subjects"] == [["a.example", "web"], ["b.example", "mail"]]
    assert found["resolvers"] == ["r1", "r2"]
    assert (found["started"], found["finished"]) == (
        "2026-10-03T04:05:06+00:00",
        "2026-10-03T05:05:22+00:00",
    )
    assert found["vantage"]["tested"]
    assert [check["resolver"] for check in found["vantage"]["checks"]] == ["r1", "r2"]


def test_a_log_of_an_earlier_version_says_less_of_its_making(tmp_path: Path) -> None:
    """Nobody tested the resolvers then, and several logs as one say so."""
    old, new = tmp_path / "old.parquet", tmp_path / "new.parquet"
    without = {name: value for name, value in PROVENANCE.items() if name != "vantage"}
    log.write(log.frame(ROWS), old, without)
    log.write(log.frame(ROWS), new, PROVENANCE)
    assert "vantage" not in log.provenance(old)
    assert not log.provenance([old, new])["vantage"]["tested"]


def test_a_log_replaces_an_older_one_whole(path: Path) -> None:
    """And leaves nothing else in the folder."""
    path.write_text("older")
    log.write(log.frame(ROWS), path, PROVENANCE)
    assert len(log.read_log(path)) == len(ROWS)
    assert [*path.parent.iterdir()] == [path]


@pytest.mark.parametrize(
    ("name", "what"),
    [("obs.xlsx", "ends in .parquet or .csv"), ("nowhere/obs.csv", "its folder"), ("", "ends in")],
)
def test_a_path_that_cannot_be_written_is_refused(tmp_path: Path, name: str, what: str) -> None:
    """Before anything is asked."""
    with pytest.raises(UsageError, match=what):
        log.check_writable(tmp_path / name)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """Even if it is called as one."""
    (tmp_path / "obs.csv").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        log.check_writable(tmp_path / "obs.csv")


GOOD_LINE = "a.example,A,ok,[],[],,False,r,2026-10-03T04:05:06+00:00,1,1,\n"
HEADER = ",".join(Observation._fields) + "\n"


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("obs.parquet", b"", "damaged, or no observation log"),
        ("obs.parquet", b"PAR1 and then nothing PAR1", "damaged, or no observation log"),
        ("obs.csv", b"", "damaged, or no observation log"),
        ("obs.csv", b"domain,type\na.example,web\n", "damaged, or no observation log"),
        ("obs.csv", b"\xff\xfe\x00", "damaged, or no observation log"),
        ("obs.csv", (HEADER + GOOD_LINE.replace("[]", "{", 1)).encode(), "damaged"),
        ("obs.csv", (HEADER + GOOD_LINE.replace("2026", "MMXX")).encode(), "damaged"),
        ("obs.csv", (HEADER + GOOD_LINE.replace("ok", "fine")).encode(), "outcome 'fine'"),
        ("obs.csv", (HEADER + GOOD_LINE[:40]).encode(), "damaged"),
    ],
)
def test_what_is_no_log_is_told_in_one_sentence(
    tmp_path: Path, name: str, content: bytes, what: str
) -> None:
    """Damaged or foreign: which file, what was found and what was expected."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=what) as caught:
        log.read_log(path)
    assert str(caught.value).startswith(str(path))
    assert "expected an observation log that `v6monitor lookup` wrote" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_truncated_log_is_damaged(tmp_path: Path) -> None:
    """Half a Parquet file is none."""
    path = tmp_path / "obs.parquet"
    log.write(log.frame(ROWS), path, PROVENANCE)
    path.write_bytes(path.read_bytes()[:-20])
    for read in (log.read_log, log.provenance):
        with pytest.raises(InputError, match="damaged"):
            read(path)


def test_a_foreign_table_is_no_log(tmp_path: Path) -> None:
    """Parquet alone is not enough; a missing file is said to be missing."""
    pd.DataFrame({"qname": ["a.example"]}).to_parquet(tmp_path / "foreign.parquet")
    with pytest.raises(InputError, match="no observation log"):
        log.read_log(tmp_path / "foreign.parquet")
    with pytest.raises(InputError, match="no such file"):
        log.read_log(tmp_path / "missing.parquet")
    with pytest.raises(InputError, match="no file given"):
        log.read_log([])


texts = some.text(some.characters(exclude_categories=["Cs"]), max_size=8)
lists = some.lists(texts, max_size=3).map(tuple)
times = some.integers(0, 1 << 52).map(
    lambda number: dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(microseconds=number)
)
rows = some.builds(
    Observation, texts, texts, some.sampled_from(sorted(OUTCOMES)), lists, lists,
    some.none() | some.integers(0, 1 << 31), some.booleans(), texts, times,
    some.floats(0, 1e6), some.integers(0, 99), texts,
)  # fmt: skip


@given(some.lists(rows, max_size=20))
def test_observations_come_back_as_they_were(given_rows: list[Observation]) -> None:
    """Every value of every column, however many rows; Arrow finds the batch sound."""
    table = batch(given_rows)
    table.validate(full=True)
    assert list(observations(table)) == given_rows


HOW = (300, False, "192.0.2.53", AT, 1.0, 1, "")
PRESENTED = {
    "A": ("192.0.2.1", "192.0.2.1 "),
    "AAAA": ("2a01::1", "2A01::1"),
    "MX": ("10 mx.town.example", "10  MX.Town.Example."),
    "NS": ("ns.town.example", "NS.Town.Example."),
    "TXT": ('"v=spf1 include:A.Example."', '"v=spf1 include:A.Example."'),
    "CNAME": ("a.onmicrosoft.com", "A.onmicrosoft.COM."),
    "SRV": ("0 0 443 auto.example", "0 0 443 Auto.Example."),
    "SOA": ("ns.example host.example 1 2 3 4 5", "NS.Example. Host.Example. 1 2 3 4 5"),
}
"""Record data as we have them, and as other programs write them."""


@pytest.mark.parametrize("qtype", PRESENTED)
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_the_log_of_another_program_is_read_as_our_own(
    tmp_path: Path, qtype: str, suffix: str
) -> None:
    """Final dots, upper case and a type in lower case make no difference, in any format."""
    plain, presented = PRESENTED[qtype]
    ours = Observation("a.example", qtype, "ok", (plain,), ("b.example",), *HOW)
    theirs = Observation("A.Example.", qtype.lower(), "OK", (presented,), ("B.Example.",), *HOW)
    path = tmp_path / f"log{suffix}"
    if suffix == ".csv":
        log.write(log.frame([theirs]), path, {})
    else:
        log.frame([theirs]).to_parquet(path)
    pd.testing.assert_frame_equal(log.read_log(path), log.frame([ours]))
    assert list(evidence.rows(log.frame([theirs]))) == [ours]


def test_a_log_in_presentation_form_gives_the_same_verdicts_and_classes(tmp_path: Path) -> None:
    """A domain behind a gateway keeps its signals, and its tenant."""
    of = ("town.example", "mx.gate.example", "autodiscover.outlook.com")
    dkim = "selector1-town-example._domainkey.town.onmicrosoft.com"
    found = [
        (of[0], "MX", "10 mx.gate.example"),
        (of[0], "NS", "ns1.town.example"),
        (of[0], "TXT", '"v=spf1 include:spf.protection.outlook.com -all"'),
        (of[1], "AAAA", "2a01::1"),
        (f"autodiscover.{of[0]}", "CNAME", of[2]),
        (f"selector1._domainkey.{of[0]}", "CNAME", dkim),
    ]
    ours = [Observation(name, qtype, "ok", (data,), (), *HOW) for name, qtype, data in found]
    theirs = [
        row._replace(
            qname=f"{row.qname.upper()}.",
            qtype=row.qtype.lower(),
            answers=tuple(
                text if row.qtype == "TXT" else f"{text.upper()}." for text in row.answers
            ),
        )
        for row in ours
    ]
    theirs[3] = theirs[3]._replace(answers=("2A01::1",))
    path = tmp_path / "log.csv"
    log.write(log.frame(theirs), path, {})
    for call in (judge, providers):
        expected = call(log.frame(ours), domains=[of[0]])
        for table in (log.read_log(path), pd.read_csv(path), log.frame(theirs)):
            pd.testing.assert_frame_equal(call(table, domains=[of[0]]), expected)
    assert providers(log.read_log(path), domains=[of[0]])["class"][0] == "exo_behind"


def test_two_writers_of_one_log_publish_no_half_of_either(tmp_path: Path) -> None:
    """Who comes later takes the scratch file; the earlier one says so and leaves nothing."""
    path = tmp_path / "observations.csv"
    with log.Writer(path) as earlier, log.Writer(path) as later:
        for writer in (earlier, later):
            writer.add([])
            assert writer._file
        with pytest.raises(UsageError, match="another run writes it too"):
            earlier.finish({})
        assert not path.exists()
        later.finish({})
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
