"""How is the reason of a verdict said to a reader? Outcomes and counts become words; names stay."""

import re

from v6monitor.dns.observation import OUTCOMES
from v6monitor.language import Language

_OUTCOME = re.compile(rf"(?<=: )({'|'.join(sorted(OUTCOMES))})(?=[,;]|$)")
_NOT_ASKED = re.compile(r"(?<=: )([A-Z]+) not asked(?=[,;]|$)")
_NAME_SERVERS_OF = re.compile(r"name servers of (\S+): ")
_COUNTED = re.compile(r"(\d+) of (\d+) name servers have IPv6")


def worded(reason: str, language: Language) -> str:
    """Return a reason in this language, as far as it is words.

    >>> worded("mx.town.example: nodata, mx.example: AAAA not asked", Language("en"))
    'mx.town.example: no such record, mx.example: AAAA not asked'
    """
    told = _OUTCOME.sub(lambda found: language.label(found[1]), reason)
    told = _NOT_ASKED.sub(lambda found: f"{found[1]} {language.label('not_asked')}", told)
    told = _NAME_SERVERS_OF.sub(
        lambda found: language.text("name servers of {zone}: ", zone=found[1]), told
    )
    return _COUNTED.sub(
        lambda found: language.text(
            "{yes} of {known} name servers have IPv6", yes=found[1], known=found[2]
        ),
        told,
    )
