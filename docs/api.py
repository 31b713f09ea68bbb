"""Writes docs/api.md, the reference of the public names, from their docstrings.

``python docs/api.py`` writes the page, ``page()`` returns its text.
"""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import v6monitor

PAGE = Path(__file__).with_suffix(".md")
HEAD = """\
# `import v6monitor as v6`: the public names

Written by `python docs/api.py` from the docstrings, which `help(v6.load)` and the like show too.

"""
_LINE = 80
_SECTION = re.compile(r"(Args|Returns|Raises|Example|Examples|Source|Columns):\s*(.*)")
_ITEM = re.compile(r"(\*{0,2}[\w.]+(?:, \*{0,2}[\w.]+)*): (.*)")


def page() -> str:
    """Return the text of docs/api.md."""
    names = sorted(set(v6monitor.__all__) - {"__version__"}, key=lambda name: (name.lower(), name))
    values = {name: getattr(v6monitor, name) for name in names}
    anchors = [name.lower() for name in names]
    for number, anchor in enumerate(anchors):  # as forges number equal ones: chart, Chart
        anchors[number] += f"-{before}" if (before := anchors[:number].count(anchor)) else ""
    contents = "".join(
        f"- [`{name}`](#{anchor}): {_summary(_called(values[name]))}\n"
        for name, anchor in zip(names, anchors, strict=True)
    )
    sections = "\n".join("\n".join(_section(name, values[name])) for name in names)
    return re.sub(r"\n{3,}", "\n\n", f"{HEAD}{contents}\n{sections}")


def _section(name: str, value: object) -> Iterator[str]:
    yield f"## {name}\n"
    if callable(value):
        yield f"```python\nv6.{name}{_signature(_called(value))}\n```\n"
    yield from _document(_called(value))
    for member, found in _members(value).items():
        if found is _called(value):
            continue
        yield f"### {name}.{member}\n"
        if callable(found):
            yield f"```python\nv6.{name}.{member}{_signature(found)}\n```\n"
        yield from _document(found)


def _called(value: object) -> object:
    """Return what a call runs: of a module that can be called, its function."""
    is_callable_module = isinstance(value, ModuleType) and callable(value)
    return type(value).__call__ if is_callable_module else value


def _members(value: object) -> dict[str, object]:
    """Return the public functions of a module, or the methods and properties of a class."""
    if isinstance(value, ModuleType):
        names = getattr(value, "__all__", None) or [
            name
            for name, one in vars(value).items()
            if inspect.isfunction(one) and one.__module__ == value.__name__
        ]
        return {name: getattr(value, name) for name in sorted(names) if name[0] != "_"}
    if inspect.isclass(value):
        ours = [one for one in reversed(value.__mro__) if one.__module__.startswith("v6monitor")]
        own = {n: one for base in ours for n, one in vars(base).items() if n[0] != "_"}
        kinds = (staticmethod, classmethod, property)
        return {
            name: getattr(one, "__func__", one)
            for name, one in sorted(own.items())
            if inspect.isfunction(one) or isinstance(one, kinds) or hasattr(one, "attrname")
        }
    return {}


def _signature(value: object) -> str:
    text = "(…)"
    if callable(value) and not inspect.isclass(value):
        text = str(inspect.signature(value)).replace("(self, ", "(").replace("(self)", "()")
    text = re.sub(r"\b(?:[a-z_]\w*\.)+(?=[A-Z])", "", text)  # pandas.core.frame.DataFrame
    if len(text) <= _LINE:
        return text
    inside, _, returned = text[1:].rpartition(")")
    parts = re.split(r", (?![^\[(]*[\])])", inside)
    return "(\n" + "".join(f"    {part},\n" for part in parts) + f"){returned}"


def _summary(value: object) -> str:
    return _plain((inspect.getdoc(value) or "").partition("\n\n")[0].replace("\n", " "))


def _document(value: object) -> Iterator[str]:
    """Give the docstring as Markdown: sections in bold, items as lists, doctests as code."""
    section, code = "", False
    for line in (inspect.getdoc(value) or "").splitlines():
        text = line.strip()
        if code and not text:
            yield "```"
            code = False
        if found := _SECTION.fullmatch(text):
            section = found[1]
            yield f"**{section}** {_plain(found[2])}".rstrip() + "\n"
        elif text.startswith(">>>") and not code:
            yield f"```pycon\n{text}"
            code = True
        elif code:
            yield line.removeprefix("    ") if section else line
        elif section in {"Args", "Raises"} and (item := _ITEM.fullmatch(text)):
            yield f"- `{item[1]}`: {_plain(item[2])}"
        else:
            yield f"  {_plain(text)}" if text and section in {"Args", "Raises"} else _plain(text)
    yield "```\n" if code else ""


def _plain(text: str) -> str:
    return text.replace("``", "`")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
