"""A month as an analyst holds it: its measurements and lookups, and the tables that follow."""

from collections.abc import Mapping, Sequence

WITHIN_DAYS = 45
"""Lookups belong to a measurement when they were asked so many days from it, or fewer."""
Scope = Mapping[str, Sequence[str]]
"""What a report is narrowed to: ``sectors`` and ``notebooks``."""
WHOLE: Scope = {"sectors": [], "notebooks": []}
"""The scope of a report that is not narrowed."""
