"""Style of every chart: colours, sizes, and figures as SVG and PNG with reproducible bytes."""

import io
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import matplotlib.style
from matplotlib import colors
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D, Transform

from v6monitor.names import visible

WIDE, PHONE = 720, 360
"""Widths of a drawing in pixels. A phone shows the second at 280 px: letters of 12 px (11 pt)."""

NARROW = 500
"""A drawing of fewer pixels has its labels above the bars and its events in a list."""

DPI = 100
INK, GREY_INK, PALE = "#1A1A1A", "#4D4D4D", "#D9D9D9"
AXIS = "#767676"

STATE_COLOURS = {
    "yes": "#154273",
    "partly": "#3E8ECA",
    "no": "#C8501E",
    "unknown": "#767676",
}
"""All at least 3:1 on white.

In greyscale ``partly`` and ``unknown`` are as light as ``no``: one is dotted, the other hatched.
"""

HATCHES = {"hatched": "////", "dotted": ".."}
"""The first is white for a half, and between any colour and white; the second for a tenth."""

FONTS = "'Noto Sans', 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
"""Those of the pages. Text is measured in DejaVu Sans, which is wider than any of them."""

_STYLE = Path(__file__).with_name("v6monitor.mplstyle")


def house_style() -> AbstractContextManager[None]:
    """Draw in the house style, whatever the user's own matplotlib settings are."""
    return matplotlib.style.context(_STYLE, after_reset=True)


def new_figure(height: float, width: float = WIDE) -> Figure:
    """Return an empty figure of so many pixels."""
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def new_axes(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Return axes at a place in pixels, counted from the lower left corner."""
    wide, high = figure.get_size_inches() * DPI
    return figure.add_axes((left / wide, bottom / high, width / wide, height / high))


def pixels(figure: Figure) -> Transform:
    """Return the transform from pixels, counted from the lower left corner of the figure."""
    return Affine2D().scale(1 / DPI) + figure.dpi_scale_trans


def ink_on(colour: str) -> str:
    """Return black or white ink: the one with more contrast on a colour.

    >>> ink_on("#154273"), ink_on("#D9D9D9")
    ('#FFFFFF', '#1A1A1A')
    """
    return max(("#FFFFFF", INK), key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.1).

    >>> round(contrast("#000000", "#FFFFFF"))
    21
    """
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def svg(figure: Figure) -> str:
    """Return the figure as SVG, its text as text: the same bytes for the same figure, any day."""
    with house_style():
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None})
    return visible(file.getvalue()).replace("font-family: 'DejaVu Sans'", f"font-family: {FONTS}")


def png(figure: Figure) -> bytes:
    """Return the figure as a PNG."""
    with house_style():
        file = io.BytesIO()
        figure.savefig(file, format="png")
    return file.getvalue()


def offset(x: float, y: float) -> tuple[float, float]:
    """Return pixels in the points that an annotation is offset by: the same in PNG and in SVG."""
    return x * 72 / DPI, y * 72 / DPI


def luminance(colour: Any) -> float:
    """Return the relative luminance of a colour, 0 to 1 (WCAG 2.1)."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - WCAG
        for part in colors.to_rgb(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
