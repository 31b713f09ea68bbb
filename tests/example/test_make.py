"""The example is made once, the same everywhere, and leaves what is not its own."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

import v6monitor_example as example
from v6monitor.errors import InputError


def _digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            total.update(f"{path.relative_to(folder).as_posix()}\n".encode() + path.read_bytes())
    return total.hexdigest()


def test_bytes_do_not_depend_on_the_process(made: Path, tmp_path: Path) -> None:
    """Another process, with another hash seed, makes the same bytes."""
    other = tmp_path / "example"
    code = "import pathlib, sys, v6monitor_example as e; e.make(pathlib.Path(sys.argv[1]))"
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "LC_ALL": "C", "PYTHONUTF8": "0"}
    subprocess.run(
        [sys.executable, "-c", code, str(other)], check=True, env=environment, timeout=60
    )
    assert _digest(other) == _digest(made)


def test_the_parts_are_there(made: Path) -> None:
    """Twenty exports, technical results of two months, nine logs, the zones and the version."""
    assert sorted(path.name for path in made.iterdir()) == [
        "broken.csv",
        "dashboards",
        "letters.csv",
        "lookups",
        "mail_operators.csv",
        "out_of_reach.csv",
        "register.csv",
        "renames.csv",
        "version",
        "waivers.csv",
        "zones",
    ]
    assert len(list((made / "dashboards").glob("*.csv"))) == 20
    assert len(list((made / "dashboards").glob("*.json"))) == 4
    assert len(list((made / "lookups").glob("*.csv"))) == 9


def test_a_second_call_writes_nothing(made: Path) -> None:
    """Data of the same version are left as they are."""
    before = {path: path.stat().st_mtime_ns for path in made.rglob("*")}
    assert example.make(made) == made
    assert {path: path.stat().st_mtime_ns for path in made.rglob("*")} == before


def test_another_version_is_replaced_and_the_readme_stays(tmp_path: Path) -> None:
    """Old zones go, the committed README does not, and no scratch folder is left beside."""
    folder = tmp_path / "example"
    (folder / "zones").mkdir(parents=True)
    (folder / "zones" / "old.zone").write_text("", encoding="utf-8")
    (folder / "README.md").write_text("kept", encoding="utf-8")
    (folder / "version").write_text("0\n", encoding="utf-8")
    example.make(folder)
    assert not (folder / "zones" / "old.zone").exists()
    assert (folder / "README.md").read_text(encoding="utf-8") == "kept"
    assert (folder / "version").read_text(encoding="utf-8") == f"{example.VERSION}\n"
    assert [path.name for path in tmp_path.iterdir()] == ["example"]


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    """A file where the folder should be is an input error, not a traceback."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="make that folder writable"):
        example.make(tmp_path / "file" / "example")


def test_bytes_of_this_version_are_known(made: Path) -> None:
    """Other bytes need another VERSION, or data that were made before would be kept."""
    assert (example.VERSION, _digest(made)[:16]) == ("11", "1d5955028e8b07a0")
