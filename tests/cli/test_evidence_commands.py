import csv
import html
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from seen import V6, host, name_servers, no_signals, seen

from v6monitor.cli import main
from v6monitor.dns import log
from v6monitor.mail.laggards import COLUMNS as LAGGARD_COLUMNS
from v6monitor.pages.lint import problems
from v6monitor_example.server import ZoneServer

EXCHANGE = "town-example.mail.protection.outlook.com"
LOG = [
    seen("town.example", "MX", f"10 {EXCHANGE}"),
    *host(EXCHANGE),
    *no_signals("town.example"),
    *name_servers("town.example", True, True),
    *host("www.shop.example", V6),
    seen("lost.example", "MX", outcome="servfail"),
]
SUBJECTS = [("town.example", "mail"), ("www.shop.example", "web"), ("lost.example", "mail")]
ZONE = """
$ORIGIN town.example.
$TTL 300
@ SOA ns1 hostmaster 1 3600 600 86400 300
@ NS ns1
@ NS ns2
@ MX 10 mx
@ AAAA 2a02:898::80
mx A 198.51.100.25
ns1 AAAA 2a02:898::53
ns2 AAAA 2a02:898:1::53
"""


@pytest.fixture(params=[".parquet", ".csv"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a log on disk, in either format."""
    path = tmp_path / f"obs{request.param}"
    log.write(log.frame(LOG), path, {"subjects": SUBJECTS})
    return path


def rows(path: Path) -> dict[str, dict[str, str]]:
    """Return the rows of a CSV file by domain."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["domain"]: row for row in csv.DictReader(file)}


def test_verdicts_of_a_log(kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One row per domain, with the columns that others read, and the counts on the terminal."""
    out = tmp_path / "new" / "verdicts.csv"
    assert main(["verdicts", str(kept), "--out", str(out)]) == 0
    found = rows(out)
    assert ",".join(found["town.example"]) == (
        "domain,mail_class,mail_all,mail_any,mail_primary,web,web_www,web_apex,dns_2,"
        "mail_end_to_end,web_end_to_end,reasons"
    )
    assert {name: row["mail_all"] for name, row in found.items()} == {
        "town.example": "no",
        "lost.example": "unknown",
        "www.shop.example": "",
    }
    assert found["www.shop.example"]["web"] == "yes"
    table = out.parent / "more" / "verdicts.parquet"
    assert main(["verdicts", str(kept), "--out", str(table)]) == 0
    assert pd.read_parquet(table).to_dict("records") == list(found.values())
    assert "mail_all: 1 no, 1 not asked, 1 unknown" in capsys.readouterr().out


def test_providers_of_a_log(kept: Path, tmp_path: Path) -> None:
    """The columns that others read; websites are not mail domains."""
    out = tmp_path / "providers.csv"
    assert main(["providers", str(kept), "--out", str(out)]) == 0
    found = rows(out)
    assert ",".join(found["town.example"]) == (
        "domain,class,confidence,operator,zone,label,label_domain,tenant,primary,evidence,rule"
    )
    assert {name: row["class"] for name, row in found.items()} == {
        "town.example": "exo_direct",
        "lost.example": "unknown",
    }


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "No IPv6 address (AAAA record) was found"),
        ("nl", "geen IPv6-adres (AAAA-record) gevonden"),
    ],
)
def test_laggards_of_a_log(kept: Path, tmp_path: Path, language: str, sentence: str) -> None:
    """The list with sentences in the language asked for; the undetermined are on it too."""
    out = tmp_path / "laggards.csv"
    assert main(["laggards", str(kept), "--out", str(out), "--lang", language]) == 0
    found = rows(out)
    assert tuple(found["town.example"]) == LAGGARD_COLUMNS
    assert {name: row["group"] for name, row in found.items()} == {
        "town.example": "exchange_online",
        "lost.example": "unknown",
    }
    assert sentence in found["town.example"]["explanation"]


def test_explain_from_a_log(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The card shows verdicts with reasons, the provider, every question, and how to check."""
    assert main(["explain", "https://www.Town.example/", "--replay", str(kept)]) == 3
    assert "holds no question about www.town.example" in capsys.readouterr().err
    assert main(["explain", "info@Town.example", "--replay", str(kept)]) == 0
    card = capsys.readouterr().out
    for words in (
        f"mail_all         no      {EXCHANGE}: no such record",
        "  class       exo_direct",
        "  zone        classic",
        "2026-10-06 14:00:00  192.0.2.53",
        f"NS {EXCHANGE}",
        "not_asked",
        f"dig @192.0.2.53 AAAA {EXCHANGE}",
    ):
        assert words in card
    assert "shop.example" not in card


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("en", ["What do the lookups say about town.example?", "no such record", "Check it"]),
        ("nl", ["Wat zeggen de DNS-vragen over town.example?", "geen record", "Controleer"]),
    ],
)
def test_the_card_as_a_page(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], code: str, words: list[str]
) -> None:
    """The same card in either language, on a page without faults, and its place is printed."""
    page = tmp_path / "cards" / "town.html"
    asked = ["explain", "town.example", "--replay", str(kept), "--html", str(page), "--lang", code]
    assert main(asked) == 0
    assert capsys.readouterr().out == f"{page}\n"
    text = page.read_text(encoding="utf-8")
    assert problems(text, tables=3) == []
    plain = text.replace("<wbr>", "")
    for word in (*words, f"{EXCHANGE}: ", f"AAAA {EXCHANGE}", "2026-10-06 14:00:00", "192.0.2.53"):
        assert word in plain
    assert f"dig @192.0.2.53 AAAA {EXCHANGE}" in _commands(text)
    assert "shop.example" not in text
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        assert main([*asked[:-4], "--html", "cards"]) == 2
        assert main([*asked[:-4], "--html", "card.txt"]) == 2


def _commands(page: str) -> str:
    """Return the commands on a page as who copies them gets them."""
    found = "".join(re.findall(r"<pre><code>(.*?)</code></pre>", page, re.DOTALL))
    return html.unescape(re.sub(r"</?span>|<wbr>", "", found))


def test_what_stands_in_dns_is_text_on_the_page(tmp_path: Path) -> None:
    """A record cannot bring markup into the page."""
    log_path, page = tmp_path / "obs.parquet", tmp_path / "card.html"
    hostile = seen("town.example", "TXT", '"<script>alert(1)</script>"')
    rows = [row for row in LOG if (row.qname, row.qtype) != ("town.example", "TXT")]
    log.write(log.frame([*rows, hostile]), log_path, {})
    assert main(["explain", "town.example", "--replay", str(log_path), "--html", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_letters_of_a_log(kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page per letter and language, and the table for a mail merge; safe to open."""
    out, folder = tmp_path / "laggards.csv", tmp_path / "letters"
    assert main(["laggards", str(kept), "--out", str(out), "--letters", str(folder)]) == 0
    assert f"{folder}: 1 letter" in capsys.readouterr().out
    names = {"domain-town_example.html", "domain-town_example.en.html"}
    for name in names:
        text = (folder / name).read_text(encoding="utf-8")
        assert problems(text, tables=1) == []
        links = set(re.findall(r'href="([^"#:]+)"', text))
        assert names - {name} <= links <= names
        assert "$domains = 'town.example'" in _commands(text)
        assert "lost.example" not in text
    with (folder / "letters.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["letter"], row["domains"]) == ("domain-town_example", "town.example")
    assert row["powershell"].startswith("$domains = 'town.example'")
    assert "Zet IPv6 aan voor deze domeinen" in row["steps_nl"]
    assert (folder / "letters.xlsx").stat().st_size > 0
    assert main(["laggards", str(kept), "--out", str(out), "--letters", str(out)]) == 2
    assert main(["laggards", str(kept), "--out", str(out), "--force", "--letters", str(out)]) == 2


def test_explain_asks_a_resolver(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a log the questions are put now."""
    (tmp_path / "town.example.zone").write_text(ZONE, encoding="utf-8")
    with ZoneServer(tmp_path) as server:
        resolver = f"{server.address}:{server.port}"
        assert main(["explain", "town.example", "--resolver", resolver]) == 0
    card = capsys.readouterr().out
    assert "mail_all         no" in card
    assert "web              yes" in card
    assert "dns_2            yes" in card
    assert "mx.town.example: no such record" in card
    assert f"dig @127.0.0.1 -p {server.port} AAAA mx.town.example" in card


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["explain", "no host name"], 2, "is not a valid host name"),
        (["explain", "town.example", "--resolver", "nonsense"], 2, "resolver 'nonsense'"),
        (["explain", "town.example", "--replay", "absent.parquet"], 3, "absent.parquet"),
        (["verdicts", "absent.csv", "--out", "x.csv"], 3, "absent.csv"),
        (["providers", "absent.csv", "--out", "x.csv"], 3, "absent.csv"),
        (["laggards", "absent.csv", "--out", "x.csv"], 3, "absent.csv"),
        (["verdicts", "-", "--out", "x.csv", "--dask", "local"], 2, "name it instead of -"),
        (
            ["laggards", "l.parquet", "--out", "x.csv", "--letters", "letters", "--dask", "local"],
            2,
            "--letters needs all of a log at once",
        ),
    ],
)
def test_what_a_user_can_do_wrong(
    arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence on stderr and the exit code; no traceback, nothing on stdout."""
    assert main(arguments) == code
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.err.count("\n") == 1
    assert not printed.out


def test_a_place_that_cannot_be_written(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message names the option and what to do."""
    assert main(["verdicts", str(kept), "--out", str(tmp_path)]) == 2
    assert "--out" in capsys.readouterr().err


def test_an_answer_cannot_steer_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Control characters of a log are shown, not sent."""
    path = tmp_path / "obs.csv"
    rows = [*LOG, seen("town.example", "TXT", '"\x1b[2J"')]
    log.write(log.frame([row for row in rows if row.answers != ('"v=spf1 -all"',)]), path, {})
    assert main(["explain", "town.example", "--replay", str(path)]) == 0
    card = capsys.readouterr().out
    assert r"\x1b[2J" in card
    assert "\x1b" not in card


def test_explain_loads_no_table_library() -> None:
    """One domain is looked up in about the time of a bare script."""
    code = """if True:
    import sys
    from v6monitor.cli import main
    assert main(["explain", "meetpunt.example", "--resolver", "example"]) == 0
    print(sorted({"pandas", "numpy", "pyarrow", "tqdm"} & set(sys.modules)))
    """
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"
