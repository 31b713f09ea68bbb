"""Reasons of verdicts in the reader's language."""

import re

from v6monitor.dns.observation import OUTCOMES
from v6monitor.language import Language

_OUTCOME = re.compile(rf"(?<=: )({'|'.join(sorted(OUTCOMES | {'no_address'}))})(?=[,;)]|$)")
_NOT_ASKED = re.compile(r"(?<=: )([A-Z]+) not asked(?=[,;]|$)")
_RECORDS_OF = re.compile(r"\b([A-Z]{2,5}) of (?=\S+: )")
_NAME_SERVERS_OF = re.compile(r"name servers of (\S+): ")
_COUNTED = re.compile(r"(\d+) of (\d+) name servers have IPv6")


def reason_text(reason: str, language: Language) -> str:
    """Return the reason of a verdict in this language: outcomes and counts in words, names as is.

    >>> reason_text("mx.town.example: nodata, mx.example: AAAA not asked", Language("en"))
    'mx.town.example: no such record, mx.example: AAAA not asked'
    """
    text = _OUTCOME.sub(lambda found: language.label(found[1]), reason)
    text = _NOT_ASKED.sub(lambda found: f"{found[1]} {language.label('not_asked')}", text)
    text = _RECORDS_OF.sub(lambda found: language.text("{type} of ", type=found[1]), text)
    text = _NAME_SERVERS_OF.sub(
        lambda found: language.text("name servers of {zone}: ", zone=found[1]), text
    )
    return _COUNTED.sub(
        lambda found: language.text(
            "{yes} of {known} name servers have IPv6", yes=found[1], known=found[2]
        ),
        text,
    )
