"""The sentences about the future and the time it took, also where there is little to say."""

import math

import pandas as pd
import pytest

from v6monitor import findings
from v6monitor.analysis import pace
from v6monitor.language import Language

EN, NL = Language("en"), Language("nl")
LINE = [1 / (1 + math.exp(1 - 0.25 * month)) for month in range(8)]
FLAT, REACHED = [0.5] * 6, [0.6, 0.7, 0.8, 0.85, 0.9, 0.96]


def series(shares: list[float], sector: str = "rijk", size: int = 1000) -> pd.DataFrame:
    """Return states of so many domains with these shares, month by month from January 2026."""
    rows = [
        (f"{sector}{number}", "yes" if number < round(share * size) else "no", month)
        for month, share in enumerate(shares)
        for number in range(size)
    ]
    table = pd.DataFrame(rows, columns=["domain", "state", "month"])
    table["period"] = [str(pd.Period("2026-01", "M") + month) for month in table["month"]]
    return table.drop(columns="month").assign(sector=sector).astype("str")


UNKNOWN = series([0.5, 0.6]).assign(state="unknown")


@pytest.mark.parametrize(
    ("states", "english", "dutch"),
    [
        (
            series(LINE),
            (
                "At this pace 90% is reached around February 2027; in eight of ten futures between"
                " February 2027 and April 2027."
                " By December 2027 it is reached in 100% of the futures."
            ),
            (
                "In dit tempo wordt 90% rond februari 2027 gehaald; in acht van de tien"
                " scenario’s ligt dat tussen februari 2027 en april 2027."
                " Uiterlijk in december 2027 is het gehaald in 100% van de scenario’s."
            ),
        ),
        (
            series([0.5]),
            (
                "There are fewer than six measurements of one list, so nothing is said of the"
                " future."
            ),
            (
                "Er zijn minder dan zes metingen van één lijst; daarom wordt er niets over de"
                " toekomst gezegd."
            ),
        ),
        (
            series(FLAT),
            "The share does not grow, so at this pace 90% is never reached.",
            "Het aandeel groeit niet; in dit tempo wordt 90% dus nooit gehaald.",
        ),
        (
            series(REACHED),
            "The target of 90% has been reached.",
            "Het doel van 90% is gehaald.",
        ),
        (
            UNKNOWN,
            "There is no month with a share, so nothing is said of the future.",
            "Er is geen maand met een aandeel; daarom wordt er niets over de toekomst gezegd.",
        ),
        (
            series([]),
            "There is no month with a share, so nothing is said of the future.",
            "Er is geen maand met een aandeel; daarom wordt er niets over de toekomst gezegd.",
        ),
    ],
)
def test_the_pace_in_words(states: pd.DataFrame, english: str, dutch: str):
    """A month with its spread and the deadline; or why there is none."""
    table = pace.forecast(states, target=0.9, deadline="2027-12")
    assert findings.pace(table, EN).caption == english
    assert findings.pace(table, NL).caption == dutch


def test_the_note_says_what_it_builds_on():
    """The share now, and from how many measurements; of a refusal the share alone."""
    table = pace.forecast(series(LINE), target=0.9)
    assert findings.pace(table, EN).note.startswith(
        "Now: 67.9% (679 of 1,000). Futures drawn from 8 measurements"
    )
    assert findings.pace(pace.forecast(series(FLAT)), EN).note == "Now: 50.0% (500 of 1,000)."
    assert findings.pace(pace.forecast(UNKNOWN), EN).note == (
        "No month has enough domains whose state is known."
    )


@pytest.mark.parametrize(
    ("median", "low", "high", "english"),
    [
        (
            "2028-01",
            "2027-06",
            "",
            (
                "At this pace 90% is reached around January 2028; one in ten futures is there by"
                " June 2027, one in ten not within twenty years."
            ),
        ),
        (
            "",
            "2027-06",
            "",
            (
                "At this pace 90% is not reached within twenty years in half of the futures;"
                " one in ten is there by June 2027."
            ),
        ),
        ("", "", "", "At this pace 90% is not reached within twenty years."),
    ],
)
def test_what_is_too_far_off_has_no_month(median: str, low: str, high: str, english: str):
    """Nothing is said of what lies more than twenty years ahead."""
    table = pace.forecast(series(LINE), target=0.9, deadline="2027-12")
    table = table.assign(median=median, low=low, high=high, by_deadline=0.004)
    assert findings.pace(table, EN).caption == (
        f"{english} By December 2027 it is reached in less than 1% of the futures."
    )


def test_groups_in_words():
    """First and last, who is there, and of whom nothing is said."""
    states = pd.concat(
        [
            series(LINE),
            series([share / 2 for share in LINE], "gemeente"),
            series([0.95] * 8, "provincie"),
            series([0.5] * 8, "waterschap"),
            series([0.5], "overig"),
        ]
    )
    table = pace.forecast(states, "sector", target=0.9, deadline="2027-12")
    told = findings.pace_by_group(table, EN).caption
    assert told.startswith("First to reach 90%: Central government, around February 2027; last:")
    assert told.endswith(
        "Already there: Provinces. Does not grow: Water authorities."
        " Too few measurements: Other bodies."
    )
    alone = pace.forecast(series(LINE), "sector", target=0.9)
    assert findings.pace_by_group(alone, EN).caption == (
        "Central government reaches 90% around February 2027."
    )
    nobody = pace.forecast(series([]), "sector", target=0.9)
    assert findings.pace_by_group(nobody, EN).caption == "There are no groups to compare."


def test_the_projection_in_words():
    """Where the share is at the deadline; a refusal as it is."""
    told = findings.projection(pace.projection(series(LINE), target=0.9, deadline="2027-12"), EN)
    assert told.caption.startswith("At this pace the share is 99.1% in December 2027;")
    assert told.note == "In August 2026: 67.9%. Of the futures, 100% have reached 90% by then."
    flat = findings.projection(pace.projection(series(FLAT), target=0.9), EN)
    assert flat.caption == "The share does not grow, so at this pace 90% is never reached."
    nothing = findings.projection(pace.projection(series([])), EN)
    assert nothing.caption == "There is no month with a share, so nothing is said of the future."


def test_the_backtest_in_words():
    """How often it was right, and what the earliest said."""
    told = findings.backtest(pace.backtest(series([*LINE[:7], 0.5, 0.5])), EN)
    assert told.caption.startswith("Of 3 earlier forecasts, 0 included the actual share.")
    assert told.caption.endswith("for September 2026; it turned out to be 50.0%.")
    one = findings.backtest(pace.backtest(series(LINE[:7])), NL)
    assert one.caption.startswith("Van de ene eerdere voorspelling klopte er")
    for states in (series([0.5]), series([]), UNKNOWN, series(FLAT)):
        told = findings.backtest(pace.backtest(states), EN)
        assert told.caption == "No earlier month could have said anything of the newest."


def test_the_models_in_words():
    """Whether they agree, and a refusal."""
    table = pace.by_model(series(LINE), target=0.9)
    assert findings.models(table, EN).caption == (
        "The curves differ: around February 2027 to around April 2027."
    )
    same = table.assign(median="2027-02")
    assert findings.models(same, EN).caption == "The curves agree: around February 2027."
    some = table.assign(median=["2027-02", "", ""])
    assert findings.models(some, EN).caption == (
        "1 of 3 curves reach the target within twenty years, the first around February 2027."
    )
    assert findings.models(table.assign(median=""), EN).caption == (
        "No curve reaches the target within twenty years."
    )
    refused = pace.by_model(series([0.5]))
    assert findings.models(refused, EN).caption.startswith("There are fewer than six")


def test_the_times_in_words():
    """The fastest group, or that none is half way; nothing of nothing."""
    told = findings.times(pace.times(series([0.0, 0.4, 0.5, 0.6])), EN)
    assert told.caption == (
        "Fastest: Central government; half of its domains without IPv6 had it after 2 months."
    )
    assert "0 domains had it when first seen, 600 got it since, 400 do not have it yet" in told.note
    slow = findings.times(pace.times(series([0.0, 0.1])), NL)
    assert slow.caption.startswith("In geen enkele groep heeft de helft")
    for states in (series([]), UNKNOWN):
        told = findings.times(pace.times(states), EN)
        assert told.caption == "There is no domain to which this applies."
