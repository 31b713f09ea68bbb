"""Printed pages: the same bytes again."""

import shutil
import sys

import pdf_ua
import pikepdf
import pytest

from v6monitor.report import pdf
from v6monitor.report.pdf import settled

PRINTED = """%PDF-1.4
<</CreationDate (D:20261124{clock}+00'00') /ModDate (D:20261124{clock}+00'00')>>
<</S /TH /ID (node{second})>> <</S /TH /ID (node{first})>>
<</S /TD /A <</Headers [(node{first}) (node{second})]>> >> (node5) (D:20261124010203)
"""


def printed(clock: str, first: str, second: str) -> bytes:
    """Return a PDF of that moment, with header cells of these numbers."""
    return PRINTED.format(clock=clock, first=first, second=second).encode()


def test_a_page_printed_twice_gives_the_same_bytes():
    """Moments and Chromium's numbers of header cells differ; order and length stay."""
    one = printed("010203", "00000739", "00000741")
    other = printed("040506", "00000738", "00000742")
    expected = b"<</S /TH /ID (node00000001)>> <</S /TH /ID (node00000000)>>"
    assert settled(one) == settled(other)
    assert settled(one).splitlines()[2] == expected
    assert len(settled(one)) == len(one)


def test_what_a_page_says_stays():
    """A text that looks like a number of a cell, or like a moment, is neither."""
    assert settled(printed("010203", "00000739", "00000741")).endswith(
        b"(node5) (D:20261124010203)\n"
    )


PAGE = """<!DOCTYPE html><html lang="nl"><head><title>Vraag – mei</title><style>
@page { @top-left { content: "Kop"; } } p { background: #eee; }</style></head><body>
<header><p><a href="x.html">Afzender</a> <span>mei</span></p></header><h1>Vraag</h1>
<dl><div><dt>Web</dt><dd>3</dd></div></dl>
<ul><li>een</li><li>twee <strong>drie</strong></li></ul>
<figure><figcaption><strong>Kop.</strong> Noot.</figcaption><picture><img alt="Lijn" src="{}">
</picture></figure>
<table><caption><strong>Tabel</strong></caption><thead><tr><th scope="col">a</th></tr></thead>
<tbody><tr><th scope="row">1</th><td></td></tr></tbody></table>
<script>document.body.append(document.createElement("button"))</script></body></html>"""
PICTURE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='9'%3E"
    "%3Cpath d='M0 0L9 9' stroke='red'/%3E%3C/svg%3E"
)
OUTLINE = """
P
P
H1
P
P
L LI LBody LI LBody Strong
Div P Strong Figure
Table Caption Strong TR TH TR TH TD
"""


@pytest.fixture
def page(tmp_path):
    """Return a page with one of everything; skip without a browser."""
    if not any(map(shutil.which, pdf.BROWSERS)):
        pytest.skip("no chromium to print with")
    file = tmp_path / "page.html"
    file.write_text(PAGE.replace("{}", PICTURE), encoding="utf-8")
    return file


def test_tables_lists_and_figures_have_the_parts_of_pdf_ua(page):
    """What Chromium groups otherwise is put in order; what is only drawn is no content."""
    pdf.print_pages([page])
    with pikepdf.open(page.with_suffix(".pdf")) as printed:
        assert pdf_ua.faults_of(printed) == []
        found = [str(one.S)[1:] for one in pdf_ua.elements(printed.Root.StructTreeRoot)]
        assert found[1:] == OUTLINE.split()[1:]
        about = printed.open_metadata()
        assert (about["dc:title"], about["pdfuaid:part"]) == ("Vraag – mei", "1")


def test_without_the_extra_a_pdf_is_made_and_a_sentence_says_what_it_lacks(page, monkeypatch):
    """The PDF has Chromium's tags."""
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "pikepdf", None)
        with pytest.warns(UserWarning, match="not marked as PDF/UA"):
            pdf.print_pages([page])
    with pikepdf.open(page.with_suffix(".pdf")) as printed:
        assert printed.Root.MarkInfo.Marked
        assert "/Metadata" not in printed.Root
