"""Which of the twelve provinces does a text name? One name for every spelling."""

import re
import unicodedata

PROVINCES = {
    "Fryslân": "friesland fr",
    "Groningen": "gr",
    "Noord-Holland": "nholland nh",
    "Flevoland": "fl",
    "Drenthe": "dr",
    "Zuid-Holland": "zholland zh",
    "Utrecht": "ut",
    "Overijssel": "ov",
    "Zeeland": "ze zl",
    "Noord-Brabant": "brabant nbrabant nb",
    "Gelderland": "ge gld",
    "Limburg": "li lb",
}
"""The provinces of the Netherlands by their official names, from the north as a map reads, each
with other spellings."""


def province_in(text: str) -> str:
    """Return the official name of a province; "" for a text that is none.

    >>> province_in("Provincie Friesland"), province_in("noord holland"), province_in("N.-Brabant")
    ('Fryslân', 'Noord-Holland', 'Noord-Brabant')
    >>> province_in("Holland")
    ''
    """
    return _SPELLINGS.get(_plain(text).removeprefix("provincie"), "")


def _plain(text: str) -> str:
    """Return the letters of a text, lower case and without accents."""
    letters = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]", "", letters)


_SPELLINGS = {
    _plain(spelling): name
    for name, others in PROVINCES.items()
    for spelling in (name, *others.split())
}
