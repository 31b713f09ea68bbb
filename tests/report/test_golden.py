"""A page in both languages, word for word: captions, prose, tables and source lines together."""

import re
from pathlib import Path

import pytest
from tiny import LOAD, PARAMETERS, World

from v6monitor.report.runner import make

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parent / "golden"
NOTEBOOK = [
    "# What changed, and for whom?\n\nA page of a **small** world of eight domains.",
    "nl:# Wat veranderde, en bij wie?\n\nEen pagina over een **kleine** wereld van acht domeinen.",
    PARAMETERS,
    LOAD,
    "moved = v6.changes(month)\nv6.chart.changes_answer(moved)",
    "## What changed?",
    "nl:## Wat veranderde?",
    "v6.chart.changes(moved)",
    "## Did the domains change, or the list?\n\nThis cell has no twin.",
    "v6.changes.parts(month).drop(columns=['earlier', 'period'])",
    "## Who has it?",
    "nl:## Wie heeft het?",
    "mail = month.states.query(\"measure == 'mail'\")",
    'mail.groupby(["period", "sector"])["state"].value_counts().unstack()',
    "v6.shares(mail, by='period')",
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the pages of a report of the small world, without style and pictures."""
    world = World(tmp_path_factory.mktemp("golden"))
    plan = world.plan("golden", **{"10_page": NOTEBOOK})
    found = make(world.request(plan), lambda *_: None)
    assert found["status"] == 0, found["notebooks"]
    files = {"nl": "10_page.html", "en": "10_page.en.html"}
    return {code: _bare((world.out / "2026-10" / file).read_text()) for code, file in files.items()}


@pytest.mark.parametrize("code", ["nl", "en"])
def test_a_page_is_word_for_word_as_before(pages, code):
    """If a difference is wanted, delete the file and run the test twice."""
    file = GOLDEN / f"page.{code}.html"
    made = pages[code]
    if not file.exists():
        file.write_text(made, encoding="utf-8")
        pytest.fail(f"{file.name} is new: read it, and commit it")
    assert made == file.read_text(encoding="utf-8")


def _bare(page: str) -> str:
    """Return a page without its style and pictures, a tag per line where a difference shows."""
    page = re.sub(r"<style>.*?</style>", "<style>…</style>", page, flags=re.DOTALL)
    page = re.sub(r'(src|srcset)="data:[^"]*"', r'\1="…"', page)
    page = re.sub(r"(<script data-[^>]*>).*?</script>", r"\1…</script>", page, flags=re.DOTALL)
    page = re.sub(r"sha256-[^']*", "sha256-…", page)
    return re.sub(
        r"(?<=>)(?=<(?:tr|thead|tbody|caption|figcaption|details|p|h2|table))", "\n", page
    )
