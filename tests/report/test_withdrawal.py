"""Withdrawing a report."""

import json
import re
import shutil

import pytest
from tiny import World

from v6monitor.cli import main
from v6monitor.pages.lint import problems
from v6monitor.report import archive, stored
from v6monitor.report.runner import make

pytestmark = pytest.mark.slow  # a whole report

REASON = "The resolver  hid\nIPv6 addresses & <names>."
SAID = "The resolver hid IPv6 addresses &amp; &lt;names&gt;."


@pytest.fixture
def world(all_months, tmp_path):
    """Return a world with a report of each of its two months, to withdraw from."""
    made, _ = all_months
    shutil.copytree(made.folder, tmp_path / "world")
    copy = World.__new__(World)
    copy.folder, copy.out = tmp_path / "world", tmp_path / "world" / "reports"
    copy.measured, copy.log = made.measured, made.log
    return copy


def withdraw(world: World, period: str = "2026-09", reason: str = REASON) -> int:
    """Run the command."""
    return main(["withdraw", period, "--reason", reason, "--out", str(world.out)])


def files(folder):
    """Return the bytes below a folder by path."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}


def test_every_page_says_why_and_the_report_is_kept(world, capsys):
    """At the same addresses, in both languages; what was there is kept as it was."""
    before = files(world.out / "2026-09")
    assert withdraw(world) == 0
    month = world.out / "2026-09"
    pages = sorted(month.rglob("*.html"))
    named = {str(page.relative_to(month)) for page in pages}
    assert named == {str(p) for p in before if p.suffix == ".html"}
    for page in pages:
        text = page.read_text()
        assert SAID in text
        assert problems(text) == []
        english = page.name.endswith(".en.html")
        assert ("This report was withdrawn on" in text) == english
        assert ("Dit rapport is op" in text) != english
    (kept,) = (world.out / "_withdrawn").iterdir()
    assert files(kept) == before
    told = capsys.readouterr().out.splitlines()
    assert told == [
        f"the report of 2026-09 is withdrawn; it is kept as it was in {kept}",
        "the report of 2026-10 compares with it: make that again",
    ]


def test_a_letter_says_why_too_and_leads_back(world):
    """It stands in a folder below: its links are those of there."""
    month = world.out / "2026-09"
    run = json.loads((month / "run.json").read_text())
    for name in ("letters/001.html", "letters/001.en.html"):
        (month / name).parent.mkdir(exist_ok=True)
        (month / name).write_text("a letter")
        run["outputs"][name] = "0" * 64
    (month / "run.json").write_text(json.dumps(run))
    assert withdraw(world) == 0
    text = (month / "letters" / "001.html").read_text()
    assert SAID in text
    for target in re.findall(r'href="(?!data:|mailto:|https:)([^"#]+)"', text):
        assert (month / "letters" / target).is_file(), target


def test_the_archive_tells(world):
    """Its page, feed, index and the manifest; its changes are out of the table."""
    assert withdraw(world, "2026-10") == 0
    run = json.loads((world.out / "2026-10" / "run.json").read_text())
    assert stored.read(world.out / "2026-10" / stored.RUN) == run
    act = run["withdrawn"]
    assert act["reason"] == "The resolver hid IPv6 addresses & <names>."
    assert [month["withdrawn"] for month in archive.months(world.out)] == [None, act]
    for name in ("index.html", "feed.atom"):
        assert SAID in (world.out / name).read_text()
    assert len((world.out / "changes.csv").read_text().splitlines()) == 1
    month = world.out / "2026-10"
    assert set(run["outputs"]) == {str(one.relative_to(month)) for one in month.rglob("*.html")}


def test_the_same_inputs_do_not_publish_it_again(world, capsys):
    """A schedule does not undo it, of one month or of all; --force does."""
    assert withdraw(world, "2026-10") == 0
    capsys.readouterr()
    ask = ["report", "--measurements", str(world.measured), "--replay", str(world.log)]
    ask += ["--out", str(world.out), "--period"]
    assert main([*ask, "2026-10"]) == 0
    assert "was withdrawn" in capsys.readouterr().out
    assert main([*ask, "all"]) == 0
    assert "2026-10" not in capsys.readouterr().out
    assert withdraw(world, "2026-09") == 0
    assert main([*ask, "all"]) == 0
    make(world.request(world.folder / "good" / "monthly.yaml", period="2026-10"), print)
    newest = archive.entry(world.out, "2026-10")
    assert newest["withdrawn"] is None
    assert newest["corrects"]["reason"].startswith("The resolver hid")
    assert "10_good.html" in {path.name for path in (world.out / "2026-10").iterdir()}


@pytest.mark.parametrize(
    ("period", "reason", "told"),
    [
        ("2026-08", REASON, "no published report for '2026-08'; published: 2026-09, "),
        ("../2026-09", REASON, "no published report for '../2026-09'"),
        ("2026-09", " \n", "give a reason in words"),
        ("2026-09", "a\x00b", "give a reason in words"),
    ],
)
def test_what_cannot_be_withdrawn_is_told(world, capsys, period, reason, told):
    """In one sentence, and nothing changes."""
    before = files(world.out)
    assert withdraw(world, period, reason) == 2
    (error,) = capsys.readouterr().err.splitlines()
    assert told in error
    assert files(world.out) == before


def test_a_folder_that_is_no_archive_is_told(tmp_path, capsys):
    """And stays empty."""
    words = ["withdraw", "2026-09", "--reason", "x", "--out", str(tmp_path)]
    assert main(words) == 2
    assert "is no archive" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_it_is_not_withdrawn_twice(world, capsys):
    """The second time there is none."""
    assert withdraw(world) == 0
    assert withdraw(world) == 2
    assert "no published report for '2026-09'" in capsys.readouterr().err
