import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from measured import month
from tiny import GOOD, NAMES, World

from v6monitor.charts.cells import Reference, referring
from v6monitor.charts.chart import slug
from v6monitor.language import Language
from v6monitor.names import page_name, visible
from v6monitor.pages.lint import problems
from v6monitor.pages.page import Page
from v6monitor.pages.pages import linked
from v6monitor.pages.publisher import Publisher
from v6monitor.report.news import News
from v6monitor.report.organisations import Organisations
from v6monitor.report.request import Request
from v6monitor.report.runner import make

NAMED = st.text(st.sampled_from("abé .-_'/&x0"), min_size=1)


@given(NAMED, NAMED)
def test_two_organisations_share_a_page_only_when_spelt_alike(one: str, other: str) -> None:
    """By capitals, spaces and hyphens; and every name of a page is safe as a file's."""
    alike = [" ".join(name.casefold().replace("-", " ").split()) for name in (one, other)]
    names = [slug(page_name(name)) for name in (one, other)]
    assert (names[0] == names[1]) == (alike[0] == alike[1])


def test_no_name_from_elsewhere_can_choose_the_page_of_another() -> None:
    """Not by the digest that keeps two apart, nor by a path, nor a domain for an organisation."""
    taken = page_name("Écht")
    assert taken.startswith("echt-")
    assert page_name(taken) != taken
    assert page_name("echt example") != page_name("", "echt.example") == "echt_example"
    assert "/" not in page_name("../../index")
    assert page_name("", "xn--cht-9la.example").startswith("echt-example-")


def test_every_organisation_has_a_page_in_both_languages(
    all_months: tuple[World, Request],
) -> None:
    """With its domains, their evidence and what changed; nothing in it is markup of its name."""
    world, _ = all_months
    folder = world.out / "2026-10"
    files = sorted(file.name for file in (folder / "organisations").iterdir())
    assert len(files) == 2 * len(NAMES)
    for name in NAMES:
        stem = page_name(f"=Organisation {name}")
        for end in ("html", "en.html"):
            page = (folder / "organisations" / f"{stem}.{end}").read_text(encoding="utf-8")
            assert problems(page) == []
            assert f'id="{name}_example"' in page
            assert f"MX {name}.<wbr>example" in page
            assert "mailto:ipv6@agency.example?subject=" in page
        assert ("gained IPv6" in page) == (NAMES.index(name) % 2 == 0)


def test_the_index_and_the_tables_lead_to_the_pages(all_months: tuple[World, Request]) -> None:
    """In the language of the page, to files that are there."""
    world, _ = all_months
    for code, end in (("nl", "html"), ("en", "en.html")):
        index = (world.out / "2026-10" / f"organisations.{end}").read_text(encoding="utf-8")
        assert problems(index) == []
        found = re.findall(r'href="(organisations/[^"]*)"', index)
        assert len(found) == len(NAMES)
        page = (world.out / "2026-10" / f"10_good.{end}").read_text(encoding="utf-8")
        targets = re.findall(r'href="(organisations/[^"#]*)', page)
        assert set(targets) == set(found), code
        assert all((world.out / "2026-10" / target).is_file() for target in targets)
        assert "data-to" not in page


def test_an_organisation_is_compared_with_all_only_where_that_is_another_group(
    all_months: tuple[World, Request],
) -> None:
    """Of one sector the same figures are not shown twice."""
    world, _ = all_months
    sectors = set(pd.read_csv(world.measured, keep_default_na=False)["sector"]) - {""}
    for page in (world.out / "2026-10" / "organisations").glob("*.en.html"):
        compared = page.read_text(encoding="utf-8").partition("How does it compare")[2]
        assert ("All domains" in compared) == (len(sectors) != 1), page.name


def test_a_reference_to_no_page_is_text() -> None:
    """Where the page of an organisation is not made, and for a name with quotes."""
    cell = referring(Reference("organisation", 'Town "A": x'), "Town")
    assert linked(cell, {}) == "Town"
    places = {Reference("organisation", 'Town "A": x'): "organisations/x.html"}
    assert linked(cell, places) == '<a href="organisations/x.html">Town</a>'


def test_organisation_names_those_that_get_a_page(tmp_path: Path) -> None:
    """The others keep their rows, without a link; a domain of nobody known has its own page."""
    world = World(tmp_path)
    text = world.measured.read_text(encoding="utf-8").replace("=Organisation aa", "")
    world.measured.write_text(text, encoding="utf-8")
    plan = world.plan("good", **{"10_good": GOOD})
    names = ("=Organisation bb",)
    make(world.request(plan, languages=("en",), organisations=names), lambda *_: None)
    made = [file.name for file in (world.out / "2026-10" / "organisations").iterdir()]
    assert made == [f"{page_name(names[0])}.html"]
    make(world.request(plan, languages=("en",)), lambda *_: None, force=True)
    made = [file.name for file in (world.out / "2026-10" / "organisations").iterdir()]
    assert "aa_example.html" in made
    assert len(made) == len(NAMES)


def test_what_is_undetermined_counts_as_no_website_without_ipv6() -> None:
    """Known of one of two sites, and of none of another organisation's: not 1 of 2, nor 0 of 1."""
    of_web = {"a": "passed", "b": "error", "c": "error"}
    found = month({"web": {"2026-10-05": of_web}})
    table = found.history.copy()
    table.loc[table["domain"] == "b.example", "organisation"] = "A"
    found = replace(found, history=table)
    sender = Publisher(name={"nl": "Zuid", "en": "South"})
    told = Organisations(found, News(pd.DataFrame({"domain": []}), {}, None), [], sender)
    above = Page("organisations.html", Language("en"), "Organisations", "2026-10")
    pages = dict(told.pages(above, ["en"]))
    some, none = pages["organisations/a.html"], pages["organisations/c.html"]
    assert "in October 2026: 1 of 1. Undetermined: 1 of 2.</p>" in some
    assert '<div class="answer"><p>Undetermined: 1 of 1.</p></div>' in none
    assert ">undetermined</td>" in told.index(above, ["en"])
    assert "0 of 1" not in none + told.index(above, ["en"])


def test_a_name_with_steering_characters_leads_to_its_page() -> None:
    """As a page shows it: by the characters that a reader sees."""
    found = month({"web": {"2026-10-05": {"a": "passed"}}})
    found = replace(found, history=found.history.assign(organisation="Dienst\u200b \u202etxt"))
    sender = Publisher(name={"nl": "Zuid", "en": "South"})
    told = Organisations(found, News(pd.DataFrame({"domain": []}), {}, None), [], sender)
    places = told.references("en", ["en"])
    assert places[Reference("organisation", visible("Dienst\u200b \u202etxt"))]
    assert Reference("organisation", "Dienst\u200b \u202etxt") not in places


def test_what_was_fixed_after_the_measurement_is_said() -> None:
    """Of the site that lost it since, nothing: a loss is named when it is confirmed."""
    of_web = {"a": "failed", "b": "passed"}
    found = month({"web": {"2026-10-05": of_web}}, asked="2026-10-07", without=["b"])
    sender = Publisher(name={"nl": "Zuid", "en": "South"})
    told = Organisations(found, News(pd.DataFrame({"domain": []}), {}, None), [], sender)
    above = Page("organisations.html", Language("en"), "Organisations", "2026-10")
    pages = dict(told.pages(above, ["en"]))
    since = "by our own lookups, after the measurement"
    assert f"<p>Website {since}: yes.</p>" in pages["organisations/a.html"]
    assert since not in pages["organisations/b.html"]
