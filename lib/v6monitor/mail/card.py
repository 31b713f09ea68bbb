"""What does the evidence say about one domain? Its questions, verdicts and provider together."""

from typing import NamedTuple

from v6monitor.dns.observation import Observation, Question
from v6monitor.dns.plan import walk
from v6monitor.mail.classifier import Provider, provider
from v6monitor.mail.operators import Operators
from v6monitor.mail.predicted import Predicted, predicted, questions
from v6monitor.verdicts.addresses import unusable
from v6monitor.verdicts.evidence import Evidence
from v6monitor.verdicts.judgement import Judgement, judgement


class Card(NamedTuple):
    """The evidence card of one domain."""

    judgement: Judgement
    provider: Provider | None
    """None when the MX records were not asked for."""
    predicted: Predicted | None
    """What the predicted name at Exchange Online tells; None when it was not asked for."""
    observations: tuple[Observation, ...]
    """What was asked about the domain and its hosts, itself first."""
    missing: tuple[Question, ...]
    """What a lookup would ask and the evidence does not have."""

    @property
    def deciding(self) -> tuple[Observation, ...]:
        """The questions worth asking again: MX, and each AAAA without a usable address."""
        return tuple(
            row
            for row in self.observations
            if row.qtype == "MX" or (row.qtype == "AAAA" and all(map(unusable, row.answers)))
        )


def card(evidence: Evidence, domain: str, operators: Operators) -> Card:
    """Collect everything that the evidence says about a domain, as mail domain and as website."""
    observations, missing = _questions(evidence, domain)
    judged = judgement(evidence, domain)
    told = provider(evidence, domain, operators) if judged.mail.mail_class else None
    guess = predicted(evidence, domain)
    probes = [row for asked in questions(domain) if (row := evidence.question(*asked))]
    return Card(
        judged,
        told,
        guess if probes else None,
        tuple(dict.fromkeys([*observations, *probes])),
        missing,
    )


def _questions(
    evidence: Evidence, domain: str
) -> tuple[tuple[Observation, ...], tuple[Question, ...]]:
    both = [(domain, "mail"), (domain, "web")]
    found, missing = list[Observation](), list[Question]()
    for question, row in walk(both, lambda asked: evidence.question(*asked)):
        if row is None:
            missing.append(question)
        else:
            found.append(row)
    found.sort(key=lambda row: (_distance(row.qname, domain), row.qname, row.qtype))
    return tuple(found), tuple(sorted(missing))


def _distance(name: str, domain: str) -> int:
    """Put the domain itself before the names below it, and those before its hosts elsewhere."""
    return 0 if name == domain else 1 if name.endswith(f".{domain}") else 2
