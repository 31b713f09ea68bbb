"""How are numbers said in a sentence? Counts with what they are of, points, lists."""

from collections.abc import Sequence

from babel.lists import format_list
from babel.numbers import format_decimal

from v6monitor.language import Language

TINY = 0.005


def points(difference: float, language: Language) -> str:
    """Return percentage points with sign and two decimals; plain 0 for what would round to it.

    >>> points(1.466, Language("en")), points(-0.001, Language("en"))
    ('+1.47', '0')
    """
    if abs(difference) < TINY:
        return "0"
    return str(format_decimal(difference, "+0.00;−0.00", locale=language.locale))


def listed(names: Sequence[str], language: Language) -> str:
    """Return ``a, b and c``."""
    return str(format_list(list(names), locale=language.locale))
