"""How well does the classifier agree with labels that others made? Prints it; tests assert floors.

``python tests/score.py [nl|be] [FOLDER]`` compares the classes with the labels of an independent
classifier of municipal mail, from the recorded DNS in mail-dns: 1 for Exchange Online, in front or
behind, 0 for all else. Two independent classifiers of one country agree at kappa .85 to .90.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from conftest import REAL_DATA
from seen import seen

from v6monitor.dns.observation import Observation
from v6monitor.mail.providers import providers

DIRECT = ("exo_direct", "exo_mixed")
EXCHANGE = (*DIRECT, "exo_behind")


class Score(NamedTuple):
    """Agreement on Exchange Online over the labelled domains."""

    domains: int
    direct_labelled: frozenset[str]
    """Domains that the labels call Microsoft by their MX record."""
    direct_found: frozenset[str]
    precision: float
    recall: float
    kappa: float
    disagreements: pd.DataFrame
    """``domain``, our ``class``, ``operator``, ``evidence``, their ``provider``, ``reason``."""


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


def observations(country: str, data: Path) -> list[Observation]:
    """Return the recorded DNS of the municipalities of a country (nl, be)."""
    path = data / "mail-dns" / f"dns_cache_{country}.json"
    return list(recorded(json.loads(path.read_text(encoding="utf-8"))))


def score(country: str, data: Path) -> Score:
    """Compare our classes with the labels of a country."""
    path = data / "mail-dns" / f"labels_{country}.json"
    labels = pd.DataFrame(json.loads(path.read_text(encoding="utf-8"))).set_index("domain")
    table = providers(observations(country, data)).set_index("domain")
    both = table.join(labels[["provider", "reason"]], how="inner")
    ours, theirs = both["class"].isin(EXCHANGE), both["provider"].eq("microsoft")
    by_mx = theirs & both["reason"].str.startswith("MX record")
    agree = (ours & theirs).sum()
    columns = ["class", "operator", "evidence", "provider", "reason"]
    return Score(
        domains=len(both),
        direct_labelled=frozenset(both.index[by_mx]),
        direct_found=frozenset(both.index[both["class"].isin(DIRECT)]),
        precision=agree / ours.sum(),
        recall=agree / theirs.sum(),
        kappa=_kappa(ours, theirs),
        disagreements=both.loc[ours != theirs, columns].reset_index(),
    )


def _kappa(ours: "pd.Series[bool]", theirs: "pd.Series[bool]") -> float:
    """Return Cohen's kappa: agreement beyond what chance would give."""
    observed = float((ours == theirs).mean())
    chance = ours.mean() * theirs.mean() + (1 - ours.mean()) * (1 - theirs.mean())
    return (observed - chance) / (1 - chance)


def _report(country: str, found: Score) -> Iterator[str]:
    agree = len(found.direct_labelled & found.direct_found)
    yield f"{country}: {found.domains} labelled domains"
    yield f"direct by MX: {agree} of {len(found.direct_labelled)}, {len(found.direct_found)} found"
    yield f"precision {found.precision:.3f}  recall {found.recall:.3f}  kappa {found.kappa:.3f}"
    for row in found.disagreements.to_dict("records"):
        yield f"{row['domain']}"
        yield f"  ours   {row['class']} ({row['operator']}): {row['evidence']}"
        yield f"  theirs {row['provider']}: {row['reason']}"


if __name__ == "__main__":
    chosen = sys.argv[1:2] or ["nl", "be"]
    folder = Path(sys.argv[2]) if sys.argv[2:] else REAL_DATA
    for code in chosen:
        print("\n".join(_report(code, score(code, folder))))  # noqa: T201 - it is what it is for
