"""What does a cell mean? The one place where values of files become words of the table."""

import datetime as dt
import math
import re

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
_MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)")
_DUTCH = re.compile(r"(?<!\d)(\d{1,2})-(\d{1,2})-(\d{4})(?!\d)")
_IN_WORDS = re.compile(rf"(?<!\d)(\d{{1,2}})[ _-]({'|'.join(_MONTHS)})[ _-](\d{{4}})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)")


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
    """Return a score of 0 to 100; NaN where the cell holds none.

    >>> score("48,0%"), score("error")
    (48.0, nan)
    """
    try:
        value = float(raw.removesuffix("%").strip().replace(",", "."))
    except ValueError:
        return math.nan
    return value if 0 <= value <= 100 else math.nan  # noqa: PLR2004 - a percentage


def date_in(text: str) -> str:
    """Return the last full date in a cell, a file name or a sheet name; "" for none.

    ISO dates count before Dutch ones (day-month-year, with hyphens or the month in words), those
    before eight digits. A month alone is no date. A moment gives the day it names in its own zone.

    >>> date_in("internet-nl-dashboard-report-42-list-mail-2026-10-05.csv")
    '2026-10-05'
    >>> date_in("22-08-2022"), date_in("1 januari 2022"), date_in("export 2023-06")
    ('2022-08-22', '2022-01-01', '')
    """
    text = text.lower()
    found = (
        [(y, m, d) for y, m, d in _ISO.findall(text)],
        [(y, m, d) for d, m, y in _DUTCH.findall(text)],
        [(y, str(_MONTHS.index(m) + 1), d) for d, m, y in _IN_WORDS.findall(text)],
        [(y, m, d) for y, m, d in _COMPACT.findall(text)],
    )
    for dates in found:
        for year, month, day in reversed(dates):
            try:
                return dt.date(int(year), int(month), int(day)).isoformat()
            except ValueError:  # 31-02-2022 is no date; another in the text may be
                continue
    return ""
