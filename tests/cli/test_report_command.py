"""The command ``v6monitor report``."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from children import child
from tiny import World

from v6monitor.cli import main

pytestmark = pytest.mark.slow  # a whole report


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return a small month of measurements and lookups."""
    return World(tmp_path_factory.mktemp("report"))


@pytest.fixture
def ask(world: World):
    """Return how to ask for one page of it in Dutch."""
    return [
        *("report", "--measurements", str(world.measured), "--replay", str(world.log)),
        *("--lang", "nl", "--notebook", "10_measurements", "--out", str(world.out)),
    ]


def test_it_ends_with_the_headline_and_the_page_to_open(world, ask, capsys):
    """With --verbose also the paths of all pages; a repeat finds nothing new."""
    assert main(ask) == 0
    month = world.out / "2026-10"
    shown = capsys.readouterr()
    headline, fit, opened = shown.out.splitlines()
    made = json.loads((month / "run.json").read_text(encoding="utf-8"))
    assert headline == made["message"]["en"]
    page = BeautifulSoup((month / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert made["message"]["nl"] in page.get_text().replace("\u2011", "-")
    assert fit == "Fit to publish: all results are known."
    assert opened.startswith(f"Open {month / 'index.html'}  (")
    assert "running 10_measurements: 0 of 1" in shown.err.splitlines()
    assert main([*ask, "--force", "--quiet", "--period", "2026-10"]) == 0  # which is the newest
    before = (month / "run.json").stat().st_mtime_ns
    assert main(ask) == 0
    assert capsys.readouterr().out.startswith("nothing new")
    assert main([*ask, "--verbose", "--period", "2026-10"]) == 0
    nothing, again, *_, last = capsys.readouterr().out.splitlines()
    assert nothing.startswith("nothing new")
    assert again == headline
    assert str(month / "10_measurements.html") <= last
    assert (month / "run.json").stat().st_mtime_ns == before


def test_nothing_to_do_is_found_without_the_slow_imports(world, ask):
    """Neither pandas nor papermill is needed to see that all is there."""
    script = (
        "import sys; from v6monitor.cli import main; code = main(sys.argv[1:]); "
        "print(sorted({'pandas', 'papermill', 'nbconvert'} & set(sys.modules)))"
    )
    assert main(ask) == 0
    done = subprocess.run(
        [sys.executable, "-c", script, *ask], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[0].startswith("nothing new")
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_month_of_which_nothing_is_known_says_so(world, tmp_path, capsys):
    """Lookups about other domains say nothing: the report is made, marked, and exits 4."""
    other = World(tmp_path, names=("xx", "yy"))
    options = ["--replay", str(other.log), "--lang", "en", "--notebook", "20_lookups"]
    code = main(
        ["report", "--measurements", str(world.measured), *options, "--out", str(tmp_path / "out")]
    )
    assert code == 4
    told = capsys.readouterr().err
    assert "by the lookups the result of 0.0% of the websites and e-mail domains is known" in told
    assert "Traceback" not in told
    assert "Not fit to publish" in (tmp_path / "out" / "2026-10" / "index.html").read_text()


@pytest.mark.parametrize(
    ("options", "failure"),
    [
        (["--period", "2031-01"], (2, "period '2031-01' is not in the measurements")),
        (["--period", "oktober"], (2, "YYYY-MM")),
        (["--notebook", "../10"], (2, "there is no notebook '../10'")),
        (["--sector", "stad"], (2, "sector 'stad' is not one of")),
        (["--sector", "gemeente2"], (2, "sector 'gemeente2' is not one of")),
        (["--measurements", "absent.csv"], (3, "absent.csv: no such file")),
        (["--replay", "absent.parquet"], (3, "absent.parquet: cannot be read")),
        (["--replay", __file__], (3, "damaged, or no observation log")),
        (["--measurements", __file__], (3, "test_report_command.py")),
        (["--out", __file__], (2, "cannot write a report there")),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(world, tmp_path, capsys, options, failure):
    """With the exit code of REPORTS.md, and without a half-made report."""
    base = ["report", "--out", str(tmp_path / "out")]
    base += [] if "--measurements" in options else ["--measurements", str(world.measured)]
    base += [] if "--replay" in options else ["--replay", str(world.log)]
    code, told = failure
    assert main([*base, *options]) == code
    *_, error = capsys.readouterr().err.splitlines()
    assert error.startswith("v6monitor: ")
    assert told in error
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").iterdir()) == []


def test_a_wrong_resolver_is_refused(world, tmp_path, capsys):
    """Before a notebook is run."""
    out = ["--out", str(tmp_path / "out"), "--measurements", str(world.measured)]
    assert main(["report", *out, "--resolver", "nowhere"]) == 2
    assert "resolver 'nowhere'" in capsys.readouterr().err


def test_a_time_limit_leaves_nothing_behind(world, tmp_path):
    """SIGTERM, as of a scheduler that has waited long enough, tidies up as Ctrl-C does."""
    out = tmp_path / "out"
    words = ["report", "--measurements", str(world.measured), "--replay", str(world.log)]
    with child(
        [sys.executable, "-m", "v6monitor", *words, "--out", str(out)], stderr=subprocess.PIPE
    ) as run:
        _wait_for(out)
        run.send_signal(signal.SIGTERM)
        assert run.wait(timeout=30) == 130
    assert list(out.iterdir()) == []


def _wait_for(out: Path) -> None:
    deadline = time.monotonic() + 60
    while not list(out.glob(".making-*/*/tables")):
        assert time.monotonic() < deadline, "no report was begun"
        time.sleep(0.05)


def test_a_list_has_no_day_of_measurement(tmp_path, capsys):
    """Of names alone nothing was measured: a day for it is refused, not ignored."""
    names = tmp_path / "names.txt"
    names.write_text("aa.example\n")
    ask = [
        "--measurements",
        str(names),
        "--measured-at",
        "2026-10-01",
        "--out",
        str(tmp_path / "o"),
    ]
    assert main(["report", *ask]) == 2
    assert "names and no results" in capsys.readouterr().err
