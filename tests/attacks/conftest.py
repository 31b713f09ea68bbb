"""Counts of what the attacks try, for the table of docs/security.md; and a small disk."""

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

COUNTS = os.environ.get("V6MONITOR_ATTACKS", "")
"""The file that is written with the counts; none without."""
_found: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))


@pytest.fixture
def tried(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Give a function that counts what a test tries: how many, of what, and how many did harm.

    A test that does not call it tries one case.
    """

    def count(number: int, unit: str, *, harmed: int = 0) -> None:
        record_property("tried", (unit, number, harmed))

    return count


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a small disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=512k", "none", str(place)]
    if (
        sys.platform != "linux"
        or subprocess.run(command, check=False, capture_output=True).returncode
    ):
        pytest.skip("only root can make a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count a test when it has run; all that a failed one tried did harm, if it does not say."""
    module = Path(report.location[0])
    if (
        module.parent.name != "attacks"
        or report.skipped
        or (report.when != "call" and report.passed)
    ):
        return
    claim = report.location[2].partition("[")[0].removeprefix("test_").replace("_", " ")
    counts = [value for name, value in report.user_properties if name == "tried"]
    for unit, number, harmed in counts or [("cases", 1, 0)]:
        lost = harmed or (number if report.failed else 0)
        _found[module.stem][claim].update({unit: number, f"{unit} survived": number - lost})


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the counts, beside those of tests that did not run this time."""
    if COUNTS and not hasattr(session.config, "workerinput"):
        file = Path(COUNTS)
        held = json.loads(file.read_text()) if file.exists() else {}
        for front, claims in _found.items():
            held.setdefault(front, {}).update(claims)
        file.write_text(json.dumps(held, indent=1))
