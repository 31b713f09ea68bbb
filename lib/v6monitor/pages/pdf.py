"""PDF of pages, printed by one Chromium and marked as PDF/UA-1 (EN 301 549 §10)."""

import base64
import contextlib
import hashlib
import json
import os
import re
import select
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from v6monitor import hashes
from v6monitor.errors import UsageError
from v6monitor.kept import Kept

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_SECONDS = 120
_SWITCHES = (
    "--headless",
    "--remote-debugging-pipe",  # commands come in at 3, answers go out at 4
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_START = 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1'
_LOADED = (
    "document.readyState == 'complete' || new Promise((done) => addEventListener('load', done))"
)
_PAPER = dict.fromkeys(
    ("preferCSSPageSize", "printBackground", "generateTaggedPDF", "generateDocumentOutline"), True
)
_EMPTY = re.compile(r"(<td\b[^>]*>)(?=</td>)")  # left out of its row of tags
_DEAD = re.compile(r' href="[^"]*"|<script\b.*?</script>', re.DOTALL)  # on paper, and no tag for it
_MADE = re.compile(rb"/(CreationDate|ModDate) \(D:(\d{14})")
_CELL = re.compile(rb"\(node(\d{8})\)")  # a header of a table, numbered as Chromium met it


def browser() -> str:
    """Return the program that prints; UsageError when it, or what marks PDF/UA, is not there."""
    if find_spec("pikepdf") is None:
        raise UsageError("--pdf needs pikepdf: `pip install v6monitor[pdf]`, or leave --pdf out")
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    raise UsageError(
        f"no browser to print PDF with, looked for {', '.join(BROWSERS)}: install Chromium, or "
        "leave --pdf out"
    )


def print_pages(
    pages: Sequence[Path],
    scratch: Path,
    progress: Callable[[str, int, int], None],
    kept: Kept | None = None,
) -> None:
    """Print each page to a PDF beside it; Chromium keeps files of its own in ``scratch``.

    The same page gives the same bytes in the same Chromium: the moment of printing is taken out,
    and headers of tables are numbered by themselves. So what was printed before, also by a run
    that was interrupted, is taken from ``kept``.
    """
    from v6monitor.pages.pdfua import marked  # noqa: PLC0415 - an extra

    def finish(page: Path, key: str, content: bytes) -> None:
        made = marked(settled(content))
        page.with_suffix(".pdf").write_bytes(made)
        if kept:
            kept.put(key, {"pdf": base64.b64encode(made).decode()})

    printer, wanted = _printer(), []
    for page in pages:
        key = hashlib.sha256(printer + page.read_bytes()).hexdigest()
        if kept and (found := kept.get(key)):
            page.with_suffix(".pdf").write_bytes(base64.b64decode(found[0]["pdf"]))
        else:
            wanted.append((page, key))
    if not wanted:
        return
    done = len(pages) - len(wanted)
    with ThreadPoolExecutor(1) as pool, _chromium(scratch) as chromium:  # that prints the next one
        finished = []
        for at, (page, key) in enumerate(wanted, start=done):
            progress("printing", at, len(pages))
            finished.append(pool.submit(finish, page, key, chromium.printed(page)))
        for one in finished:
            one.result()


def _printer() -> bytes:
    """Return what else a PDF follows from: this code, and the version of the browser."""
    version = subprocess.run([browser(), "--version"], capture_output=True, check=False)  # noqa: S603 - fixed
    return hashes.code(notebooks=False).encode() + version.stdout


@contextlib.contextmanager
def _chromium(scratch: Path) -> Iterator["_Chromium"]:
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with tempfile.TemporaryDirectory(dir=scratch, ignore_cleanup_errors=True) as folder:
        command = ["sh", "-c", _START, "sh", browser(), *_SWITCHES, f"--user-data-dir={folder}"]
        command += ["--no-sandbox"] if root else []  # refused to root
        with subprocess.Popen(  # noqa: S603 - fixed
            command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            commands: Any = process.stdin
            try:
                yield _Chromium(commands, process.stdout, Path(folder) / "page.html")
            finally:
                commands.close()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(10)
                process.kill()


class _Chromium:
    """A running Chromium, spoken to in its DevTools protocol over two pipes.

    It ends when they close, and so with the process that started it, however that ends.
    """

    def __init__(self, commands: Any, answers: Any, page: Path) -> None:
        self._commands, self._answers, self._page = commands, answers, page
        self._held, self._asked = b"", 0
        self._session: dict[str, str] = {}

    def printed(self, page: Path) -> bytes:
        """Return a page as Chromium prints it."""
        text = _EMPTY.sub(r"\1&nbsp;", _DEAD.sub("", page.read_text(encoding="utf-8")))
        self._page.write_text(text, encoding="utf-8")
        try:
            if not self._session:
                target = self._ask("Target.createTarget", url="about:blank")["targetId"]
                found = self._ask("Target.attachToTarget", targetId=target, flatten=True)
                self._session = {"sessionId": found["sessionId"]}
            self._ask("Page.navigate", url=self._page.as_uri())
            self._ask("Runtime.evaluate", expression=_LOADED, awaitPromise=True)
            return base64.b64decode(self._ask("Page.printToPDF", **_PAPER)["data"])
        except OSError as error:
            raise UsageError(
                f"Chromium did not print {page.name} ({error}); try again, or leave --pdf out"
            ) from error

    def _ask(self, method: str, **values: object) -> dict[str, Any]:
        """Return the answer to a command; OSError without one."""
        self._asked += 1
        command = {"id": self._asked, "method": method, "params": values} | self._session
        self._commands.write(json.dumps(command).encode() + b"\0")
        for said in self._messages():
            if said.get("id") == self._asked and "result" in said:
                return dict(said["result"])
            if said.get("id") == self._asked:
                raise OSError(said["error"]["message"])
        raise OSError(f"no answer to {method}")

    def _messages(self) -> Iterator[dict[str, Any]]:
        while select.select([self._answers], [], [], _SECONDS)[0]:
            if not (read := os.read(self._answers.fileno(), 1 << 20)):
                return
            *whole, self._held = (self._held + read).split(b"\0")
            yield from map(json.loads, whole)


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
