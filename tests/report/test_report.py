"""Making a month's report."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from children import child
from tiny import GOOD, LOAD, PARAMETERS, World

from v6monitor import hashes, workspace
from v6monitor.dns import log
from v6monitor.errors import InputError, NotebookError, UsageError, VantageError
from v6monitor.pages.lint import problems
from v6monitor.report import manifest, transactions
from v6monitor.report.runner import make

pytestmark = pytest.mark.slow  # whole reports

FAULTY = {
    "20_other": ["# Does it fail?", PARAMETERS, "raise ValueError('two\\nlines')"],
    "30_exit": ["# Does it stop?", PARAMETERS, "raise SystemExit(0)", "1 + 1"],
    "40_noise": ["# Is it noisy?", PARAMETERS, "import sys; print('oh', file=sys.stderr)"],
    "45_dead": ["# Does it die?", PARAMETERS, "import os; os._exit(9)"],
    "50_print": ["# Is it printed?", PARAMETERS, "## Which ones?", "print(1)"],
}
SLOW = """
import sys
sys.path[:0] = {path!r}
from tiny import World
from v6monitor.report.runner import make
world = World.__new__(World)
world.out, world.measured, world.log = map(__import__("pathlib").Path, {files!r})
make(world.request(__import__("pathlib").Path({plan!r})), print)
"""


@pytest.fixture(scope="module")
def mixed(shared_world: World):
    """Return a report of one good notebook and five that are not, and its manifest."""
    plan = shared_world.plan("mixed", **{"10_good": GOOD}, **FAULTY)
    return shared_world, make(shared_world.request(plan), _quiet)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory):
    """Return a world in which a report of one good notebook was made, and its plan."""
    world = World(tmp_path_factory.mktemp("made"))
    plan = world.plan("good", **{"10_good": GOOD})
    found = make(world.request(plan), _quiet)
    assert found["status"] == 0, found["notebooks"]
    return world, plan


def test_a_failing_notebook_stops_no_other(mixed):
    """The good one has its pages, the run says that others failed."""
    world, found = mixed
    month = world.out / "2026-10"
    assert (month / "10_good.html").exists()
    assert found["status"] == NotebookError.exit_code
    assert {one["name"]: one["status"] for one in found["notebooks"]} == {
        "10_good": "ok", **dict.fromkeys(FAULTY, "failed"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("20_other", "In [3]: ValueError: two"),
        ("30_exit", "In [3]: SystemExit: 0"),
        ("40_noise", "In [3] wrote to stderr: oh"),
        ("45_dead", "the kernel stopped: Kernel died"),
        (
            "50_print",
            "In “Which ones?”: printed text is not published: end the cell with a table or chart",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(mixed, name, reason):
    """Papermill lets two of these five pass."""
    _, found = mixed
    assert next(one["error"] for one in found["notebooks"] if one["name"] == name) == reason


def test_a_failed_notebook_is_kept_apart(mixed):
    """It can be looked at, and is no part of the report."""
    world, _ = mixed
    kept = {path.stem for path in (world.out / "_failed" / "2026-10").iterdir()}
    assert kept == set(FAULTY)
    assert not [path for path in (world.out / "2026-10").iterdir() if path.stem in FAULTY]


def test_the_index_says_which_pages_are_missing(mixed):
    """A reader sees that something was to be there, and the page is sound."""
    world, _ = mixed
    page = (world.out / "2026-10" / "index.en.html").read_text()
    assert "20_other: In [3]: ValueError: two" in page
    assert problems(page) == []


def test_every_page_of_the_archive_is_fit_to_publish(mixed):
    """Also those that are no notebook; the one notebook has a table."""
    world, _ = mixed
    for file in world.out.glob("**/*.html"):
        tables = 1 if file.name.startswith("10_good") else 0
        assert problems(file.read_text(), tables=tables) == [], file.name


def test_a_link_to_another_notebook_leads_to_its_page(mixed):
    """In the language of the page, and only where there is one."""
    world, _ = mixed
    assert 'href="20_other.en.html"' not in (world.out / "2026-10" / "10_good.en.html").read_text()
    assert "other page" in (world.out / "2026-10" / "10_good.en.html").read_text()


def test_the_manifest_says_what_the_report_was_made_from(mixed):
    """Inputs, lookups, counts and hashes of everything that was made."""
    world, found = mixed
    written = json.loads((world.out / "2026-10" / "run.json").read_text())
    assert written == found
    assert written["inputs"] == {
        "1-measured.csv": hashes.sha256(world.measured),
        "2-observations.parquet": hashes.sha256(world.log),
        "3-publisher.yaml": hashes.sha256(workspace.publisher()[0]),
    }
    assert written["coverage"] == 1.0
    assert written["lookups"]["outcomes"]["ok"] > 0
    headline = {(one["source"], one["measure"]): one for one in written["headline"]}
    assert (
        headline["measurement", "web"] | {"adoption": 1.0, "yes": 8}
        == (headline["measurement", "web"])
    )
    files = {path.relative_to(world.out / "2026-10").as_posix()
             for path in (world.out / "2026-10").rglob("*") if path.is_file()}  # fmt: skip
    assert set(written["outputs"]) == files - {"run.json"}


def test_every_page_says_that_the_resolvers_were_not_tested(mixed):
    """The log of this report tells of no test; one that does needs no such words."""
    world, found = mixed
    assert found["lookups"]["vantage"] == {"tested": False, "checks": []}
    for page in (world.out / "2026-10").glob("*.en.html"):
        assert "The resolvers were not tested." in page.read_text(), page.name
    vantage = {"tested": True, "checks": [{"check": "tcp", "resolver": "r", "result": "passed"}]}
    log.write(log.read_log(world.log), world.folder / "tested.parquet", {"vantage": vantage})
    plan = world.plan("with-test", **{"10_good": GOOD})
    request = world.request(plan, replay=world.folder / "tested.parquet")
    assert (
        make(replace(request, out=world.folder / "tested"), _quiet)["lookups"]["vantage"] == vantage
    )
    for page in (world.folder / "tested" / "2026-10").glob("*.en.html"):
        assert "The resolvers were not tested." not in page.read_text(), page.name


def test_a_plain_pandas_cell_and_a_bare_chart_are_on_the_page(world):
    """With caption, scopes and downloads; nothing is wrapped to be published."""
    cells = [
        "# How far?",
        PARAMETERS,
        LOAD,
        "## Which states?",
        "mail = month.states.query(\"measure == 'mail'\")",
        'mail.groupby("sector")["state"].value_counts().unstack()',
        'v6.chart.sectors(v6.shares(mail, by=["period", "sector"]))',
    ]
    found = make(world.request(world.plan("own", **{"30_adoption": cells})), _quiet)
    assert found["status"] == 0, found["notebooks"]
    month = world.out / "2026-10"
    page = (month / "30_adoption.en.html").read_text()
    assert '<caption class="unseen"><strong>Which states?</strong></caption>' in page
    assert 'href="tables/which-states.csv"' in page
    assert 'src="data:image/svg+xml;base64,' in page
    assert problems(page, figures=1, tables=1) == []
    table = pd.read_parquet(month / "tables" / "which-states.parquet")
    assert table.to_dict("records") == [{"sector": "gemeente", "no": 4, "yes": 12}]
    assert {path.name for path in (month / "figures").iterdir()} == {
        "sectors.nl.svg", "sectors.en.svg",
    }  # fmt: skip


def test_published_cells_are_no_formulas(mixed):
    """An organisation called ``=Organisation`` stays text in a spreadsheet, in every CSV."""
    world, _ = mixed
    for file in (world.out / "2026-10" / "tables").glob("*.csv"):
        assert ",=" not in file.read_text(), file.name
    assert "'=Organisation aa" in (world.out / "2026-10" / "tables" / "domains.csv").read_text()


def test_the_same_inputs_give_the_same_bytes(made, snapshot):
    """Made twice, only the times in the manifest differ."""
    world, plan = made
    before = snapshot(world.out)
    make(world.request(plan), _quiet)
    after = snapshot(world.out)
    manifests = [json.loads(kept.pop("2026-10/run.json")) for kept in (before, after)]
    assert before == after
    for found in manifests:
        found["started"] = found["ended"] = ""
        found["notebooks"][0]["seconds"] = 0
    assert manifests[0] == manifests[1]


def test_a_notebook_of_the_report_names_no_place_of_the_machine(made):
    """Its parameters lead to the files of the report, and it carries no times."""
    world, _ = made
    text = (world.out / "2026-10" / "10_good.ipynb").read_text()
    assert ".making-" not in text
    assert "start_time" not in text
    assert "2026-10/tables/measurements.csv" in text


def test_a_report_is_found_by_its_identity_while_it_is_whole(made):
    """One byte changed, or another identity: it is to be made again."""
    world, plan = made
    identity = world.request(plan).identity
    assert manifest.find(world.out, identity)["run_id"] == identity
    assert manifest.find(world.out, "f" * 16) is None
    page = world.out / "2026-10" / "index.html"
    whole = page.read_bytes()
    page.write_bytes(whole + b" ")
    assert manifest.find(world.out, identity) is None
    page.write_bytes(whole)
    assert manifest.find(world.out, identity) is not None


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_stopped_leaves_the_old_report_whole(made, snapshot, stop):
    """Whether by Ctrl-C or by force, in the middle of a notebook."""
    world, _ = made
    started = world.folder / f"started-{stop}"
    cell = f"import pathlib, time; pathlib.Path({str(started)!r}).touch(); time.sleep(60)"
    plan = world.plan(f"slow-{stop}", **{"10_good": ["# Slow?", PARAMETERS, cell]})
    before = snapshot(world.out)
    script = SLOW.format(
        path=[str(Path(__file__).parent), str(Path(__file__).parents[1])],
        files=[str(world.out), str(world.measured), str(world.log)],
        plan=str(plan),
    )
    with child([sys.executable, "-c", script], stderr=subprocess.DEVNULL) as run:
        _wait_for(started)
        run.send_signal(stop)
        assert run.wait(timeout=30) != 0
    halves = list(world.out.glob(".making-*"))
    assert len(halves) == (stop == signal.SIGKILL)
    with transactions.writing(world.out):  # the next run clears what was left
        pass
    assert snapshot(world.out) == before


@pytest.mark.parametrize("resolvers", [(), ("127.0.0.1:9",)], ids=["unset", "named"])
def test_a_vantage_point_that_fails_makes_no_report(world, monkeypatch, resolvers):
    """No resolver answers, whether it is named or the system's: nothing is made."""
    conf = world.folder / "resolv.conf"
    conf.write_text("nameserver 127.0.0.9\n")
    monkeypatch.setattr("v6monitor.dns.resolvers.RESOLV_CONF", conf)
    world.measured.write_text(world.measured.read_text().replace(".example", ".nl"))
    plan = world.plan("asking", **{"10_good": GOOD})
    request = world.request(plan, replay=None, resolvers=resolvers, lookups_within=36500)
    with pytest.raises(VantageError, match="no resolver answers"):
        make(request, _quiet)
    assert list(world.out.iterdir()) == []


def test_a_list_of_another_time_is_not_looked_up(world):
    """Without lookups nothing would be left to report."""
    names = world.folder / "names.txt"
    names.write_text("aa.example\n")
    request = world.request(world.plan("old", **{"10_good": GOOD}), measurements=(names,))
    request = replace(request, replay=None, resolvers=("127.0.0.1:9",), lookups_within=0)
    with pytest.raises(UsageError, match="DNS cannot be asked about the past"):
        make(request, _quiet)
    assert list(world.out.iterdir()) == []


def test_a_report_on_websites_alone_says_nothing_of_mail(world):
    """A page that needs e-mail domains is left out, and so is a cell that is about them."""
    table = pd.read_csv(world.measured, dtype="str", keep_default_na=False)
    table[table["type"] == "web"].to_csv(world.measured, index=False)
    plan = world.plan("web", **{"10_good": GOOD, "40_mail": GOOD, "58_pace": GOOD})
    listing = plan.read_text().replace("40_mail", "40_mail\n    needs: [measurement, mail]")
    plan.write_text(listing.replace("58_pace", "58_pace\n    needs: [measurement]"))
    notebook = nbformat.read(plan.parent / "10_good.ipynb", 4)
    for cell in notebook.cells[-2:]:
        cell.metadata["tags"] = ["mail"]
    nbformat.write(notebook, plan.parent / "10_good.ipynb")
    found = make(world.request(plan), _quiet)
    assert [one["name"] for one in found["notebooks"]] == ["10_good", "58_pace"]
    shown = (world.out / "2026-10" / "10_good.en.html").read_text(encoding="utf-8")
    assert "Which ones?" not in shown
    assert "Which ones?" in (world.out / "2026-10" / "58_pace.en.html").read_text(encoding="utf-8")


def test_a_list_of_domains_alone_is_a_report_of_lookups(world):
    """Of the month of the lookups; its one source is named, and nothing counts as measured."""
    names = world.folder / "names.txt"
    names.write_text("aa.example\nbb.example\n")
    plan = world.plan("list", **{"10_good": GOOD, "30_adoption": GOOD})
    listing = plan.read_text().replace("30_adoption", "30_adoption\n    needs: [measurement]")
    plan.write_text(listing)
    found = make(world.request(plan, measurements=(names,)), _quiet)
    assert (found["period"], found["status"], found["coverage"]) == ("2026-10", 0, 1.0)
    assert [one["name"] for one in found["notebooks"]] == ["10_good"]
    assert {one["source"] for one in found["headline"]} == {"lookups"}
    assert found["sources"] == ["names.txt"]
    assert found["message"]["en"].startswith(
        "IPv6 by our own lookups of 6 October 2026: websites 2 of 2; e-mail domains 2 of 2."
    )
    month = world.out / "2026-10"
    first = BeautifulSoup((month / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert found["message"]["nl"] in first.get_text().replace("\u2011", "-")
    package = json.loads((month / "datapackage.json").read_text(encoding="utf-8"))
    assert package["period"]["measured"] == ["2026-10-06"]
    assert package["description"].count("Synthetic example data.") == 1
    assert "first report on this list" in (month / "mail.en.txt").read_text(encoding="utf-8")
    for page in [*world.out.rglob("*.en.html"), *world.out.rglob("*.en.txt")]:
        shown = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        for unread in shown(["script", "style"]):
            unread.decompose()
        words = shown.get_text().split("What the columns mean")[0]
        words = words.replace("measurements.faults.csv", "").replace("list measurements", "")
        for word in ("measurement", "measured", "Internet.nl"):
            assert word not in words, f"{word} is on {page.name}"


def test_a_cell_about_measurements_is_not_in_a_report_of_a_list(world):
    """Its tag says so: neither its words nor its table are on the page."""
    names = world.folder / "names.txt"
    names.write_text("aa.example\n")
    plan = world.plan("tagged", **{"10_good": [*GOOD, "## What was measured?", "month.measures"]})
    notebook = nbformat.read(plan.with_name("10_good.ipynb"), 4)
    for cell in notebook.cells[-2:]:
        cell.metadata.tags = ["measured"]
    nbformat.write(notebook, plan.with_name("10_good.ipynb"))
    make(world.request(plan, measurements=(names,)), _quiet)
    page = (world.out / "2026-10" / "10_good.en.html").read_text(encoding="utf-8")
    assert "What was measured?" not in page
    assert "Which ones?" in page


@pytest.mark.parametrize(
    ("changed", "error", "text"),
    [
        ({"period": "2031-01"}, UsageError, "they hold 2026-09, 2026-10"),
        (
            {"period": "2031-01", "sectors": ("gemeente",)},
            UsageError,
            "not in the measurements of gemeente; they hold 2026-09",
        ),
        ({"sectors": ("gemeentes",)}, UsageError, "sector 'gemeentes' is not one of"),
        ({"sectors": ("provincie",)}, InputError, "no domain of the chosen sectors"),
        ({"notebooks": ("11_good",)}, UsageError, "notebook '11_good' is not in the batch"),
        ({"resolvers": ("nowhere",)}, UsageError, "resolver 'nowhere'"),
        ({"measurements": (Path("absent.csv"),)}, InputError, "absent.csv"),
        ({"replay": Path("absent.parquet")}, InputError, "absent.parquet: no such file"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_made(world, changed, error, text):
    """One sentence, and no trace in the archive."""
    plan = world.plan("good", **{"10_good": GOOD})
    with pytest.raises(error, match=text):
        make(world.request(plan, **changed), _quiet)
    assert not world.out.exists() or list(world.out.iterdir()) == []


def test_a_wrong_parameter_in_the_plan_is_told_before_anything_runs(world):
    """Although it is of the last notebook."""
    plan = world.plan("good", **{"10_good": GOOD})
    plan.write_text("notebooks:\n- name: 10_good\n  parameters: {perod: 2026-10}\n")
    with pytest.raises(UsageError, match=r"10_good\.ipynb has no parameter 'perod'"):
        make(world.request(plan), _quiet)


def _quiet(*_: object) -> None:
    """Take progress and say nothing."""


def _wait_for(file: Path) -> None:
    deadline = time.monotonic() + 240
    while not file.exists():
        assert time.monotonic() < deadline, "the notebook did not start"
        time.sleep(0.05)
