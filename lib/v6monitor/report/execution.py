"""Execution of notebooks: typed parameters, two kernels side by side, a strict look at the result.

Papermill is lax: it only warns of an unknown parameter, and calls a notebook that stopped half-way
a success.
"""

import contextlib
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
import uuid
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, cast

import nbformat
import yaml
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import execute_notebook
from papermill.inspection import inspect_notebook

from v6monitor import workspace
from v6monitor.errors import InputError, NotebookError, UsageError
from v6monitor.month import prepared
from v6monitor.report import forks

_LONGEST = 300
"""Characters of an error that are shown; the notebook that is kept has all of it."""


WORKERS = 2
"""Kernels at once: with more the small machines that reports are made on lose time."""

_ORDINARY = [sys.executable, "-m", "ipykernel_launcher"]
"""How the command of a kernel begins that is no other than Python's own."""


class _Kernel(AsyncKernelManager):
    """A kernel that the system ends with the process that started it.

    It looks for itself whether that is still there, but not before it has started. It is reached by
    names that are its own: a port that was free may be another kernel's when it is bound.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        if forks.AVAILABLE:
            self.transport, self.ip = "ipc", f"@v6monitor-{uuid.uuid4()}"  # no file (unix(7))

    async def _async_launch_kernel(self, kernel_cmd: list[str], **options: Any) -> None:
        waiting = forks.kernel() if kernel_cmd[:3] == _ORDINARY else None
        if waiting:
            local = cast("Any", self.provisioner)
            waiting.start(kernel_cmd[3:], options["env"], options.get("cwd", "."))
            local.process, local.pid, local.cwd = waiting, waiting.pid, options.get("cwd")
            self._reconcile_connection_info(local.connection_info)
            return
        if forks.AVAILABLE:
            options["preexec_fn"] = partial(forks.follow, os.getpid())
        await super()._async_launch_kernel(kernel_cmd, **options)


class _Engine(NBClientEngine):
    """Saves the notebook when it has run or failed, not twice for every cell."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, *given: Any, **named: Any) -> Any:
        save, nb_man.save = nb_man.save, lambda **_: None
        try:
            return super().execute_managed_notebook(nb_man, *given, **named)  # type: ignore[no-untyped-call]
        except BaseException:
            save()
            raise


papermill_engines.register("v6monitor", _Engine)


NEEDS = ("measurement", "mail")
"""What a month may lack: a measurement, when it is a list of domains alone, or e-mail domains."""


class Declared(NamedTuple):
    """One annotated literal of a notebook's parameters cell."""

    type: str
    default: str
    help: str


class Planned(NamedTuple):
    """One notebook of the batch with the parameters that the plan gives it, as text.

    ``each`` says what it is run for, one by one (``sector``); ``part`` which of them this is, as a
    part of a file name, and ``subject`` what that is called: a sector's code, or an organisation.
    ``needs`` says without what it has nothing to show: of ``NEEDS``.
    """

    notebook: Path
    parameters: dict[str, object]
    each: str = ""
    part: str = ""
    subject: str = ""
    needs: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Return what its pages are called: a file name."""
        return f"{self.notebook.stem}-{self.part}" if self.part else self.notebook.stem


class Executed(NamedTuple):
    """A notebook after its run: ``error`` is empty when every cell did what it should."""

    name: str
    source: Path
    notebook: NotebookNode
    seconds: float
    error: str
    error_class: str


def declared(notebook: Path) -> dict[str, Declared]:
    """Return the parameters of a notebook by name: ``lang: str = "nl"  # help``.

    A parameter without a type annotation raises UsageError: its value could not be checked.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = inspect_notebook(str(notebook))
    except (OSError, ValueError, nbformat.ValidationError, Warning) as error:
        reason = str(error).partition("\n")[0][:200]
        raise InputError(f"{notebook.name}: is no notebook that can be run ({reason})") from error
    for name, parameter in found.items():
        if parameter["inferred_type_name"] not in _CONVERSIONS:
            raise UsageError(
                f"{notebook.name}: parameter {name} is annotated as "
                f"{parameter['inferred_type_name']!r}, expected {', '.join(_CONVERSIONS)}"
            )
    return {
        name: Declared(one["inferred_type_name"], one["default"], one["help"])
        for name, one in found.items()
    }


def typed(notebook: Path, given: Mapping[str, object]) -> dict[str, object]:
    """Return the given values as the notebook's declared types.

    An unknown name or a value that is not of the type raises UsageError, where papermill only
    warns: YAML's ``no`` for a text, ``202610`` for a month, ``"true"`` for a flag.
    """
    known = declared(notebook)
    values = {}
    for name, value in given.items():
        if name not in known:
            raise UsageError(
                f"{notebook.name} has no parameter {name!r}; it has {', '.join(known) or 'none'}"
            )
        try:
            values[name] = _CONVERSIONS[known[name].type](value)
        except (TypeError, ValueError) as error:
            raise UsageError(
                f"{notebook.name}: parameter {name} is {value!r}, expected {known[name].type}"
            ) from error
    return values


def plan(file: Path) -> list[Planned]:
    """Return the notebooks of a batch file in order: ``notebooks: [{name, parameters, each}]``.

    Every scalar is read as text, so that the declared type alone decides what it means. Names
    are of notebooks beside the file, each once; anything else raises UsageError.
    """
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise UsageError(f"{file.name}: cannot be read as YAML: {error}") from error
    entries = content.get("notebooks") if isinstance(content, dict) else None
    if not entries or not isinstance(entries, list) or not all(map(_is_planned, entries)):
        raise UsageError(
            f"{file.name}: expected `notebooks:` with a list of `name:` and, where wanted, "
            "`parameters:` by name, `each: sector` and `needs:` with "
            f"a list of {', '.join(NEEDS)}"
        )
    there = {path.stem for path in file.parent.glob("*.ipynb")}
    names = [entry["name"] for entry in entries]
    for name in names:
        if name not in there or names.count(name) > 1:
            raise UsageError(
                f"{file.name}: {name!r} is not a notebook beside it, or is listed twice"
            )
    return [
        Planned(
            file.parent / f"{one['name']}.ipynb",
            one.get("parameters") or {},
            one.get("each", ""),
            needs=frozenset(one.get("needs") or ()),
        )
        for one in entries
    ]


@contextlib.contextmanager
def workers() -> Iterator[Executor]:
    """Give processes to execute notebooks in; an interrupted run leaves none behind.

    Where the system can they are forked from one that has loaded all that notebooks need.
    """
    quiet = {"PYTHONWARNINGS": f"ignore:::{prepared.__name__}"}  # the run said it
    pool: Executor
    if forks.AVAILABLE:
        pool = forks.Forks(WORKERS, quiet)
    else:
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(WORKERS, context, initializer=_follow_the_run, initargs=(quiet,))
    try:
        yield pool
    except BrokenProcessPool as error:
        raise NotebookError(
            "the system stopped a process that ran a notebook or wrote pages, perhaps for want of "
            "memory: free some and run again"
        ) from error
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def execute(notebook: Path, parameters: Mapping[str, object], output: Path) -> Executed:
    """Run a local notebook in a fresh kernel; return it with what is wrong with the result.

    The executed notebook is written to ``output``, also when it fails, and is named after it.
    Wrong is: an error, a cell that was not run (``SystemExit`` ends a kernel without one),
    anything on stderr.
    """
    start = time.monotonic()
    logging.getLogger("papermill").setLevel(logging.ERROR)
    error, error_class = _attempt(notebook, parameters, output)
    executed = nbformat.read(output if output.exists() else notebook, as_version=4)
    if error and not any(cell.get("execution_count") for cell in executed.cells):
        error, error_class = _attempt(notebook, parameters, output)  # the kernel did not start
        executed = nbformat.read(output if output.exists() else notebook, as_version=4)
    if not error:
        error, error_class = _fault(executed)
    return Executed(output.stem, notebook, executed, time.monotonic() - start, error, error_class)


def _attempt(notebook: Path, parameters: Mapping[str, object], output: Path) -> tuple[str, str]:
    """Run a notebook; return how its kernel failed and the class of that error, if it did."""
    try:
        with contextlib.suppress(PapermillExecutionError):
            execute_notebook(
                str(notebook.resolve()),
                str(output),
                parameters=dict(parameters),
                engine_name="v6monitor",
                kernel_name="python3",
                progress_bar=False,
                cwd=str(workspace.root()),
                extra_arguments=["--log-level=CRITICAL"],
                kernel_manager_class=_Kernel,
            )
    except (DeadKernelError, RuntimeError, TimeoutError) as failure:
        return f"the kernel stopped: {failure}", type(failure).__name__
    return "", ""


def _fault(notebook: NotebookNode) -> tuple[str, str]:
    """Return what is wrong, in one line, and the class of the error; empty when nothing is."""
    idle = 0
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        for output in cell.outputs:
            if output.output_type == "error":
                error = _line(f"{output.ename}: {output.evalue}")
                return f"In [{cell.execution_count}]: {error}", output.ename
            if output.output_type == "stream" and output.name == "stderr":
                return f"In [{cell.execution_count}] wrote to stderr: {_line(output.text)}", ""
        idle += bool(cell.source.strip()) and cell.execution_count is None
    return (f"it stopped before its end: {idle} cells were not run", "") if idle else ("", "")


def _line(text: str) -> str:
    return text.strip().partition("\n")[0][:_LONGEST]


def _follow_the_run(environment: Mapping[str, str]) -> None:
    """Let the run decide what Ctrl-C means, which a terminal sends to all; end when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(environment)
    threading.Thread(target=_end_with_the_run, daemon=True).start()


def _end_with_the_run() -> None:
    run = multiprocessing.parent_process()
    if run is not None:
        run.join()
    os._exit(1)


def _is_planned(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("name"), str)
        and entry.keys() <= {"name", "parameters", "each", "needs"}
        and isinstance(needs := entry.get("needs") or [], list)
        and all(one in NEEDS for one in needs)
        and entry.get("each", "sector") == "sector"
        and isinstance(entry.get("parameters") or {}, dict)
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _whole(value: object) -> int:
    if isinstance(value, (bool, float)):
        raise TypeError
    return int(str(value))


def _flag(value: object) -> bool:
    text = str(value).lower()
    if text not in {"true", "false"}:
        raise ValueError(text)
    return text == "true"


def _texts(value: object) -> list[str]:
    if not isinstance(value, (list, tuple)):
        raise TypeError
    return [_text(item) for item in value]


_CONVERSIONS = {
    "str": _text,
    "int": _whole,
    "float": lambda value: float(str(value)),
    "bool": _flag,
    "list": _texts,
}
