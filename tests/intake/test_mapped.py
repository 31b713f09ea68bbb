"""What to type for a table that nobody described."""

import shlex

import pytest
from measured_files import values

from v6monitor.errors import InputError
from v6monitor.intake.intake import read
from v6monitor.intake.states import newest


def _suggested(intake, content):
    with pytest.raises(InputError, match="--map COLUMN=FIELD") as caught:
        intake(content, "x.csv")
    _, _, options = str(caught.value).partition(", perhaps ")
    words = shlex.split(options)
    return [pair for option, pair in zip(words[::2], words[1::2], strict=True) if option == "--map"]


@pytest.mark.parametrize(
    ("content", "pairs"),
    [
        (
            "Nr;Site;IPv6 website;Gemeten op\n1;www.a.example;ja;22-08-2022\n2;b.example;nee;\n",
            ["Site=domain", "Gemeten op=measured_at", "IPv6 website=ws_address"],
        ),
        ("Contact,IPv6?\ninfo@a.example,1\n", ["Contact=domain", "IPv6?=mx_address"]),
        (
            "Naam van de site,DNSSEC,IPv6 web,IPv6 mail\nhttps://a.example/,ja,ja,nee\n",
            ["Naam van de site=domain", "IPv6 web=ws_address", "IPv6 mail=mx_address"],
        ),
        (
            "site,scanned,round,ipv6\n"
            + "a.example,2026-10-04,2026-10-31,\n" * 300
            + "a.example,2026-10-04,2026-10-31,1\nb.example,2026-10-05,2026-10-31,0\n",
            ["site=domain", "round=measured_at", "ipv6=ws_address"],
        ),
        ("it's;$(id);x\na.example;1;rood\n", ["it's=domain"]),
        ("Kleur,Vorm\nrood,rond\n", []),
    ],
)
def test_suggestion(intake, content, pairs):
    """Names, the round of the measurement and results about IPv6 are told by their cells."""
    assert _suggested(intake, content) == pairs


def test_suggestion_works(intake):
    """What is suggested can be pasted, and reads the table."""
    content = "Naam;IPv6 site;Datum\na.example;ja;22-08-2022\nb.example;nee;22-08-2022\n"
    mapping = dict(pair.rsplit("=", 1) for pair in _suggested(intake, content))
    found = intake(content, "x.csv", columns=mapping)
    assert values(found, "domain", "ws_address") == [
        ("a.example", "passed"),
        ("b.example", "failed"),
    ]


def test_mapping_without_results_is_a_list(intake):
    """Names alone, from a column that is mapped, are names to measure."""
    found = intake("Site;Kleur\na.example;rood\n", "x.csv", columns={"Site": "domain"})
    assert values(found, "domain", "type") == [("a.example", "web"), ("a.example", "mail")]
    assert found.table["measured_at"].isna().all()


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("Naam,Since\na.example,2006-02-07\nb.example,2013-06-19\n", True),
        ("a.example,2006-02-07\nb.example,2013-06-19\nc.example,2013-06-19\n", False),
    ],
)
def test_suggestion_without_results(intake, text, suggested):
    """A date beside names alone is no day of measurement, and a host name is no header."""
    with pytest.raises(InputError) as error:
        intake(text, "x.csv")
    assert ("--map Naam=domain" in str(error.value)) == suggested
    assert "measured_at" not in str(error.value)


def test_tables_without_a_list_name_are_lists_by_their_file_names(tmp_path):
    """Two tables of a month are two lists; a day in the name makes no other one."""
    for name, label in (("sites-2026-10-05", "x"), ("sites-2026-10-20", "y"), ("shops", "z")):
        (tmp_path / f"{name}.csv").write_text(f"Site;v6;{label}\na.example;ja;\n")
    mapping = {"Site": "domain", "v6": "ws_address"}
    found = read(tmp_path, columns=mapping, measured_at="2026-10-06").table
    assert newest(found)[["domain", "list"]].to_numpy().tolist() == [
        ["a.example", "sites"],
        ["a.example", "shops"],
    ]
