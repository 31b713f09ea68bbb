"""A wheel in an environment without the repository classifies and reports as the checkout does."""

import csv
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from seen import seen

from v6monitor import cli
from v6monitor.dns import log

REPOSITORY = Path(__file__).parents[1]
PARTS = ("data/example/v6monitor_example", "lib", "notebooks")
FILES = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "data/publisher.yaml")

Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return how to run the installed command in a folder.

    The environment has the wheel itself and borrows its dependencies from the one of the tests,
    by a path file: that leads to packages, not to the editable install of the checkout.
    """
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", ".ipynb_checkpoints")
    for part in PARTS:
        shutil.copytree(REPOSITORY / part, source / part, ignore=ignored)
    for name in FILES:
        shutil.copy(REPOSITORY / name, source / name)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    _check(*pip, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", folder, source)
    (wheel,) = folder.glob("*.whl")
    environment = folder / "environment"
    venv.create(environment, with_pip=False)
    bin_folder = environment / ("Scripts" if os.name == "nt" else "bin")
    python = bin_folder / "python"
    _check(*pip, "--python", python, "install", "--no-deps", "--no-index", wheel)
    (packages,) = environment.glob("[Ll]ib/**/site-packages")
    (packages / "dependencies.pth").write_text(f"{Path(np.__file__).parents[1]}\n")

    def run(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
        return _check(bin_folder / "v6monitor", *arguments, cwd=cwd)

    return run


def test_a_report_is_made_in_an_empty_folder(
    installed: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that is written stands below the working directory, and the classes are the same."""
    folder = tmp_path / "empty"
    folder.mkdir()
    asked = ("--lang", "nl", "--notebook", "40_exchange_online", "--out", "X")
    done = installed("report", *asked, cwd=folder)
    month = folder / "X" / "2026-10"
    assert f"Open {month / 'index.html'}" in done.stdout
    assert (month / "40_exchange_online.html").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]
    assert sorted(path.name for path in folder.iterdir()) == ["X", "data"]
    observations = month / "tables" / "observations.parquet"
    installed("providers", observations, "--out", "providers.csv", cwd=folder)
    monkeypatch.chdir(folder)  # where the example's own operators are
    assert cli.main(["providers", str(observations), "--out", str(tmp_path / "own.csv")]) == 0
    assert _classes(folder / "providers.csv") == _classes(tmp_path / "own.csv")


def test_the_operators_travel_in_the_wheel(installed: Run, tmp_path: Path) -> None:
    """A domain at an operator of the reference table is not its own mail host."""
    rows = [seen("town.nl", "MX", "1 aspmx.l.google.com")]
    log.write(log.frame(rows), tmp_path / "log.parquet", {"subjects": [("town.nl", "mail")]})
    installed("providers", "log.parquet", "--out", "providers.csv", cwd=tmp_path)
    assert _classes(tmp_path / "providers.csv") == {"town.nl": ("other_mailbox", "Google")}


def _classes(file: Path) -> dict[str, tuple[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return {row["domain"]: (row["class"], row["operator"]) for row in csv.DictReader(stream)}


def _check(*command: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
    )
    assert done.returncode == 0, done.stderr
    return done
