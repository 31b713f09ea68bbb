"""Parameters that a notebook may get."""

from pathlib import Path

import pytest
from tiny import write_notebook

from v6monitor.errors import InputError, UsageError
from v6monitor.report.execution import declared, plan, typed

CELL = """
period: str = ""  # the month
top: int = 5
share: float = 0.5
full: bool = False
sectors: list = []
"""


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """Return a notebook with a parameter of every type."""
    path = tmp_path / "page.ipynb"
    write_notebook(path, ["# Page", CELL])
    return path


def test_declared_parameters_are_read_from_the_annotations(notebook):
    """Name, type and help stand in the notebook itself."""
    known = declared(notebook)
    assert {name: one.type for name, one in known.items()} == {
        "period": "str", "top": "int", "share": "float", "full": "bool", "sectors": "list",
    }  # fmt: skip
    assert known["period"].help == "the month"


def test_texts_become_what_is_declared(notebook):
    """A YAML text gets the type of the annotation."""
    given = {"period": "2026-10", "top": "7", "share": "0.9", "full": "true", "sectors": ["rijk"]}
    assert typed(notebook, given) == {
        "period": "2026-10", "top": 7, "share": 0.9, "full": True, "sectors": ["rijk"],
    }  # fmt: skip


def test_an_unknown_name_is_refused_with_the_known_ones(notebook):
    """Papermill would only warn; here the error names what there is."""
    with pytest.raises(UsageError, match=r"no parameter 'perod'; it has period, top, share"):
        typed(notebook, {"perod": "2026-10"})


def test_a_name_cannot_carry_code(notebook):
    """Papermill writes names into the notebook as they are."""
    with pytest.raises(UsageError, match="no parameter"):
        typed(notebook, {"x = 1; import os; y": "1"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("period", 202610),
        ("period", ["2026-10"]),
        ("top", "many"),
        ("top", "5.5"),
        ("top", True),
        ("share", "half"),
        ("full", "yes"),
        ("full", "1"),
        ("sectors", "rijk"),
        ("sectors", [1]),
    ],
)
def test_a_value_of_another_type_is_refused(notebook, name, value):
    """What is not written as the declared type is no value for it."""
    with pytest.raises(UsageError, match=f"parameter {name} is .*expected"):
        typed(notebook, {name: value})


def test_a_parameter_without_annotation_is_refused(tmp_path):
    """Its value could not be checked."""
    write_notebook(tmp_path / "page.ipynb", ["# Page", "month = '2026-10'"])
    with pytest.raises(UsageError, match="parameter month is annotated as"):
        declared(tmp_path / "page.ipynb")


def test_a_file_that_is_no_notebook_is_told(tmp_path):
    """A broken file gives a sentence, not a traceback."""
    (tmp_path / "page.ipynb").write_text("{broken")
    with pytest.raises(InputError, match=r"page\.ipynb: is no notebook"):
        declared(tmp_path / "page.ipynb")


def test_a_plan_reads_every_value_as_text(tmp_path):
    """YAML's no, 2026-10 and 010 stay what was typed: the notebook says what they mean."""
    write_notebook(tmp_path / "page.ipynb", ["# Page", CELL])
    plan_file = tmp_path / "monthly.yaml"
    plan_file.write_text(
        "notebooks:\n- name: page\n  parameters: {full: no, period: 2026-10, top: 010}\n"
    )
    assert plan(plan_file)[0].parameters == {"full": "no", "period": "2026-10", "top": "010"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "notebooks: []",
        "notebooks: page",
        "pages: []",
        "notebooks: [page]",
        "notebooks:\n- nom: page",
        "notebooks:\n- name: page\n  parameter: {}",
        "notebooks:\n- name: page\n  parameters: [1]",
        "notebooks:\n- name: page\n- name: page",
        "notebooks:\n- name: ../page",
        "notebooks:\n- name: absent",
        "notebooks:\n- name: [page]",
        "notebooks: !!python/object/apply:os.getcwd []",
        "notebooks: [",
    ],
)
def test_a_plan_of_another_form_is_refused(tmp_path, text):
    """One sentence names the file and what was expected."""
    write_notebook(tmp_path / "page.ipynb", ["# Page", CELL])
    plan_file = tmp_path / "monthly.yaml"
    plan_file.write_text(text)
    with pytest.raises(UsageError, match=r"monthly\.yaml"):
        plan(plan_file)


def test_a_plan_that_is_not_there_is_told(tmp_path):
    """The error names the file."""
    with pytest.raises(UsageError, match=r"monthly\.yaml"):
        plan(tmp_path / "monthly.yaml")
