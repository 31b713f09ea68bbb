"""The command line as clig.dev has it: suggestions, completion, JSON, quiet, pipes, no colour."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from seen import host, seen

from v6monitor.cli import COMMANDS, main
from v6monitor.cli.terminal import Parser
from v6monitor.dns import log


@pytest.fixture
def names(tmp_path: Path) -> Path:
    """Return a list of one name, which the example's server answers about."""
    path = tmp_path / "names.txt"
    path.write_text("meetpunt.example\n")
    return path


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Return a small log."""
    path = tmp_path / "obs.csv"
    rows = [seen("town.example", "MX", "10 mx.town.example"), *host("mx.town.example")]
    log.write(log.frame(rows), path, {})
    return path


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["raport"], "there is no command 'raport'; did you mean report?"),
        (["report", "--perid", "2026-10"], "unknown: --perid 2026-10; did you mean --period?"),
        (["report", "names.csv"], "did you mean --measurements names.csv?"),
        (["--jsn", "report"], "did you mean --json?"),
        (["report", "--lang", "fr"], "invalid choice: 'fr'"),
        (["lookup", "names.csv", "--out"], "expected one argument"),
    ],
)
def test_a_slip_gets_a_suggestion_and_an_example(
    words: list[str], found: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, what may have been meant, and where the help is."""
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    shown = capsys.readouterr()
    assert found in shown.err
    assert "for example: v6monitor" in shown.err
    assert "--help lists what there is" in shown.err
    assert not shown.out


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--sector", "gemeentn"], "did you mean gemeente?"),
        (["--notebook", "adption"], "did you mean adoption?"),
        (["--sector", "Gemeenten", "--period", "2031/1"], "period '2031-01' is not in the"),
    ],
)
def test_names_are_understood_as_people_write_them(
    words: list[str], found: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sector in the plural, a month with a slash; what is near to one is suggested."""
    assert main(["report", "--example", "--out", str(tmp_path / "out"), *words]) == 2
    assert found in capsys.readouterr().err


def test_help_without_arguments_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    """As --help does, but on standard error and with the code of a usage error."""
    assert main([]) == 2
    shown = capsys.readouterr()
    assert not shown.out
    for command in COMMANDS:
        assert command in shown.err
    assert "examples:" in shown.err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the four options that all commands have."""
    with pytest.raises(SystemExit):
        main([command, "--help"])
    shown = capsys.readouterr().out
    assert f"examples:\n  v6monitor {command}" in shown
    assert all(option in shown for option in ("--json", "--quiet", "--verbose", "--no-color"))


def test_the_common_options_mean_the_same_before_the_command(
    names: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are not undone by the defaults of the command."""
    asked = ["lookup", str(names), "--resolver", "example", "--force"]
    out = ["--out", str(names.with_name("obs.csv"))]
    assert main(["--quiet", *asked, *out]) == 0
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "")
    assert main(["--json", *asked, *out]) == 0
    assert json.loads(capsys.readouterr().out)["outcomes"]["nodata"] > 0


@pytest.mark.parametrize("command", ["verdicts", "providers", "laggards"])
def test_a_table_on_standard_output_is_alone_there(
    command: str, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Counts and JSON go to standard error; --quiet leaves them out."""
    assert main([command, str(kept), "-o", "-", "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.err)["out"] == "-"
    assert all(line.startswith(("domain,", "town.example,")) for line in shown.out.splitlines())
    assert main([command, str(kept), "-o", "-", "--quiet"]) == 0
    quiet = capsys.readouterr()
    assert (quiet.out, quiet.err) == (shown.out, "")


def test_intake_on_standard_output_is_alone_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also with --json, which goes to standard error then."""
    file = tmp_path / "own.csv"
    file.write_text("Website,IPv6\nwww.a.example,passed\n")
    words = ["intake", str(file), "--map", "Website=domain", "--map", "IPv6=ws_address"]
    assert main([*words, "--measured-at", "2026-10-05", "-o", "-", "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.err)["rows"] == len(shown.out.splitlines()) - 1


def test_lookups_are_piped_into_a_table(names: Path) -> None:
    """``lookup -o -`` writes CSV, ``verdicts -`` reads it, and nothing else is on the way."""
    command = [sys.executable, "-m", "v6monitor"]
    words = ["lookup", str(names), "--resolver", "example", "-o", "-"]
    asked = subprocess.run([*command, *words], capture_output=True, check=True, timeout=60)
    assert asked.stdout.startswith(b"qname,qtype,outcome,")
    assert b"questions: " in asked.stderr
    judged = subprocess.run(
        [*command, "verdicts", "-", "-o", "-", "--quiet"],
        input=asked.stdout, capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    assert judged.stdout.splitlines()[1].startswith(b"meetpunt.example,no_mx,")
    assert not judged.stderr
    assert list(names.parent.iterdir()) == [names]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--out", "obs.xlsx"], "expected a name that ends in .parquet or .csv"),
        (["--out", "-", "--resume"], "--resume continues a log in a file"),
        (["--out", "names.txt"], "expected a name that ends in"),
    ],
)
def test_a_log_that_cannot_be_written(
    words: list[str],
    found: str,
    names: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Said before anything is asked."""
    monkeypatch.chdir(names.parent)
    assert main(["lookup", "names.txt", *words]) == 2
    assert found in capsys.readouterr().err


def test_the_name_file_behind_a_resolver_is_no_resolver(
    names: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--resolver R names.txt`` looks up the names; a second run replaces nothing in silence."""
    words = ["lookup", "--resolver", "example", str(names), "--out", f"{names.parent / 'obs.csv'}"]
    assert main(words) == 0
    assert main(words) == 2
    assert "is there already" in capsys.readouterr().err


def test_nothing_is_coloured_where_nobody_wants_it(kept: Path) -> None:
    """On a terminal errors have a red name; not with NO_COLOR, --no-color or a dumb terminal."""
    pytest.importorskip("termios")
    command = [sys.executable, "-m", "v6monitor", "verdicts", str(kept), "-o", f"{kept.parent}"]
    plain = {"PATH": os.environ["PATH"], "TERM": "xterm"}
    assert "\x1b[31m" in _on_a_terminal(command, plain)
    for words, environment in (
        ([], {"NO_COLOR": "1"}),
        (["--no-color"], {}),
        ([], {"TERM": "dumb"}),
    ):
        assert "\x1b" not in _on_a_terminal([*command, *words], plain | environment)


def _on_a_terminal(command: list[str], environment: dict[str, str]) -> str:
    ours, theirs = os.openpty()
    subprocess.run(command, stderr=theirs, stdout=theirs, env=environment, timeout=60, check=False)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    os.close(theirs)
    return shown


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_completes_commands_and_options(
    shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bash is asked to; of zsh the script is read."""
    assert main(["completion", shell]) == 0
    script = tmp_path / "script"
    script.write_text(capsys.readouterr().out)
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell} here")
    if shell == "zsh":
        subprocess.run([program, "-n", str(script)], check=True, timeout=60)
        return
    asking = f"""
        source {script}
        complete_of() {{
          COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
          $(complete -p v6monitor | sed 's/.*-F \\([^ ]*\\).*/\\1/') v6monitor "${{!#}}" ""
          echo "${{COMPREPLY[@]}}"
        }}
        complete_of v6monitor rep
        complete_of v6monitor report --mea
    """
    shown = subprocess.run(
        [program, "-c", asking], capture_output=True, text=True, check=True, timeout=60
    )
    assert shown.stdout.splitlines() == ["report", "--measurements --measured-at"]


def test_help_and_the_quick_commands_load_no_table_library() -> None:
    """``--help``, ``explain`` and ``vantage`` take about as long as dnspython alone."""
    for words, slow in (
        (["--help"], {"dns", "pandas", "numpy", "pyarrow", "babel"}),
        (["vantage", "--help"], {"pandas", "numpy", "pyarrow", "shtab"}),
        (["explain", "--help"], {"pandas", "numpy", "pyarrow", "shtab"}),
        (["report", "--help"], {"pandas", "numpy", "pyarrow", "shtab"}),
    ):
        code = f"""if True:
            import sys
            from v6monitor.cli import main
            try:
                main({words!r})
            except SystemExit:
                print(sorted({slow!r} & set(sys.modules)))
        """
        shown = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
        )
        assert shown.stdout.splitlines()[-1] == "[]", words


def test_a_parser_error_keeps_its_own_message(capsys: pytest.CaptureFixture[str]) -> None:
    """A parser without examples has none to show."""
    with pytest.raises(SystemExit):
        Parser(prog="x").parse_args(["--y"])
    assert capsys.readouterr().err.splitlines() == [
        "x: unknown: --y",
        "x --help lists what there is",
    ]


@pytest.mark.parametrize("command", [["intake", "--out", "x.csv"], ["report", "--measurements"]])
def test_every_file_that_is_not_there_has_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    """Two slips are seen at once, each on its own line."""
    assert main([*command, str(tmp_path / "may.csv"), str(tmp_path / "june.csv")]) == 3
    lines = capsys.readouterr().err.splitlines()
    found = [line.partition(".csv:")[0] for line in lines]
    assert found == [f"v6monitor: {tmp_path / name}" for name in ("may", "june")]
