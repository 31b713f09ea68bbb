"""Reports on a part of government: in an archive of their own, and named so wherever they are."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from tiny import GOOD, World

from v6monitor import workspace
from v6monitor.errors import InputError, UsageError
from v6monitor.month import WHOLE
from v6monitor.month.loading import load
from v6monitor.report import archive, manifest
from v6monitor.report.request import Request, requested
from v6monitor.report.runner import make

pytestmark = pytest.mark.slow  # whole reports

SECTORS = ("waterschap", "gemeente")
SAYS = {"en": "Only water authorities", "nl": "Alleen waterschappen"}


@pytest.fixture(scope="module")
def narrowed(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Request]:
    """Return 6 municipalities, 2 water authorities, and a report on all and on the latter."""
    world = World(tmp_path_factory.mktemp("scope"))
    table = pd.read_csv(world.measured, dtype="str", keep_default_na=False)
    water = table["domain"].isin(["aa.example", "bb.example"])
    table["sector"] = table["sector"].mask(water, "waterschap")
    table.to_csv(world.measured, index=False)
    request = world.request(world.plan("plan", **{"10_good": GOOD, "30_adoption": GOOD}))
    for sectors in ((), ("waterschap",)):
        found = make(replace(request, sectors=sectors), _quiet)
        assert found["status"] == 0, found["notebooks"]
    return world, request


def test_it_replaces_no_wider_report(narrowed):
    """It has a folder of its own; the month of the archive is still the government's."""
    world, _ = narrowed
    assert manifest.held(world.out / "2026-10")["scope"] == WHOLE
    own = manifest.held(world.out / "waterschap" / "2026-10")
    assert own["scope"] == {"sectors": ["waterschap"], "notebooks": []}
    (month,) = archive.months(world.out)
    counted = {one["measure"]: one["yes"] for one in month["headline"]}
    assert counted["web"] == 8
    (part,) = archive.months(world.out / "waterschap")
    assert {one["measure"]: one["yes"] for one in part["headline"]}["web"] == 2


def test_everything_that_is_read_names_the_sector(narrowed):
    """Pages in title and box, mail, feed, index, and the files for programs."""
    world, _ = narrowed
    folder = world.out / "waterschap"
    pages = [*folder.glob("2026-10/*.html"), *folder.glob("*.html")]
    assert len(pages) == 2 * 7
    for file in pages:
        text = file.read_text()
        title = text.partition("<title")[2].partition("</title>")[0]
        name = "Water authorities" if file.name.endswith(".en.html") else "Waterschappen"
        assert name in title, file
        assert f"Only {name}." in text or f"Alleen {name}." in text, file
    month = folder / "2026-10"
    subject, _, *body = (month / "mail.en.txt").read_text().splitlines()
    assert subject.startswith("IPv6 in October 2026 (Water authorities): ")
    assert any(line.startswith("Only Water authorities.") for line in body)
    feed = (folder / "feed.en.atom").read_text()
    assert "<title>IPv6 in October 2026 (Water authorities): " in feed
    assert "<li>Only Water authorities." in feed
    package = json.loads((month / "datapackage.json").read_text())
    assert package["name"] == "v6monitor-waterschap-2026-10"
    for file in (month / "results.json", month / "datapackage.json", month / "run.json"):
        assert json.loads(file.read_text())["scope"]["sectors"] == ["waterschap"], file
    assert set(pd.read_csv(month / "tables" / "measurements.csv")["sector"]) == {"waterschap"}


def test_the_archive_leads_to_it_without_its_numbers(narrowed):
    """The index of the whole has a link, and gives no sector's share as the government's."""
    world, _ = narrowed
    page = (world.out / "index.en.html").read_text()
    assert '<a href="waterschap/index.en.html">Water authorities</a>' in page
    assert "2 of 2" not in page
    assert "Only Water" not in page
    index = json.loads((world.out / "index.json").read_text())
    assert [one["folder"] for one in index["parts"]] == ["waterschap"]
    feed = (world.out / "feed.en.atom").read_text()
    assert "waterschap" not in feed
    assert "Only " not in feed
    assert feed.count("<entry>") == len(index["months"])


def test_without_a_whole_report_the_archive_has_a_page_that_leads_there(narrowed, tmp_path):
    """Its index has no month, and no number."""
    _, request = narrowed
    make(replace(request, out=tmp_path, sectors=("waterschap",)), _quiet)
    assert json.loads((tmp_path / "index.json").read_text())["months"] == []
    page = (tmp_path / "index.en.html").read_text()
    assert 'href="waterschap/index.en.html"' in page
    assert "%" not in page.partition("<body")[2]


def test_the_order_of_options_changes_nothing(narrowed):
    """Neither the folder nor the identity of the run."""
    _, request = narrowed
    names = ("Organisation b", "Organisation a")
    one = replace(request, sectors=SECTORS, organisations=names)
    other = replace(request, sectors=SECTORS[::-1], organisations=names[::-1])
    assert one.archive == other.archive == request.out / "gemeente--waterschap"
    assert one.identity == other.identity


def test_fewer_pages_take_the_place_of_more_only_by_force(narrowed, tmp_path):
    """A report of one notebook says so; where there is a whole one it is refused."""
    _, request = narrowed
    one = replace(request, notebooks=("30_adoption",))
    with pytest.raises(UsageError, match=r"more pages than 30_adoption: --force puts"):
        make(one, _quiet)
    found = make(replace(one, out=tmp_path), _quiet)
    assert found["scope"] == {"sectors": [], "notebooks": ["30_adoption"]}
    for file in (tmp_path / "2026-10").glob("*.en.html"):
        assert "Not all pages were made: the menu has those that were." in file.read_text(), file
    assert "part of a report" in (tmp_path / "index.en.html").read_text()
    whole = make(replace(request, out=tmp_path), _quiet)  # more pages may
    assert whole["scope"] == WHOLE
    assert make(replace(one, out=tmp_path), _quiet, force=True)["scope"] == found["scope"]


def test_real_months_and_the_example_are_never_one_series(narrowed, tmp_path):
    """An archive of one kind refuses the other, and keeps what it has."""
    world, request = narrowed
    table = pd.read_csv(world.measured, dtype="str", keep_default_na=False)
    real = tmp_path / "real.csv"
    table.replace({"domain": r"\.example$"}, {"domain": ".nl"}, regex=True).to_csv(real)
    before = (world.out / "index.json").read_bytes()
    with pytest.raises(UsageError, match=r"holds reports on made-up example data, and these are"):
        make(replace(request, measurements=(real,)), _quiet)
    assert (world.out / "index.json").read_bytes() == before


def test_real_files_and_made_up_ones_are_not_read_together(narrowed, tmp_path):
    """The error names one of each."""
    world, _ = narrowed
    text = world.measured.read_text()
    (tmp_path / "made-up.csv").write_text(text)
    (tmp_path / "real.csv").write_text(text.replace(".example", ".nl").replace("x.csv", "y.csv"))
    with pytest.raises(InputError, match=r"holds made-up example data, and .* does not"):
        load(tmp_path)


def test_made_up_numbers_say_so_to_programs_too(narrowed):
    """In every JSON file, in the feed, and on every page."""
    world, _ = narrowed
    month = world.out / "2026-10"
    for name in ("run.json", "results.json", "datapackage.json"):
        assert json.loads((month / name).read_text())["synthetic"] is True
    assert archive.months(world.out)[0]["synthetic"] is True
    assert '<category term="synthetic"' in (world.out / "feed.atom").read_text()
    assert "Synthetic example data." in (world.out / "index.en.html").read_text()


def test_the_example_has_an_archive_of_its_own():
    """Unless another folder is named; measurements go to the archive itself."""
    assert requested().out == workspace.reports() / "example"
    assert requested(["x.csv"]).out == workspace.reports()
    assert requested(out="/tmp/x").out == Path("/tmp/x")


def _quiet(*_: object) -> None:
    """Take progress and say nothing."""
