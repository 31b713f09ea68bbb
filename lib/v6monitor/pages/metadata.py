"""What catalogues, search engines and social media read of a report, beside its pages.

DCAT-AP-NL 3.0 for data.overheid.nl, schema.org for search engines, the facts of a Data Package,
and a picture. Without an address of publication their references are relative to the report.
"""

import calendar
import io
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from v6monitor.charts.chart import Words
from v6monitor.language import CODES, Language
from v6monitor.pages.publisher import Publisher

CATALOGUE = "dcat.jsonld"
"""The description for catalogues, a file of every report."""

_EU = "http://publications.europa.eu/resource/authority"
_LICENCES = {
    "creativecommons.org/publicdomain/zero/1.0": "CC0",
    "creativecommons.org/licenses/by/4.0": "CC_BY_4_0",
}
"""Licences of the list that the profile asks for, by what their address has in it."""
_LANGUAGES = {"nl": f"{_EU}/language/NLD", "en": f"{_EU}/language/ENG"}
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_KEYWORDS = ("IPv6", "Internet.nl", "Exchange Online", "DNS")
_PICTURE = (12, 6.3)  # inches of 100 pixels: 1200 by 630, as social media show it


@dataclass(frozen=True)
class About:
    """What is said of a report: its month, words by language, days of measurement, publisher."""

    period: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    days: Sequence[str]
    publisher: Publisher
    folder: str
    """Of the report in the archive of all reports."""
    synthetic: bool = False

    @property
    def address(self) -> str:
        """Return the address of the report; relative to the report where none is known."""
        return f"{self.publisher.address}{self.folder}" if self.publisher.address else ""

    @property
    def ends(self) -> tuple[str, str]:
        """Return the first and the last day that the figures are about: those of the month."""
        last = calendar.monthrange(int(self.period[:4]), int(self.period[5:]))[1]
        return f"{self.period}-01", f"{self.period}-{last}"

    def text(self, words: Mapping[str, str], code: str) -> str:
        """Return a text in a language; of example data one that says so."""
        notice = Language(code).text("Synthetic example data.")
        marked = not self.synthetic or notice in words[code]
        return words[code] if marked else f"{words[code]} ({notice})"


def package_facts(about: About) -> dict[str, Any]:
    """Return who publishes a Data Package, on what terms, and what time it is about."""
    publisher = about.publisher
    licence, name = publisher.licence, publisher.name["en"]
    mail = {"email": publisher.contact.email} if publisher.contact.email else {}
    found: dict[str, Any] = {
        "description": about.text(about.description, "en"),
        "period": {"start": about.ends[0], "end": about.ends[1], "measured": list(about.days)},
        "publisher": name,
        "contributors": [{"title": name, "role": "publisher", **mail}],
        "keywords": list(_KEYWORDS),
    }
    if publisher.address:
        found["homepage"] = about.address
    if licence.url:
        found["licenses"] = [{"path": licence.url, "title": licence.name or licence.url}]
    return found


def dataset(about: About, tables: Iterable[str], code: str) -> dict[str, Any]:
    """Return the schema.org Dataset of a report, for a page in a language."""
    publisher = about.publisher
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": about.text(about.title, code),
        "description": about.text(about.description, code),
        "inLanguage": code,
        "temporalCoverage": "/".join(about.ends),
        "spatialCoverage": {"@type": "Country", "name": "Nederland"},
        "isAccessibleForFree": True,
        "keywords": list(_KEYWORDS),
        "creator": {"@type": "Organization", "name": publisher.name[code]},
        "publisher": {"@type": "Organization", "name": publisher.name[code]},
        "distribution": [
            {
                "@type": "DataDownload",
                "name": name,
                "encodingFormat": "text/csv",
                "contentUrl": f"{about.address}tables/{name}.csv",
            }
            for name in tables
        ],
    }
    if publisher.licence.url:
        found["license"] = publisher.licence.url
    if about.address:
        found["url"] = about.address
    return found


def catalogue(about: About, tables: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return the description of a report by DCAT-AP-NL 3.0, as JSON-LD.

    ``tables`` are by name their titles by language. It has what the profile calls mandatory (its
    SHACL shapes), and of the rest what is known.
    """
    own, sender = f"{about.address}#dataset", f"{about.address}#publisher"
    contact = f"{about.address}#contact"
    start, end = about.ends
    agent = {"@id": about.publisher.identifier or sender}
    common = {
        "dct:publisher": agent,
        "dcat:contactPoint": {"@id": contact},
        "dct:language": [{"@id": _LANGUAGES[code]} for code in CODES],
        "dct:title": _texts(about, about.title),
        "dct:description": _texts(about, about.description),
        "dct:modified": _day(max(about.days, default=end)),
    }
    found = [
        {"@id": f"{about.address}#catalogue", "@type": "dcat:Catalog", **common}
        | {"dcat:dataset": {"@id": own}},
        {"@id": own, "@type": "dcat:Dataset", **common}
        | {
            "dct:identifier": own,
            "dct:creator": agent,
            "dct:accessRights": {"@id": f"{_EU}/access-right/PUBLIC"},
            "dct:accrualPeriodicity": {"@id": f"{_EU}/frequency/MONTHLY"},
            "dct:spatial": {"@id": f"{_EU}/country/NLD"},
            "dct:temporal": {
                "@type": "dct:PeriodOfTime",
                "dcat:startDate": _day(start),
                "dcat:endDate": _day(end),
            },
            "dcat:theme": [{"@id": f"{_EU}/data-theme/{theme}"} for theme in ("GOVE", "TECH")],
            "dcat:keyword": [*_KEYWORDS, *(["synthetic"] if about.synthetic else [])],
            "dcat:landingPage": {"@id": f"{about.address}index.html"},
            "dcat:distribution": [{"@id": f"{about.address}#{name}"} for name in tables],
        },
        {**agent, "@type": "foaf:Agent", "foaf:name": _names(about.publisher.name)},
        _contact(about.publisher, contact),
        *(_distribution(about, name, title) for name, title in tables.items()),
    ]
    return {"@context": _CONTEXT, "@graph": found}


def picture(about: About, words: Words, code: str) -> bytes:
    """Return the PNG of a report for social media: its large figures, month and publisher."""
    colour = about.publisher.colours["basis-color-accent-1-color-default"]
    figure = Figure(figsize=_PICTURE, dpi=100)
    band = Rectangle((0, 0), 1, 0.18, transform=figure.transFigure, color=colour)
    figure.add_artist(band)
    if about.synthetic:
        notice = Language(code).text("Synthetic example data.")
        figure.text(0.06, 0.7, notice, size=24, weight="bold", color="#a33b0e")
    figure.text(0.06, 0.8, about.title[code], size=34, weight="bold", color=colour)
    for number, fact in enumerate(words.facts[:3]):
        left = 0.06 + 0.31 * number
        figure.text(left, 0.5, fact.value, size=54, weight="bold", color=colour)
        figure.text(left, 0.46, textwrap.fill(fact.label, 22), size=17, va="top")
    sender = about.publisher.name[code]
    figure.text(0.06, 0.09, sender, size=18, color="white", va="center")
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def _distribution(about: About, name: str, title: Mapping[str, str]) -> dict[str, Any]:
    licence = about.publisher.licence
    known = next((code for part, code in _LICENCES.items() if part in licence.url), "")
    found = {
        "@id": f"{about.address}#{name}",
        "@type": "dcat:Distribution",
        "dct:title": _names(title),
        "dcat:accessURL": {"@id": f"{about.address}data.html"},
        "dcat:downloadURL": {"@id": f"{about.address}tables/{name}.csv"},
        "dct:format": {"@id": f"{_EU}/file-type/CSV"},
        "dcat:mediaType": {"@id": "http://www.iana.org/assignments/media-types/text/csv"},
    }
    if licence.url:
        found["dct:license"] = {"@id": f"{_EU}/licence/{known}" if known else licence.url}
    return found


def _contact(publisher: Publisher, identity: str) -> dict[str, Any]:
    contact = publisher.contact
    found: dict[str, Any] = {"@id": identity, "@type": "vcard:Organization"}
    found["vcard:fn"] = _names(contact.name or publisher.name)
    if contact.email:
        found["vcard:hasEmail"] = {"@id": f"mailto:{contact.email}"}
    if contact.page:
        found["vcard:hasURL"] = {"@id": contact.page}
    return found


def _texts(about: About, words: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"@value": about.text(words, code), "@language": code} for code in CODES]


def _names(words: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"@value": text, "@language": code} for code, text in words.items()]


def _day(day: str) -> dict[str, str]:
    return {"@value": day, "@type": "xsd:date"}
