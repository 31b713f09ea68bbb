"""Every message of charts and findings is in the Dutch catalogue."""

import ast
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import v6monitor
from v6monitor.charts.trend import BREAKS
from v6monitor.findings.words import MEASURES, SHARES

PACKAGE = Path(v6monitor.__file__).parent
MODULES = sorted([*PACKAGE.glob("charts/*.py"), *PACKAGE.glob("findings/*.py")])


def messages(module: Path) -> list[str]:
    """Return the literal texts that a module looks up."""
    return [
        str(call.args[0].value)
        for call in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"text", "plural"}
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "language"
        and isinstance(call.args[0], ast.Constant)
    ]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_message_has_dutch(module: Path) -> None:
    """No page is half English."""
    with (PACKAGE / "locale" / "nl.po").open("rb") as file:
        catalogue = read_po(file, locale="nl")
    named = [*MEASURES.values(), *SHARES.values(), *BREAKS.values()]
    missing = [
        message
        for message in [*messages(module), *named]
        if not (entry := catalogue.get(message)) or not entry.string
    ]
    assert missing == []
