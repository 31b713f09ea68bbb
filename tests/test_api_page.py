"""docs/api.md says what the docstrings say."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def test_the_page_of_the_public_names_is_current() -> None:
    """After a change of a public docstring: ``python docs/api.py``."""
    page = runpy.run_path(str(DOCS / "api.py"))["page"]()
    assert (DOCS / "api.md").read_text(encoding="utf-8") == page
