"""The evidence card of one domain: from a log, from a month, or looked up now."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from v6monitor.dns.run import ask
from v6monitor.errors import InputError, UsageError, VantageError
from v6monitor.mail.card import Card, card
from v6monitor.mail.operators import known_operators
from v6monitor.names import InvalidNameError, normalise
from v6monitor.verdicts.evidence import Evidence, is_definite

if TYPE_CHECKING:
    from v6monitor.verdicts.evidence import Observations


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
    found = card(evidence, name, getattr(month, "operators", None) or known_operators())
    if not found.observations:
        raise InputError(
            f"the log holds no question about {name}: look it up at a resolver, such as 'system'"
        )
    return found


def _look_up(domain: str, resolvers: list[str]) -> Evidence:
    rows = ask([(domain, "mail"), (domain, "web")], resolvers)
    if not any(is_definite(row) for row in rows):
        failures = ", ".join(sorted({row.outcome for row in rows}))
        raise VantageError(
            f"resolver {', '.join(resolvers)} answered no question about {domain} ({failures}): "
            "check the network, or name another resolver"
        )
    return Evidence(rows)
