"""Tables to draw, made of states that are the same on every run."""

import pandas as pd

SECTORS = {
    "gemeenschappelijke_regeling": 125,
    "gemeente": 342,
    "rijk": 60,
    "uitvoeringsorganisatie": 90,
    "waterschap": 21,
    "provincie": 12,
    "overig": 3,
}
LONG = "Gemeenschappelijke Belastingsamenwerking Noordoost-Veluwe en omstreken (voorlopige naam)"


def months(number: int, start: str = "2025-11") -> list[str]:
    """Return so many months in a row."""
    first = pd.Period(start, "M")
    return [str(first + step) for step in range(number)]


def states(
    periods: list[str], measures: tuple[str, ...] = ("web", "mail", "dns"), unknown: int = 40
) -> pd.DataFrame:
    """Return states of all sectors that slowly become yes; every so many are unknown."""
    rows = []
    for at, period in enumerate(periods):
        for shift, measure in enumerate(measures):
            for sector, size in SECTORS.items():
                for number in range(size):
                    state = "yes" if (number * 37) % 100 < 50 + 3 * at + 12 * shift else "no"
                    if unknown and (number + at) % unknown == unknown - 1:
                        state = "unknown"
                    rows.append((period, f"{sector}{number}.example", measure, state, sector))
    columns = ["period", "domain", "measure", "state", "sector"]
    return pd.DataFrame(rows, columns=columns).astype("str")
