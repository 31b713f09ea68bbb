"""Which tables does a report hold, in which forms, and what do their columns mean?"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from v6monitor.language import Language
from v6monitor.report import dictionary
from v6monitor.report.dictionary import Column
from v6monitor.report.formats import FORMS
from v6monitor.report.pages import Link, Page, plain_page

PAGE = "data"
PACKAGE = "datapackage.json"


class Published(NamedTuple):
    """A table of the report: its name, the notebook it stands in, its columns."""

    name: str
    notebook: str
    columns: tuple[Column, ...]


def title(language: Language) -> str:
    """Return what the page is called."""
    return language.text("Which data can be downloaded, and what do they mean?")


def package(period: str, tables: Sequence[Published]) -> dict[str, Any]:
    """Return the content of ``datapackage.json``."""
    described = {table.name: table.columns for table in tables}
    return dictionary.package(period, described, f"IPv6 at Dutch government domains, {period}")


def page(page: Page, tables: Sequence[Published], origins: Mapping[str, Link]) -> str:
    """Return the data page; ``origins`` are the pages, by notebook, whose tables it lists."""
    held = {column.name: column for table in tables for column in table.columns}
    unique = {table.name: table for table in reversed(tables)}  # the briefing shows some again
    return plain_page(
        "data",
        page,
        tables=[
            (name, origins[table.notebook])
            for name, table in sorted(unique.items())
            if table.notebook in origins
        ],
        forms=FORMS,
        columns=[held[name] for name in sorted(held)],
    )
