from pathlib import Path

import pytest
from score import DIRECT, EXCHANGE, Score, observations, recorded, score

from v6monitor.mail.laggards import laggards
from v6monitor.mail.letters import letters
from v6monitor.mail.providers import providers
from v6monitor.verdicts.judge import judge

FLOORS = {"nl": (0.93, 0.98), "be": (0.99, 0.99)}
"""Precision and recall."""

DIRECT_LABELS = {"nl": 257, "be": 431}


@pytest.fixture(scope="module", params=FLOORS)
def scored(request: pytest.FixtureRequest, real_data: Path) -> tuple[str, Score]:
    """Return a country and how its recorded DNS scores."""
    return request.param, score(request.param, real_data)


def test_direct_agrees_with_every_label(scored: tuple[str, Score]) -> None:
    """Where the other classifier names Microsoft by the MX record, so do we, and nowhere else."""
    country, found = scored
    assert len(found.direct_labelled) == DIRECT_LABELS[country]
    assert found.direct_found == found.direct_labelled


def test_looking_through_agrees_nearly_always(scored: tuple[str, Score]) -> None:
    """Exchange Online, in front or behind, against the other labels.

    For the Netherlands the other classifier names some twenty domains by their network before it
    looks through, which costs precision here, and kappa: among the few domains that are not
    direct those twenty weigh much. For Belgium kappa is above what two classifiers reach.
    """
    country, found = scored
    precision, recall = FLOORS[country]
    assert found.precision >= precision
    assert found.recall >= recall
    assert found.kappa >= {"nl": 0.5, "be": 0.9}[country]


def test_a_disagreement_has_both_reasons(scored: tuple[str, Score]) -> None:
    """Somebody who judges it sees what either classifier went by, and nothing agreed is listed."""
    _, found = scored
    for row in found.disagreements.to_dict("records"):
        assert (row["class"] in EXCHANGE) != (row["provider"] == "microsoft")
        assert row["evidence"]
        assert row["reason"]
    assert not set(found.disagreements["class"]) & set(DIRECT)


def test_without_addresses_nobody_is_called_a_laggard(real_data: Path) -> None:
    """The recorded answers have no AAAA: verdicts, list and letters say that they cannot tell."""
    log = observations("nl", real_data)
    table = judge(log)
    assert set(table["mail_all"]) <= {"unknown", "not_applicable"}
    listed = laggards(log)
    assert set(listed["group"]) == {"unknown"}
    assert len(listed) >= DIRECT_LABELS["nl"]
    assert letters(listed, observations=log) == []


def test_the_recorded_tenants_serve_several_municipalities(real_data: Path) -> None:
    """DKIM targets of both forms name the tenants: some forty of them have more than one domain."""
    table = providers(observations("nl", real_data))
    domains = table.loc[table["tenant"] != "", "tenant"].value_counts()
    assert int(domains.sum()) >= 280
    assert int((domains > 1).sum()) >= 35


def test_a_record_of_the_cache_becomes_the_questions_of_a_lookup() -> None:
    """An absent answer is a definite no: the recorder asked, and nothing was there."""
    cache = {
        "town.example": {
            "mx": ["mx.town.example"],
            "autodiscover": {"autodiscover_cname": "Autodiscover.outlook.com"},
            "dkim": {"selector1": None},
            "txt_verifications": {"microsoft": "ms12345678"},
            "spf": "v=spf1 -all",
        }
    }
    rows = {f"{row.qtype} {row.qname}": row for row in recorded(cache)}
    assert rows["MX town.example"].answers == ("10 mx.town.example",)
    assert rows["CNAME autodiscover.town.example"].answers == ("autodiscover.outlook.com",)
    assert rows["CNAME selector2._domainkey.town.example"].outcome == "nodata"
    assert rows["TXT town.example"].answers == ('"MS=ms12345678"', '"v=spf1 -all"')
