"""Payloads in every cell, file name, waiver, register, DNS answer and parameter; all outputs read.

| front | tried | expected |
|---|---|---|
| pages, letters, cards | HTML, script, CSS, SVG, templates, markdown, JSON's script close | text |
| the same, in a browser without the page's policy | handlers, images, links | no effect |
| CSV and spreadsheets | formulas, links | text |
| mail, feed | line breaks that begin a header, tags | one subject, well-formed XML |
| terminal | escape sequences, overrides | shown, never sent |
| organisations, parameters | paths that climb | every file is below the archive |
"""

import csv
import re
import shutil
import zipfile
from html import escape
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
import xlsxwriter
from playwright.sync_api import Browser, Page, Request
from seen import host, no_signals, seen
from test_spreadsheets import ods, ods_cell
from tiny import LOAD, PARAMETERS, World

import v6monitor as v6
from v6monitor.cli import main
from v6monitor.dns import log
from v6monitor.mail.exchange_online import label_of
from v6monitor.pages.exports import FORMULA_STARTS
from v6monitor.pages.pdf import BROWSERS, print_pages
from v6monitor.report.runner import make

pytestmark = pytest.mark.slow

PAYLOADS = {
    "aa": "<script>window.hit=1</script><x-evil></x-evil>",
    "bb": '"><img src=http://evil.example/i onerror=window.hit=1><x-evil>',
    "cc": "</style><style>@import 'http://evil.example/s';body{display:none}</style>",
    "dd": '=HYPERLINK("http://evil.example","x")',
    "ee": "Town\r\nBcc: all@evil.example\r\n\r\n<x-evil>",
    "ff": "\x1b[2J\x1b]0;owned\x07\u202egpj.exe",
    "gg": "../../../../etc/passwd{{7*7}}{% for x in y %}${7*7}",
    "hh": "[x](javascript:window.hit=1) ![i](http://evil.example/m) </script><svg onload=hit=1>",
}
"""By name of the domain that has it in every cell and answer."""
CELLS = {name: re.sub("[\x00-\x09\x0b\x0c\x0e-\x1f]", "", text) for name, text in PAYLOADS.items()}
"""The same for files: one with control signs is refused as binary."""
HOSTS = (
    "mx<x-evil>",
    'mx"onload=1',
    "mx'`id`",
    "mx/../../etc",
    "mx{{7*7}}",
    "mx=cmd|x",
    "mx&amp",
    "mx%0d",
)
LISTS = [
    "# Who lags?", PARAMETERS, LOAD,
    "v6.chart.laggards_now(month.laggards)", "v6.chart.laggard_list(month.laggards)",
    "## Owners", 'v6.caption(month.owners, "The owners")', "## Hosts", "month.mx_hosts",
    "## Providers", "month.providers", "## Explanations", "month.waivers",
    "## States", "month.states",
    "## Groups", 'month.states.groupby("organisation").size().rename("domains")',
]  # fmt: skip
OUTSIDE = "http://evil.example"
FORBIDDEN = (
    "x-evil, iframe, object, embed, svg[onload], img[onerror], [onload], [onclick], "
    "link[href*='evil.example'], img[src^='http'], a[href^='javascript'], "
    "a[href^='http'][href*='evil.example']"
)
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return a report of a month with payloads everywhere; in a folder of its own."""
    made = World(tmp_path_factory.mktemp("payloads"))
    table = pd.read_csv(made.measured, dtype="str", keep_default_na=False)
    of_row = table["domain"].str[:2].map(CELLS)
    named = ("list", "tags", "organisation", "province", "source_file", "source_format")
    for column in (*named, "domain_display"):
        table[column] = of_row
    folder = made.folder / "in"
    folder.mkdir()
    made.measured = folder / "=x <x-evil> 'a' {{7*7}}.csv"
    table.to_csv(made.measured, index=False)
    waivers = [("domain", "type", "standard", "explanation", "owner", "valid_from", "valid_until")]
    register = [("organisation", "domain", "sector", "province")]
    rows = []
    for (name, payload), label in zip(CELLS.items(), HOSTS, strict=True):
        domain = f"{name}.example"
        waivers.append((domain, "mail", "IPv6", payload, payload, "", "2027-01-01"))
        register.append((payload, domain, "gemeente", payload))
        exchange = f"{label_of(domain)}.mail.protection.outlook.com"
        mx = exchange if name < "ee" else f"{label}.else.example"
        target = f"selector1-{name}-example._domainkey.<x-evil>{name}.onmicrosoft.com"
        signs = [row for row in no_signals(domain) if row.qtype != "TXT" and "or1" not in row.qname]
        rows += [
            seen(domain, "MX", f"10 {mx}"), *host(mx), *host(domain, chain_of(label)), *signs,
            seen(domain, "TXT", f'"v=spf1 {PAYLOADS[name]}"'),
            seen(f"selector1._domainkey.{domain}", "CNAME", target),
            seen(domain, "NS", f"ns.{label}.example", f"ns.{name}{label}.else.example"),
            *host(f"ns.{label}.example"),
        ]  # fmt: skip
    for name, lines in (("waivers", waivers), ("register", register)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)
    subjects = [(f"{name}.example", kind) for name in PAYLOADS for kind in ("mail", "web")]
    log.write(log.frame(rows), made.log, {"subjects": subjects, "resolvers": ["192.0.2.53"]})
    plan = made.plan("lists", **{"40_exchange_online": LISTS})
    result = make(made.request(plan), lambda *_: None)
    assert [one["status"] for one in result["notebooks"]] == ["ok"], result["notebooks"]
    return made


def chain_of(label: str) -> str:
    """Return an AAAA that is text and no address."""
    return f"<x-evil>{label}"


def outputs(world: World, *endings: str) -> list[Path]:
    """Return the files of the archive that end so; there must be some."""
    found = [file for file in sorted(world.out.rglob("*")) if file.name.endswith(endings)]
    assert found, endings
    return found


@pytest.fixture
def page(browser: Browser) -> Page:
    """Return a page of a real browser that keeps to no policy of a page: escaping must do it."""
    return browser.new_page(bypass_csp=True)


def harm(page: Page, file: Path) -> list[str]:
    """Return what a page does or has that is not ours."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith(("file:", "data:")):
            asked.append(request.url)

    page.on("request", note)
    page.goto(file.as_uri(), wait_until="load")
    page.remove_listener("request", note)
    found = page.evaluate(
        f"[window.hit ? 'a script ran' : '', document.title === '' ? 'no title' : '',"
        f" ...[...document.querySelectorAll({FORBIDDEN!r})].map((one) => one.outerHTML)]"
    )
    return [*asked, *filter(None, found)]


def test_the_check_of_pages_sees_every_harm(page: Page, tmp_path: Path) -> None:
    """Each HTML payload, unescaped, is found."""
    for name in ("aa", "bb", "cc"):
        file = tmp_path / f"{name}.html"
        file.write_text(f"<title>T</title><style></style>{PAYLOADS[name]}", encoding="utf-8")
        assert harm(page, file), name


def test_no_page_runs_asks_or_shows_what_a_payload_says(world: World, page: Page) -> None:
    """All pages: of notebooks, organisations, letters, data, index and archive."""
    found = {file.name: harm(page, file) for file in outputs(world, ".html")}
    assert {name: faults for name, faults in found.items() if faults} == {}
    files = outputs(world, ".html")
    text = "".join(file.read_bytes().decode("utf-8") for file in files)
    for subject in re.findall('mailto:[^"]*?subject=([^"&]*)', text):
        assert not re.search("%0[AD]", subject, re.IGNORECASE), subject
    assert "&lt;x-evil&gt;" in text  # the payloads are there
    assert "{{7*7}}" in text
    steering = STEERING.search(text)
    assert not steering, text[steering.start() - 200 : steering.end() + 80]


def test_cards_and_the_terminal_show_signs_and_send_none(
    world: World, page: Page, tmp_path: Path
) -> None:
    """The evidence card as HTML and as text, of every domain."""
    month = v6.load(world.measured, period="2026-10", observations=world.log)
    for name in PAYLOADS:
        card = v6.explain(f"{name}.example", month=month)
        assert not STEERING.search(card.text("en"))
        file = tmp_path / f"{name}.html"
        file.write_text(f"<title>T</title>{card.html('nl')}", encoding="utf-8")
        assert harm(page, file) == []


def test_no_spreadsheet_has_a_formula_or_a_link(world: World) -> None:
    """Workbooks hold texts and numbers only; no text of a CSV begins as a formula does."""
    for file in outputs(world, ".xlsx"):
        with zipfile.ZipFile(file) as parts:
            for part in parts.namelist():
                text = parts.read(part).decode("utf-8", errors="replace")
                assert not re.search("<f[ >]|<hyperlink|externalLink|" + OUTSIDE, text) or (
                    part.endswith("sharedStrings.xml") and "<f>" not in text
                ), (file, part)
    for file in outputs(world, ".csv"):
        if file.name in {"waivers.csv", "renames.csv"}:
            continue  # as they came: the notebooks read them
        with file.open(encoding="utf-8-sig", newline="") as lines:
            sample = lines.read()
        separator = ";" if ";" in sample.partition("\n")[0] else ","
        for row in csv.reader(sample.splitlines(keepends=True), delimiter=separator):
            for cell in row:
                number = re.fullmatch(r"-?[0-9.,e+-]+", cell)
                assert number or not cell.startswith(FORMULA_STARTS), (file, cell)


def test_feeds_and_mails_hold_text(world: World) -> None:
    """A feed is well-formed without elements of others; a mail has one subject and no header."""
    for file in outputs(world, ".atom"):
        tags = {one.tag.rpartition("}")[2] for one in ET.parse(file).iter()}  # noqa: S314
        assert not tags & {"x-evil", "script", "img", "svg", "style"}
        assert not STEERING.search(file.read_text(encoding="utf-8"))
    for file in outputs(world, ".txt"):
        text = file.read_text(encoding="utf-8")
        assert "\n\n" in text
        assert not re.search(r"(?m)^Bcc:", text)
        assert not STEERING.search(text)


def test_no_pdf_runs_or_leads_anywhere(world: World, tmp_path: Path) -> None:
    """Printed from the pages: no script, no action, no link, no file in it; payloads are text."""
    pikepdf = pytest.importorskip("pikepdf")
    from pdf_text import pdf_text  # noqa: PLC0415 - an extra

    if not any(shutil.which(name) for name in BROWSERS):
        pytest.skip("no chromium to print with")
    printed = []
    for name in ("40_exchange_online.html", "organisations.html", "letters.html", "data.html"):
        (page,) = (file for file in outputs(world, name) if file.parent.name == "2026-10")
        printed.append(Path(shutil.copy(page, tmp_path)))
    print_pages(printed, tmp_path, lambda *_: None)
    for file in printed:
        with pikepdf.open(file.with_suffix(".pdf")) as made:
            assert len(made.pages) > 0
            parts = [one for one in made.objects if isinstance(one, pikepdf.Dictionary)]
            keys = {key for one in parts for key in one.keys()}  # noqa: SIM118 - it is no dict
            kinds = {str(one.get("/S")) for one in parts}
        assert not keys & {"/JS", "/JavaScript", "/AA", "/URI", "/EmbeddedFiles", "/RichMedia"}
        assert not kinds & {
            "/JavaScript",
            "/Launch",
            "/URI",
            "/SubmitForm",
            "/GoToR",
            "/ImportData",
        }
        text = pdf_text(file.with_suffix(".pdf"))
        assert not STEERING.search(text)
        assert "<x-evil>" in text or file.name in {"letters.html", "data.html"}


@pytest.mark.parametrize("payload", PAYLOADS.values())
def test_names_of_sheets_lists_and_tags_are_text(
    payload: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a spreadsheet as XLSX and as ODS: no cell of the table is a formula, no sign is sent."""
    said, written = "", tmp_path / "canonical.csv"
    text = re.sub("[\x00-\x1f]", "", payload)
    sheet = re.sub(r"[\[\]:*?/\\]", "", text)[:31].strip("'")
    rows = [("list", "domain", "tags"), (text, "a.example", text), (text, text, text)]
    with xlsxwriter.Workbook(tmp_path / "book.xlsx", {"strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                page.write_string(number, column, cell)
    marked = ["".join(ods_cell(escape(cell)) for cell in row) for row in rows]
    cells = "".join(f"<table:table-row>{row}</table:table-row>" for row in marked)
    (tmp_path / "book.ods").write_bytes(ods(cells, escape(text)))
    for name in ("book.xlsx", "book.ods"):
        command = ["intake", str(tmp_path / name), "--measured-at", "2026-10-05"]
        assert main([*command, "--out", str(written), "--force", "--verbose"]) == 0
        shown = capsys.readouterr()
        said += shown.out + shown.err
        with written.open(encoding="utf-8-sig", newline="") as lines:
            table = list(csv.DictReader(lines))
        assert {row["domain"] for row in table} == {"a.example"}
        assert {row["list"].removeprefix("'") for row in table} == {text}
    assert not STEERING.search(said.replace("\r", ""))


def test_every_file_is_below_the_archive(world: World) -> None:
    """No name climbs: what the run made is below the folder that it was given."""
    made = {file for file in world.folder.rglob("*") if file.is_file()}
    given = {world.log, world.measured, *(world.folder / "in").iterdir()}
    others = {file for file in made - given if not file.is_relative_to(world.out)}
    assert {file.parent.name for file in others} <= {"lists", world.folder.name}
    assert all(re.fullmatch(r"[\w.@ -]+", file.name) for file in outputs(world, ""))


@pytest.mark.parametrize("payload", PAYLOADS.values())
def test_no_parameter_or_file_reaches_the_terminal_as_a_sign(
    payload: str, world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Errors and summaries name what was given, with its signs shown."""
    measured = tmp_path / "list.csv"
    with measured.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("domain", "organisation"), (payload, payload)])
    given = str(world.measured)
    for command in (
        ["report", "--measurements", given, "--period", payload],
        ["report", "--measurements", given, "--organisation", payload + "?"],
        ["report", "--sector", payload],
        ["explain", payload, "--replay", str(measured)],
        ["verdicts", payload, "--out", str(tmp_path / "v.csv")],
        ["lookup", str(measured), "--out", str(tmp_path / "o.parquet"), "--resolver", payload],
        ["intake", str(measured), "--measured-at", "2026-10-05", "--out", str(tmp_path / "c.csv")],
    ):
        code = main(command)
        said = capsys.readouterr()
        assert code in {0, 2, 3, 4, 5, 6}, command
        assert not STEERING.search(said.out + said.err), command
        assert "Traceback" not in said.err
