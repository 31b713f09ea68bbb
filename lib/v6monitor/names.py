"""Host names: one normalised key for every way people write a name, a URL or an address."""

import hashlib
import ipaddress
import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import idna

if TYPE_CHECKING:
    from tldextract import TLDExtract

LONGEST = 253  # characters of a name without its final dot (RFC 1035 §2.3.4)
_LONGEST_URL = 4_096  # characters of a cell that may be one
PLACEHOLDERS = frozenset(
    {"-", "--", "?", "geen", "n.v.t", "nvt", "n/a", "na", "n.b", "none", "null", "nan", "onbekend"}
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u2028-\u202e\u2066-\u2069]")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
GOVERNMENT = frozenset({"gob", "gouv", "gov", "government", "govt", "gub"})
"""Labels with which the Public Suffix List names the space of a government below a country."""
_PLAIN = re.compile(r"(?!.*\b[0-9a-f]{8}$)(?=.{1,60}$)[a-z0-9]+(?:[-_][a-z0-9]+)*")
"""A text that names a page as it is; one that ends as a digest does is none."""
_NORMAL = re.compile(r"(?!.*--)(?=.{4,253}$)(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)+[a-z]{2,63}")
"""What ``normalise`` leaves as it is: a quick test, because most names are like that."""


class Name(NamedTuple):
    """A valid host name: the A-label key (lower case, no final dot) and how a reader sees it."""

    domain: str
    display: str


class InvalidNameError(ValueError):
    """The text is not a valid host name; the message is the reason, as faults state it."""


def normalise(raw: str) -> Name:
    """Return the host name in a cell with a name, a URL or an e-mail address.

    IDNs are mapped and encoded by IDNA 2008 with UTS 46 (non-transitional), so that the Unicode
    and the A-label form give one key. A host name has two labels or more of letters, digits and
    hyphens (RFC 1123 §2.1), each of at most 63 characters and together at most 253 (RFC 1035).

    >>> normalise("https://www.Voorbeeld.example:8443/pad?x=1")
    Name(domain='www.voorbeeld.example', display='www.voorbeeld.example')
    >>> normalise("info@coöperatie.example").domain
    'xn--coperatie-17a.example'

    Raises InvalidNameError with the reason.
    """
    if _NORMAL.fullmatch(raw):
        return Name(raw, raw)
    if len(raw) > _LONGEST_URL:
        raise InvalidNameError("not a valid host name")
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", raw)).strip()
    if not text:
        raise InvalidNameError("empty")
    if text.lower().rstrip(".") in PLACEHOLDERS:
        raise InvalidNameError("placeholder")
    host = _host(text).rstrip(".")
    if host.lower() in PLACEHOLDERS:
        raise InvalidNameError("placeholder")
    if _is_address(host):
        raise InvalidNameError("IP address")
    return _checked(host)


@lru_cache(1 << 14)
def is_name(text: str) -> bool:
    """Return whether a text is a host name, a web address or an e-mail address."""
    try:
        normalise(text)
    except InvalidNameError:
        return False
    return True


def visible(text: str, keep: str = "\n\t") -> str:
    r"""Return a text with its control and bidirectional characters shown, others unseen left out.

    So no cell and no answer of DNS can steer a terminal, or turn around what a page says.
    ``keep`` are the ones that stay as they are.

    >>> visible("a\u200b\u202etxt.exe"), visible("v=spf1\x1b[2J")
    ('a\\u202etxt.exe', 'v=spf1\\x1b[2J')
    """

    def shown(found: re.Match[str]) -> str:
        return found[0] if found[0] in keep else ascii(found[0])[1:-1]

    if (text.replace("\n", "") if "\n" in keep else text).isprintable():
        return text  # most are, and this is five times as fast
    return _STEERING.sub(shown, _INVISIBLE.sub("", text))


def registrable_domain(name: str) -> str:
    """Return the domain that a registry delegates: ``a.b.example`` gives ``b.example``.

    By the Public Suffix List shipped with tldextract, never fetched: its ICANN section, and in a
    government's space (``GOVERNMENT`` directly below the top-level domain) its private section too,
    because what is registered there are public bodies. A top-level domain that is not on the list
    counts as a suffix (the list's default rule); a public suffix is returned as it is.

    >>> registrable_domain("mail.ministry.gov.nl"), registrable_domain("mail.town.blogspot.com")
    ('ministry.gov.nl', 'blogspot.com')
    """
    labels = name.split(".")
    tail = ".".join(labels[-2:])
    governmental = not GOVERNMENT.isdisjoint(labels[-2:-1])
    if not (governmental or "xn--" in tail or {tail, f"*.{labels[-1]}"} & _compound_suffixes()):
        return tail
    parts = _extract()(name, include_psl_private_domains=governmental)
    if not parts.suffix:
        return tail
    return str(parts.top_domain_under_public_suffix) or name


@cache
def display(domain: str) -> str:
    """Return a domain as people write it: ``xn--coperatie-17a.example`` with its diaeresis."""
    if "xn--" not in domain:
        return domain
    try:
        return normalise(domain).display
    except InvalidNameError:
        return domain


@cache
def page_name(organisation: str, domain: str = "") -> str:
    """Return what the page of an organisation is called; of a domain where that is not known.

    It follows from the name alone, so it stays what it is whatever else is on the list. Capitals,
    spaces and hyphens tell no two organisations apart; where other signs are lost, a digest of the
    name keeps them apart. A domain's has ``_`` for its dots, which is in no organisation's.

    >>> page_name("Gemeente Nieuw-Zuidwaard"), page_name("", "nieuw-zuidwaard.example")
    ('gemeente-nieuw-zuidwaard', 'nieuw-zuidwaard_example')
    >>> page_name("Écht"), page_name("Echt")
    ('echt-68daf9d4', 'echt')
    """
    if organisation:
        words = organisation.casefold().replace("-", " ").split()
        plain, shown = "-".join(words), " ".join(words)
        if "_" in plain:
            plain = ""
    else:
        plain, shown = domain.replace(".", "_"), domain
    if _PLAIN.fullmatch(plain):
        return plain
    letters = unicodedata.normalize("NFKD", display(shown)).encode("ascii", "ignore").decode()
    stem = "-".join(re.findall("[a-z0-9]+", letters.lower()))[:50].strip("-")
    digest = hashlib.sha256(shown.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{stem}-{digest}".lstrip("-")


def _host(text: str) -> str:
    if any(character.isspace() for character in text):
        raise InvalidNameError("white space in the name")
    if text.lower().startswith("mailto:"):
        text = text[len("mailto:") :]
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
    except ValueError as error:
        raise InvalidNameError("not a URL") from error
    host = parts.netloc.rpartition("@")[2]
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _checked(host: str) -> Name:
    plain = host.lower()
    if _NORMAL.fullmatch(plain):
        return Name(plain, plain)
    if len(host) > LONGEST:  # encoded it is longer still; encoding takes the square of its length
        raise InvalidNameError("not a valid host name")
    if "_" in host:
        raise InvalidNameError("underscore in a host name")
    try:
        domain = idna.encode(host.lower(), uts46=True).decode("ascii").lower()
        display = idna.decode(domain)
    except (idna.IDNAError, UnicodeError) as error:
        raise InvalidNameError(f"not a valid host name: {error}") from error
    if "." not in domain:
        raise InvalidNameError("no dot in the name")
    if not _is_host_name(domain):
        raise InvalidNameError("not a valid host name")
    return Name(domain, display)


def _is_host_name(domain: str) -> bool:
    labels = domain.split(".")
    fits = len(labels) > 1 and len(domain) <= LONGEST and not labels[-1].isdigit()
    return fits and all(map(_LABEL.fullmatch, labels))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@cache
def _compound_suffixes() -> frozenset[str]:
    """Return the last two labels of the public suffixes that have several: most names have none."""
    several = (one.removeprefix("!").split(".") for one in _extract().tlds if "." in one)
    return frozenset(".".join(labels[-2:]) for labels in several)


@cache
def _extract() -> "TLDExtract":
    import tldextract  # noqa: PLC0415 - most names do without

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
