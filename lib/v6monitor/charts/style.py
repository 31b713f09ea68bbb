"""Style of every chart: colours, sizes, and figures as SVG and PNG with reproducible bytes."""

import functools
import io
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import matplotlib.style
from matplotlib import colors
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D, Transform

WIDTH = 720
DPI = 100
INK, GREY_INK, PALE = "#1A1A1A", "#4D4D4D", "#D9D9D9"
BOUNDS = "#949494"
"""The undetermined part, behind a point or a line; 3:1 on white."""

STATE_COLOURS = {
    "yes": "#154273",
    "partly": "#3E8ECA",
    "no": "#C8501E",
    "unknown": "#767676",
}
"""All at least 3:1 on white, and apart in every colour-vision deficiency."""

_STYLE = Path(__file__).with_name("v6monitor.mplstyle")
P = ParamSpec("P")
R = TypeVar("R", Figure, Figure | None)


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Draw in the house style, whatever the user's own matplotlib settings are."""

    @functools.wraps(draw)
    def drawn(*arguments: P.args, **keywords: P.kwargs) -> R:
        with matplotlib.style.context(_STYLE, after_reset=True):
            return draw(*arguments, **keywords)

    return drawn


def new_figure(height: float) -> Figure:
    """Return an empty figure, 720 pixels wide and so many high."""
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def new_axes(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Return axes at a place in pixels, counted from the lower left corner."""
    full = figure.get_figheight() * DPI
    return figure.add_axes((left / WIDTH, bottom / full, width / WIDTH, height / full))


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
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def svg(figure: Figure) -> str:
    """Return the figure as SVG text: the same bytes for the same figure, on any day."""
    with matplotlib.style.context(_STYLE, after_reset=True):
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def png(figure: Figure) -> bytes:
    """Return the figure as a PNG, 720 pixels wide."""
    with matplotlib.style.context(_STYLE, after_reset=True):
        file = io.BytesIO()
        figure.savefig(file, format="png")
    return file.getvalue()


def offset(x: float, y: float) -> tuple[float, float]:
    """Return pixels in the points that an annotation is offset by: the same in PNG and in SVG."""
    return x * 72 / DPI, y * 72 / DPI


def _luminance(colour: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - WCAG
        for part in colors.to_rgb(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
