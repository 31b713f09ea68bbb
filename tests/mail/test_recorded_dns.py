import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from seen import seen

from v6monitor import mail, verdicts
from v6monitor.lookups.observation import Observation
from v6monitor.mail import operators
from v6monitor.paths import REFERENCE

COUNTRIES = ["nl", "be"]
Scored = tuple[str, pd.DataFrame, pd.DataFrame]


def recorded(cache: dict[str, dict[str, Any]]) -> Iterator[Observation]:
    """Give the recorded answers as observations; preferences and addresses were not recorded."""
    for domain, answers in cache.items():
        yield seen(domain, "MX", *(f"10 {host}" for host in answers["mx"] or []))
        names = {"autodiscover": answers["autodiscover"].get("autodiscover_cname")} | {
            f"{selector}._domainkey": answers["dkim"].get(selector)
            for selector in ("selector1", "selector2")
        }
        for name, target in names.items():
            yield seen(f"{name}.{domain}", "CNAME", *([target.lower()] if target else []))
        proof = answers["txt_verifications"].get("microsoft")
        texts = [answers["spf"], f"MS={proof}" if proof else ""]
        yield seen(domain, "TXT", *(f'"{text}"' for text in texts if text))


@pytest.fixture(scope="module", params=COUNTRIES)
def scored(
    request: pytest.FixtureRequest, real_data: Path
) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    """Return the country, our providers by domain, and the labels of an independent classifier."""
    folder = real_data / "mail-dns"
    cache = json.loads((folder / f"dns_cache_{request.param}.json").read_text(encoding="utf-8"))
    labels = json.loads((folder / f"labels_{request.param}.json").read_text(encoding="utf-8"))
    table = operators.read(REFERENCE / "mail_operators.csv")
    ours = mail.providers(recorded(cache), operators=table).set_index("domain")
    theirs = pd.DataFrame(labels).set_index("domain")
    return request.param, ours, theirs[theirs.index.isin(ours.index)]


def test_direct_agrees_with_every_label(
    scored: Scored,
) -> None:
    """Where the other classifier names Microsoft by the MX record, so do we, and nowhere else."""
    country, ours, theirs = scored
    direct = theirs.index[
        (theirs["provider"] == "microsoft") & theirs["reason"].str.startswith("MX record")
    ]
    found = ours.index[ours["class"].isin(["exo_direct", "exo_mixed"])]
    assert len(direct) == {"nl": 257, "be": 431}[country]
    assert set(direct) == set(found)


def test_looking_through_agrees_nearly_always(
    scored: Scored,
) -> None:
    """Precision and recall of Exchange Online, in front or behind, against the other labels.

    For the Netherlands the other classifier names some twenty domains by their network before it
    looks through, which costs precision here.
    """
    country, ours, theirs = scored
    found = ours.loc[theirs.index, "class"].isin(["exo_direct", "exo_mixed", "exo_behind"])
    labelled = theirs["provider"] == "microsoft"
    precision = (found & labelled).sum() / found.sum()
    recall = (found & labelled).sum() / labelled.sum()
    assert precision >= {"nl": 0.93, "be": 0.99}[country]
    assert recall >= {"nl": 0.98, "be": 0.99}[country]


def test_without_addresses_nobody_is_called_a_laggard(real_data: Path) -> None:
    """The recorded answers have no AAAA: verdicts and list say that they cannot tell."""
    path = real_data / "mail-dns" / "dns_cache_nl.json"
    log = list(recorded(json.loads(path.read_text(encoding="utf-8"))))
    table = verdicts.judge(log)
    assert set(table["mail_all"]) <= {"unknown", "not_applicable"}
    assert set(mail.laggards(log)["group"]) == {"unknown"}
