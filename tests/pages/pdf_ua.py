"""Checks of PDF/UA-1 on a PDF, as far as a program can make them without veraPDF."""

import re
from collections.abc import Iterator
from typing import Any

import pikepdf

INLINE = {"/Span", "/Strong", "/Em", "/Code", "/Figure"}
TEXT = {"/P", "/H1", "/H2", "/H3", "/H4", "/L", "/Table", "/Div"}
ROWS = {"/TR", "/THead", "/TBody", "/TFoot"}
PARTS = {
    "/Document": TEXT | INLINE,
    "/Div": TEXT | INLINE,
    **dict.fromkeys(("/P", "/H1", "/H2", "/H3", "/H4", "/Lbl", *INLINE), INLINE),
    **dict.fromkeys(("/Caption", "/LBody", "/TD", "/TH"), TEXT | INLINE),
    "/L": {"/LI"},
    "/LI": {"/Lbl", "/LBody"},
    "/Table": {"/Caption"} | ROWS,
    **{role: {"/TR"} for role in ROWS},
    "/TR": {"/TH", "/TD"},
}
"""What may be in an element of a page, by its role; roles of PDF 2.0 are mapped to those of 1.7."""
NO_TEXT = {"/Document", "/L", "/LI", "/TR", "/Table"} | ROWS


def faults_of(pdf: pikepdf.Pdf) -> list[str]:
    """Return what a PDF lacks of PDF/UA-1, as its structure and content show it.

    Not what only a reader can judge: whether the order and the alternatives make sense.
    """
    faults = [*_facts(pdf), *_fonts(pdf)]
    owners = dict(_pairs(pdf.Root.StructTreeRoot.ParentTree.Nums))
    level = 0
    for element in elements(pdf.Root.StructTreeRoot):
        faults += _element(element)
        if heading := re.fullmatch(r"/H(\d)", str(element.S)):
            faults += [f"{element.S} after H{level}"] if int(heading[1]) > level + 1 else []
            level = int(heading[1])
        for part in element.K:
            if "/S" not in part:
                owner = owners[int(part.Pg.StructParents)][int(part.MCID)]
                faults += [] if owner.objgen == element.objgen else ["content of another"]
    for page in pdf.pages:
        faults += [f"annotation {one.Subtype}" for one in page.get("/Annots", [])]
        faults += _unmarked(page)
    return faults


def _facts(pdf: Any) -> Iterator[str]:
    root, about = pdf.Root, pdf.open_metadata()
    facts = {
        "pdfuaid:part": about.get("pdfuaid:part") == "1",
        "title": bool(about.get("dc:title")) and bool(root.ViewerPreferences.DisplayDocTitle),
        "language": str(root.Lang) in {"nl", "en"},
        "marked": bool(root.MarkInfo.Marked),
        "roles": {"/Strong", "/Em"} <= set(root.StructTreeRoot.RoleMap.keys()),
    }
    return (name for name, good in facts.items() if not good)


def _fonts(pdf: Any) -> Iterator[str]:
    fonts = (one for one in pdf.objects if isinstance(one, pikepdf.Dictionary))
    for one in fonts:
        files = {"/FontFile", "/FontFile2", "/FontFile3"} & set(one.keys())
        if one.get("/Type") == "/FontDescriptor" and not files:
            yield f"font {one.FontName} not embedded"


def _element(element: Any) -> Iterator[str]:
    role = str(element.S)
    parts = {str(part.get("/S", "text")) for part in element.K}
    if extra := parts - PARTS.get(role, set()) - (set() if role in NO_TEXT else {"text"}):
        yield f"{role} with {sorted(extra)}"
    if role == "/Figure" and not str(element.get("/Alt", "")).strip():
        yield "figure without alt"
    if role == "/Table" and len({_width(row) for row in elements(element) if row.S == "/TR"}) > 1:
        yield "rows of different widths"
    if role == "/TH" and not any("/Scope" in one for one in element.A):
        yield "header without scope"


def _width(row: Any) -> int:
    """Return how many columns a row has."""
    attributes = (one for cell in row.K for one in cell.get("/A", []))
    return len(row.K) + sum(int(one.get("/ColSpan", 1)) - 1 for one in attributes)


def _pairs(numbers: Any) -> Iterator[tuple[int, Any]]:
    return zip(map(int, list(numbers)[::2]), list(numbers)[1::2], strict=True)


def elements(tree: Any) -> Iterator[Any]:
    """Give each element of a structure tree."""
    for part in tree.K:
        if "/S" in part:
            yield part
            yield from elements(part)


def _unmarked(page: Any) -> Iterator[str]:
    """Give what is drawn outside of marked content, and artifacts within other content."""
    open_marks: list[str] = []
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in {"BDC", "BMC"}:
            open_marks.append(str(operands[0]))
            if "/Artifact" in open_marks[1:]:
                yield f"artifact in {open_marks[0]}"
        elif name == "EMC":
            open_marks.pop()
        elif not open_marks and name in {"Tj", "TJ", "Do", "f", "f*", "S", "B", "sh"}:
            yield f"{name} without a mark"
