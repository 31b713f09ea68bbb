"""An archive whose runs are ended, crowded or without room, and whose files are damaged."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from interrupted import NEW, OLD, PERIOD, broken, files
from months import add, report

from v6monitor import workspace
from v6monitor.errors import InputError, UsageError
from v6monitor.report import archive, archive_pages, manifest, stored, transactions
from v6monitor.workspace import replacing

HERE = Path(__file__).parent
COUNTS = "V6MONITOR_ATTACKS" in os.environ  # else not every moment of what takes long
DEEP = json.loads("[" * 400 + "]" * 400)
WRONG = [None, True, -1, 10**30, "", "2026-13", "2026-10\n", "../../x", [], {}, DEEP, "\ud800"]
RACE = """
import sys, time
from pathlib import Path
from months import add, report
from v6monitor.errors import UsageError
for month in sys.argv[2:]:
    while True:
        try:
            add(Path(sys.argv[1]), report(month), {"index.html": month})
            break
        except UsageError:
            time.sleep(0.01)
"""


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the tests, and return what it wrote."""
    done = subprocess.run(
        [sys.executable, *words],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
        capture_output=True,
        text=True,
        timeout=3600,
    )
    assert done.returncode in {0, 130, -signal.SIGKILL}, done.stderr
    return done


CHANGES = ["first", "again", "part", "withdraw"]
LOOKUPS = ["lookup", "merge"]
ENDS = [
    *((stop, case, "linux") for stop in ("SIGKILL", "SIGTERM") for case in [*CHANGES, *LOOKUPS]),
    *((stop, "report", "linux") for stop in ("SIGKILL", "SIGTERM")),
    *(("SIGKILL", case, "other") for case in ["again", "part", "withdraw"]),
]
QUICK = [("SIGKILL", "withdraw", "linux")]


@pytest.mark.parametrize(
    ("stop", "case", "system"),
    [pytest.param(*one, marks=[] if one in QUICK else pytest.mark.slow) for one in ENDS],
)
def test_ended_at_any_file_operation_all_is_as_before_or_as_after(
    tmp_path, tried, case, stop, system
):
    """A report or log is always there and whole; the next run mends, and leaves nothing behind."""
    if system == "linux" and sys.platform != "linux":
        pytest.skip("folders cannot change places in one step on this system")
    step = 12 if (stop, case) == ("SIGTERM", "report") and not COUNTS else 1
    done = run(str(HERE / "interrupted.py"), str(tmp_path), case, stop, str(step), system)
    found = json.loads(done.stdout)
    tried(len(range(0, found["moments"], step)), "kills", harmed=len(found["wrong"]))
    assert found["wrong"] == {}
    assert found["moments"] > (200 if case == "report" else 10)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("stop", ["SIGKILL", "SIGTERM"])
def test_a_report_that_is_ended_leaves_no_process(tmp_path, monkeypatch, tried, stop):
    """A whole run with its notebooks, ended by the system or asked to; the next one mends."""
    moments = range(3, 240, 60)
    for moment in moments:
        place = tmp_path / f"{moment}"
        place.mkdir()
        monkeypatch.setenv("V6MONITOR_TRIED", str(place))  # its children have it too
        run(str(HERE / "interrupted.py"), str(place), "report", stop, str(moment), "once")
        deadline = time.monotonic() + 20
        while (there := having(f"V6MONITOR_TRIED={place}")) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert there == []
        assert broken(place / "old") == ""
    tried(len(moments), "kills")


def having(setting: str) -> list[str]:
    """Return the processes with a setting in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if setting.encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_text())
    return found


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Return an archive of two months."""
    add(tmp_path, report("2026-09"), OLD)
    row = {"figure": "web", "period": PERIOD, "of": "government", "agreement": "past", "no": 1}
    row |= {"yes": 4, "unknown": 0, "adoption": 0.8, "lower": 0.8, "upper": 0.8, "part": None}
    row |= {"year_from": "", "year_change": None, "since": "", "since_change": None, "asked": ""}
    changes = report(PERIOD)["changes"] | {"message": [row]}
    add(tmp_path, report(PERIOD, changes=changes), OLD)
    return tmp_path


def damaged(content: Any) -> Iterator[Any]:
    """Give JSON with one thing in it left out, or put in the place of another."""
    steps = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in list(steps):
        rest = dict(content) if isinstance(content, dict) else list(content)
        del rest[key]
        yield rest
        inner = list(damaged(value)) if isinstance(value, (dict, list)) else []
        for other in (*WRONG, *inner):
            yield (
                content | {key: other}
                if isinstance(content, dict)
                else [other if at == key else one for at, one in enumerate(content)]
            )


def each(content: Any, sample: int) -> list[Any]:
    """Return damaged contents; of ``sample`` only one in so many."""
    return [*WRONG, *damaged(content)][::sample]


@pytest.mark.parametrize("sample", [7, pytest.param(1, marks=pytest.mark.slow)])
def test_a_damaged_index_is_made_again_from_the_months(reports, sample):
    """No damage gives anything but the months of the manifests, or months that can be shown."""
    file, whole = reports / stored.INDEX, archive.months(reports)
    good = json.loads(file.read_text())
    for number, content in enumerate(each(good, sample)):
        file.write_text(json.dumps(content))
        months = archive.months(reports)
        if months != whole:
            stored.read(file)  # such damage nothing can tell from what might be
        if number % 20 == 0:
            archive_pages.write(reports, months or whole)
    for text in ("", "[", "\ufeff{}", "[" * 100_000, '{"id": ' + "1" * 5000 + "}", "NaN"):
        file.write_text(text)
        assert archive.months(reports) == whole


@pytest.mark.parametrize("sample", [7, pytest.param(1, marks=pytest.mark.slow)])
def test_a_damaged_manifest_is_one_sentence(reports, sample):
    """It says which folder to move away; a report that has one is made again."""
    file = reports / PERIOD / stored.RUN
    good = json.loads(file.read_text())
    (reports / stored.INDEX).rename(reports / "kept")
    told = []
    for content in each(good, sample):
        file.write_text(json.dumps(content))
        try:
            archive.months(reports)
        except InputError as error:
            told.append(str(error))
    assert len(told) > 50
    for words in told:
        assert f"move {file.parent} away" in words or "holds a report of" in words
        assert "\n" not in words
    (reports / "kept").rename(reports / stored.INDEX)
    file.write_text("[" * 100_000)
    assert manifest.held(file.parent) == {}
    add(reports, report(PERIOD), NEW)
    assert manifest.held(file.parent)["run_id"] == good["run_id"]


def test_a_withdrawal_without_a_manifest_is_one_sentence(reports):
    """Nothing changes."""
    (reports / PERIOD / stored.RUN).write_text('{"run_id": "../../x"}')
    before = files(reports)
    with pytest.raises(InputError, match=r"run\.json is not what .* make the report again"):
        transactions.withdraw(reports, PERIOD, "It is wrong.")
    assert files(reports) == before


def test_no_manifest_leads_out_of_its_folder(reports):
    """A name among the outputs that does is refused: a withdrawal writes pages by these names."""
    found = json.loads((reports / PERIOD / stored.RUN).read_text())
    for name in ("../x.html", "a/../../x.html", "/x.html", "..", "a/..", "a\\x.html", "./x", "a\0"):
        found["outputs"] = {name: "0" * 64}
        (reports / PERIOD / stored.RUN).write_text(json.dumps(found))
        with pytest.raises(InputError, match="is not what v6monitor wrote"):
            stored.read(reports / PERIOD / stored.RUN)


def test_nothing_is_written_through_a_link_beside_a_file(reports, tmp_path_factory):
    """Whether it leads somewhere or not; a run takes it away, and one function writes so."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "kept").write_text("kept")
    links = {".index.json.new": "kept", ".changes.csv.new": "nothing", ".making-link": "."}
    for name, target in links.items():
        (reports / name).symlink_to(elsewhere / target)
    add(reports, report(PERIOD, run="again"), NEW)
    assert not any((reports / name).is_symlink() for name in links)
    for target in ("kept", "nothing"):
        (reports / ".table.csv.new").symlink_to(elsewhere / target)
        with replacing(reports / "table.csv") as file:
            file.write(target.encode())
        assert (reports / "table.csv").read_text() == target
    assert [(path.name, path.read_text()) for path in elsewhere.iterdir()] == [("kept", "kept")]
    code = Path(workspace.__file__).parent.rglob("*.py")
    found = {one.name for one in code if 'with_name(f".' in one.read_text(encoding="utf-8")}
    assert found == {"workspace.py", "log.py", "journal.py"}  # a log's grows, a journal's is a lock


@pytest.mark.slow
def test_runs_at_once_lose_no_month(tmp_path):
    """Of four that put months in one archive each waits for the others."""
    years = [[f"{year}-{month:02}" for month in range(1, 4)] for year in range(2021, 2025)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda months: run("-c", RACE, str(tmp_path), *months), years))
    expected = [month for months in years for month in months]
    assert [month["period"] for month in archive.months(tmp_path)] == expected
    assert stored.read(tmp_path / stored.INDEX)["months"] == archive.by_manifests(tmp_path)


def test_a_clock_that_went_back_harms_nothing(reports):
    """A withdrawal and a report from the future stay the newest news that readers have."""
    found = json.loads((reports / "2026-09" / stored.RUN).read_text())
    found["withdrawn"] = {"at": "2099-01-01T00:00:00Z", "reason": "It was wrong."}
    (reports / "2026-09" / stored.RUN).write_text(json.dumps(found))
    (reports / stored.INDEX).unlink()
    add(reports, report("2026-09"), NEW)
    month = archive.entry(reports, "2026-09")
    assert month
    assert month["corrects"]["at"].startswith("2099")
    assert "2099-01-01T00:00:00Z" in (reports / "feed.atom").read_text()
    transactions.withdraw(reports, "2026-09", "It is wrong again.")
    assert archive.months(reports)[0]["withdrawn"]["at"] < "2099"


def test_a_full_disk_is_one_sentence_and_loses_no_report(small):
    """At any moment: with room again the next run mends."""
    out = small / "reports"
    add(out, report(PERIOD), OLD)
    before, told = files(out), []
    for room in range(0, 100, 8):
        free = os.statvfs(small).f_bavail * os.statvfs(small).f_frsize
        (small / "filler").write_bytes(b"x" * max(0, free - room * 1024))
        try:
            add(out, report(PERIOD, run="again"), NEW | {"large.html": "x" * 20_000})
        except UsageError as error:
            told.append(str(error))
        (small / "filler").unlink()
        assert (out / PERIOD / "index.html").read_text() in {"old", "new"}
        with transactions.writing(out):
            pass
        assert not [path.name for path in out.iterdir() if path.name.startswith(".")]
        if (out / PERIOD / "index.html").read_text() == "old":
            assert files(out) == before
        add(out, report(PERIOD), OLD)
    assert len(told) > 3
    assert all("space" in words for words in told)


def test_an_archive_that_cannot_be_written_is_one_sentence(small):
    """And stays as it was."""
    out = small / "reports"
    add(out, report(PERIOD), OLD)
    before = files(out)
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    with pytest.raises(UsageError, match="cannot write a report there"):
        add(out, report(PERIOD, run="again"), NEW)
    with pytest.raises(UsageError, match="cannot write a report there"):
        transactions.withdraw(out, PERIOD, "It is wrong.")
    subprocess.run(["mount", "-o", "remount,rw", str(small)], check=True)
    assert files(out) == before
