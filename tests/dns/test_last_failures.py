"""The wait for the last failures of a run: it is used, and mentioned."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import dns.message
import pytest
from faultserver import FaultServer, Sent, reply

from v6monitor.cli import main
from v6monitor.dns import log
from v6monitor.dns.recording import Task, record

PAUSE = 2.0
SUBJECTS = [(f"town{number}.example", "web") for number in range(5)]


def sometimes(query: dns.message.Message, _number: int, _tcp: bool) -> Iterator[Sent]:
    """Fail always about one name; say of all others that they do not exist."""
    failing = str(query.question[0].name).startswith("town3.")
    yield reply(query, rcode="SERVFAIL" if failing else "NXDOMAIN")


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_the_log_is_written_while_the_last_failures_wait(tmp_path: Path, suffix: str) -> None:
    """What is known is written by then; the log has every row, each once, and nothing is left."""
    out = tmp_path / f"observations.{suffix}"
    notices, scratch = [], []

    def notify(text: str) -> None:
        notices.append((time.monotonic(), text))

    def progress(_done: int, _expected: int) -> None:
        scratch.extend(path.name for path in tmp_path.glob(".observations.*.new"))

    with FaultServer(sometimes) as server:
        task = Task(test=False, notify=notify)
        policy = {"pause": PAUSE, "rate": 0.0}
        made = record(SUBJECTS, [server.spec], out, task, progress=progress, **policy)
        ended = time.monotonic()
    ((noticed, text),) = notices
    assert re.match(r"waits [0-2] s to ask [1-5] questions? again that failed", text)
    assert noticed < ended
    assert scratch or suffix == "parquet"  # of which small groups of rows wait for more
    rows = log.read_log(out)
    assert not rows.duplicated(["qname", "qtype"]).any()
    assert rows["outcome"].value_counts().to_dict() == dict(made.outcomes)
    assert set(rows.query("outcome == 'servfail'")["qname"]) == {"town3.example"}
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_the_command_says_what_it_waits_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the terminal, on standard error; the summary is as ever."""
    names = tmp_path / "names.txt"
    names.write_text("town3.example,web\n")
    with FaultServer(sometimes) as server:
        command = ["lookup", str(names), "--out", str(tmp_path / "o.csv"), "--no-vantage"]
        assert main([*command, "--resolver", server.spec, "--verbose"]) == 0
    shown = capsys.readouterr()
    assert "waits 5 s to ask 3 questions again that failed" in shown.err
    assert "waits" not in shown.out
