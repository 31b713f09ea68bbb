"""The notebooks of a report while they run, and previews of the pages of those that have run."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from dataclasses import replace
from pathlib import Path

from v6monitor import workspace
from v6monitor.language import Language
from v6monitor.month.month import Month
from v6monitor.pages import pages
from v6monitor.pages.document import ANALYST, ANSWERS, MAIL, MEASURED, Document, read
from v6monitor.pages.exports import write_text
from v6monitor.pages.notices import Notice
from v6monitor.report import transactions
from v6monitor.report.context import Notebooks, Report
from v6monitor.report.execution import WORKERS, Executed, Planned, execute

Progress = Callable[[str, int, int], None]
"""Called with what is being done, and how much of how much of it is done (0 and 0: not counted)."""

Running = dict[Future[Executed], Planned]


def start(
    pool: Executor, prepared: Sequence[tuple[Planned, dict[str, object]]], folder: Path
) -> Running:
    """Begin to execute notebooks with their parameters, in a folder."""
    return {
        pool.submit(execute, one.notebook, values, folder / f"{one.name}.ipynb"): one
        for one, values in prepared
    }


def names(running: Mapping[Future[Executed], Planned]) -> str:
    """Return which notebooks run now."""
    return f"running {', '.join([one.name for one in running.values()][:WORKERS])}"


def finish(
    running: Running, report: Report, progress: Progress
) -> tuple[list[Executed], dict[str, Document]]:
    """Return the executed notebooks, and as documents those that ran to their end.

    Until all have, there are previews of their pages.
    """
    executed: list[Executed] = []
    documents: dict[str, Document] = {}
    number, hidden = len(running), _hidden(report.month)
    with transactions.previews(report.target.parent, report.target.name) as folder:
        for future in as_completed(list(running)):
            one, planned = future.result(), running.pop(future)
            for path in (report.scratch, workspace.root()):
                one = one._replace(error=one.error.replace(f"{path}/", ""))
            executed.append(one)
            if running:
                progress(names(running), len(executed), number)
            if not one.error:
                documents[one.name] = read(
                    one.notebook, part=planned.part, subject=planned.subject, hidden=hidden
                )
                _preview(folder, report, one.name, documents)
    executed.sort(key=lambda one: one.name)
    return executed, {one.name: documents[one.name] for one in executed if not one.error}


def _hidden(month: Month) -> list[str]:
    """Return the tags of cells that are on no page of a month."""
    found = [ANALYST]
    found += [MEASURED] if month.listed else []
    found += [] if month.current["type"].eq("mail").any() else [MAIL]
    return found + ([ANSWERS] if month.answers.empty else [])


def _preview(folder: Path, report: Report, name: str, notebooks: Notebooks) -> None:
    """Write the pages of a notebook, which say what they are; names lead nowhere as yet."""
    for code in report.languages:
        language = Language(code)
        page = report.page(report.link(name, notebooks[name], language), code, notebooks)
        said = Notice(
            language.text("Preview."),
            language.text(
                "This report is still being made: this page has not been checked, and some of its "
                "links lead nowhere yet."
            ),
        )
        page = replace(page, notices=[said, *page.notices], picture="")
        write_text(folder / page.file, pages.linked(pages.notebook_page(notebooks[name], page), {}))
