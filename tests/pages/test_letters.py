import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import python_calamine
from looking import opened
from playwright.sync_api import Browser
from seen import host, no_signals, seen

from v6monitor.dns.observation import Observation
from v6monitor.language import CODES, Language
from v6monitor.mail.exchange_online import label_of
from v6monitor.mail.laggards import laggards
from v6monitor.mail.letters import Letter, letters
from v6monitor.pages import tables
from v6monitor.pages.letters import file_of, merge, overview, page
from v6monitor.pages.lint import problems
from v6monitor.pages.notices import synthetic_notice
from v6monitor.pages.page import Page
from v6monitor.pages.publisher import Publisher

HOSTILE = '=HYPERLINK("http://evil.example")<script>alert(1)</script>\' & Town'


_SMALLEST = """Math.min(...[...document.querySelectorAll(".letter *")].map(
    (element) => parseFloat(getComputedStyle(element).fontSize)))"""
"""The size of the smallest letters of a letter, in px."""


def lagging(domain: str, tenant: str) -> list[Observation]:
    """Return the lookups about a laggard on Exchange Online."""
    name = f"{label_of(domain)}.mail.protection.outlook.com"
    selector = f"selector1._domainkey.{domain}"
    target = f"selector1-{domain.replace('.', '-')}._domainkey.{tenant}.onmicrosoft.com"
    signs = [row for row in no_signals(domain) if row.qname != selector]
    return [
        seen(domain, "MX", f"10 {name}"), *host(name), *signs, seen(selector, "CNAME", target),
    ]  # fmt: skip


def tenant_of(number: int, owner: str = "Gemeente Nieuw-Zuidwaard") -> Letter:
    """Return the letter to a tenant with so many domains."""
    names = [f"gemeente-nieuw-zuidwaard-{place}.example" for place in range(number)]
    log = [row for name in names for row in lagging(name, "ictsamenwerking")]
    owners = pd.DataFrame({"domain": names, "organisation": f"{owner}", "sector": "gemeente"})
    (letter,) = letters(laggards(log, owners=owners.assign(province="")), observations=log)
    return letter


def listing(code: str) -> Page:
    """Return the page that lists the letters."""
    return Page("letters.html", Language(code), "Letters", "2026-10", folder="2026-10/")


@pytest.mark.parametrize(("number", "pages"), [(1, 1), (12, 2)])
@pytest.mark.parametrize("code", CODES)
def test_a_letter_is_short_and_legible_on_paper(
    browser: Browser, tmp_path: Path, number: int, pages: int, code: str
) -> None:
    """On one A4, two for more domains than the largest tenant seen; no letters below 8.5 pt."""
    letter = tenant_of(number)
    notices = synthetic_notice(True, Language(code))
    file = tmp_path / file_of(letter, code, CODES)
    text = page(letter, replace(listing(code), notices=notices), CODES)
    file.write_text(text, encoding="utf-8")
    shown = opened(browser, file)
    printed = shown.pdf(prefer_css_page_size=True)
    shown.emulate_media(media="print")
    smallest = shown.evaluate(_SMALLEST)
    shown.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == pages
    assert round(smallest * 0.75, 1) >= 8.5


def test_a_letter_has_what_a_letter_has() -> None:
    """Addressee, sender, date, reference, contact, salutation and signature; a file that stays."""
    letter = tenant_of(2)
    text = page(letter, listing("nl"), CODES)
    for words in (
        "Aan:", "tenant ictsamenwerking", "Voorbeeldinstelling Internetstandaarden", "Datum: 6 okt",
        'Kenmerk: <span class="whole">IPV6-20261006-', "ipv6@agency.example",
        "Geachte heer, mevrouw,",
        "Met vriendelijke groet,<br>Team Internetstandaarden", "<td>6 oktober 2026 ",
    ):  # fmt: skip
        assert words in text, words
    assert file_of(letter, "en", CODES) == "tenant-ictsamenwerking.en.html"


def test_what_was_found_is_before_the_names_of_many_domains() -> None:
    """A few names begin the sentence; twelve of them would hide it."""
    few, many = (page(tenant_of(number), listing("nl"), CODES) for number in (2, 12))
    assert "<li>gemeente-nieuw-zuidwaard-0." in few
    assert "<li>Op 6 oktober 2026 " in many
    assert "Het gaat om gemeente-nieuw-zuidwaard-0." in many


@pytest.mark.parametrize(
    ("looked_up", "words"),
    [(True, "Er zijn geen brieven nodig."), (False, "Er is geen eigen DNS-meting van deze maand.")],
)
def test_no_letters_means_something_only_after_lookups(looked_up: bool, words: str) -> None:
    """Without lookups nobody can say that no letters are needed."""
    assert f"<p>{words}</p>" in overview(listing("nl"), [], CODES, looked_up=looked_up)


def test_the_head_of_a_letter_is_complete() -> None:
    """Address, twin, picture and feed: from its own folder, of the same publisher."""
    sender = Publisher(name=dict.fromkeys(CODES, "Zuid"), address="https://ipv6.south.example/")
    above = replace(listing("nl"), publisher=sender, picture="social.png", feed="../feed.atom")
    head = page(tenant_of(2), above, CODES).partition("</head>")[0]
    own = "https://ipv6.south.example/2026-10/letters/tenant-ictsamenwerking"
    for words in (
        f'rel="canonical" href="{own}.html"', f'property="og:url" content="{own}.html"',
        f'hreflang="nl" href="{own}.html"', f'hreflang="en" href="{own}.en.html"',
        'property="og:image" content="https://ipv6.south.example/2026-10/letters/../social.png"',
        'href="../../feed.atom"', 'name="description" content="', 'property="og:description"',
    ):  # fmt: skip
        assert words in head, words


def test_names_from_elsewhere_are_text_on_the_page() -> None:
    """An organisation's name brings no markup into the letter, and the page has no fault."""
    for code in CODES:
        text = page(tenant_of(2, HOSTILE), listing(code), CODES)
        assert problems(text, tables=1) == []
        assert "<script>" not in text
        assert "&lt;script&gt;" in text


def test_the_mail_merge_has_a_row_per_letter_and_no_formula(tmp_path: Path) -> None:
    """To a spreadsheet program every cell is text or a number."""
    tables.write(merge([tenant_of(2, HOSTILE)]), tmp_path, "letters")
    (row,) = pd.read_csv(tmp_path / "letters.csv", dtype="str").to_dict("records")
    assert row["organisation"] == f"'{HOSTILE}"
    assert (
        row["domains"] == "gemeente-nieuw-zuidwaard-0.example; gemeente-nieuw-zuidwaard-1.example"
    )
    assert row["powershell"].startswith("$domains = 'gemeente-nieuw-zuidwaard-0.example',\n'")
    assert row["steps_nl"].startswith("1. Open Exchange Online PowerShell")
    assert "dig AAAA gemeentenieuwzuidwaard1-example0" in row["steps_en"]
    book = python_calamine.CalamineWorkbook.from_path(tmp_path / "letters.xlsx")
    header, cells = book.get_sheet_by_name("data").to_python()
    assert cells[header.index("organisation")] == HOSTILE
    assert cells[header.index("letter")] == "tenant-ictsamenwerking"
    assert cells[header.index("reference")].startswith("IPV6-20261006-")


def test_without_laggards_there_is_an_empty_table() -> None:
    """A month in which nobody lags has the same columns, so that what reads them goes on."""
    assert merge([]).empty
    assert list(merge([]).columns) == list(merge([tenant_of(1)]).columns)
    assert merge([]).dtypes.equals(merge([tenant_of(1)]).dtypes)
