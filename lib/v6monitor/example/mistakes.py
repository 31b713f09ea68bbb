"""What do people do wrong in a list? The mistakes that the exports of the example hold."""

from collections.abc import Iterator

from v6monitor.example.population import MONTHS, Organisation, merged, organisations

Row = dict[str, str]

DIRTY = {("mail", "2026-03"), ("web", "2026-07"), ("web", "2026-10"), ("mail", "2026-10")}
"""The files in which somebody has typed a few rows: see ``typed``."""
NO_HOST_NAMES = ("n.v.t.", "afdeling_post.example")
"""What stands for a domain in those rows and is none."""
NEGLECTED = ("web", MONTHS[-1])
"""The file of a list that nobody kept: see ``neglected``."""
SITE = "www.rondevansterren.example"
"""A site that took the place of another one; of its owner the register says odd things."""
NOBODYS = "www.zonnewijzers.example"
"""A site that is in no register."""
_OTHER_LIST = "Overig"


def typed(rows: list[Row]) -> list[Row]:
    """Return the rows as people type them: in capitals, as a URL, twice, and with no host name."""
    rows = [dict(row) for row in rows]
    capitals, url, twice = rows[20], rows[40], rows[60]
    capitals["Url"] = capitals["Url"].upper()
    url["Url"] = f"https://{url['Url']}/contact"
    return [*rows, twice, *({"List": _OTHER_LIST, "Url": name} for name in NO_HOST_NAMES)]


def neglected(rows: list[Row]) -> list[Row]:
    """Return the rows and what nobody took out or put right.

    A site in a second list, of another sector; one with and without ``www.``; the site of a
    municipality that merged; a new name of a site; and one that is in no register.
    """
    sites = [row for row in rows if row["Url"].startswith("www.")]
    again, bare = sites[80], sites[90]
    old = merged()[0].sites[0]
    return [
        *rows,
        again | {"List": _OTHER_LIST},
        bare | {"Url": bare["Url"].removeprefix("www.")},
        {"List": bare["List"], "Url": old},
        {"List": _OTHER_LIST, "Url": SITE},
        {"List": _OTHER_LIST, "Url": NOBODYS},
    ]


def register() -> Iterator[tuple[str, ...]]:
    """Give the rows of the register that are not right: a sector, a province, a second owner."""
    old = merged()[0]
    yield SITE, "web", "Ronde van Sterren", "example:ov9001", "sterrenwacht", "Brussel"
    yield old.sites[0], "web", "Gemeente Elders", "example:ge9001", "gemeente", "Drenthe"


def renames() -> Iterator[tuple[str, str, str]]:
    """Give the renames of the last month: one that the list follows, and one that it does not."""
    left = next(body for body in organisations() if _left_last(body))
    day = f"{MONTHS[-1]}-01"
    yield left.sites[-1], SITE, day
    yield left.domain, f"nieuw-{left.domain}", day


def _left_last(body: Organisation) -> bool:
    return body.last == len(MONTHS) - 2 and len(body.sites) > 1
