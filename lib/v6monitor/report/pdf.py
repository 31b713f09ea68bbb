"""PDF of a page, printed by Chromium, with tags for screen readers."""

import os
import re
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

from v6monitor.errors import UsageError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_SECONDS = 120
_SWITCHES = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
    "--export-tagged-pdf",
)
_EMPTY = re.compile(r"(<td\b[^>]*>)(?=</td>)")  # left out of its row of tags
_DEAD = re.compile(r' href="[^"]*"|<script\b.*?</script>', re.DOTALL)  # on paper, and no tag for it
_MADE = re.compile(rb"/(CreationDate|ModDate) \(D:(\d{14})")
_CELL = re.compile(rb"\(node(\d{8})\)")  # a header of a table, numbered as Chromium met it


def browser() -> str:
    """Return the program that prints; UsageError when there is none."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    raise UsageError(
        f"no browser to print PDF with, looked for {', '.join(BROWSERS)}: install Chromium, or "
        "leave --pdf out"
    )


def print_pages(pages: Sequence[Path]) -> None:
    """Print each page to a tagged PDF beside it: PDF/UA-1 (EN 301 549 §10) with the extra ``pdf``.

    The same page gives the same bytes in the same Chromium: the moment of printing is taken out,
    and headers of tables are numbered by themselves.
    """
    program = browser()
    if not _can_mark():
        warnings.warn(
            "the PDFs have tags but are not marked as PDF/UA: that needs `pip install "
            "v6monitor[pdf]`",
            stacklevel=2,
        )
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda page: _print(program, page), pages))


def _print(program: str, page: Path) -> None:
    printed = page.with_suffix(".pdf")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / page.name
        text = _EMPTY.sub(r"\1&nbsp;", _DEAD.sub("", page.read_text(encoding="utf-8")))
        copy.write_text(text, encoding="utf-8")
        command = [program, *_SWITCHES, *(["--no-sandbox"] if root else [])]  # refused to root
        command += [f"--user-data-dir={folder}/profile"]
        command += [f"--print-to-pdf={printed}", copy.as_uri()]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)  # noqa: S603 - no shell; our own pages
            content = printed.read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise UsageError(
                f"{program} did not print {page.name} ({error}); try again, or leave --pdf out"
            ) from error
    content = settled(content)
    if _can_mark():
        from v6monitor.report.pdfua import marked  # noqa: PLC0415 - an extra

        content = marked(content)
    printed.write_bytes(content)


def _can_mark() -> bool:
    return find_spec("pikepdf") is not None


def settled(content: bytes) -> bytes:
    """Return a PDF without what differs from one printing to the next; no byte moves.

    Chromium names the header cells of tables after a counter of its process, which does not
    always begin at the same number. Their order stays: PDF looks names up in a sorted tree.
    """
    numbers = {
        cell: b"(node%08d)" % at for at, cell in enumerate(sorted(set(_CELL.findall(content))))
    }
    content = _CELL.sub(lambda cell: numbers[cell[1]], content)
    return _MADE.sub(rb"/\1 (D:20000101000000", content)
