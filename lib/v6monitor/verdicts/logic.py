"""Kleene's three-valued logic: verdicts of which some are unknown."""

from collections.abc import Iterable
from typing import NamedTuple

YES, NO, UNKNOWN, NOT_APPLICABLE, NOT_ASKED = "yes", "no", "unknown", "not_applicable", ""
"""The states of a verdict; ``NOT_ASKED`` is the empty cell of what was not looked up."""

STATES = (YES, NO, UNKNOWN, NOT_APPLICABLE, NOT_ASKED)


class Verdict(NamedTuple):
    """A state and what decided it."""

    state: str
    reason: str = ""


def conjunction(states: Iterable[str]) -> str:
    """Kleene's AND: one definite no decides, also when others are unknown.

    >>> conjunction(["yes", "unknown", "no"]), conjunction(["yes", "unknown"])
    ('no', 'unknown')
    """
    found = set(states)
    if NO in found:
        return NO
    return YES if found == {YES} else UNKNOWN


def disjunction(states: Iterable[str]) -> str:
    """Kleene's OR: one definite yes decides, also when others are unknown.

    >>> disjunction(["no", "unknown", "yes"]), disjunction(["no", "unknown"])
    ('yes', 'unknown')
    """
    found = set(states)
    if YES in found:
        return YES
    return NO if found == {NO} else UNKNOWN


def at_least(number: int, states: Iterable[str]) -> str:
    """Return whether at least so many are yes, where each unknown may still be either.

    >>> at_least(2, ["yes", "unknown"]), at_least(2, ["yes", "no"])
    ('unknown', 'no')
    """
    found = list(states)
    certain = found.count(YES)
    if certain >= number:
        return YES
    return UNKNOWN if certain + found.count(UNKNOWN) >= number else NO
