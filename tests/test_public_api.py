"""The public face: what ``import v6monitor`` offers, and what it costs."""

import importlib
import inspect
import subprocess
import sys
from collections.abc import Callable

import pytest

import v6monitor as v6

FUNCTIONS = sorted(set(v6.__all__) - {"__version__", "Chart", "Month", "chart"})
CHART = v6.chart
POSITIONAL = {"caption": ["text"], "query": ["types"]}
"""Second arguments that nobody can mistake for another."""
CHARTS = sorted(name for name in CHART.__all__ if callable(getattr(CHART, name)))


def test_tab_completion_offers_the_public_names_only() -> None:
    """Modules, helpers and imports of the package are not offered."""
    assert sorted(dir(v6)) == sorted(v6.__all__)
    assert len(v6.__all__) <= 30


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_says_what_it_takes_and_returns(name: str) -> None:
    """One line, then Args, Returns and an example; all arguments but the first by keyword."""
    function = getattr(v6, name)
    text = inspect.getdoc(_called(function)) or ""
    assert text.splitlines()[0].endswith("."), "the first line is a sentence"
    for heading in ("Args:", "Returns:", "Example:"):
        assert heading in text or (heading == "Args:" and not _parameters(function)), heading
    by_place = [one.name for one in _parameters(function)[1:] if one.kind is not one.KEYWORD_ONLY]
    assert by_place == POSITIONAL.get(name, [])


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_made_of_a_table(name: str) -> None:
    """``chart.NAME(table)``: a table first, all else by keyword, and a docstring."""
    function = getattr(CHART, name)
    assert inspect.getdoc(function)
    assert all(one.kind is one.KEYWORD_ONLY for one in _parameters(function)[1:])


def test_the_older_paths_are_there() -> None:
    """Scripts that import the parts of a change and of the gap by their modules."""
    for module, names in {"changes": ["decompose"], "gap": ["what_if", "fix_order"]}.items():
        found = importlib.import_module(f"v6monitor.{module}")
        assert all(callable(getattr(found, name)) for name in names)
        assert callable(found)


def test_an_import_loads_nothing_heavy() -> None:
    """pandas, matplotlib and dnspython are imported when they are first used."""
    code = (
        "import v6monitor, sys; print(sorted({'pandas', 'matplotlib', 'dns'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_a_wrong_name_is_named() -> None:
    """The error says where the names are."""
    with pytest.raises(AttributeError, match="'adoptionn'; see dir"):
        _ = v6.adoptionn


def _called(function: object) -> Callable[..., object]:
    """Return what a call of a public name runs: of a callable module its function."""
    found = type(function).__call__ if inspect.ismodule(function) else function
    assert callable(found)
    return found


def _parameters(function: object) -> list[inspect.Parameter]:
    return list(inspect.signature(_called(function)).parameters.values())
