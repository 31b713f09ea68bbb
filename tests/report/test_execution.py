"""Running one notebook."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from children import child

from v6monitor.report.execution import execute

pytestmark = pytest.mark.slow

KERNEL = """
import os, pathlib, sys
tries = pathlib.Path({tries!r})
tries.write_text(tries.read_text() + "x")
if len(tries.read_text()) <= {failures}:
    sys.exit(1)
os.execv(sys.executable, [sys.executable, "-m", "ipykernel_launcher", *sys.argv[1:]])
"""


@pytest.fixture
def fails_to_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return how to make the Python kernel fail to start so many times, and count its starts."""
    tries = tmp_path / "tries"
    tries.write_text("")

    def install(failures: int, script_text: str = KERNEL) -> Path:
        kernel = tmp_path / "jupyter" / "kernels" / "python3"
        kernel.mkdir(parents=True)
        script = kernel / "kernel.py"
        script.write_text(script_text.format(tries=str(tries), failures=failures))
        argv = [sys.executable, str(script), "-f", "{connection_file}"]
        spec = {"argv": argv, "display_name": "Python 3", "language": "python"}
        (kernel / "kernel.json").write_text(json.dumps(spec))
        monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
        return tries

    return install


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """Return a notebook of one cell."""
    cells = [nbformat.v4.new_code_cell("1 + 1")]
    path = tmp_path / "one.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


@pytest.mark.parametrize(
    ("failures", "starts", "works"), [(0, 1, True), (1, 2, True), (9, 2, False)]
)
def test_a_kernel_that_does_not_start_is_tried_once_more(
    fails_to_start, notebook, failures, starts, works
):
    """Machines that are short of something for a moment do not cost a page."""
    tries = fails_to_start(failures)
    done = execute(notebook, {}, notebook.with_name("out.ipynb"))
    assert len(tries.read_text()) == starts
    assert (done.error == "") is works
    assert works or done.error.startswith("the kernel stopped")


@pytest.mark.skipif(sys.platform != "linux", reason="names without files are of Linux")
def test_no_other_kernel_can_take_the_place_of_one(tmp_path):
    """A kernel is reached at names of its own: a free port is another's before it is bound."""
    reached = "import ipykernel, json; json.load(open(ipykernel.get_connection_file()))['ip']"
    cells = [nbformat.v4.new_code_cell(reached)]
    ways = set()
    for number in range(2):
        path = tmp_path / f"{number}.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        done = execute(path, {}, tmp_path / f"out-{number}.ipynb")
        ways.add(done.notebook.cells[0].outputs[0].data["text/plain"].strip("'"))
    assert len(ways) == 2
    assert all(way.startswith("@") for way in ways)


NEVER = """
import os, pathlib, time
pathlib.Path({tries!r}).write_text(str(os.getpid()))
time.sleep(600)
"""
RUN = """
import sys
from pathlib import Path
from v6monitor.report.execution import execute
execute(Path(sys.argv[1]), {}, Path(sys.argv[1]).with_name("out.ipynb"))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_kernel_that_has_not_started_ends_with_its_run(fails_to_start, notebook):
    """Killed, a run leaves none behind that does not look for its parent yet."""
    started = fails_to_start(0, NEVER)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with child([sys.executable, "-c", RUN, str(notebook)], env=environment) as run:
        until(lambda: started.read_text() != "")
        run.kill()
    until(lambda: not Path("/proc", started.read_text(), "exe").exists())


def until(done: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)
