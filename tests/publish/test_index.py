"""Which months does the archive hold?"""

import json

import pytest

from v6monitor.errors import InputError
from v6monitor.publish import archive, index
from v6monitor.publish.lint import problems

COUNTS = {"source": "measurement", "yes": 6, "no": 2, "unknown": 0, "not_applicable": 0}


def report(period: str, languages: tuple[str, ...] = ("nl", "en"), **changed: object):
    """Return what the archive takes from a manifest."""
    return {
        "period": period,
        "run_id": f"run-{period}",
        "publishable": True,
        "synthetic": False,
        "headline": [COUNTS | {"measure": "web", "adoption": 0.75}],
        "parameters": {"languages": list(languages)},
    } | changed


def test_an_archive_begins_empty(tmp_path):
    """No index is no month, and none before."""
    assert index.months(tmp_path) == []
    assert index.previous(tmp_path, "2026-10") is None


def test_the_previous_month_comes_from_the_index(tmp_path):
    """Not from folders, and not merely the last one that was made."""
    for period in ("2026-08", "2026-10", "2026-07"):
        archive.add(tmp_path, report(period))
    (tmp_path / "2026-09").mkdir()
    assert index.previous(tmp_path, "2026-10") == "2026-08"
    assert index.previous(tmp_path, "2026-07") is None


def test_a_month_made_again_replaces_itself(tmp_path):
    """The index holds each month once."""
    archive.add(tmp_path, report("2026-10"))
    archive.add(tmp_path, report("2026-10", run_id="other"))
    assert [(m["period"], m["run_id"]) for m in index.months(tmp_path)] == [("2026-10", "other")]


def test_the_pages_list_the_months_in_both_languages(tmp_path):
    """Newest first, with the shares in the reader's form; fit to publish."""
    archive.add(tmp_path, report("2026-09"))
    archive.add(tmp_path, report("2026-10", publishable=False))
    dutch, english = ((tmp_path / name).read_text() for name in ("index.html", "index.en.html"))
    assert problems(dutch) == problems(english) == []
    assert dutch.index("oktober 2026") < dutch.index("september 2026")
    assert "75,0% (6 van 8)" in dutch
    assert 'href="2026-10/index.en.html">October 2026</a> (not fit to publish)' in english


def test_a_month_in_one_language_is_linked_as_it_is(tmp_path):
    """A link leads to a page that exists, if need be in the other language."""
    archive.add(tmp_path, report("2026-09", ("nl",)))
    archive.add(tmp_path, report("2026-10", ("nl", "en")))
    archive.add(tmp_path, report("2026-11", ("en",)))
    english = (tmp_path / "index.en.html").read_text()
    dutch = (tmp_path / "index.html").read_text()
    assert 'href="2026-09/index.html"' in english
    assert 'href="2026-10/index.en.html"' in english
    assert 'href="2026-11/index.html"' in english
    assert 'href="2026-11/index.html"' in dutch


def test_what_is_no_index_is_told(tmp_path):
    """One sentence says which file, and nothing is overwritten."""
    (tmp_path / "index.json").write_text(json.dumps({"something": "else"}))
    with pytest.raises(InputError, match=r"index\.json is not an archive index"):
        archive.add(tmp_path, report("2026-10"))
    assert not (tmp_path / "index.html").exists()
