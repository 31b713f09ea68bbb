"""PDF/UA-1 (ISO 14289) from the tagged PDF that Chromium prints; needs the extra ``pdf``.

Chromium tags the text, but groups it in ways that the standard does not know, leaves lines and
backgrounds without a mark, and says nowhere that its PDF is meant to be accessible.
"""

import io
from collections import defaultdict
from typing import Any

from pikepdf import (
    Array,
    ContentStreamInstruction,
    Dictionary,
    Name,
    Operator,
    Pdf,
    parse_content_stream,
    unparse_content_stream,
)

_ROLES = {"/Strong": Name.Span, "/Em": Name.Span}  # of PDF 2.0, for readers of PDF 1.7
_GROUPS = {"/Document", "/NonStruct", "/Div", "/Sect", "/Art"}  # have no text of their own
_ROWS = {"/TR", "/THead", "/TBody", "/TFoot", "/Caption"}
_CELLS = {"/TR", "/TH", "/TD"}  # may be empty
_PATH = {"m", "l", "c", "v", "y", "h", "re"}
_DRAWN = {"S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "ET", "Do", "sh"}
_SHOWN = {"Tj", "TJ", "'", '"', "Do", "sh"}
_ARTIFACT = ContentStreamInstruction([Name.Artifact], Operator("BMC"))
_HEAD = ContentStreamInstruction([Name.Artifact, Dictionary(Type=Name.Pagination)], Operator("BDC"))
_END = ContentStreamInstruction([], Operator("EMC"))

_Mark = tuple[tuple[int, int], int]
"""A page and the number of a piece of its content."""


def marked(content: bytes) -> bytes:
    """Return a tagged PDF of Chromium as PDF/UA-1; the same PDF gives the same bytes."""
    with Pdf.open(io.BytesIO(content)) as pdf:
        artifacts = {mark for page in pdf.pages for mark in _mark_artifacts(pdf, page)}
        tree = pdf.Root.StructTreeRoot
        _mend(pdf, tree, artifacts)
        _number(pdf, tree)
        tree.RoleMap = Dictionary(_ROLES)
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as about:
            about["dc:title"] = str(pdf.docinfo.Title)
            about["dc:language"] = {str(pdf.Root.Lang)}
            about["pdfuaid:part"] = "1"
        file = io.BytesIO()
        pdf.save(file, deterministic_id=True)
        return file.getvalue()


def _mark_artifacts(pdf: Pdf, page: Any) -> set[_Mark]:
    """Mark lines, backgrounds and running heads as artifacts; return the marks this replaces."""
    replaced: set[_Mark] = set()
    made: list[Any] = []
    run: list[Any] = []
    depth = 0  # marks of other text are within: of ligatures
    for one in parse_content_stream(page):
        run.append(one)
        first, last = str(run[0].operator), str(one.operator)
        depth += (last in {"BDC", "BMC"}) - (last == "EMC")
        if first == "BDC":
            if depth:
                continue
            tag, properties = run[0].operands
            if tag != Name.Figure and not _SHOWN.intersection(str(part.operator) for part in run):
                run[0] = _ARTIFACT
                replaced.add((page.obj.objgen, int(properties.MCID)))
        elif last in _DRAWN:
            run = [_HEAD if first == "BT" else _ARTIFACT, *run, _END]
        elif (first in _PATH and last != "n") or first == "BT":
            continue
        made += run
        run = []
    page.Contents = pdf.make_stream(unparse_content_stream(made + run))
    return replaced


def _mend(pdf: Pdf, element: Any, artifacts: set[_Mark], within: bool = False) -> list[Any]:
    """Give an element parts that the standard knows, and return them; ``within`` a text or not."""
    role, parts = str(element.get("/S", "/Document")), []
    within = within or role not in _GROUPS
    for part in _parts(element):
        if "/S" not in part:
            parts += [] if (part.Pg.objgen, int(part.MCID)) in artifacts else [part]
            continue
        own = _mend(pdf, part, artifacts, within)
        if _role(part) == "/NonStruct" and not within and "" in map(_role, own):
            part.S = Name.P
        if _role(part) == "/NonStruct":
            parts += own
        elif own or _role(part) in _CELLS:
            parts.append(part)
    parts = _arranged(pdf, element, parts)
    for part in parts:
        if "/S" in part:
            part.P = element
    element.K = Array(parts)
    return parts


def _arranged(pdf: Pdf, element: Any, parts: list[Any]) -> list[Any]:
    """Return the parts of a table, cell, list item or figure as the standard wants them."""
    role = str(element.get("/S"))
    if role == "/Table":
        title = [part for part in parts if _role(part) not in _ROWS]
        return _group(pdf, Name.Caption, title) + [part for part in parts if part not in title]
    if role == "/LI":
        label = [part for part in parts if _role(part) == "/Lbl"]
        return label + _group(pdf, Name.LBody, [part for part in parts if part not in label])
    if role in {"/TH", "/TD"}:
        for part in parts:
            if _role(part) == "/Figure":
                part.S = Name.Span  # a dash, which says what it means
    if role == "/Figure" and "/Figure" in map(_role, parts):
        element.S = Name.Div  # a picture with its caption, not the picture
        for part in parts:
            if _role(part) == "/Caption":
                part.S = Name.P
    return parts


def _role(part: Any) -> str:
    return str(part.get("/S", ""))


def _parts(element: Any) -> list[Any]:
    """Return the parts of an element; a number of content as reference with its page."""
    held = element.get("/K", Array())
    return [
        Dictionary(Type=Name.MCR, Pg=element.Pg, MCID=part) if isinstance(part, int) else part
        for part in (held if isinstance(held, Array) else [held])
    ]


def _group(pdf: Pdf, role: Name, parts: list[Any]) -> list[Any]:
    """Return one element of a role with these parts; none for no parts."""
    if not parts:
        return []
    group = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=role, K=Array(parts)))
    for part in parts:
        if "/S" in part:
            part.P = group
    return [group]


def _number(pdf: Pdf, tree: Any) -> None:
    """Write which element each piece of content of a page belongs to."""
    owners: dict[tuple[int, int], dict[int, Any]] = defaultdict(dict)
    waiting = list(tree.K)
    while waiting:
        element = waiting.pop()
        for part in element.K:
            if "/S" in part:
                waiting.append(part)
            else:
                owners[part.Pg.objgen][int(part.MCID)] = element
    numbers = Array()
    for page in pdf.pages:
        own = owners[page.obj.objgen]
        row = Array([own.get(at) for at in range(max(own, default=-1) + 1)])
        numbers.extend([page.obj.StructParents, pdf.make_indirect(row)])
    tree.ParentTree = pdf.make_indirect(Dictionary(Nums=numbers))
