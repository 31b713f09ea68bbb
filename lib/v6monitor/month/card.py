"""Evidence card of one domain: its lookups, verdicts and provider, as text and as HTML."""

import datetime as dt
import html
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from v6monitor.dns.observation import INVALID_NAME, Observation, Question
from v6monitor.dns.plan import walk
from v6monitor.dns.run import ask
from v6monitor.errors import InputError, UsageError, VantageError
from v6monitor.language import AMSTERDAM, Language, marked
from v6monitor.mail.providers import Operators, Provider, known_operators, provider
from v6monitor.mail.signals import Predicted, predicted, predicted_questions
from v6monitor.mail.words import dig, reason_text
from v6monitor.names import InvalidNameError, normalise, visible
from v6monitor.verdicts.domain import Judgement, judgement
from v6monitor.verdicts.evidence import Evidence, is_definite, unusable
from v6monitor.verdicts.logic import NOT_ASKED

if TYPE_CHECKING:
    from v6monitor.verdicts.evidence import Observations

CONFIDENCE = {"high": marked("high"), "medium": marked("fair"), "low": marked("little")}

_ANSWERS = ("server", "address", "reachable", "source", "reason")

Label = Callable[[str], str]


class _Section(NamedTuple):
    """A table of the card; its first column names the row."""

    title: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, repr=False)
class Card:
    """The evidence card of one domain; shows itself in Jupyter."""

    judgement: Judgement
    provider: Provider | None
    """None when the MX records were not looked up."""
    predicted: Predicted | None
    """What the predicted name at Exchange Online shows; None when it was not looked up."""
    observations: tuple[Observation, ...]
    """The lookups about the domain and its hosts, the domain itself first."""
    missing: tuple[Question, ...]
    """What a lookup would ask and the evidence does not have."""
    servers: tuple[tuple[str, ...], ...] = ()
    """Whether its servers answer: rows of ``Month.servers``."""

    def __repr__(self) -> str:
        verdicts = self.judgement.verdicts
        states = [f"{name} {verdicts[name].state}" for name in ("mail_all", "web", "dns_2")]
        found = ", ".join(state for state in states if not state.endswith(" "))
        return f"<Card {self.domain}: {found or 'no verdict'}; {len(self.observations)} lookups>"

    def _repr_html_(self) -> str:
        return f"<p><strong>{html.escape(self.domain)}</strong></p>\n{self.html()}"

    @property
    def domain(self) -> str:
        """The domain that the card is about."""
        return self.judgement.domain

    @property
    def deciding(self) -> tuple[Observation, ...]:
        """The questions worth asking again: MX, and each AAAA without a usable address."""
        return tuple(
            row
            for row in self.observations
            if row.outcome != INVALID_NAME
            and (row.qtype == "MX" or (row.qtype == "AAAA" and all(map(unusable, row.answers))))
        )

    def text(self, language: str = "en") -> str:
        """Return the card as plain text: columns, verdicts and outcomes by their codes.

        Args:
            language: ``en`` or ``nl``, of its headings and reasons.
        """
        words = Language(language)
        lines = [self.domain]
        for section in self._sections(words, str):
            lines += ["", section.title, *_aligned(section.rows)]
        lines += ["", words.text("Check it yourself"), *(f"  {line}" for line in self._commands())]
        return "\n".join(visible(line, keep="") for line in lines)

    def html(self, language: str = "en") -> str:
        """Return the card as HTML to put below a heading: accessible tables, all text escaped.

        Args:
            language: ``en`` or ``nl``.
        """
        from v6monitor.charts.tables import (  # noqa: PLC0415 - text needs no table library
            command_lines,
            rows_html,
        )

        words = Language(language)
        tables = [
            rows_html(section.columns, section.rows, words, f"{section.title}: {self.domain}")
            for section in self._sections(words, words.label)
        ]
        commands = command_lines("\n".join(self._commands()))
        check = html.escape(words.text("Check it yourself"))
        return "\n".join([*tables, f"<p>{check}:</p><pre><code>{commands}</code></pre>"])

    def _commands(self) -> list[str]:
        return [dig(row.qtype, row.qname, row.resolver) for row in self.deciding]

    def _sections(self, words: Language, label: Label) -> Iterator[_Section]:
        """Yield the tables of the card; ``label`` turns a code into what the reader sees."""
        measures = ("measure", "state", "reason")
        yield _Section(words.text("Verdicts"), measures, list(self._verdicts(words, label)))
        if self.provider:
            rows = list(_provider_rows(self.provider, words, label))
            yield _Section(words.text("Who runs the mail?"), ("subject", "value"), rows)
        if self.predicted:
            reason = reason_text(self.predicted.reason, words)
            questions = (
                (words.text("Is it an accepted domain?"), self.predicted.accepted),
                (words.text("Is IPv6 switched on for it?"), self.predicted.switch),
            )
            probes = [(question, label(state), reason) for question, state in questions]
            yield _Section(words.text("Predicted name at Exchange Online"), measures, probes)
        if self.servers:
            yield _Section(
                words.text("Whether its servers answer"),
                _ANSWERS,
                list(self._answers(words, label)),
            )
        names = ("question", "outcome", "asked_at", "resolver", "answers")
        title = words.text("Lookups (times are Dutch time)")
        yield _Section(title, names, list(self._lookups(label)))

    def _verdicts(self, words: Language, label: Label) -> Iterator[tuple[str, ...]]:
        mail = self.judgement.mail
        if mail.mail_class:
            notes = "; ".join(reason_text(note, words) for note in mail.notes)
            yield label("mail_class"), label(mail.mail_class), notes
        for name, verdict in self.judgement.verdicts.items():
            if verdict.state != NOT_ASKED:
                yield label(name), label(verdict.state), reason_text(verdict.reason, words)

    def _answers(self, words: Language, label: Label) -> Iterator[tuple[str, ...]]:
        for server in self.servers:
            source, _, _, host, address, port, reachable, detail = server
            said = words.label(detail, "detail") if detail else ""
            answer = label(reachable or "unknown")
            yield f"{host} {port}".rstrip(), address, answer, label(source), said

    def _lookups(self, label: Label) -> Iterator[tuple[str, ...]]:
        for row in self.observations:
            chain = "".join(f"→ {target} " for target in row.chain)
            answers = chain + (", ".join(row.answers) or row.detail)
            question, moment = f"{row.qtype} {row.qname}", _moment(row.asked_at)
            yield question, label(row.outcome), moment, row.resolver, answers
        for name, qtype in self.missing:
            yield f"{qtype} {name}", label("not_asked"), "", "", ""


def explain(
    domain: str,
    *,
    observations: "Observations | None" = None,
    month: "Observations | None" = None,
    resolvers: Sequence[str] | None = None,
) -> Card:
    """Return the evidence card of a domain: its lookups, verdicts, provider, and how to check them.

    Args:
        domain: a domain name, URL or e-mail address.
        observations: the observations of ``v6monitor.lookup`` or ``v6monitor.read_log``.
        month: a ``Month``, whose observations and operators are used.
        resolvers: look the domain up now, at these resolvers; by default, without observations and
            month, at the system's.

    Returns:
        A card that shows itself in Jupyter; ``card.text("nl")`` and ``card.html("nl")`` give it in
        Dutch.

    Raises:
        UsageError: the domain is not a valid host name.
        InputError: the observations hold no question about it.
        VantageError: no resolver answered.

    Example:
        >>> from v6monitor.dns.log import frame
        >>> from v6monitor.dns.observation import Observation
        >>> import datetime as dt
        >>> how = (60, False, "192.0.2.53", dt.datetime(2026, 10, 6, tzinfo=dt.UTC), 1.0, 1, "")
        >>> log = frame([Observation("town.example", "MX", "nodata", (), (), *how)])
        >>> explain("https://town.example/", observations=log)
        <Card town.example: mail_all not_applicable; 1 lookups>

    Source: METHOD.md, "Verdicts" and "Exchange Online".
    """
    try:
        name = normalise(domain).domain
    except InvalidNameError as reason:
        raise UsageError(
            f"{domain!r} is not a valid host name ({reason}): give one such as town.example"
        ) from reason
    known = observations if month is None else month
    if known is None or resolvers is not None:
        evidence = _look_up(name, list(resolvers or ["system"]))
    else:
        evidence = Evidence.of(known)
    operators = getattr(month, "operators", None) or known_operators()
    found = card(evidence, name, operators, servers_of(month).get(name, ()))
    if not found.observations:
        raise InputError(
            f"the log holds no question about {name}: look it up at a resolver, such as 'system'"
        )
    return found


def servers_of(month: object) -> dict[str, list[tuple[str, ...]]]:
    """Return the rows of ``Month.servers`` by domain; none of what is no month."""
    found: dict[str, list[tuple[str, ...]]] = {}
    servers = getattr(month, "servers", None)
    if servers is not None:
        rows = servers.itertuples(index=False, name=None)
        for domain, row in zip(servers["domain"], rows, strict=True):
            found.setdefault(domain, []).append(row)
    return found


def card(
    evidence: Evidence, domain: str, operators: Operators, servers: Iterable[tuple[str, ...]] = ()
) -> Card:
    """Return what the evidence holds about a domain, as a mail domain and as a website.

    ``servers`` are the rows about it of ``Month.servers``.
    """
    both = [(domain, "mail"), (domain, "web")]
    rows, missing = list[Observation](), list[Question]()
    for question, row in walk(both, lambda asked: evidence.question(*asked)):
        if row is None:
            missing.append(question)
        else:
            rows.append(row)
    rows.sort(key=lambda row: (_distance(row.qname, domain), row.qname, row.qtype))
    probes = [row for asked in predicted_questions(domain) if (row := evidence.question(*asked))]
    judged = judgement(evidence, domain)
    return Card(
        judged,
        provider(evidence, domain, operators) if judged.mail.mail_class else None,
        predicted(evidence, domain) if probes else None,
        tuple(dict.fromkeys([*rows, *probes])),
        tuple(sorted(missing)),
        tuple(servers),
    )


def _look_up(domain: str, resolvers: list[str]) -> Evidence:
    rows = ask([(domain, "mail"), (domain, "web")], resolvers)
    if not any(is_definite(row) for row in rows):
        failures = ", ".join(sorted({row.outcome for row in rows}))
        raise VantageError(
            f"resolver {', '.join(resolvers)} answered no question about {domain} ({failures}): "
            "check the network, or name another resolver"
        )
    return Evidence(rows)


@lru_cache(1 << 14)
def _moment(asked_at: dt.datetime) -> str:
    return asked_at.astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M:%S")


def _distance(name: str, domain: str) -> int:
    """Return a sort key: the domain itself, then names below it, then its hosts elsewhere."""
    return 0 if name == domain else 1 if name.endswith(f".{domain}") else 2


def _provider_rows(found: Provider, words: Language, label: Label) -> Iterator[tuple[str, str]]:
    yield label("class"), label(found.mail_provider)
    if found.confidence:
        yield label("confidence"), words.text(CONFIDENCE[found.confidence])
    coded = ("kind", "zone", "label")
    for name in ("operator", "kind", "zone", "label", "label_domain", "tenant", "rule"):
        if value := getattr(found, name):
            yield label(name), label(value) if name in coded else value
    for evidence in found.evidence.split("; "):
        yield label("evidence"), evidence


def _aligned(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield the rows with all columns aligned but the last, which may be long."""
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)][:-1]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield f"  {'  '.join([*cells, row[-1]])}".rstrip()
