import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dns.message
import dns.query
import pytest
from children import child

from v6monitor.cli import main
from v6monitor.dns import log
from v6monitor.dns.journal import journal_of
from v6monitor.dns.name_list import read_names
from v6monitor.errors import InputError
from v6monitor_example.server import ZoneServer

QUESTION = ["qname", "qtype"]
ZONE = """$TTL 300
@ SOA ns1 host 1 7200 900 604800 60
@ NS ns1
@ MX 10 mx1
@ A 192.0.2.1
ns1 A 192.0.2.2
mx1 AAAA 2a01::4
"""


@pytest.fixture
def resolver(tmp_path: Path) -> Iterator[str]:
    """Serve one zone."""
    (tmp_path / "town.example.zone").write_text(ZONE)
    with ZoneServer(tmp_path, {"quiet.town.example": "silence"}) as server:
        yield f"{server.address}:{server.port}"


def test_a_list_becomes_a_log(
    tmp_path: Path, resolver: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names once each, an invalid one as a row, progress by tenths, a summary at the end."""
    names = tmp_path / "names.txt"
    names.write_text("town.example\n# a comment\nTOWN.example,mail\n\nno name here\n")
    out = tmp_path / "obs.parquet"
    command = ["lookup", str(names), "--out", str(out), "--resolver", resolver, "--no-vantage"]
    assert main(command) == 0
    table = log.read_log(out)
    assert not table.duplicated(["qname", "qtype"]).any()
    outcomes = {(row.qname, row.qtype): row.outcome for row in table.itertuples()}
    assert outcomes["town.example", "MX"] == "ok"
    assert outcomes["mx1.town.example", "AAAA"] == "ok"
    assert outcomes["www.town.example", "AAAA"] == "nxdomain"
    assert outcomes["no name here", "MX"] == "invalid_name"
    assert ["town.example", "mail"] in log.provenance(out)["subjects"]
    shown = capsys.readouterr()
    assert shown.out.splitlines()[-1] == str(out)
    assert f"{len(table)} questions: " in shown.out
    assert f"{len(table)} of {len(table)}" in shown.err
    assert len(shown.err.splitlines()) <= 12


@pytest.mark.parametrize("asked", [False, True])
def test_the_predicted_name_is_asked_when_wanted(
    tmp_path: Path, resolver: str, asked: bool
) -> None:
    """By default nothing is asked that no record names; of a website never."""
    names = tmp_path / "names.csv"
    names.write_text("town.example,mail\nwww.town.example,web\n")
    out = tmp_path / "obs.parquet"
    command = ["lookup", str(names), "--out", str(out), "--resolver", resolver, "--no-vantage"]
    assert main([*command, *(["--predicted"] if asked else [])]) == 0
    table = log.read_log(out)
    guessed = table[table["qname"].str.endswith("mail.protection.outlook.com")]
    assert set(guessed["qname"]) == (
        {"town-example.mail.protection.outlook.com"} if asked else set()
    )
    assert sorted(guessed["qtype"]) == (["A", "AAAA"] if asked else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("town.example\n", [("town.example", "web"), ("town.example", "mail")]),
        ("\ufefftown.example,mail\r\ntown.example,mail", [("town.example", "mail")]),
        ("Type,Domain\nweb,town.example\n", [("town.example", "web")]),
        ("measured_at,domain,type,score\n2026-10-01,town.example,mail,1\n",
         [("town.example", "mail")]),
        ("domain\ntown.example\n", [("town.example", "web"), ("town.example", "mail")]),
    ],
)  # fmt: skip
def test_names_come_from_lists_and_tables(
    text: str, expected: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With and without type, with and without header, from standard input too."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert list(read_names("-")) == expected


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "no names"),
        (b"# only\n\n", "no names"),
        (b"town.example,ftp\n", "line 1: type 'ftp'"),
        (b"<html><body>\n<p>404\n", "no host names"),
        (b"\xff\xfet\0o\0", "not text in UTF-8"),
        (b'"town.example\n', "line 1: "),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, content: bytes, what: str) -> None:
    """One sentence that names the file."""
    path = tmp_path / "names.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=what) as caught:
        read_names(str(path))
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["missing.txt"], (3, "missing.txt: cannot be read")),
        (["names.txt", "--out", "obs.docx"], (2, "ends in .parquet or .csv")),
        (["names.txt", "--resolver", "dns.example"], (2, "resolver 'dns.example': expected")),
        (["names.txt", "--resolver", "127.0.0.1:{closed}"], (6, "no resolver answers (127.0.0.1:")),
    ],
)
def test_an_error_is_one_sentence_and_writes_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    expected: tuple[int, str],
) -> None:
    """With the exit code of its kind."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        closed = str(taken.getsockname()[1])
    monkeypatch.chdir(tmp_path)
    Path("names.txt").write_text("town.example\n")
    given = [argument.replace("{closed}", closed) for argument in arguments]
    out = [] if "--out" in given else ["--out", "obs.parquet"]
    assert main(["lookup", *given, *out]) == expected[0]
    shown = capsys.readouterr().err
    assert expected[1] in shown
    assert "Traceback" not in shown
    assert [path.name for path in tmp_path.iterdir()] == ["names.txt"]


@pytest.mark.parametrize("option", ["--rate", "--concurrency", "--timeout"])
@pytest.mark.parametrize("value", ["-1", "many", "nan", "inf"])
def test_a_setting_that_is_no_number_is_a_usage_error(option: str, value: str) -> None:
    """Exit code 2, before anything is read."""
    with pytest.raises(SystemExit) as caught:
        main(["lookup", "names.txt", "--out", "obs.csv", option, value])
    assert caught.value.code == 2


def test_ctrl_c_ends_a_lookup_at_once_and_says_how_to_go_on(tmp_path: Path, resolver: str) -> None:
    """While it waits for a name that does not answer; what was answered is kept."""
    names = tmp_path / "names.txt"
    names.write_text("quiet.town.example\ntown.example\n")
    out = tmp_path / "obs.parquet"
    command = [sys.executable, "-m", "v6monitor", "lookup", names, "--out", out, "--no-vantage"]
    command += ["--resolver", resolver]
    with child([*command, "--timeout", "30"], stderr=subprocess.PIPE) as process:
        assert process.stderr
        for _ in range(2):
            process.stderr.readline()  # the first tenth is answered
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, shown = process.communicate(timeout=5)
        assert time.monotonic() - began < 1
    assert process.returncode == 130
    assert shown.decode().splitlines()[-2:] == [
        f"v6monitor: the answers so far are kept in {out}.partial: --resume continues from them",
        "v6monitor: stopped by Ctrl-C",
    ]
    assert not out.exists()
    done = subprocess.run(
        [*command, "--resume", "--timeout", "0.1"], capture_output=True, text=True, check=True
    )
    assert "were asked before the run was cut off" in done.stdout
    assert not journal_of(out).exists()
    assert not log.read_log(out).duplicated(["qname", "qtype"]).any()


def test_a_terminal_shows_how_far_it_is_and_the_time_left(tmp_path: Path, resolver: str) -> None:
    """One line that is written over and gone at the end, instead of a line per tenth."""
    names = tmp_path / "names.txt"
    names.write_text("town.example\n")
    termios = pytest.importorskip("termios")
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    command = [sys.executable, "-m", "v6monitor", "lookup", str(names), "--no-vantage"]
    command += ["--out", str(tmp_path / "obs.csv"), "--resolver", resolver]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=theirs, timeout=30)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    os.close(theirs)
    assert re.search(r"\r\x1b\[K\[\d s\] lookups: \d+ of \d+", shown), shown
    assert "\n" not in shown
    assert shown.endswith("\r\x1b[K")


def test_a_run_that_was_cut_off_is_neither_lost_nor_written_over(
    tmp_path: Path, resolver: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --resume it says so; with it, a finished log is nothing to go on with."""
    names = tmp_path / "names.txt"
    names.write_text("town.example\n")
    out = tmp_path / "obs.parquet"
    command = ["lookup", str(names), "--out", str(out), "--resolver", resolver, "--no-vantage"]
    journal_of(out).write_text("a table of my own")
    assert main(command) == 2
    assert "resume it with --resume" in capsys.readouterr().err
    assert main([*command, "--resume"]) == 3
    assert "damaged, or no unfinished lookup run" in capsys.readouterr().err
    assert journal_of(out).read_text() == "a table of my own"
    journal_of(out).unlink()
    assert main([*command, "--resume"]) == 0
    before = out.read_bytes()
    assert main([*command, "--resume"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"nothing to resume: {out} is finished"
    assert out.read_bytes() == before


def test_answers_of_an_earlier_log_are_taken_over(
    tmp_path: Path, resolver: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As they are, if they are definite and not too old; the rest is asked."""
    names = tmp_path / "names.txt"
    names.write_text("town.example\nquiet.town.example,web\n")
    first, again, anew = (tmp_path / f"{name}.parquet" for name in ("first", "again", "anew"))
    command = ["lookup", str(names), "--resolver", resolver, "--no-vantage", "--timeout", "0.05"]
    assert main([*command, "--out", str(first)]) == 0
    assert main([*command, "--out", str(again), "--reuse", str(first)]) == 0
    earlier, later = log.read_log(first), log.read_log(again)
    assert not set(map(tuple, later[QUESTION].values)) ^ set(map(tuple, earlier[QUESTION].values))
    both = earlier.merge(later, on=QUESTION, suffixes=("", "_later"))
    taken_over = both["asked_at"] == both["asked_at_later"]
    assert (taken_over == both["outcome"].isin(["ok", "nodata", "nxdomain"])).all()
    assert f"{taken_over.sum()} of them were taken over" in capsys.readouterr().out
    assert log.provenance(again)["reused"] == taken_over.sum()
    assert main([*command, "--out", str(anew), "--reuse", str(first), "--max-age", "0s"]) == 0
    assert log.provenance(anew)["reused"] == 0
    assert main([*command, "--out", str(anew), "--max-age", "1h"]) == 2


def test_a_log_says_whether_the_resolvers_were_tested(tmp_path: Path, resolver: str) -> None:
    """One that fails stops the run, and nothing is written."""
    names = tmp_path / "names.txt"
    names.write_text("town.example\n")
    out = tmp_path / "obs.parquet"
    command = ["lookup", str(names), "--out", str(out), "--resolver", resolver]
    assert main(command) == 6
    assert [path.name for path in tmp_path.glob("obs*")] == []
    assert main([*command, "--no-vantage"]) == 0
    assert log.provenance(out)["vantage"] == {"tested": False, "checks": []}
    assert main(["lookup", "--out", str(out), "--force", "--resolver", "example", str(names)]) == 0
    shown = log.provenance(out)["vantage"]
    assert shown["tested"]
    assert {check["result"] for check in shown["checks"]} == {"passed", "not_tested"}


def test_names_stand_in_the_log_as_they_are_asked(tmp_path: Path, resolver: str) -> None:
    """However they are written, each once."""
    names = tmp_path / "names.txt"
    names.write_text("TOWN.example,mail\nhttps://town.example/,mail\nNo Name,web\n")
    out = tmp_path / "obs.parquet"
    main(["lookup", str(names), "--out", str(out), "--resolver", resolver, "--no-vantage"])
    assert log.provenance(out)["subjects"] == [["town.example", "mail"], ["no name", "web"]]


def test_the_example_server_answers_until_it_is_interrupted() -> None:
    """It says where it listens."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with child(
        [sys.executable, "-m", "v6monitor", "example-server"],
        stdout=subprocess.PIPE,
        env=environment,
    ) as process:
        assert process.stdout
        address, _, port = process.stdout.readline().decode().split()[-1].partition(":")
        query = dns.message.make_query("nothere.example", "A")
        response = dns.query.udp(query, address, port=int(port), timeout=5)
        process.terminate()
        process.communicate(timeout=20)
    assert response.id == query.id
    assert process.returncode == 0
