"""What comes in by the pins, and what could go out with a report: secrets, modes, scratch files."""

import os
import re
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny import World

ROOT = Path(__file__).parents[2]
SECRETS = {
    "API_TOKEN": "tok-5f1c9d0e7b",
    "AWS_SECRET_ACCESS_KEY": "aws/9fK2lQ+7",
    "HTTPS_PROXY": "http://user:pa55-w0rd@127.0.0.9:9",
    "PGPASSWORD": "p0stgr3s-pass",
}

PINS = [f"requirements{part}.txt" for part in ("", "-extras", "-dev", "-audit")]


@pytest.mark.parametrize("name", PINS)
def test_every_pin_has_one_version_and_its_hashes(name: str) -> None:
    """So that pip installs those bytes and no others; no pin leads elsewhere, nor to a machine."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    assert not re.search(r"\s/\w", text)
    pins = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert pins
    for pin in pins:
        assert re.match(r"[a-z0-9][a-z0-9.-]*==[0-9][^\s;]*(\s|$)", pin), pin
        assert re.search(r"--hash=sha256:[0-9a-f]{64}(\s|$)", pin), pin
        assert not re.search(r"https?://|git\+|file:|--index|--extra-index|@ ", pin), pin


def test_an_audit_that_cannot_be_made_says_so() -> None:
    """For each file of pins, and with why; it and the bill of materials are steps of CI."""
    done = subprocess.run(  # here without the program that asks for the list
        [sys.executable, ROOT / "docs" / "audit.py"], capture_output=True, text=True, check=True
    )
    said = done.stdout.splitlines()
    assert len(said) == len(PINS)
    assert all("not audited, the list of vulnerabilities cannot be read (" in line for line in said)
    steps = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert {"make audit", "make sbom"} <= set(steps)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Path, str]:
    """Return a report made with secrets in the environment and for no other eyes, and its words."""
    world = World(tmp_path_factory.mktemp("supply"))
    home, scratch = world.folder / "home-of-a-user", world.folder / "scratch"
    home.mkdir()
    scratch.mkdir()
    words = ["report", "--measurements", str(world.measured), "--replay", str(world.log)]
    words += ["--notebook", "10_measurements", "--lang", "en", "--out", str(world.out), "--json"]
    places = {"HOME": str(home), "TMPDIR": str(scratch)}
    done = subprocess.run(
        [sys.executable, "-m", "v6monitor", *words, "--verbose"],
        env={**os.environ, **SECRETS, **places},
        capture_output=True, text=True, check=True, timeout=300, umask=0o077,
    )  # fmt: skip
    return world, scratch, done.stdout + done.stderr


@pytest.mark.slow
def test_no_output_has_a_secret_of_the_environment(made: tuple[World, Path, str]) -> None:
    """Nor the folder of the user: not in pages, tables, notebooks, manifest or on the terminal."""
    world, _, shown = made
    hidden = [*SECRETS.values(), "pa55-w0rd", "home-of-a-user"]
    pieces = list(_pieces(world.out))
    assert len(pieces) > 30
    for name, content in [*pieces, ("terminal", shown.encode())]:
        for secret in hidden:
            assert secret.encode() not in content, f"{secret} is in {name}"


@pytest.mark.slow
def test_what_is_written_is_no_program_and_as_private_as_asked(
    made: tuple[World, Path, str],
) -> None:
    """The modes are those of the umask, and no scratch file stays."""
    world, scratch, _ = made
    for path in [world.out, *world.out.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode & 0o077 == 0, f"{path.name} {mode:o}"
        assert path.is_dir() or mode & 0o111 == 0, f"{path.name} {mode:o}"
    assert not list(scratch.iterdir())
    assert not [path for path in world.out.iterdir() if path.name.startswith(".making")]


def _pieces(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give the content of every file, and of those inside spreadsheets."""
    for file in folder.rglob("*"):
        if file.is_file():
            yield file.name, file.read_bytes()
        if file.suffix == ".xlsx":
            with zipfile.ZipFile(file) as archive:
                for name in archive.namelist():
                    yield f"{file.name}/{name}", archive.read(name)
