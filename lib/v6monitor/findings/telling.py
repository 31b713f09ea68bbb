"""What is said of a figure: its finding, what was measured, and what a blind reader hears?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Telling:
    """The words of one figure, in one language, all made from the numbers of its table."""

    caption: str
    """The finding with its number, one sentence."""

    note: str
    """What the numbers are: measure, population, period and n."""

    alt: str
    """Chart type, what data and why it is here; at most two sentences."""
