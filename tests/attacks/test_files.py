"""Files that hang, eat, mislead or cannot be opened: each has its sentence, in bounded time.

``V6MONITOR_MUTANTS=100000`` reads as many damaged files instead of ten thousand.
"""

import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from v6monitor.errors import InputError
from v6monitor.intake import intake as measurements
from v6monitor.intake.organisations import read_register
from v6monitor.intake.sectors import sector_in
from v6monitor.workspace import example

SECONDS = 2.0
MEBIBYTES = 1024
MUTANTS = int(os.environ.get("V6MONITOR_MUTANTS", "10000"))
SEED = 20_261_005
DATED = "list-2026-10-05.csv"
SITES = "domain,type,ws_address\n"


def words(number: int, length: int) -> list[str]:
    """Return words of letters, always the same ones."""
    chance = random.Random(length)  # noqa: S311 - to be repeated, not to be secret
    return ["".join(chance.choices("abcdefgh", k=length)) for _ in range(number)]


def result(indent: int | None) -> str:
    """Return a result of API 2 of 1.7 MB."""
    tests = {name: {"status": "passed", "verdict": "good"} for name in words(10, 20)}
    domains = {f"{word}.example": {"status": "ok", "tests": tests} for word in words(2_500, 9)}
    return json.dumps({"domains": domains}, indent=indent)


ENORMOUS: dict[str, tuple[Callable[[], str], str]] = {
    "one line of 360 kB": (lambda: ",".join(words(1_800, 200)), "1800 cells in a row"),
    "one line of 200 kB within the limit": (lambda: ",".join(words(999, 200)), "not recognise"),
    "a header of 999 labels": (lambda: "\n".join([",".join(words(999, 9))] * 30), "not recognise"),
    "999 columns of names": (lambda: "\n".join([",".join(["a.example"] * 999)] * 30), "recognise"),
    "JSON behind four characters": (lambda: "abcd" + result(None), "line of more than 1,048,576"),
    "JSON behind four characters, indented": (lambda: "abcd" + result(1), "not recognise"),
    "a line of 2 MB": (lambda: "domain,type\n" + "a" * 2_000_000, "line of more than 1,048,576"),
    "a cell of 40,000 letters": (lambda: SITES + "a" * 40_000 + ",web,1", "row 2, column 1 holds"),
    "two million rows": (lambda: "a,b\n" * 2_000_001, "more than 2,000,000 rows"),
    "a quote that never ends": (lambda: SITES + '"' + "a,b\n" * 100_000, "is no table"),
    "combining marks": (lambda: "domain\na" + "\u0301\u0316" * 16_000, "not recognise"),
    "combining marks, many": (
        lambda: "domain\n" + ("a" + "\u0301\u0316" * 900 + "\n") * 900,
        "not",
    ),
    "letters of IDNA": (lambda: "domain\n" + "\u4e2d\u00e9" * 16_000, "not recognise"),
    "white space between": (lambda: "domain\na" + " " * 32_000 + "|b", "not recognise"),
    "dots": (lambda: "domain\n" + "a." * 16_000, "not recognise"),
    "colons": (lambda: "domain\n" + ":" * 32_000, "not recognise"),
    "brackets": (lambda: "[" * 200_000, "too deeply nested"),
    "digits": (lambda: '{"domains": ' + "9" * 100_000 + "}", "damaged at a number"),
}


def test_many_sheets_columns_and_joined_files_are_refused(tmp_path: Path) -> None:
    """Each sheet, column, and header further down takes its time."""
    book = tmp_path / "book-2026-10-05.xlsx"
    with xlsxwriter.Workbook(book) as made:
        for _ in range(51):
            made.add_worksheet().write(0, 0, "a.example")
    wide = tmp_path / "wide-2026-10-05.xlsx"
    with xlsxwriter.Workbook(wide) as made:
        sheet = made.add_worksheet()
        for row in range(20):
            sheet.write_row(row, 0, ["a.example"] * 9_000)
    joined = tmp_path / DATED
    joined.write_text("domain,type\na.example,web\n" * 10_000)
    for path, expected in (
        (book, "more than 50 sheets"),
        (wide, "9,000 columns, more than the 1,000"),
        (joined, "more than 50 tables"),
    ):
        began = time.process_time()
        with pytest.raises(InputError, match=expected):
            measurements.read(path)
        assert time.process_time() - began < SECONDS


@pytest.mark.parametrize("what", ENORMOUS)
def test_recognition_is_bounded(tmp_path: Path, what: str) -> None:
    """Before anything is parsed: two seconds of processor time at most, and a short sentence."""
    make, expected = ENORMOUS[what]
    path = tmp_path / DATED
    path.write_text(make())
    began = time.process_time()
    with pytest.raises(InputError, match=expected) as caught:
        measurements.read(path)
    assert time.process_time() - began < SECONDS
    assert str(caught.value).startswith(f"{DATED}: ")
    assert len(str(caught.value)) < 1_000
    assert "\n" not in str(caught.value)


def test_long_texts_beside_names_are_bounded(tmp_path: Path) -> None:
    """Lists, sectors, days and scores of 30,000 characters are faults of their cells."""
    long = "e" + "\u0301\u0316" * 15_000
    path = tmp_path / DATED
    path.write_text(f"Website,Soort,Dag,IPv6,%\na.example,{long},{long},ja,{long}\n")
    labels = ("domain", "sector", "measured_at", "ws_address", "score")
    columns = dict(zip(("Website", "Soort", "Dag", "IPv6", "%"), labels, strict=True))
    began = time.process_time()
    found = measurements.read(path, columns=columns)
    assert sector_in(long) == ""
    assert time.process_time() - began < SECONDS
    assert set(found.faults["column"]) == {"sector", "measured_at", "score"}


def mutated(count: int, seed: int, whole: int) -> dict[str, Any]:
    """Read damaged copies in a process of its own; return how they ended and its memory."""
    script = Path(__file__).with_name("mutants.py")
    options = [str(count), str(seed), str(whole), *map(str, sources())]
    command = [sys.executable, "-W", "error", str(script), *options]
    limit = 2 * count + 300  # on a busy machine
    run = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    ended: dict[str, Any] = json.loads(run.stdout)
    return ended


def sources() -> list[Path]:
    """Return the example's files and, where they are present, real ones."""
    real = Path(os.environ.get("V6MONITOR_REAL_DATA", Path(__file__).parents[3] / "shared/data"))
    folders = ("dashboard-exports", "dashboard-lists", "internetnl-2019-03-25", "internetnl-api")
    found = [real / folder for folder in (*folders, "registers") if (real / folder).is_dir()]
    return [example() / "dashboards", example() / "register.csv", example() / "broken.csv", *found]


@pytest.mark.parametrize(
    ("count", "whole"), [(1_000, 0), pytest.param(MUTANTS, 20, marks=pytest.mark.slow)]
)
def test_no_damaged_file_is_too_much(tried: Callable[..., None], count: int, whole: int) -> None:
    """No traceback, two seconds each, 1 GiB; a table that was read comes back the same."""
    each = partial(mutated, -(-count // 2), whole=whole)
    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(each, (SEED, SEED + 1)))
    harmed = [one for ended in ends for one in ended["harmed"]]
    tried(count, "files", harmed=len(harmed))
    assert harmed == []
    assert all(ended["read"] > count // 20 for ended in ends)
    assert max(ended["MiB"] for ended in ends) < MEBIBYTES


def test_a_folder_with_all_that_is_no_file(tmp_path: Path) -> None:
    """Each is named with its reason and passed by; what can be read is read, nothing waited for."""
    (tmp_path / DATED).write_text(SITES.replace("type", "web_ipv6") + "a.example,1,1\n")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "endless.csv").symlink_to("/dev/zero")
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "nothing.csv")
    (tmp_path / "itself.csv").symlink_to(tmp_path / "itself.csv")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "folder.csv" / "loop").symlink_to(tmp_path)
    for name in (b"line\nbreak.csv", b"\x1b[31mred.csv", b"\xff\xfe.csv", b"\xe2\x80\xaevsc.exe"):
        Path(os.fsdecode(bytes(tmp_path) + b"/" + name)).write_text("domain\na.example\n")
    with socket.socket(socket.AF_UNIX) as listening:
        os.chdir(tmp_path)
        listening.bind("socket.csv")
        found = measurements.read(tmp_path)
    notes = dict(found.files.loc[found.files["format"].eq(""), ["file", "note"]].to_numpy())
    assert list(found.table["domain"]) == ["a.example"]
    named = {
        "pipe.csv": "pipe or a device",
        "endless.csv": "pipe or a device",
        "socket.csv": "pipe or a device",
        "dangling.csv": "No such file",
        "itself.csv": "symbolic link",
        "folder.csv/loop": "link to a folder",
    }
    for name, reason in named.items():
        assert reason in notes.pop(name)
    assert len(notes) == 4
    assert all("sign in its name that is not shown" in note for note in notes.values())
    assert all(note.isprintable() for note in notes.values())


@pytest.mark.parametrize("name", ["pipe", "endless", "itself", "red\x1b[31m.csv"])
def test_what_is_no_file_is_an_error_when_it_is_named(tmp_path: Path, name: str) -> None:
    """One sentence at once, also where a register is expected."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "endless").symlink_to("/dev/zero")
    (tmp_path / "itself").symlink_to(tmp_path / "itself")
    (tmp_path / "red\x1b[31m.csv").write_text("domain\na.example\n")
    for read in (measurements.read, read_register):
        with pytest.raises(InputError) as caught:
            read(tmp_path / name)
        assert str(caught.value).isprintable()


UNREADABLE = """
import os
from pathlib import Path
from v6monitor.intake import intake
intake.read(Path())  # imports what it needs
os.setuid(65534)
print(intake.read(Path()).files.to_json(orient="records"))
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_unreadable_files_and_folders_are_named(tmp_path: Path) -> None:
    """Read as nobody: a file and a folder without permission, and one that can be read."""
    tmp_path.chmod(0o755)
    (tmp_path / DATED).write_text("domain\na.example\n")
    (tmp_path / "secret.csv").write_text("domain\nb.example\n")
    (tmp_path / "secret.csv").chmod(0)
    (tmp_path / "closed").mkdir(0)
    command = [sys.executable, "-c", UNREADABLE]
    run = subprocess.run(  # in that folder, because the ones above are root's
        command, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False
    )
    assert run.returncode == 0, run.stderr
    notes = {file["file"]: file["note"] for file in json.loads(run.stdout)}
    assert list(notes) == ["closed", DATED, "secret.csv"]
    assert notes[DATED] == ""
    assert "Permission denied" in notes["closed"]
    assert "Permission denied" in notes["secret.csv"]


PAYLOADS = [
    "$(touch${IFS}PWNED)",
    "`id`.example",
    "a.example;id",
    "a.example|id",
    "x.example & calc",
    "-x.example",
    "--help",
    "a.example\x00",
    "a.example\u202e",
    "*.example",
    "../../etc.example",
    "a'b.example",
    "a${IFS}b.example",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_name_that_is_none_never_becomes_a_domain_or_a_host(tmp_path: Path, payload: str) -> None:
    """In a table and in technical results: a fault, or a plain name; addresses have no scope."""
    path = tmp_path / "technical-2026-10-05.json"
    scope = f"fe80::1%{payload}"
    servers = {payload: {"addresses": {"ipv6": {"addresses": [{"address": "2a01::1"}, scope]}}}}
    domains = {name: {"receiving_mailservers": servers} for name in ("a.example", payload)}
    path.write_text(json.dumps(domains))
    table = tmp_path / "own-2026-10-05.csv"
    table.write_text("".join(["Site\tIPv6\n", f"{payload}\t1\n", "b.example\t1\n"]))
    columns = {"Site": "domain", "IPv6": "ws_address"}
    try:
        found = measurements.read([path, table], columns=columns)
    except InputError as error:  # a NUL makes a table binary
        assert "binary" in str(error)  # noqa: PT017 - either way
        return
    hosts = {*found.addresses["host"], *found.addresses["domain"], *found.table["domain"]} - {""}
    assert all(set(host) <= set("abcdefghijklmnopqrstuvwxyz.") for host in hosts)
    assert set(found.addresses["address"]) == {"2a01::1"}
    assert scope in set(found.faults["value"])
