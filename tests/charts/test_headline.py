"""The headline: what is judged and counted of a month, and of which lists nothing is judged."""

from dataclasses import replace

import pandas as pd
import pytest
from measured import month

import v6monitor as v6
from v6monitor.charts.headline import message
from v6monitor.language import Language
from v6monitor.report.results import records

RESULTS = {"y": "passed", "n": "failed", "?": "error"}
DAY = "2026-10-05"


def made(web="", mail="", *, day=DAY, sectors=("rijk", "gemeente"), then=None):
    """Return a month with a letter per domain; ``then`` is an earlier day with its letters."""
    measures = {
        measure: {
            when: {f"d{n}": RESULTS[letter] for n, letter in enumerate(letters)}
            for when, letters in ((then[0], then[1]) if then else ("", ""), (day, now))
            if letters
        }
        for measure, now in (("web", web), ("mail", mail))
        if now
    }
    found = month(measures)
    number = found.history["domain"].str.extract(r"(\d+)")[0].astype(int)
    sector = number.map(lambda n: sectors[n % len(sectors)] if sectors else "").astype("str")
    form = "api-2" if sectors else "mapped"
    return replace(found, history=found.history.assign(sector=sector, source_format=form))


def said(found, code="en"):
    """Return the finding on a month."""
    return v6.chart.headline(v6.headline(found)).caption(code)


@pytest.mark.parametrize(
    ("found", "english", "dutch"),
    [
        (made("yyynn", "ynnnn"),
         ("In October 2026, government had IPv6 on 60.0% of websites and 20.0% of e-mail domains."
         " The agreement of 100% by the end of 2021 has not been met."),
         ("In oktober 2026 was 60,0% van de websites en 20,0% van de e-maildomeinen van de overheid"
         " bereikbaar via IPv6. De afspraak, 100% eind 2021, is niet gehaald.")),
        (made("yyyyy", "yyyyy"),
         ("In October 2026, government had IPv6 on 100.0% of websites and 100.0% of e-mail domains."
         " The agreement of 100% has been met; it was due by the end of 2021."), ""),
        (made("yyynn"),
         ("In October 2026, government had IPv6 on 60.0% of websites."
         " The agreement was 100% by the end of 2021."), ""),
        (made("yyynn", "ynnnn", sectors=("gemeente",)),
         ("Municipalities: in October 2026, 60.0% of websites and 20.0% of e-mail domains had IPv6."
         " The agreement was 100% by the end of 2021."),
         ("Gemeenten: in oktober 2026 was 60,0% van de websites en 20,0% van de e-maildomeinen"
         " bereikbaar via IPv6. De afspraak was 100% eind 2021.")),
        (made("yyynn", "ynnnn", sectors=()),
         "In October 2026, 60.0% of websites and 20.0% of e-mail domains had IPv6.", ""),
        (made("yyynn", "ynnnn", day="2021-12-05"),
         ("In December 2021, government had IPv6 on 60.0% of websites and 20.0% of e-mail domains."
         " The agreement is 100% by the end of 2021."), ""),
        (made("yyynn", "ynnnn", day="2022-01-05"),
         ("In January 2022, government had IPv6 on 60.0% of websites and 20.0% of e-mail domains."
         " The agreement of 100% by the end of 2021 has not been met."), ""),
        (made("yyynn", "ynnnn", day="2019-03-25"),
         ("In March 2019, government had IPv6 on 60.0% of websites and 20.0% of e-mail domains."
         " In April 2020 government agreed on 100% by the end of 2021."), ""),
        (made("yn"), ("IPv6 in October 2026: websites 1 of 2."
         " The agreement was 100% by the end of 2021."), ""),
    ],
    ids=["missed", "met", "web only", "one sector", "other list", "last month in time",
         "first month too late", "before the agreement", "too few"],
)  # fmt: skip
def test_what_is_judged(found, english, dutch):
    """Only of the government as a whole, of websites and e-mail, after the deadline."""
    assert said(found) == english
    assert said(found, "nl") == dutch or not dutch


def test_unknown_results_are_no_judgement():
    """Nothing is missed or met as long as it may be either."""
    assert said(made("yyyyy?", "yyyyy?")).endswith("The agreement was 100% by the end of 2021.")


def facts(found):
    """Return the large figures by what they are of."""
    return {name: [value, *lines] for name, value, lines in _words(found).facts}


def _words(found):
    return message(v6.headline(found).to_dict("records"), Language("en"))


def test_the_large_figures_have_the_change_of_a_year_and_the_distance():
    """Two of five gained it; the month before last year's is too long ago."""
    table = facts(made("yyynn", day=DAY, then=("2025-10-06", "ynnnn")))
    assert table == {
        "Websites": ["60.0%", "+40.0 points since October 2025", "40.0 points from 100%"]
    }
    late = facts(made("yyynn", day=DAY, then=("2025-09-06", "ynnnn")))
    assert late["Websites"][1] == "no comparable measurement in the past year"


def test_another_list_is_no_year():
    """Ten domains became five: the list is another, and no change is named."""
    table = facts(made("yyynn", then=("2026-01-05", "nnnnnnnnnn")))
    assert table["Websites"][1] == "no comparable measurement in the past year"


def test_another_list_has_no_distance_to_a_target():
    """The agreement is not about it."""
    assert facts(made("yyynn", sectors=()))["Websites"][0] == "60.0%"
    assert not any("100%" in line for line in facts(made("yyynn", sectors=()))["Websites"])


def test_json_says_the_same():
    """Mail and feed are made from the rows as run.json has them, with None for NaN."""
    found = made("yyynn?", "yn")
    told = message(records(v6.headline(found)), Language("nl"))
    assert told == message(v6.headline(found).to_dict("records"), Language("nl"))
    assert "websites tussen 50,0% en 66,7%" in told.note


EXCHANGE = {"figure": "exchange_online", "period": "2026-10", "of": "", "agreement": "past",
            "no": 45, "year_from": "2025-10", "year_change": -12.0, "asked": "2026-10-06",
            "since": "", "unknown": 0, "adoption": None}  # fmt: skip


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (0.449, "45% of the e-mail domains without IPv6 are on Exchange Online."),
        (0.45, "Nearly half of the e-mail domains without IPv6 are on Exchange Online."),
        (0.5, "Half of the e-mail domains without IPv6 are on Exchange Online."),
        (0.52, "Just over half of the e-mail domains without IPv6 are on Exchange Online."),
        (0.55, "55% of the e-mail domains without IPv6 are on Exchange Online."),
        (0.0, "None of the e-mail domains without IPv6 is on Exchange Online."),
    ],
)
def test_what_the_gap_is_made_of(part, words):
    """A half in words, any other part in percent, and the step to take."""
    rows = [*records(v6.headline(made("yyynn", "ynnnn"))), EXCHANGE | {"part": part}]
    told = message(rows, Language("en"))
    step = " Their administrators can turn it on themselves, per domain."
    assert told.caption.endswith(words + (step if part else ""))
    assert told.facts[-1] == (
        "E-mail domains on Exchange Online without IPv6",
        "45",
        ["−12 since October 2025", "target: 0"],
    )


def test_a_source_without_results_is_named_so():
    """No share is made up of nothing."""
    empty = pd.DataFrame(columns=["figure"])
    assert v6.chart.headline(empty).caption() == (
        "No measurement of this month has a result for IPv6; the pages show our own lookups."
    )
