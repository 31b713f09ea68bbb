"""Which sector of government does a text speak of? One code for every way people write it."""

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

_WORDS = {word: code for code, words in SECTORS.items() for word in (code, *words.split())}


def sector_in(text: str) -> str:
    """Return the one sector that a list, a file name or a type speaks of; "" for none or several.

    >>> sector_in("mailtest_rijk")
    'rijk'
    >>> sector_in("Gemeenschappelijke regelingen 2026")
    'gemeenschappelijke_regeling'
    >>> sector_in("Ministerie van Financiën")
    'rijk'
    >>> sector_in("gemeenten en provincies")
    ''
    """
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z]+", plain.replace("'", ""))
    pairs = ("_".join(pair) for pair in pairwise(words))
    found = {_WORDS[word] for word in (*words, *pairs) if word in _WORDS}
    return found.pop() if len(found) == 1 else ""
