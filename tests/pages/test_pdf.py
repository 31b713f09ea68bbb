"""Printed pages: the same bytes again."""

import contextlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pdf_ua
import pikepdf
import pytest
from children import child

from v6monitor.charts.tables import table_html
from v6monitor.errors import UsageError
from v6monitor.kept import Kept
from v6monitor.language import Language
from v6monitor.pages import pages, pdf
from v6monitor.pages.page import Page
from v6monitor.pages.pdf import settled

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
<ul><li>een efficiënt artikel</li><li>twee <strong>drie</strong></li></ul>
<figure><figcaption><strong>Kop.</strong> Noot.</figcaption><picture><img alt="Lijn" src="{}">
</picture></figure>
<table><caption><strong>Tabel</strong></caption><thead><tr><th scope="col">a</th>
<th scope="col">b</th><th scope="col">c</th></tr></thead><tbody><tr><th scope="row">1</th><td></td>
<td><span role="img" aria-label="geen waarde">–</span></td></tr></tbody></table>
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
Table Caption Strong TR TH TH TH TR TH TD TD Span
"""


@pytest.fixture
def page(tmp_path):
    """Return a page with one of everything; skip without a browser."""
    if not any(map(shutil.which, pdf.BROWSERS)):
        pytest.skip("no chromium to print with")
    file = tmp_path / "page.html"
    file.write_text(PAGE.replace("{}", PICTURE), encoding="utf-8")
    return file


def printed_beside(pages: list[Path]) -> list[tuple[str, int, int]]:
    """Print pages; return the progress."""
    said: list[tuple[str, int, int]] = []
    pdf.print_pages(pages, pages[0].parent, lambda *one: said.append(one))
    return said


def test_tables_lists_and_figures_have_the_parts_of_pdf_ua(page):
    """What Chromium groups otherwise is put in order; what is only drawn is no content."""
    printed_beside([page])
    with pikepdf.open(page.with_suffix(".pdf")) as printed:
        assert pdf_ua.faults_of(printed) == []
        found = [str(one.S)[1:] for one in pdf_ua.elements(printed.Root.StructTreeRoot)]
        assert found[1:] == OUTLINE.split()[1:]
        about = printed.open_metadata()
        assert [
            str(one.Alt) for one in pdf_ua.elements(printed.Root.StructTreeRoot) if "/Alt" in one
        ] == [
            "Lijn",
            "geen waarde",
        ]
        assert (about["dc:title"], about["pdfuaid:part"]) == ("Vraag – mei", "1")


def test_neighbours_change_no_byte_and_nothing_is_left(page):
    """One Chromium prints all pages; its counters, files and processes are not in the way."""
    other = page.with_name("other.html")
    other.write_text(page.read_text(encoding="utf-8").replace("Vraag", "Antwoord"))
    said = printed_beside([page, other])
    first = page.with_suffix(".pdf").read_bytes()
    printed_beside([other, page])
    assert page.with_suffix(".pdf").read_bytes() == first != other.with_suffix(".pdf").read_bytes()
    assert said == [("printing", 0, 2), ("printing", 1, 2)]
    names = {"page.html", "page.pdf", "other.html", "other.pdf"}
    assert {file.name for file in page.parent.iterdir()} == names


def test_printing_that_was_interrupted_continues(page):
    """What was printed before is not printed again, and is the same file; a changed page is."""
    data = page.parent / "data" / "observations"
    data.mkdir(parents=True)
    others = [page.with_name(f"{name}.html") for name in ("a", "b")]
    for other in others:
        other.write_text(page.read_text(encoding="utf-8").replace("Vraag", other.stem))

    def stopped_after(most: int, pages: list[Path]) -> list[int]:
        said: list[int] = []

        def progress(_: str, at: int, __: int) -> None:
            said.append(at)
            if len(said) > most:
                raise KeyboardInterrupt

        pdf.print_pages(pages, page.parent, progress, Kept(data / ".printed", 9))
        return said

    with pytest.raises(KeyboardInterrupt):
        stopped_after(2, [page, *others])
    first = page.with_suffix(".pdf").read_bytes()
    for file in page.parent.glob("*.pdf"):
        file.unlink()
    assert stopped_after(1, [page, *others]) == [2]
    assert page.with_suffix(".pdf").read_bytes() == first
    page.write_text(page.read_text(encoding="utf-8").replace("drie", "vier"), encoding="utf-8")
    assert stopped_after(1, [page, *others]) == [2]
    assert page.with_suffix(".pdf").read_bytes() != first
    assert stopped_after(0, [page, *others]) == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_chromium_ends_with_a_run_that_is_killed(page):
    """Its commands come from the run, and without them it ends by itself."""
    script = (
        "import sys; from pathlib import Path; from v6monitor.pages import pdf\n"
        "page = Path(sys.argv[1])\n"
        "pdf.print_pages([page] * 999, page.parent, lambda _, at, of: print(at, flush=True))"
    )
    command = [sys.executable, "-c", script, str(page)]
    with child(command, stdout=subprocess.PIPE, text=True) as run:
        assert [run.stdout.readline() for _ in range(2)] == ["0\n", "1\n"]
        assert chromium_of(page)
        run.kill()
    deadline = time.monotonic() + 20
    while chromium_of(page) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not chromium_of(page)


def chromium_of(page: Path) -> list[str]:
    """Return the processes of a Chromium with its files beside a page."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"--user-data-dir={page.parent}".encode() in (process / "cmdline").read_bytes():
                found.append(process.name)
    return found


def test_without_the_extra_a_sentence_says_what_is_missing(monkeypatch):
    """A PDF that is not accessible is not made."""
    monkeypatch.setitem(sys.modules, "pikepdf", None)
    with pytest.raises(UsageError, match=r"v6monitor\[pdf\]"):
        pdf.browser()


def test_a_heading_and_its_text_are_on_the_page_of_their_table(page):
    """Wherever the page before ends: Chromium broke the text, and left its beginning behind."""
    rows = pd.DataFrame({"sector": ["rijk"] * 7, "yes": range(7)})
    table = table_html(rows, Language("en"), "Finding")
    files = [page.with_name(f"{height}.html") for height in (247, 249, 251)]
    for file in files:
        above = f'<div style="height: {file.stem}mm">.</div><h2>Why?</h2><p>{"word " * 60}</p>'
        card = pages.plain_page("card", Page("x", Language("en"), "V"), card=above + table)
        file.write_text(card, encoding="utf-8")
    printed_beside(files)
    for file in files:
        with pikepdf.open(file.with_suffix(".pdf")) as printed, printed.open_outline() as outline:
            (heading,) = outline.root[0].children or outline.root
            assert pikepdf.Page(heading.destination[0]).index == 1
