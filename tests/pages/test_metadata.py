"""What catalogues, search engines and social media read of a report."""

import json
import re
from dataclasses import replace

import pytest
from looking import opened
from nbformat.v4 import new_markdown_cell, new_notebook

from v6monitor.charts.chart import Fact, Words
from v6monitor.language import Language
from v6monitor.pages import metadata, publisher
from v6monitor.pages.document import read
from v6monitor.pages.lint import problems
from v6monitor.pages.metadata import About
from v6monitor.pages.notices import Notice
from v6monitor.pages.page import Page
from v6monitor.pages.pages import notebook_page
from v6monitor.pages.publisher import Contact, Licence, Publisher

SENDER = Publisher(
    name={"nl": "Gemeente </script>Zuid", "en": "Town of South"},
    identifier="https://identifier.overheid.nl/tooi/id/gemeente/gm0001",
    address="https://ipv6.south.example/",
    contact=Contact(email="post@south.example"),
    licence=Licence("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
)
ABOUT = About(
    "2026-02",
    {"nl": "IPv6, februari 2026", "en": "IPv6, February 2026"},
    {"nl": "Zes van de acht.", "en": "Six of eight."},
    ["2026-02-03", "2026-02-05"],
    SENDER,
    "2026-02/",
    synthetic=True,
)
MANDATORY = {
    "dcat:Catalog": "dct:title dct:description dct:publisher dcat:contactPoint dcat:dataset",
    "dcat:Dataset": "dct:title dct:description dct:accessRights dcat:contactPoint dct:creator "
    "dct:identifier dct:publisher dcat:theme",
    "dcat:Distribution": "dcat:accessURL dct:license",
    "foaf:Agent": "foaf:name",
    "vcard:Organization": "vcard:fn vcard:hasEmail",
}


def test_the_catalogue_has_what_dcat_ap_nl_calls_mandatory():
    """By class; every reference within it leads to something in it, every other is an IRI."""
    graph = metadata.catalogue(ABOUT, {"trend": {"nl": "Adoptie", "en": "Adoption"}})["@graph"]
    assert {one["@type"] for one in graph} == set(MANDATORY)
    for one in graph:
        assert set(MANDATORY[one["@type"]].split()) <= set(one), one["@type"]
    known = {one["@id"] for one in graph}
    text = json.dumps(graph)
    inside = set(re.findall(r'"@id": "(https://ipv6.south.example/2026-02/#[^"]*)"', text))
    assert inside <= known
    assert all(one["@id"].startswith(("https://", "mailto:")) for one in graph)
    (table,) = (one for one in graph if one["@type"] == "dcat:Distribution")
    for one in (one for one in graph if "dct:title" in one):
        assert {title["@language"] for title in one["dct:title"]} == {"nl", "en"}
    assert table["dct:license"]["@id"].endswith("/authority/licence/CC0")
    (dataset,) = (one for one in graph if one["@type"] == "dcat:Dataset")
    assert dataset["dct:temporal"]["dcat:endDate"]["@value"] == "2026-02-28"
    assert dataset["dct:modified"]["@value"] == "2026-02-05"


def test_example_data_are_marked_in_every_description():
    """In the title, by language, and among the keywords."""
    graph = metadata.catalogue(ABOUT, {})["@graph"]
    for one in graph[:2]:
        values = [title["@value"] for title in one["dct:title"]]
        assert values == [
            "IPv6, februari 2026 (Synthetische voorbeeldgegevens.)",
            "IPv6, February 2026 (Synthetic example data.)",
        ]
    assert "synthetic" in graph[1]["dcat:keyword"]
    assert "Synthetic" in metadata.dataset(ABOUT, [], "en")["name"]
    assert "Synthetic" in metadata.package_facts(ABOUT)["description"]


def test_a_package_says_who_publishes_it_on_what_terms():
    """Of a publisher who set no licence or address it says nothing of these."""
    found = metadata.package_facts(ABOUT)
    assert found["licenses"] == [{"path": SENDER.licence.url, "title": "CC0 1.0"}]
    assert found["period"]["measured"] == ["2026-02-03", "2026-02-05"]
    assert found["contributors"][0]["email"] == "post@south.example"
    bare = metadata.package_facts(replace(ABOUT, publisher=Publisher(name=SENDER.name)))
    assert not {"licenses", "homepage"} & set(bare)


def test_the_picture_is_the_same_on_any_day():
    """The same bytes, for a report is compared with the one before."""
    words = Words("Six of eight.", facts=[Fact("Websites", "75.0%", [])])
    one, other = (metadata.picture(ABOUT, words, "en") for _ in range(2))
    assert one == other
    assert one.startswith(b"\x89PNG")


@pytest.fixture
def page() -> Page:
    """Return a page of a report with everything in its head."""
    return Page(
        "10_page.html",
        Language("nl"),
        "Hoeveel?",
        "2026-02",
        twin="10_page.en.html",
        notices=[Notice("Synthetische voorbeeldgegevens.", "Verzonnen.")],
        publisher=SENDER,
        folder="2026-02/",
        picture="social.png",
        feed="../feed.atom",
        dataset=metadata.dataset(ABOUT, ["trend"], "nl"),
    )


def test_the_head_of_a_page_is_complete_and_runs_nothing(page, browser, tmp_path, monkeypatch):
    """Its description begins with the warnings; JSON is data; the browser has no complaint."""
    monkeypatch.setattr(publisher, "read", lambda: SENDER)
    cells = [
        new_markdown_cell("# Hoeveel?\n\nZes van de acht."),
    ]
    made = notebook_page(read(new_notebook(cells=cells)), page)
    assert problems(made) == []
    assert 'content="Synthetische voorbeeldgegevens. Zes van de acht."' in made
    assert 'property="og:image" content="https://ipv6.south.example/2026-02/social.png"' in made
    assert 'hreflang="en" href="https://ipv6.south.example/2026-02/10_page.en.html"' in made
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', made, re.DOTALL)
    assert json.loads(block)["publisher"]["name"] == "Gemeente </script>Zuid"
    file = tmp_path / "10_page.html"
    file.write_text(made, encoding="utf-8")
    said = []
    tab = browser.new_page()
    tab.on("console", lambda message: said.append(message.text))
    tab.goto(file.as_uri())
    assert said == []
    tab.close()
    assert opened(browser, file).get_by_role("link", name="CC0 1.0").is_visible()


def test_without_an_address_there_is_no_picture_and_nothing_leads_elsewhere(page):
    """A page can be read from a disk."""
    bare = replace(page, publisher=Publisher(name=SENDER.name))
    made = notebook_page(read(new_notebook(cells=[new_markdown_cell("# Hoeveel?")])), bare)
    assert "og:image" not in made
    assert "https://ipv6" not in made.partition("</head>")[0].partition("ld+json")[0]
    assert 'hreflang="en" href="10_page.en.html"' in made
