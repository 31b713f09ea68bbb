"""The text of a PDF, read as a reader copies it: by what its fonts say their codes mean."""

import re
from pathlib import Path
from typing import Any

import pikepdf

Meanings = dict[int, str]
NONE: tuple[int, Meanings] = (1, {})


def pdf_text(file: Path) -> str:
    """Return all text of a PDF without white space; what means nothing is U+FFFD."""
    shown = []
    with pikepdf.open(file) as made:
        for page in made.pages:
            fonts = {name: meanings(font) for name, font in page.resources.get("/Font", {}).items()}
            width, meaning = NONE
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tf":
                    width, meaning = fonts[str(operands[0])]
                elif str(operator) in {"Tj", "TJ"}:
                    for piece in operands[0] if str(operator) == "TJ" else operands:
                        if isinstance(piece, pikepdf.String):
                            data = bytes(piece)
                            codes = (data[at : at + width] for at in range(0, len(data), width))
                            shown += [meaning.get(int.from_bytes(one), "\ufffd") for one in codes]
    return "".join("".join(shown).split())


def meanings(font: Any) -> tuple[int, Meanings]:
    """Return how many bytes a code of a font has, and what each means (ISO 32000-1 §9.10.3)."""
    found: Meanings = {}
    text = font.ToUnicode.read_bytes().decode("latin-1") if "/ToUnicode" in font else ""
    for part in re.findall("beginbfchar(.*?)endbfchar", text, re.DOTALL):
        for code, meant in re.findall(r"<(\w+)>\s*<(\w+)>", part):
            found[int(code, 16)] = bytes.fromhex(meant).decode("utf-16-be")
    for part in re.findall("beginbfrange(.*?)endbfrange", text, re.DOTALL):
        for first, last, meant in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", part):
            codes = range(int(first, 16), int(last, 16) + 1)
            found |= {code: chr(int(meant, 16) + at) for at, code in enumerate(codes)}
    return 2 if font.Subtype == "/Type0" else 1, found
