"""What changed in a month, by domain and in numbers."""

import pandas as pd
import pytest
from seen import V6, host, name_servers, no_signals, seen

import v6monitor as v6
from v6monitor.dns import log
from v6monitor.intake import columns as intake_columns
from v6monitor.language import Language
from v6monitor.month.month import Month
from v6monitor.report import news

STATES = {
    "gained": ("failed", "failed", "passed"),
    "lost": ("passed", "passed", "failed"),
    "held": ("passed", "failed", "failed"),
    "back": ("passed", "failed", "passed"),
    "joined": ("", "", "passed"),
    "left": ("passed", "passed", ""),
    "stayed": ("passed", "passed", "passed"),
}
DAYS = ("2026-08-05", "2026-09-04", "2026-10-05")


def month(states, without=()):
    """Return a month of websites in these states; lookups say no of those ``without``."""
    rows = []
    for name, results in states.items():
        for day, result in zip(DAYS[-len(results) :], results, strict=True):
            if result:
                row = dict.fromkeys(intake_columns.COLUMNS, "")
                row |= {"measured_at": day, "domain": f"{name}.example", "type": "web"}
                row |= {"organisation": name.title(), "sector": "gemeente", "status": "ok"}
                rows.append(row | {"ws_address": result, "ns_address": "passed", "score": 80.0})
    table = pd.DataFrame(rows, columns=list(intake_columns.COLUMNS))
    table = table.assign(measured_at=pd.to_datetime(table["measured_at"]))
    return Month("2026-10", table, pd.DataFrame(), asked(without=without), {})


def asked(exchange=(), names=("aa", "bb"), without=()):
    """Return lookups of two domains; their mail is their own, or at Microsoft."""
    rows = []
    for name in names:
        domain = f"{name}.example"
        mx = f"{name}-example.mail.protection.outlook.com" if name in exchange else f"mx.{domain}"
        rows += [
            seen(domain, "MX", f"10 {mx}"),
            *host(mx, V6),
            *host(domain, *([] if name in without else [V6])),
        ]
        rows += [*no_signals(domain), *name_servers(domain, True, True)]
    return log.frame(sorted(set(rows)))


@pytest.fixture(scope="module")
def changed():
    """Return what changed at websites in one of each state."""
    return news.changed(month(STATES))


def test_gains_confirmed_losses_and_the_list_are_named(changed):
    """A loss that is back, or that nobody confirmed, is not."""
    web = changed[changed["measure"] == "web"]
    assert web[["domain", "change", "from", "to"]].to_records(index=False).tolist() == [
        ("back.example", "gain", "no", "yes"),
        ("gained.example", "gain", "no", "yes"),
        ("joined.example", "joined", "absent", "yes"),
        ("left.example", "left", "yes", "absent"),
        ("held.example", "loss_held", "yes", "no"),
    ]
    assert set(changed["period"]) == {"2026-10"}
    assert set(changed.loc[changed["domain"] == "left.example", "organisation"]) == {"Left"}


def test_suspected_losses_are_counted(changed):
    """The names that are told are those of the confirmed ones."""
    told = news.facts(month(STATES), changed, None)
    assert told["measures"][0] == {
        "measure": "web", "gain": 2, "loss_confirmed": 0, "loss_held": 1, "joined": 1, "left": 1,
        "loss_suspected": 1, "loss_recovered": 0, "earlier": "2026-09",
    }  # fmt: skip
    assert told["lost"] == [{"domain": "held.example", "measure": "web"}]
    assert told["earlier"] == "2026-09"


@pytest.mark.parametrize(
    ("without", "kind", "listed"),
    [((), "loss_recovered", []), (("aa",), "loss_confirmed", ["loss_confirmed"])],
)
def test_our_own_lookups_are_the_second_answer(without, kind, listed):
    """Asked a day after the measurement or later, they confirm a loss or say that it is back."""
    lost = month({"aa": ("passed", "failed")}, without=without)
    table = news.changed(lost)
    assert news.facts(lost, table, None)["measures"][0][kind] == 1
    assert list(table["change"]) == listed


def test_pages_name_the_domains_that_mail_and_feed_name(changed):
    """One policy: what the pages list is what changes.csv has, and no loss that may be back."""
    this = month(STATES)
    on_pages = v6.changes.named(this)
    listed = changed[changed["change"] != "operator"]
    assert on_pages["domain"].to_list() == listed["domain"].to_list()
    assert on_pages["change"].to_list() == listed["change"].to_list()
    told = news.mail(this, news.facts(this, changed, None), Language("en"))
    confirmed = set(on_pages.loc[on_pages["change"].str.startswith("loss"), "domain"])
    assert confirmed == {f"{name}.example" for name in STATES if f"{name}.example" in told}
    assert "lost.example" not in told + on_pages.to_csv()


def test_a_loss_is_named_once(changed):
    """A month does not name again what the report of the month before named."""
    named = changed.assign(change="loss_confirmed").query("domain == 'held.example'")
    assert "held.example" not in set(news.changed(month(STATES), earlier=named)["domain"])


def test_the_first_month_has_no_changes():
    """Nothing was gained, and nobody joined."""
    first = month({"only": ("passed",)})
    table = news.changed(first)
    assert list(table.columns) == list(news.COLUMNS)
    assert table.empty
    told = news.facts(first, table, None)
    assert (told["earlier"], told["previous"]) == (None, None)


def test_a_move_to_another_operator_needs_two_definite_ones():
    """From one's own server to Microsoft is a move; a domain that was not asked is none."""
    states = {"aa": ("passed", "passed"), "bb": ("passed", "passed")}
    rows = month(states).history.assign(type="mail", mail_status="has_mx", mx_address="passed")
    now = Month("2026-10", rows, pd.DataFrame(), asked(exchange=("aa", "bb")), {})
    table = news.changed(now, asked(names=("aa",)))
    moved = table[table["change"] == "operator"]
    assert moved[["domain", "measure", "to", "organisation"]].to_records(index=False).tolist() == [
        ("aa.example", "mail", "Microsoft", "Aa")
    ]
    assert news.facts(now, table, "2026-09")["operator_moves"] == 1


def test_facts_are_of_the_last_answer_or_of_the_day_of_the_measurement():
    """Never of the clock: the same evidence tells the same."""
    with_answers, without = month(STATES), month(STATES)
    last = with_answers.observations["asked_at"].max().strftime("%Y-%m-%dT%H:%M:%SZ")
    assert news.facts(with_answers, news.changed(with_answers), None)["facts_of"] == last
    silent = Month("2026-10", without.history, without.faults, log.frame(()), {})
    assert news.facts(silent, news.changed(silent), None)["facts_of"] == "2026-10-05T00:00:00Z"


def test_a_mail_has_its_subject_on_the_first_line(changed):
    """With the counts up and down, and a body that names no suspected loss."""
    this = month(STATES)
    told = news.facts(this, changed, "2026-09")
    subject, empty, *body = news.mail(this, told, Language("nl")).splitlines()
    assert subject == "IPv6 in oktober 2026: websites 2 erbij, 1 eraf; nameservers 0 erbij, 0 eraf"
    assert empty == ""
    text = "\n".join(body)
    assert text.startswith("Synthetische voorbeeldgegevens.")
    assert "\n\nNiet geschikt voor publicatie." in text
    assert "Gemeenten: in oktober 2026 was 66,7% van de websites bereikbaar via IPv6." in text
    assert "Wat er veranderde sinds september 2026" in text
    assert "held.example" in text
    assert "lost.example" not in text
