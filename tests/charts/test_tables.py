"""Tables as accessible HTML."""

import re

import pandas as pd
import pytest

import v6monitor as v6
from v6monitor.charts.cells import cell_text as _cell_text
from v6monitor.charts.chart import DOWNLOADS, MIME, plain_table
from v6monitor.charts.tables import Part, parts_html, table_html, with_dutch
from v6monitor.language import Language
from v6monitor.language.columns import column


def cell_text(name: str, value: object, language: Language) -> str:
    """Return a cell of a column by its name."""
    return _cell_text(column(name, language.code), value, language)


DUTCH, ENGLISH = Language("nl"), Language("en")
HOSTILE = '<script>alert("x")</script>'


def test_numbers_and_labels_are_in_the_readers_form():
    """Shares, points, counts, months, days and codes, in Dutch."""
    assert cell_text("adoption", 0.123, DUTCH) == "12,3%"
    assert cell_text("points", 1.466, DUTCH) == "+1,5"
    assert cell_text("domains", 12345, DUTCH) == "12.345"
    assert cell_text("period", "2026-10", DUTCH) == "oktober 2026"
    assert cell_text("measured_at", pd.Timestamp("2026-10-05"), DUTCH) == "5 oktober 2026"
    assert cell_text("sector", "gemeente", ENGLISH) == "Municipalities"
    assert cell_text("sole_cause", True, ENGLISH) == "yes"


def test_what_is_not_there_is_a_dash():
    """NaN, NA and NaT never show as such."""
    for nothing in (float("nan"), pd.NA, pd.NaT, None):
        assert cell_text("adoption", nothing, ENGLISH) == "–"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-10", "October 2026"),
        ("2026-10-06", "6 October 2026"),
        ("2026-13", "2026-13"),
        ("2026-02-31", "2026-02-31"),
    ],
)
def test_months_and_days_are_in_words_when_they_are_some(value, shown):
    """A text from a file that only looks like a date stays as it is."""
    assert cell_text("when", value, Language("en")) == shown


def test_a_name_is_never_translated():
    """An organisation called Web or None keeps its name."""
    assert cell_text("organisation", "web", DUTCH) == "web"
    assert cell_text("organisation", "None", DUTCH) == "None"


def test_text_from_elsewhere_is_escaped():
    """Cells, labels, caption and note: none can carry markup."""
    frame = pd.DataFrame({HOSTILE: [HOSTILE], "organisation": [HOSTILE]})
    page = table_html(frame, ENGLISH, HOSTILE, HOSTILE)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 7  # that of the organisation is a reference too


def test_a_table_has_what_a_screen_reader_needs():
    """Caption, a scope on every header, the first cell of a row as its header, no empty header."""
    frame = pd.DataFrame({"sector": ["rijk"], "yes": [3]})
    page = table_html(frame, ENGLISH, "Finding", "Note")
    assert "<caption><strong>Finding</strong> <span>Note</span></caption>" in page
    assert '<th scope="col" data-filter>Sector</th><th scope="col" class="number">Yes</th>' in page
    assert '<tr id="row-central-government"><th scope="row">Central government</th>' in page
    assert '<td class="number">3</td></tr>' in page
    assert 'role="region" aria-label="Finding" tabindex="0"' in page


def test_a_table_without_rows_is_one_sentence():
    """No header, caption, source or download: nothing was found, or it was not measured."""
    empty = pd.DataFrame({"sector": pd.Series([], dtype="str")})
    found = "Nothing was found."
    assert plain_table(empty, ENGLISH, "Gains") == f"<p><strong>Gains</strong> {found}</p>"
    empty.attrs["source"] = []
    assert plain_table(empty, ENGLISH, "") == "<p>There are no lookups of this month.</p>"


@pytest.mark.parametrize("code", ["nl", "en"])
def test_a_chart_that_is_a_table_without_rows_is_its_finding(code):
    """Its words say what is missing: no table, and nothing to download."""
    gone = pd.DataFrame({"tenant": pd.Series([], dtype="str"), "laggards": 0})
    chart = v6.chart.laggards_by(gone)
    held = chart._repr_mimebundle_()[MIME]
    assert (held["kind"], held["table"]) == ("text", "")
    assert "<table" not in chart.html(code)
    assert DOWNLOADS not in chart.html(code)
    assert chart.caption(code) in chart.html(code)


def test_a_row_header_is_never_empty() -> None:
    """Who listens to a table hears that there is nothing, in the page's language (WCAG 1.3.1)."""
    table = pd.DataFrame({"organisation": ["", "C"], "web": [None, "yes"]})
    page = table_html(table, Language("nl"), "Tabel")
    nothing = '<span role="img" aria-label="{}">–</span>'
    assert f'<th scope="row">{nothing.format("geen waarde")}</th>' in page
    assert f"<td>{nothing.format('niet gemeten')}</td>" in page


def test_a_cell_in_the_other_language_says_so() -> None:
    """Columns that end in a language, and those with sentences in one (WCAG 3.1.2)."""
    table = pd.DataFrame(
        {"domain": ["a.example"], "doubt": ["Put it in."], "steps_nl": ["Doe dit."]}
    )
    assert table_html(table, DUTCH, "Tabel").count(' lang="en">Put it in.') == 1
    assert table_html(table, DUTCH, "Tabel").count("lang=") == 1
    assert table_html(table, ENGLISH, "Table").count(' lang="nl">Doe dit.') == 1
    assert table_html(table, ENGLISH, "Table").count("lang=") == 1


def test_codes_among_names_are_in_words() -> None:
    """What a check found, why a domain is undetermined, and how to correct a name: in Dutch."""
    rows = {
        "found": ["1,181 bytes", "ok 2001:db8::1", "refused"],
        "reasons": ["mail_all, mail_any: MX of a.example: timeout; dns_2: NS: refused", "", ""],
        "detail": ["2026-03-31", "gemeente, overig", "mx.a.example"],
        "to_do": ["Put the new name in its place.", "", ""],
    }
    page = table_html(pd.DataFrame(rows), DUTCH, "Tabel")
    for words in (
        "1.181 bytes", "beantwoord 2001:db8::1", "geweigerd (REFUSED)", "31 maart 2026",
        ">MX van a.<wbr>example: geen antwoord op tijd; NS: geweigerd (REFUSED)<",
        "Gemeenten, Overige organisaties", "mx.<wbr>a.<wbr>example",
        "Vervang de naam door de nieuwe.",
    ):  # fmt: skip
        assert words in page


@pytest.mark.parametrize(
    ("texts", "numbers", "stacked"), [(2, 0, 0), (1, 3, 1), (1, 4, 0), (3, 2, 1)]
)
def test_a_narrow_screen_stacks_all_but_tables_of_many_numbers(texts, numbers, stacked) -> None:
    """The titles of its cells are strings of CSS; one from a file cannot end its string."""
    table = {f't"{at};': ["a"] for at in range(texts)} | {f"n{at}": [at] for at in range(numbers)}
    page = table_html(pd.DataFrame(table), ENGLISH, "Table")
    assert page.count('class="stacked"') == stacked
    assert page.count("--c2:&quot;t\\22 1;&quot;") == (texts > 1) * stacked


def test_only_a_long_table_says_how_it_is_sorted() -> None:
    """By the number or day behind what is shown; what is empty says so too."""
    rows = [{"adoption": at / 10, "since": "2026-10", "operator": ""} for at in range(21)]
    rows[-1]["operator"] = "Post"
    long = table_html(pd.DataFrame(rows), DUTCH, "Tabel")
    assert '<td class="whole" data-sort="2026-10">oktober 2026</td><td data-sort="">' in long
    assert ' class="number" data-sort="0.1">10,0%<' in long
    assert "data-sort" not in table_html(pd.DataFrame(rows[:20]), DUTCH, "Tabel")


def test_parts_add_up_as_they_are_shown():
    """Per measure; the total is no part, and the numbers themselves stay as they are."""
    table = pd.DataFrame(
        {"measure": ["web"] * 4, "part": ["within", "entrants", "leavers", "total"]}
    )
    table = table.assign(points=[0.16, 0.16, 0.16, 0.48])
    table.attrs["adds_up"] = "points"
    page = table_html(table, Language("en"), "Parts")
    assert re.findall(r">(\+0\.\d)<", page) == ["+0.2", "+0.2", "+0.1", "+0.5"]
    assert table["points"].to_list() == [0.16, 0.16, 0.16, 0.48]


def test_an_organisations_own_words_are_dutch_on_an_english_page() -> None:
    """A sentence about an explanation marks the part that the organisation wrote, escaped."""
    made = with_dutch("Known for a.example: <Stapt> over.", "<Stapt> over", Language("en"))
    assert made == 'Known for a.example: <span lang="nl">&lt;Stapt&gt; over</span>.'
    assert "span" not in with_dutch("Bekend: Stapt over.", "Stapt over", Language("nl"))


def test_measures_and_states_are_in_the_order_of_the_charts():
    """Websites before name servers, yes before no; a column without a value is left out."""
    rows = [("dns", "no", 3, 4, ""), ("web", "no", 1, 2, ""), ("web", "yes", 5, 6, "")]
    table = pd.DataFrame(rows, columns=["measure", "before", "no", "yes", "break_reason"])
    page = table_html(table, ENGLISH, "Table")
    numbers = [int(text) for text in re.findall(r'<td class="number">(\d)</td>', page)]
    assert numbers == [6, 5, 2, 1, 4, 3]
    assert re.findall(r"<th[^>]*>(\w+)", page)[:4] == ["Measure", "Earlier", "Yes", "No"]
    assert "Break in the series" not in page


def test_the_names_of_several_domains_are_as_people_write_them():
    """Each leads to its page once it is on one."""
    table = pd.DataFrame({"tenant": ["town"], "domains": ["a.example xn--coperatie-17a.example"]})
    page = table_html(table, DUTCH, "Tabel")
    assert '<a data-to="domain:xn--coperatie-17a.example">coöperatie.<wbr>example</a>' in page


def test_a_column_that_no_part_fills_is_left_out() -> None:
    """As in any table; one that a part fills stays in all."""
    rows = pd.DataFrame({"domain": ["a.example"], "since": [""], "tenant": [""]})
    parts = [Part("One", (), rows), Part("Two", (), rows.assign(tenant="town"))]
    page = parts_html(parts, ENGLISH, "Laggards")
    assert page.count('scope="col"') == 2
    assert page.count("<td>town</td>") == 1
