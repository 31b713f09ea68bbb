"""Letters to the administrators of laggards: domains, measurements, findings, and steps to take.

One administrator switches all domains of a tenant, so there is a letter per tenant; per
organisation where no tenant is known, and per domain where that is not known either. Beside these,
the operator of a gateway gets one letter with all the domains behind its hosts, and whoever has a
zone that keeps the domains of others out of reach without IPv4 one with all of those. There is a
letter only where something can be done: an unknown, and an address that may be an error in the
data, are for the analyst to look at.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from v6monitor.dns.observation import Observation, is_listed
from v6monitor.errors import InputError
from v6monitor.language import NO_VALUE, Language, marked
from v6monitor.mail import broken_intent
from v6monitor.mail.advice import (
    NEXT_STEPS,
    Row,
    also_remove,
    explanation,
    next_step,
    operator_name,
    waivers,
)
from v6monitor.mail.laggards import (
    EXCHANGE_GROUPS,
    OWN_HOST,
    SELF_SERVICE_SINCE,
    WRITTEN_ABOUT,
    day_of,
    owners_of,
    responsible,
)
from v6monitor.mail.providers import Operators, exchange_host, known_operators
from v6monitor.mail.signals import OTHER_ZONE_SINCE, signals
from v6monitor.mail.words import IPV6_STATUS, about, digs, enable_ipv6
from v6monitor.names import display
from v6monitor.verdicts.domain import mail_hosts
from v6monitor.verdicts.evidence import Evidence

if TYPE_CHECKING:
    from v6monitor.verdicts.evidence import Observations

_CHECK = marked(
    "Then check that there is an IPv6 address, and repeat the mail test of Internet.nl."
)

DNSSEC_SINCE = dt.date(2024, 10, 1)
"""From this month Exchange Online has inbound DANE with DNSSEC."""


class Measured(NamedTuple):
    """The lookups of one MX host or name server; ``host`` is "" for the domain's MX alone."""

    domain: str
    mx: Observation
    host: str
    ipv4: Observation | None
    ipv6: Observation | None


class Letter(NamedTuple):
    """One letter: its addressee, its rows of the laggard list, and their lookups."""

    tenant: str
    """The tenant whose administrator it is for; "" where no DKIM record names one."""
    operator: str
    """The operator of a gateway, or the zone, that it is for; "" where for an organisation."""
    rows: tuple[Row, ...]
    """Rows of the laggard list, in its order, and those of group ``broken_intent``; with ``asked``,
    the failing hosts of a gateway by operator; ``wrong``, other MX records that mean Exchange
    Online and are written wrong (host and fault); and ``broken``, CNAME records that lost their
    final dot (name and target)."""
    unknown: tuple[str, ...]
    """Other domains of the same administrator, in group ``unknown``."""
    measured: tuple[Measured, ...]

    @property
    def day(self) -> dt.date | None:
        """The day in the Netherlands of the last of the lookups."""
        return max((day for row in self.rows if (day := day_of(row["asked_at"]))), default=None)

    @property
    def addressee(self) -> tuple[str, str]:
        """Return who gets it: operator, zone, tenant, organisation or domain, and its name."""
        kind = "zone" if self.about_zones else "operator"
        return (kind, self.operator) if self.operator else _administrator(self.rows[0])

    @property
    def about_zones(self) -> bool:
        """Whether all of it is about zones that are not found without IPv4."""
        return {row["group"] for row in self.rows} == {broken_intent.GROUP}

    @property
    def resolvers(self) -> tuple[str, ...]:
        """The resolvers that were asked."""
        rows = (row for one in self.measured for row in (one.mx, one.ipv4, one.ipv6) if row)
        return tuple(sorted({row.resolver for row in rows}))

    def domains(self, *groups: str) -> tuple[str, ...]:
        """Return the domains it is about; those in these groups, if any are given."""
        chosen = (row for row in self.rows if not groups or row["group"] in groups)
        return tuple(str(row["domain"]) for row in chosen)

    def values(self, column: str) -> tuple[str, ...]:
        """Return the values of a column of its rows, each once."""
        return tuple(dict.fromkeys(str(row[column]) for row in self.rows if row[column]))


def letters(
    laggards: pd.DataFrame,
    *,
    observations: "Observations",
    without_ipv4: pd.DataFrame | None = None,
    owners: pd.DataFrame | None = None,
) -> list[Letter]:
    """Return the letters to the administrators of laggards, one per tenant.

    Args:
        laggards: what ``v6monitor.laggards`` returns.
        observations: the observations it was made from, or the ``Month``, which brings the other
            tables too.
        without_ipv4: the zones that keep domains out of reach, as ``Month.without_ipv4`` has them.
        owners: whose these domains are, as ``v6monitor.laggards`` takes it.

    Returns:
        Letters in the order of the list, those to operators of gateways and of zones last. Each
        has its ``tenant`` or ``operator``, ``rows`` of the laggard list, ``unknown`` (other
        domains of the administrator, without a verdict) and ``measured``, the lookups;
        ``situations``, ``remarks`` and ``steps`` of this module are its paragraphs in Dutch or
        English.

    Raises:
        InputError: the observations lack a column of the observation log, or a domain of the list
            is not a valid host name.

    Example:
        >>> from v6monitor.mail.laggards import laggards
        >>> letters(laggards([]), observations=[])
        []

    Source: METHOD.md, "Exchange Online".
    """
    for domain in laggards["domain"]:
        if not is_listed(str(domain)):
            raise InputError(
                f"{str(domain)[:60]!r} is no domain to write about: expected the list that "
                "v6monitor.laggards returns"
            )
    evidence = Evidence.of(observations)
    operators = getattr(observations, "operators", None) or known_operators()
    paths = getattr(observations, "without_ipv4", None) if without_ipv4 is None else without_ipv4
    owner_of = owners_of(getattr(observations, "owners", None) if owners is None else owners)
    about: dict[tuple[str, str], list[Row]] = {}
    unknown: dict[tuple[str, str], list[str]] = {}
    for row in laggards.to_dict("records"):
        if row["group"] in WRITTEN_ABOUT:
            about.setdefault(_administrator(row), []).append(_detailed(evidence, row, operators))
        elif row["group"] == "unknown":
            unknown.setdefault(_administrator(row), []).append(str(row["domain"]))
    behind: dict[str, list[Row]] = {}
    zones: dict[str, list[Row]] = {}
    known = {row["domain"]: key for key, rows in about.items() for row in rows}
    for row in [] if paths is None else broken_intent.rows(evidence, paths, owner_of):
        if row["own"]:
            about.setdefault(known.get(row["domain"], _administrator(row)), []).append(row)
        else:
            zones.setdefault(str(row["blocking_zone"]), []).append(row)
    for one in (row for rows in about.values() for row in rows):
        for operator, hosts in one["asked"].items():
            behind.setdefault(operator, []).append(
                {**one, "operator": operator, "failing_hosts": " ".join(hosts), "broken": (),
                 "wrong": ()}
            )  # fmt: skip
    behind.pop(OWN_HOST, None)
    addressed = [
        *((str(rows[0]["tenant"]), "", rows, unknown.get(key, ())) for key, rows in about.items()),
        *(("", name, rows, ()) for found in (behind, zones) for name, rows in found.items()),
    ]
    return [
        Letter(
            tenant,
            operator,
            rows=tuple(rows),
            unknown=tuple(others),
            measured=tuple(one for row in rows for one in _measured(evidence, row)),
        )
        for tenant, operator, rows, others in addressed
    ]


def situations(letter: Letter, language: Language) -> list[str]:
    """Return what was measured, a paragraph per explanation, in the order of the list."""
    if letter.operator and not letter.about_zones:
        return [
            language.text(
                "On {day} no IPv6 address (AAAA record) was found on {hosts}. The mail of these "
                "domains comes in there: {domains}.",
                day=language.day(letter.day) if letter.day else NO_VALUE,
                hosts=", ".join(dict.fromkeys(one.host for one in letter.measured)),
                domains=_shown(sorted(letter.domains())),
            )
        ]
    by_explanation: dict[str, list[Row]] = {}
    for row in _listed(letter):
        by_explanation.setdefault(str(row["explanation"]), []).append(row)
    wrong: list[list[Row]] = [
        [{**row, "explanation": f"broken_{fault}", "failing_hosts": host}]
        for row in letter.rows
        for host, fault in row["wrong"]
    ]
    listed = [
        about([str(row["domain"]) for row in rows], explanation(rows, language), language)
        for rows in [*by_explanation.values(), *wrong]
    ]
    return [*listed, *broken_intent.situations(_out_of_reach(letter), language)]


def remarks(letter: Letter, language: Language) -> list[str]:
    """Return the waivers of the domains, records to correct, and the domains without a verdict."""
    lost = language.text(
        "The CNAME record {name} leads to {target}: the final dot is missing in the zone file."
    )
    unknown = language.text("The result could not be determined for: {domains}.")
    return [
        *(sentence for sentence, _ in waivers(letter.rows, language)),
        *(lost.format(name=name, target=to) for row in letter.rows for name, to in row["broken"]),
        *([unknown.format(domains=_shown(letter.unknown))] if letter.unknown else []),
    ]


class Step(NamedTuple):
    """A step as a sentence, and its commands; "" where it has none."""

    text: str
    commands: str = ""


def steps(letter: Letter, language: Language) -> list[Step]:
    """Return what the administrator does, in order."""
    if letter.operator and not letter.about_zones:
        return list(_of_the_operator(letter, language))
    return [
        *_switch(letter, language),
        *_publish(letter, language),
        *_at_the_gateway(letter, language),
        *_afterwards(letter, language),
        *(Step(*one) for one in broken_intent.steps(_out_of_reach(letter), language)),
    ]


def powershell(letter: Letter) -> str:
    """Return the PowerShell that turns IPv6 on for exactly the domains of a letter.

    "" where the letter is about none on Exchange Online, or was measured when Microsoft did that
    itself, on request.
    """
    domains = letter.domains(*EXCHANGE_GROUPS)
    self_service = letter.day is None or letter.day >= SELF_SERVICE_SINCE
    return enable_ipv6(domains) if domains and self_service else ""


def _listed(letter: Letter) -> list[Row]:
    """Return the rows of the laggard list."""
    return [row for row in letter.rows if row["group"] != broken_intent.GROUP]


def _out_of_reach(letter: Letter) -> list[Row]:
    """Return the rows about zones that are not found without IPv4."""
    return [row for row in letter.rows if row["group"] == broken_intent.GROUP]


def _detailed(evidence: Evidence, row: Row, operators: Operators) -> Row:
    """Return a row of the list with what its letter says beside it."""
    domain, asked = str(row["domain"]), dict[str, list[str]]()
    for host in str(row["failing_hosts"]).split() if row["group"] == "gateway" else ():
        asked.setdefault(responsible(evidence, host, operators, domain), []).append(host)
    hosts = (host for _, host in mail_hosts(evidence, domain).hosts)
    found = ((host, exchange_host(evidence, host, domain)) for host in hosts)
    wrong = tuple((host, one.fault) for host, one in found if one and one.fault)
    beside = wrong if row["group"] in EXCHANGE_GROUPS else ()
    return {**row, "asked": asked, "wrong": beside, "broken": signals(evidence, domain).broken}


def _shown(domains: Iterable[str]) -> str:
    """Return domains as people write them."""
    return ", ".join(map(display, domains))


def _administrator(row: Row) -> tuple[str, str]:
    kinds = ("tenant", "organisation", "domain")
    return next((kind, str(row[kind])) for kind in kinds if row[kind])


def _measured(evidence: Evidence, row: Row) -> Iterable[Measured]:
    domain = str(row["domain"])
    mx = evidence.question(domain, "AAAA" if row.get("measure") == "web" else "MX")
    if mx is None:
        return
    hosts = str(row["failing_hosts"]).split() if row["group"] != "ownership_proof" else [""]
    for host in [*hosts, *(host for host, _ in row["wrong"])]:
        yield Measured(
            domain, mx, host, evidence.question(host, "A"), evidence.question(host, "AAAA")
        )


def _switch(letter: Letter, language: Language) -> Iterator[Step]:
    text = language.text
    domains, commands = letter.domains(*EXCHANGE_GROUPS), powershell(letter)
    failing = (str(row["failing_hosts"]) for row in letter.rows if row["domain"] in domains)
    addresses = digs("AAAA", " ".join(failing).split())
    if commands:
        connect = text("Open Exchange Online PowerShell as Exchange administrator.")
        yield Step(connect, "Connect-ExchangeOnline")
    if domains:
        yield Step(
            text(
                "First check what recognises senders by IP address: inbound connectors, relays, "
                "scanners and allow-lists. Connectors with an IP restriction do not support IPv6: "
                "use certificates there, or let that sender send over IPv4."
            )
        )
    check = text(_CHECK)
    if commands:
        all_domains = text("Check all accepted domains, not only the main one.")
        turn_on = text(
            "Turn IPv6 on for these domains, and for any other that step 3 does not show as "
            "Enabled."
        )
        wait = text("Wait at most an hour.")
        yield from (Step(all_domains, IPV6_STATUS), Step(turn_on, commands))
        yield Step(f"{wait} {check}", addresses)
    elif domains:
        request = text(
            "Ask Microsoft’s support to turn on IPv6 for {domains}: it gives it on request, per "
            "domain, within 24 to 48 hours.",
            domains=_shown(domains),
        )
        yield Step(f"{request} {check}", addresses)


def _publish(letter: Letter, language: Language) -> Iterator[Step]:
    renamed = [
        str(row["domain"])
        for row in letter.rows
        if row["next_step"] == "publish_mx" or row["wrong"]
    ]
    if renamed:
        step = NEXT_STEPS["publish_mx"]
        yield Step(language.text(step, domain=_shown(renamed)), digs("MX", renamed))
    for row in letter.rows:
        if row["proofs"]:
            words = also_remove([row], language) or next_step(row, language)
            yield Step(words, digs("MX", [str(row["domain"])]))


def _at_the_gateway(letter: Letter, language: Language) -> Iterator[Step]:
    asked: dict[str, dict[str, None]] = {}
    for row in letter.rows:
        for operator, hosts in row["asked"].items():
            asked.setdefault(operator, {}).update(dict.fromkeys(hosts))
    for operator, names in asked.items():
        step = NEXT_STEPS["own_host" if operator == OWN_HOST else "ask_gateway"]
        name = operator_name(operator, language)
        words = language.text(step, asked=name, hosts=", ".join(names))
        yield Step(f"{words} {language.text(_CHECK)}", digs("AAAA", names))


def _of_the_operator(letter: Letter, language: Language) -> Iterator[Step]:
    hosts = dict.fromkeys(one.host for one in letter.measured)
    yield Step(
        language.text(
            "Let these mail servers receive mail over IPv6 (TCP port 25), and then publish their "
            "IPv6 addresses (AAAA records): {hosts}.",
            hosts=", ".join(hosts),
        ),
        digs("AAAA", hosts),
    )
    yield Step(language.text("Then repeat the mail test of Internet.nl for these domains."))


def _afterwards(letter: Letter, language: Language) -> Iterator[Step]:
    """Yield what comes after IPv6: DNSSEC only where the MX is not in the zone that has it."""
    if not powershell(letter):
        return
    day, domains = letter.day or dt.date.max, dict[bool, list[str]]()
    for row in letter.rows if day >= DNSSEC_SINCE else ():
        if row["group"] in EXCHANGE_GROUPS:
            domains.setdefault(row["zone"] == "mx.microsoft", []).append(str(row["domain"]))
    if False in domains:
        words = language.text(
            "A next step for {domains}, after IPv6: DNSSEC, and then "
            "Enable-DnssecForVerifiedDomain -DomainName, which returns the MX record under "
            "mx.microsoft to publish. After that DANE for incoming mail, with "
            "Enable-SmtpDaneInbound -DomainName.",
            domains=_shown(domains[False]),
        )
        wizard = language.text(
            "For DNSSEC Microsoft has announced a wizard in the Exchange admin centre for the "
            "third quarter of 2026; DANE stays in PowerShell."
        )
        yield Step(f"{words} {wizard}" if day >= OTHER_ZONE_SINCE.date() else words)
    if True in domains:
        yield Step(
            language.text(
                "A next step for {domains}, after IPv6: DANE for incoming mail, with "
                "Enable-SmtpDaneInbound -DomainName. The MX record is under mx.microsoft already.",
                domains=_shown(domains[True]),
            )
        )
    yield Step(language.text("Only when step 4 fails: open a support ticket at Microsoft."))
