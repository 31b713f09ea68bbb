"""Files are looked for in the workspace: the nearest folder upwards that has data of v6monitor."""

from pathlib import Path

import pytest

from v6monitor import workspace

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder below another one, which is the working directory."""
    below = tmp_path / "work" / "below"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    return below


def test_an_empty_folder_is_its_own_workspace(folder: Path) -> None:
    """Nothing is written above the working directory."""
    assert workspace.root() == folder
    assert workspace.reports() == folder / "reports"
    assert workspace.example_folder() == folder / "data" / "example"


@pytest.mark.parametrize("made", ["data/measurements/x.csv", "data/example/version"])
def test_the_nearest_folder_with_data_is_the_workspace(folder: Path, made: str) -> None:
    """Measurements or example data in a folder above are found."""
    file = folder.parent / made
    file.parent.mkdir(parents=True)
    file.write_text("", encoding="utf-8")
    assert workspace.root() == folder.parent


def test_a_checkout_is_a_workspace_from_its_notebooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """JupyterLab runs notebooks in notebooks/, papermill in the folder above."""
    monkeypatch.chdir(REPOSITORY / "notebooks")
    assert workspace.root() == workspace.checkout() == REPOSITORY
    assert workspace.notebooks() == REPOSITORY / "notebooks"


def test_a_relative_path_counts_from_the_working_directory_first(folder: Path) -> None:
    """Then from the workspace; a pattern is there when a file matches it."""
    (folder.parent / "data" / "measurements").mkdir(parents=True)
    assert workspace.find("data/a.csv") == folder.parent / "data" / "a.csv"
    assert workspace.find("*.csv") == folder.parent / "*.csv"
    (folder / "a.csv").write_text("", encoding="utf-8")
    assert workspace.find("a.csv") == folder / "a.csv"
    assert workspace.find("*.csv") == folder / "*.csv"
    assert workspace.find("/absent/a.csv") == Path("/absent/a.csv")


def test_ones_own_notebooks_go_before_those_of_the_package(folder: Path) -> None:
    """A folder with the list of the monthly run is enough."""
    assert workspace.notebooks() == REPOSITORY / "notebooks"
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / workspace.PLAN).write_text("", encoding="utf-8")
    assert workspace.notebooks() == folder / "notebooks"
