"""The repository is fit to be published by a public body, and to be worked on by others."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from v6monitor import __version__

ROOT = Path(__file__).parents[1]
CATEGORIES = {
    "compliance-management",
    "data-analytics",
    "data-visualization",
    "network-management",
}
"""Those of the standard's list that fit."""


@pytest.fixture(scope="module")
def about():
    """Return what publiccode.yml says."""
    return yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))


def test_publiccode_has_what_the_standard_asks(about):
    """Version 0.5: the mandatory keys, and values from its lists (yml.publiccode.tools)."""
    assert about["publiccodeYmlVersion"] == "0.5"
    assert about["name"] == "v6monitor"
    assert re.fullmatch(r"https://\S+", about["url"])
    assert set(about["platforms"]) <= {"web", "windows", "mac", "linux", "ios", "android"}
    assert set(about["categories"]) == CATEGORIES
    assert about["developmentStatus"] in {"concept", "development", "beta", "stable", "obsolete"}
    assert about["softwareType"] == "standalone/other"
    assert about["intendedAudience"]["countries"] == ["NL"]
    assert about["maintenance"]["type"] in {"internal", "contract", "community", "none"}
    needs = {"internal": "contacts", "community": "contacts", "contract": "contractors"}
    assert all(
        about["maintenance"].get(key)
        for kind, key in needs.items()
        if about["maintenance"]["type"] == kind
    )
    assert about["localisation"] == {"localisationReady": True, "availableLanguages": ["nl", "en"]}


def test_publiccode_describes_it_in_both_languages(about):
    """A short line of at most 150 characters, a text of at least 150, and features."""
    assert set(about["description"]) == {"nl", "en"}
    for text in about["description"].values():
        assert 0 < len(text["shortDescription"]) <= 150
        assert 150 <= len(text["longDescription"]) <= 10_000
        assert len(text["features"]) >= 5


def test_the_licence_is_the_same_everywhere(about):
    """EUPL-1.2 by its SPDX name, and its whole text: fifteen articles and the appendix."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert about["legal"]["license"] == project["license"] == "EUPL-1.2"
    assert about["softwareVersion"] == project["version"] == __version__
    assert "EUPL-1.2" in (ROOT / "README.md").read_text(encoding="utf-8")
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    articles = [int(number) for number in re.findall(r"^(\d+)\.\s?[A-Z]", text, re.MULTILINE)]
    assert articles == list(range(1, 16))
    assert text.rstrip().endswith("require the production of a new EUPL version.")


@pytest.mark.parametrize(
    "page", ["CONTRIBUTING.md", "SECURITY.md", "docs/unattended.md", "docs/resolvers.md"]
)
def test_a_page_for_others_leads_to_files_that_are_there(page):
    """And names no person and no address."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert (ROOT / page).parent.joinpath(target).exists(), target
    assert not re.findall(r"[\w.]+@[\w-]+\.\w+", text)


def test_continuous_integration_runs_on_the_versions_that_are_claimed():
    """Each Python version of the classifiers, by the script that a machine of one's own runs."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    job = workflow["jobs"]["test"]
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    claimed = [one.rsplit(" ", 1)[-1] for one in project["classifiers"] if ":: Python ::" in one]
    assert job["strategy"]["matrix"]["python"] == claimed
    assert project["requires-python"] == f">={claimed[0]}"


@pytest.mark.slow
def test_the_hook_takes_outputs_out_of_notebooks(tmp_path):
    """And leaves a notebook without them as it is, to the byte."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook for repo in config["repos"] if repo["repo"] == "local" for hook in repo["hooks"]]
    (entry,) = (hook["entry"] for hook in hooks if hook["id"] == "notebooks-without-outputs")
    clean = ROOT / "notebooks" / "30_adoption.ipynb"
    plain, used = tmp_path / "plain.ipynb", tmp_path / "used.ipynb"
    shutil.copy(clean, plain)
    text = clean.read_text(encoding="utf-8").replace(
        '"execution_count": null', '"execution_count": 3'
    )
    used.write_text(text, encoding="utf-8")
    program, *arguments = shlex.split(entry)
    command = Path(sys.executable).with_name(Path(program).name)
    subprocess.run([command, *arguments, plain, used], check=True, timeout=60)
    assert plain.read_bytes() == used.read_bytes() == clean.read_bytes()
