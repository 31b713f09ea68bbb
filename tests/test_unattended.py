"""Do the examples of docs/unattended.md work, as far as that can be seen here?"""

import ast
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tiny import World

from v6monitor import cli, errors
from v6monitor.report.execution import declared

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ROOT / "notebooks"
PAGE = (ROOT / "docs" / "unattended.md").read_text(encoding="utf-8")
COMMAND = Path(sys.executable).with_name("v6monitor")


def examples(kind: str) -> list[str]:
    """Return the examples in a language."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def steps(content: object) -> list[str]:
    """Return the commands of a pipeline, wherever they stand in it."""
    if isinstance(content, dict):
        own = [content["run"]] if isinstance(content.get("run"), str) else content.get("script", [])
        return [*own, *(step for value in content.values() for step in steps(value))]
    if isinstance(content, list):
        return [step for value in content for step in steps(value)]
    return []


@pytest.mark.parametrize("kind", ["sh", "cron", "ini", "yaml", "python"])
def test_every_report_command_is_one_that_exists(kind):
    """Its options are known, and it names the archive or leaves it where the example keeps it."""
    text = "\n".join(examples(kind)).replace('"\n        f"', "")
    found = re.findall(r"v6monitor (report [^\n>\"]+)", text)
    assert found
    for command in found:
        options = cli._parser(shlex.split(command))
        assert options.measurements
        assert options.out is None or options.out.endswith("/reports")


@pytest.mark.parametrize("example", examples("yaml"), ids=["github", "gitlab"])
def test_a_pipeline_sets_itself_up_and_reports(example):
    """It is YAML, its steps name a rule of the Makefile and the command."""
    commands = steps(yaml.safe_load(example))
    assert commands[0] == "make .venv/runtime"
    assert commands[1].startswith(".venv/bin/v6monitor report ")
    assert "$(VENV)/runtime:" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_systemd_takes_the_units(tmp_path):
    """`systemd-analyze verify` finds nothing to say of the service and the timer."""
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        pytest.skip("no systemd-analyze to verify with")
    service, timer = examples("ini")
    service = service.replace("/opt/v6monitor/.venv/bin/v6monitor", str(COMMAND))
    service = service.replace("/opt/v6monitor", str(ROOT)).replace("User=v6monitor\n", "")
    (tmp_path / "v6monitor.service").write_text(service)
    (tmp_path / "v6monitor.timer").write_text(timer)
    units = [str(tmp_path / name) for name in ("v6monitor.service", "v6monitor.timer")]
    done = subprocess.run(
        [analyse, "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    told = [line for line in done.stderr.splitlines() if "v6monitor" in line]
    assert (done.returncode, told) == (0, [])


@pytest.fixture
def scheduled(tmp_path):
    """Return how to run the cron line, here and on files of a small month."""
    world = World(tmp_path)
    (line,) = examples("cron")[0].splitlines()
    fields = line.split(maxsplit=5)
    assert all(re.fullmatch(r"[\d*/,-]+", field) for field in fields[:5])

    def run(measured: Path) -> subprocess.CompletedProcess[str]:
        command = fields[5]
        for there, here in {
            "/srv/v6monitor/measurements": measured,
            "--resolver 192.0.2.53": f"--notebook 10_measurements --replay {world.log}",
            "/srv/v6monitor": tmp_path,
            "/opt/v6monitor": ROOT,
            ".venv/bin/v6monitor": COMMAND,
        }.items():
            assert there in command
            command = command.replace(there, str(here))
        return subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)

    return world, run


def test_cron_is_quiet_when_all_is_well(scheduled):
    """The report is there, and there is nothing to mail."""
    world, run = scheduled
    done = run(world.measured)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (world.out / "2026-10" / "index.html").exists()


def test_cron_mails_what_went_wrong(scheduled, tmp_path):
    """One sentence, and the exit code of the command."""
    _, run = scheduled
    done = run(tmp_path / "absent")
    assert done.returncode == errors.InputError.exit_code
    assert done.stdout.startswith(f"v6monitor: {tmp_path / 'absent'}: no such file")


def test_the_dag_is_python_that_gives_declared_parameters():
    """Airflow is not installed here; papermill would only warn of a parameter that is not there."""
    (source,) = examples("python")
    tree = ast.parse(source)
    compile(tree, "dag.py", "exec")
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    (task,) = [one for one in calls if ast.unparse(one.func) == "PapermillOperator"]
    given = {keyword.arg: keyword.value for keyword in task.keywords}
    name = Path(ast.unparse(given["input_nb"]).strip("'\"")).name
    parameters = {ast.literal_eval(key) for key in given["parameters"].keys}
    assert parameters == {"period", "measurements", "resolvers", "save_to"}
    assert parameters <= set(declared(NOTEBOOKS / name))


def test_every_exit_code_is_explained():
    """Those of the errors, and that of an interruption."""
    rows = re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)
    codes = {error.exit_code for error in errors.V6MonitorError.__subclasses__()}
    assert {int(row) for row in rows} == {0, 130, *codes}
