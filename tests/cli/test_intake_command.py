"""``v6monitor intake``: what it writes and prints, and its exit code."""

import pytest

from v6monitor.cli import main

EXPORT = (
    "List,Url,% Score,Report,,Modern address (IPv6),IPv6 addresses for web server\n"
    "gemeenten,www.A.example,80,, ,failed,passed\n"
    "gemeenten,\x1b[2Jx y,80,, ,failed,passed\n"
    "=gemeenten,@b,80,, ,failed,passed\n"
)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "a-2026-10-05.csv").write_text(EXPORT.replace("\x1b[2J", "\u200f"))
    (tmp_path / "page.csv").write_text("<html>")
    return tmp_path


def test_table_and_faults(files, capsys):
    """It writes the table and its faults, and prints both in brief."""
    out = files / "new" / "canonical.csv"
    assert main(["intake", str(files / "a-2026-10-05.csv"), "--out", str(out)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "a-2026-10-05.csv: dashboard-2023-06, 1 rows, 3 faults",
        f"{out}: 1 rows (1 web, 0 mail)",
        f"{out.with_suffix('.faults.csv')}: 3 faults",
        "  1 × no dot in the name (dropped), such as '@b'",
        "  1 × normalised to a plain domain name (changed), such as 'www.A.example'",
        "  1 × white space in the name (dropped), such as '\\u200fx y'",
    ]
    assert out.read_text().splitlines()[1].startswith("2026-10-05,www.a.example,www.a.example,web,")
    assert "'@b" in out.with_suffix(".faults.csv").read_text()


def test_registers_beside_the_files_are_joined(files, capsys):
    """Every file whose name begins with register; its own faults are listed too."""
    (files / "page.csv").unlink()
    (files / "register.csv").write_text("domain,organisation,sector\na.example,Body,gemeenten\n")
    (files / "register-more.csv").write_text("domain,organisation\nn.v.t.,Nobody\n")
    out = files.parent / "canonical.csv"
    assert main(["intake", str(files), "--out", str(out)]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert "register.csv: skipped: is about the domains, not a measurement" in shown
    assert shown[-1] == "register.csv, register-more.csv: 1 of 1 rows have an organisation"
    assert ",Body," in out.read_text()
    assert "register-more.csv,2,domain,n.v.t.,placeholder,dropped" in (
        out.with_suffix(".faults.csv").read_text()
    )


def test_one_unreadable_file_stops_no_other(files, capsys):
    """The others are written; the exit code is that of an input error."""
    out = files / "canonical.csv"
    assert main(["intake", str(files), "--out", str(out)]) == 3
    assert out.exists()
    shown = capsys.readouterr()
    assert shown.err == (
        "v6monitor: page.csv: is a web page or XML, not a measurement; download the export again "
        "while logged in\n"
    )


def test_nothing_readable(files, capsys):
    """One sentence, and an earlier table is left as it was."""
    out = files / "canonical.csv"
    out.write_text("earlier")
    asked = ["intake", str(files / "page.csv"), "--out", str(out)]
    assert main(asked) == 2
    assert f"{out}: is there already" in capsys.readouterr().err
    assert main([*asked, "--force"]) == 3
    assert out.read_text() == "earlier"
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "options", [["--map", "Website"], ["--measured-at", "now"], ["--sector", "x"]]
)
def test_wrong_option(files, capsys, options):
    """A usage error names the option."""
    arguments = ["intake", str(files), "--out", str(files / "x.csv"), *options]
    assert main(arguments) == 2
    assert options[0].strip("-") in capsys.readouterr().err


def test_place_that_cannot_be_written(files, capsys):
    """A folder that is a file is a usage error."""
    out = files / "page.csv" / "canonical.csv"
    assert main(["intake", str(files / "a-2026-10-05.csv"), "--out", str(out)]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_folder_that_holds_the_earlier_table(files, capsys):
    """An earlier table in the folder that is read is not read, and made anew."""
    out = files / "all.csv"
    (files / "page.csv").unlink()
    for again in ([], ["--force"]):
        assert main(["intake", str(files), "--out", str(out), *again]) == 0
        assert "a-2026-10-05.csv: dashboard-2023-06, 1 rows, 3 faults" in capsys.readouterr().out
    assert len(out.read_text().splitlines()) == 2


def test_file_to_read_is_not_written(files, capsys):
    """A measurement is never replaced by the table that is made of it."""
    source = files / "a-2026-10-05.csv"
    assert main(["intake", str(source), "--out", str(source)]) == 2
    assert source.read_text().startswith("List,Url")
    assert "is a file to read as well" in capsys.readouterr().err


def test_same_measurement_twice(files, capsys):
    """It is named and passed by, also when both files are named; that is no error."""
    (files / "b-2026-10-05.csv").write_bytes((files / "a-2026-10-05.csv").read_bytes() + b"\n")
    named = [str(files / name) for name in ("a-2026-10-05.csv", "b-2026-10-05.csv")]
    assert main(["intake", *named, "--out", str(files / "all.csv")]) == 0
    shown = "b-2026-10-05.csv: skipped: holds the same measurement as a-2026-10-05.csv; read once"
    assert shown in capsys.readouterr().out


def test_list_of_names(files, capsys):
    """The names of a list are counted apart: they are not measured."""
    (files / "list.csv").write_text("List,Domain\nrijk,a.example\n")
    out = files / "names.csv"
    assert main(["intake", str(files / "list.csv"), "--out", str(out)]) == 0
    assert f"{out}: 2 rows (1 web, 1 mail, 2 listed, not measured)" in capsys.readouterr().out


@pytest.mark.parametrize("pattern", ["/x/**y", "~nobody-of-that-name/x", "x" * 5000, "absent/*"])
def test_pattern_with_nothing_behind_it(tmp_path, capsys, pattern):
    """A name or pattern that cannot be looked up is one sentence."""
    assert main(["intake", pattern, "--out", str(tmp_path / "x.csv")]) == 3
    shown = capsys.readouterr().err
    assert shown.startswith("v6monitor: ")
    assert shown.count("\n") == 1


def test_progress_on_a_terminal(files, capsys, monkeypatch):
    """A terminal sees which file is read, and how many there are; the line is gone at the end."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    (files / "page.csv").unlink()
    (files / "b-2026-09-05.csv").write_bytes((files / "a-2026-10-05.csv").read_bytes() + b"\n")
    assert main(["intake", str(files), "--out", str(files / "all.csv")]) == 0
    shown = capsys.readouterr().err
    assert "reading a-2026-10-05.csv: 1 of 2" in shown
    assert shown.endswith("\r\x1b[K")
