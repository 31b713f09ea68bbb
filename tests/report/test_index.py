"""The archive's index of months."""

import json

import pandas as pd
import pytest
from months import CHANGES, add, report, run_id, set_withdrawn

from v6monitor.errors import InputError
from v6monitor.pages.lint import problems
from v6monitor.report import archive, news


def test_an_archive_begins_empty(tmp_path):
    """No index is no month, and none before."""
    assert archive.months(tmp_path) == []
    assert archive.previous(tmp_path, "2026-10") is None


def test_the_previous_month_comes_from_the_index(tmp_path):
    """Not from folders, and not merely the last one that was made."""
    for period in ("2026-08", "2026-10", "2026-07"):
        add(tmp_path, report(period))
    (tmp_path / "2026-09").mkdir()
    assert archive.previous(tmp_path, "2026-10")["period"] == "2026-08"
    assert archive.previous(tmp_path, "2026-07") is None


def test_a_month_made_again_replaces_itself(tmp_path):
    """The index holds each month once."""
    add(tmp_path, report("2026-10"))
    add(tmp_path, report("2026-10", run="other"))
    assert [(m["period"], m["run_id"]) for m in archive.months(tmp_path)] == [
        ("2026-10", run_id("other"))
    ]


def test_the_pages_list_the_months_in_both_languages(tmp_path):
    """Newest first, with the shares in the reader's form; fit to publish."""
    add(tmp_path, report("2026-09"))
    add(tmp_path, report("2026-10", publishable=False))
    dutch, english = ((tmp_path / name).read_text() for name in ("index.html", "index.en.html"))
    assert problems(dutch) == problems(english) == []
    assert dutch.index("oktober 2026") < dutch.index("september 2026")
    assert "<td>75,0% (6 van de 8)<br>3 erbij, 2 eraf</td>" in dutch
    assert 'href="2026-10/index.en.html">October 2026</a>' in english
    assert english.count("<td>not fit to publish</td>") == 1
    assert 'href="2026-10/organisations.en.html">Find an organisation' in english
    assert 'href="feed.atom"' in dutch
    assert 'href="feed.en.atom"' in english


def test_the_first_month_went_neither_up_nor_down(tmp_path):
    """There is nothing before it, so no counts of zero are shown."""
    first = [one | {"earlier": None} for one in CHANGES["measures"]]
    add(tmp_path, report("2026-10", changes=CHANGES | {"earlier": None, "measures": first}))
    assert "<td>75,0% (6 van de 8)</td>" in (tmp_path / "index.html").read_text()


def test_a_month_shows_the_measures_and_the_measurements_it_has(tmp_path):
    """Both days of a month measured twice, and a dash for what its source does not have."""
    mail = [one for one in CHANGES["measures"] if one["measure"] == "mail"]
    twice = ["measurement 2019-03-03", "measurement 2019-03-25"]
    add(tmp_path, report("2019-03", changes=CHANGES | {"measures": mail}, sources=twice))
    add(tmp_path, report("2026-10"))
    page = (tmp_path / "index.en.html").read_text()
    assert "measurement of 3 March 2019 and 25 March 2019" in page
    assert page.count('<td><span role="img" aria-label="') == 2
    assert "Internet.<wbr>nl measurement of 5 October 2026" in page


def test_a_withdrawn_month_is_none_to_compare_with(tmp_path):
    """It stays in the index and on the pages, without its shares, and says why."""
    add(tmp_path, report("2026-08"))
    add(tmp_path, report("2026-09"))
    act = {"at": "2026-11-03T23:30:00Z", "reason": "A <b>resolver</b> lied."}
    set_withdrawn(tmp_path, "2026-09", act)
    assert archive.previous(tmp_path, "2026-10")["period"] == "2026-08"
    page = (tmp_path / "index.html").read_text()
    assert "op 4 november 2026 ingetrokken: A &lt;b&gt;resolver&lt;/b&gt; lied." in page
    assert page.count('<td><span role="img" aria-label="') == 3
    assert problems(page) == []


def test_a_later_report_takes_the_place_of_a_withdrawn_one(tmp_path):
    """It stands again; that it corrects another stays known, also when it is made again."""
    add(tmp_path, report("2026-10"))
    act = {"at": "2026-11-03T12:00:00Z", "reason": "Wrong list."}
    set_withdrawn(tmp_path, "2026-10", act)
    for _ in range(2):
        add(tmp_path, report("2026-10", run="later"))
        (month,) = archive.months(tmp_path)
        assert (month["withdrawn"], month["corrects"]) == (None, act)
    assert "takes the place of one that was withdrawn" in (tmp_path / "index.en.html").read_text()


def test_the_archive_keeps_its_name(tmp_path):
    """That of its first report, whatever comes later: feed readers know its months by it."""
    add(tmp_path, report("2026-10"))
    name = json.loads((tmp_path / "index.json").read_text())["id"]
    add(tmp_path, report("2026-09"))
    add(tmp_path, report("2026-10", run="other"))
    assert json.loads((tmp_path / "index.json").read_text())["id"] == name


def test_the_changes_of_all_months_stand_together(tmp_path):
    """Those of a withdrawn report do not; formulas are text."""
    for period in ("2026-08", "2026-09"):
        row = dict.fromkeys(news.COLUMNS, "x") | {"period": period, "organisation": "=1+1"}
        add(tmp_path, report(period), {"tables/changed-domains.parquet": pd.DataFrame([row])})
    act = {"at": "2026-11-03T12:00:00Z", "reason": "Wrong list."}
    set_withdrawn(tmp_path, "2026-08", act)
    assert (tmp_path / "changes.csv").read_text().splitlines() == [
        "period,domain,organisation,sector,measure,change,from,to",
        "2026-09,x,'=1+1,x,x,x,x,x",
    ]


def test_a_month_in_one_language_is_linked_as_it_is(tmp_path):
    """A link leads to a page that exists, if need be in the other language."""
    add(tmp_path, report("2026-09", ("nl",)))
    add(tmp_path, report("2026-10", ("nl", "en")))
    add(tmp_path, report("2026-11", ("en",)))
    english = (tmp_path / "index.en.html").read_text()
    dutch = (tmp_path / "index.html").read_text()
    assert 'href="2026-09/index.html"' in english
    assert 'href="2026-10/index.en.html"' in english
    assert 'href="2026-11/index.html"' in english
    assert 'href="2026-11/index.html"' in dutch


def test_what_is_no_index_is_told(tmp_path):
    """One sentence says which file, and nothing is overwritten."""
    (tmp_path / "index.json").write_text(json.dumps({"something": "else"}))
    with pytest.raises(
        InputError, match=r"index\.json is not what v6monitor wrote .* move it away"
    ):
        add(tmp_path, report("2026-10"))
    assert not (tmp_path / "index.html").exists()
