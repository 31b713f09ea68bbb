"""Sectors and provinces, and the words that files have for them; known without pandas."""

import re
import unicodedata
from itertools import pairwise

SECTORS = {
    "rijk": "rijksoverheid rijksoverheden rijksdienst ministerie ministeries departement "
    "departementen kerndepartement kerndepartementen inspectie inspecties centrale_overheid "
    "algemene_zaken binnenlandse_zaken buitenlandse_zaken economische_zaken sociale_zaken defensie "
    "financien justitie waterstaat volksgezondheid minaz minbzk minbuza mindef minezk minfin "
    "minienw minjenv minlnv minlvvn minocw minszw minvws bzk buza ezk ienw jenv lnv lvvn ocw szw "
    "vws",
    "uitvoeringsorganisatie": "uitvoeringsorganisaties uitvoerder uitvoerders uitvoering "
    "manifestgroep manifestpartij manifestpartijen agentschap agentschappen zbo zbos "
    "zelfstandig_bestuursorgaan zelfstandige_bestuursorganen",
    "provincie": "provincies provinciaal",
    "gemeente": "gemeenten gemeentes gemeentelijk",
    "waterschap": "waterschappen hoogheemraadschap hoogheemraadschappen wetterskip",
    "gemeenschappelijke_regeling": "gemeenschappelijke_regelingen gr grs veiligheidsregio "
    "veiligheidsregios omgevingsdienst omgevingsdiensten",
    "overig": "overige",
}
"""The sectors of the canonical table, each with other words for it."""

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

_LONGEST = 1_000  # characters of a text that names a sector or a province


def sector_in(text: str) -> str:
    """Return the one sector that a list, a file name or a type names; "" for none or several.

    >>> sector_in("Ministerie van Financiën"), sector_in("gemeenten en provincies")
    ('rijk', '')
    """
    words = re.findall(r"[a-z]+", _ascii(text).replace("'", ""))
    pairs = ("_".join(pair) for pair in pairwise(words))
    found = {_SECTOR_WORDS[word] for word in (*words, *pairs) if word in _SECTOR_WORDS}
    return found.pop() if len(found) == 1 else ""


def province_in(text: str) -> str:
    """Return the official name of a province; "" for a text that is none.

    >>> province_in("Provincie Friesland"), province_in("N.-Brabant"), province_in("Holland")
    ('Fryslân', 'Noord-Brabant', '')
    """
    return _PROVINCE_SPELLINGS.get(_letters(text).removeprefix("provincie"), "")


def _ascii(text: str) -> str:
    """Return a text in lower case and without accents."""
    return unicodedata.normalize("NFKD", text[:_LONGEST].lower()).encode("ascii", "ignore").decode()


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", _ascii(text))


_SECTOR_WORDS = {word: code for code, words in SECTORS.items() for word in (code, *words.split())}
_PROVINCE_SPELLINGS = {
    _letters(spelling): name
    for name, others in PROVINCES.items()
    for spelling in (name, *others.split())
}
