"""What does a cell mean? The one place where values of files become words of the table."""

import math

RESULT_WORDS = (
    "passed",
    "failed",
    "warning",
    "info",
    "not_tested",
    "not_applicable",
    "error",
    "unknown",
)
MAIL_STATUSES = ("has_mx", "no_mx", "null_mx", "unknown")

_SYNONYMS = {
    "passed": "true 1 ja yes good waar",
    "failed": "false 0 nee no bad onwaar",
    "warning": "waarschuwing",
    "not_tested": "good_not_tested",
    "not_applicable": "no_mx null_mx",
    "error": "untestable unreachable not_testable",
    "unknown": "?",
}
_RESULTS = {word: word for word in RESULT_WORDS} | {
    synonym: word for word, synonyms in _SYNONYMS.items() for synonym in synonyms.split()
}
_MAIL = {
    "has_mx": "has_mx ok unreachable untestable passed",
    "no_mx": "no_mx other no-null-mx",
    "null_mx": "null_mx null-mx null-mx-without-a-aaaa",
    "unknown": "unknown",
}
_MAIL_STATUS = {word: status for status, words in _MAIL.items() for word in words.split()}
_ADDRESS_TEST = {"not_tested": "no_mx", "info": "no_mx", "warning": "null_mx"}
_CONFIGURED = {"passed": "has_mx", "failed": "no_mx"}


def result(raw: str) -> str | None:
    """Return the word for a result; None when the cell holds none that is known.

    >>> result("TRUE"), result("waarschuwing"), result("?"), result("maybe")
    ('passed', 'warning', 'unknown', None)
    """
    return _RESULTS.get(raw.lower().replace(" ", "_"))


def mail_status(raw: str) -> str:
    """Return whether a domain has mail servers, by what a file says of them; "" for nothing.

    Words of the canonical table, of API 2 (``mail_servers_testable_status``, and the verdict of
    the test of their addresses: ``other`` is no mail servers) and of the dashboard. ``failed``
    does not tell: in API 1.0 it is also the result of a domain without MX.

    >>> mail_status("no_mx"), mail_status("null-mx"), mail_status("unreachable")
    ('no_mx', 'null_mx', 'has_mx')
    """
    return _MAIL_STATUS.get(raw.lower(), "")


def mail_status_by_address_test(raw: str) -> str:
    """Return the same from the test of mail server addresses.

    That test is ``not_tested`` without MX or with a null MX, ``info`` without MX where a null MX
    is advised, ``warning`` with a null MX that is not right.
    """
    return _ADDRESS_TEST.get(raw.lower(), "") or mail_status(raw)


def mail_status_by_presence(raw: str) -> str:
    """Return the same from a yes or no to "has an MX record".

    >>> mail_status_by_presence("False"), mail_status_by_presence("?")
    ('no_mx', '')
    """
    return _CONFIGURED.get(result(raw) or "", "") or mail_status(raw)


def score(raw: str) -> float:
    """Return a score of 0 to 100; NaN where the cell holds none. A comma is a decimal comma.

    >>> score("48,0%"), score("error")
    (48.0, nan)
    """
    try:
        value = float(raw.removesuffix("%").strip().replace(",", "."))
    except ValueError:
        return math.nan
    return value if 0 <= value <= 100 else math.nan  # noqa: PLR2004 - a percentage
