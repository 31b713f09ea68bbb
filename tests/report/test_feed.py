"""The archive's feed."""

import datetime as dt
import re
from xml.etree import ElementTree as ET

import pytest
from months import CHANGES, add, report, set_withdrawn

ATOM = "{http://www.w3.org/2005/Atom}"
ACT = {"at": "2026-11-20T12:00:00Z", "reason": "A resolver & its <answers>."}


@pytest.fixture
def reports(tmp_path):
    """Return an archive of two months in two languages."""
    add(tmp_path, report("2026-09", changes=CHANGES | {"facts_of": "2026-10-02T10:00:00Z"}))
    add(tmp_path, report("2026-10"))
    return tmp_path


def read(file):
    """Return the root of a feed, after checking what RFC 4287 asks of every feed and entry."""
    root = ET.parse(file).getroot()  # noqa: S314 - made here
    assert root.tag == f"{ATOM}feed"
    for part in (root, *root.findall(f"{ATOM}entry")):
        for tag in ("id", "title", "updated"):
            assert len(part.findall(f"{ATOM}{tag}")) == 1, tag
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", part.findtext(f"{ATOM}id"))
        assert dt.datetime.fromisoformat(part.findtext(f"{ATOM}updated")).tzinfo is dt.UTC
        links = [link.attrib for link in part.findall(f"{ATOM}link")]
        assert len([link for link in links if link["rel"] == "alternate"]) == 1
        assert all(":" not in link["href"] for link in links), "a reference is relative"
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    for entry in root.findall(f"{ATOM}entry"):
        (content,) = entry.findall(f"{ATOM}content")
        assert content.get("type") == "xhtml"
        assert [child.tag for child in content] == ["{http://www.w3.org/1999/xhtml}div"]
    return root


def entries(root):
    """Return of every entry its title, when it was updated and what its items say."""
    return [
        (
            entry.findtext(f"{ATOM}title"),
            entry.findtext(f"{ATOM}updated"),
            [item.text for item in entry.iter("{http://www.w3.org/1999/xhtml}li")],
        )
        for entry in root.findall(f"{ATOM}entry")
    ]


LOSSES = "losses now confirmed, of this measurement or the one before"


def test_an_entry_says_what_changed_with_counts_and_confirmed_losses_by_name(reports):
    """The newest month first; times are those of the facts."""
    newest, older = entries(read(reports / "feed.en.atom"))
    counts = "3 gained, 2 lost"
    title = (
        f"IPv6 in October 2026: websites {counts}; e-mail domains {counts}; name servers {counts}"
    )
    assert newest[:2] == (title, "2026-11-02T10:00:00Z")
    assert newest[2] == [
        *(
            f"{measure}: 3 gained, 2 lost (1 confirmed, 1 not yet); on the list 4 new, 5 gone."
            for measure in ("Websites", "E-mail domains", "Name servers")
        ),
        f"E-mail domains, {LOSSES}: lost.example.",
        "The mail of 1 domain went to another operator since the report of September 2026.",
    ]
    assert older[1] == "2026-10-02T10:00:00Z"
    assert read(reports / "feed.en.atom").findtext(f"{ATOM}updated") == "2026-11-02T10:00:00Z"


def test_there_is_a_feed_in_each_language(reports):
    """They name each other, the page they go with, and lead to pages in their language."""
    dutch, english = (read(reports / name) for name in ("feed.atom", "feed.en.atom"))
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    assert (dutch.get(language), english.get(language)) == ("nl", "en")
    assert "3 erbij, 2 eraf" in entries(dutch)[0][0]
    places = [
        {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
        for root in (dutch, english)
    ]
    assert places == [
        {"self": "feed.atom", "alternate": "index.html", "related": "feed.en.atom"},
        {"self": "feed.en.atom", "alternate": "index.en.html", "related": "feed.atom"},
    ]
    assert english.find(f"{ATOM}entry/{ATOM}link").get("href") == "2026-10/index.en.html"
    ids = [one.text for root in (dutch, english) for one in root.iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids) == 6


def test_a_month_made_again_keeps_its_id(reports):
    """And the same archive gives the same bytes."""
    before = (reports / "feed.atom").read_bytes()
    add(reports, report("2026-10", run="again"))
    assert (reports / "feed.atom").read_bytes() == before


def test_a_withdrawn_month_says_why_and_is_news(reports):
    """Its counts and names are gone; the words of the reason are text."""
    set_withdrawn(reports, "2026-10", ACT)
    root = read(reports / "feed.en.atom")
    assert entries(root)[0] == (
        "IPv6 in October 2026: report withdrawn",
        ACT["at"],
        ["This report was withdrawn on 20 November 2026: A resolver & its <answers>."],
    )
    assert root.findtext(f"{ATOM}updated") == ACT["at"]
    add(reports, report("2026-10"))
    _, updated, told = entries(read(reports / "feed.en.atom"))[0]
    assert updated == ACT["at"], "older than the entry that readers have, it would not be shown"
    assert told[0].startswith("This report takes the place of one that was withdrawn")


def test_what_is_synthetic_or_unfit_says_so(tmp_path):
    """A subscriber reads it before any number."""
    add(tmp_path, report("2026-10", ("en",), publishable=False, synthetic=True))
    root = read(tmp_path / "feed.atom")
    assert entries(root)[0][2][:2] == ["Not fit to publish.", "Synthetic example data."]
    assert "related" not in {link.get("rel") for link in root.findall(f"{ATOM}link")}


def test_the_message_comes_first(tmp_path):
    """The same sentence as on the pages."""
    row = {"figure": "web", "period": "2026-10", "of": "government", "agreement": "past", "no": 1}
    row |= {"yes": 4, "unknown": 0, "adoption": 0.8, "lower": 0.8, "upper": 0.8, "part": None}
    row |= {"year_from": "", "year_change": None, "since": "", "since_change": None, "asked": ""}
    told = CHANGES | {"message": [row]}
    add(tmp_path, report("2026-10", ("en",), changes=told))
    ((_, _, items),) = entries(read(tmp_path / "feed.atom"))
    assert items[0].startswith("In October 2026, government had IPv6 on 80.0% of websites.")


def test_the_first_month_has_nothing_to_compare_with(tmp_path):
    """It says so in place of counts."""
    first = CHANGES | {"earlier": None, "previous": None, "lost": []}
    add(tmp_path, report("2026-10", ("nl",), changes=first))
    ((title, _, told),) = entries(read(tmp_path / "feed.atom"))
    assert title == "IPv6 in oktober 2026: eerste rapport"
    assert told == ["Er is geen eerdere meting om mee te vergelijken."]
