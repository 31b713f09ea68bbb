"""Commands that a reader pastes: no name, type or resolver makes a shell run anything else.

| front | tried | expected |
|---|---|---|
| name, type and resolver of ``dig`` | any text | a real sh passes each on as one argument |
| domains of the PowerShell | any text | a real pwsh takes each as one text |
| a log made elsewhere | names with commands, spaces, line breaks, overrides | ``invalid_name`` |
| the laggard list | the same names | no letter, no command |
"""

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seen import host, seen

import v6monitor as v6
from v6monitor.dns import log
from v6monitor.dns.observation import INVALID_NAME, Observation, normalised
from v6monitor.errors import InputError
from v6monitor.mail.words import dig, digs, enable_ipv6, powershell_word

SIGNS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
DRAWN = st.text(st.one_of(SIGNS, st.sampled_from("'\"`$();|&<>\\*?!{}#~ \n\r\t-+@\u2018\u2019")))
TEXTS = st.lists(DRAWN, min_size=1, max_size=20)
HOSTILE = [
    "x.nl; remove-mailbox -identity *",
    "x.nl' ; rm -rf /tmp/x #",
    "$(touch pwned).nl",
    "`reboot`.nl",
    "x.nl\nreboot",
    "x\u202elmth.nl",
    "-f/etc/passwd",
    "<script>alert(1)</script>.nl",
]
EXCHANGE = "x-nl.mail.protection.outlook.com"


def shell(script: str) -> list[str]:
    """Return the arguments with which a script calls dig, by a real sh."""
    done = subprocess.run(
        [shutil.which("sh") or "sh", "-c", 'dig() { printf "%s\\0" "$@"; }\n' + script],
        capture_output=True, check=True, timeout=20, env={"PATH": ""},
    )  # fmt: skip
    assert done.stderr == b""
    return done.stdout.decode().split("\0")[:-1]


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_sh_passes_every_name_on_as_it_is(names: list[str]) -> None:
    """One command per name, each with the name as its last argument."""
    script = "\n".join(dig("AAAA", name) for name in names)
    found = shell(script)
    assert [one for one in found if one != "-q"] != []
    for name in names:
        head = ["AAAA", "-q"] if name.startswith(("-", "+", "@")) else ["AAAA"]
        assert found[: len(head) + 1] == [*head, name]
        found = found[len(head) + 1 :]
    assert found == []


@settings(max_examples=60, deadline=None)
@given(DRAWN, DRAWN)
def test_sh_takes_types_and_resolvers_of_a_log_as_arguments(qtype: str, resolver: str) -> None:
    """A resolver that is no address is left out; a type is one argument."""
    assert shell(dig(qtype, "town.example", resolver))[-2:] == [qtype, "town.example"]


def test_the_resolver_that_ran_a_command_runs_none() -> None:
    """An IPv6 zone may hold any sign: it is quoted or left out."""
    found = shell(dig("AAAA", "town.example", "fe80::1%$(touch${IFS}PWNED);#"))
    assert found[-2:] == ["AAAA", "town.example"]
    assert len(found) <= 3


def test_a_command_is_seen_to_run_where_nothing_is_quoted() -> None:
    """The check can fail: the same name, unquoted, is more than one argument or command."""
    assert shell("dig AAAA x.nl; dig evil")[-1] == "evil"


@settings(max_examples=20, deadline=None)
@given(TEXTS)
def test_powershell_takes_every_domain_as_it_is(names: list[str]) -> None:
    """The loop gets exactly these texts."""
    if not shutil.which("pwsh"):
        pytest.skip("no pwsh on this machine")
    shown = "[Console]::Out.Write($Domain + [char]0)"
    script = f"function Enable-IPv6ForAcceptedDomain($Domain) {{ {shown} }}\n{enable_ipv6(names)}"
    done = subprocess.run(
        ["pwsh", "-NoProfile", "-Command", script], capture_output=True, check=True, timeout=60
    )
    assert done.stdout.decode().split("\0")[:-1] == names


def test_a_word_is_bare_only_where_it_is_a_name() -> None:
    """What PowerShell could read as anything else is quoted."""
    assert powershell_word("town-1.example") == "town-1.example"
    for name in HOSTILE:
        assert powershell_word(name) == f"'{name.replace(chr(39), 2 * chr(39))}'"
    for quote in "'\u2018\u2019\u201a\u201b":  # PowerShell ends a text at each of these
        assert powershell_word(f"x{quote}; reboot #") == f"'x{quote}{quote}; reboot #'"


def hostile_log(name: str) -> list[Observation]:
    """Return the lookups of a domain on Exchange Online without IPv6, under this name."""
    return [seen(name, "MX", f"10 {EXCHANGE}"), *host(EXCHANGE)]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_is_none_gets_no_letter_and_no_command(name: str) -> None:
    """Its lookups are read as never sent: its verdicts are unknown, and there is no letter."""
    table = log.frame([*hostile_log(name), *hostile_log("x.example")])
    found = {row.qname: row for row in map(normalised, hostile_log(name)[:1])}
    (row,) = found.values()
    assert (row.outcome, row.answers) == (INVALID_NAME, ())
    judged = v6.judge(table, domains=[(name, "mail"), ("x.example", "mail")])
    assert list(judged["mail_all"]) == ["unknown", "no"]
    listed = v6.laggards(table).set_index("domain")["group"]
    assert listed["x.example"] == "exchange_online"
    assert set(listed.drop("x.example")) <= {"unknown"}
    named = v6.laggards(table)
    good = named[named["domain"] == "x.example"]
    (letter,) = v6.letters(good, observations=table)
    assert letter.domains() == ("x.example",)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_list_made_elsewhere_gives_no_letter_about_it_either(name: str) -> None:
    """A laggard list with such a name is refused in a sentence."""
    table = log.frame(hostile_log("x.example"))
    named = v6.laggards(table).assign(domain=name)
    with pytest.raises(InputError, match="no domain to write about"):
        v6.letters(named, observations=table)


def test_names_that_dns_allows_are_kept() -> None:
    """Signs in a host's name, and names below a domain, are no reason to forget an answer."""
    for name in ("mx./home/a.nl", "_autodiscover._tcp.town.example", r"mx\.a\032b.town.example"):
        assert normalised(seen(name, "AAAA")).outcome == "nodata", name
    assert digs("AAAA", ["b.example", "a.example", "b.example"]).count("\n") == 1
