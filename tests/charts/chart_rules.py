"""What every chart must hold to: text that can be read, inside the picture, apart."""

import itertools

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from v6monitor.charts.chart import Chart
from v6monitor.charts.style import PHONE, WIDE

SMALLEST = 11


def texts(figure: Figure) -> list[Text]:
    """Return the texts that are drawn."""
    figure.canvas.draw()
    found = [
        text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()
    ]
    for axes in figure.axes:  # matplotlib keeps ticks outside the limits, and does not draw them
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            hidden = {
                tick.label1
                for tick in axis.get_major_ticks()
                if not low - 1e-9 <= tick.get_loc() <= high + 1e-9
            }
            found = [text for text in found if text not in hidden]
    return found


def words(figure: Figure) -> list[str]:
    """Return what is written in a figure."""
    return [text.get_text() for text in texts(figure)]


def check_chart(chart: Chart, code: str = "en") -> None:
    """Assert the rules of a chart's picture; one without a picture has words and no figure."""
    assert chart.caption(code)
    if "<figure" in chart.html(code):
        own = code if code in chart.languages else chart.languages[0]
        for width in (WIDE, PHONE):
            check(chart.figure(own, width=width), width)
    else:
        assert "<img" not in chart.html(code)
        with pytest.raises(ValueError, match="has no picture"):
            chart.figure(code)


def check(figure: Figure, wanted: int = WIDE) -> None:
    """Assert the rules that hold for every picture."""
    written = texts(figure)
    renderer = figure.canvas.get_renderer()
    width, height = figure.get_size_inches() * figure.dpi
    assert width == wanted
    assert not figure.get_suptitle()
    boxes = [(text, text.get_window_extent(renderer)) for text in written]
    for text, box in boxes:
        assert text.get_fontsize() >= SMALLEST, text.get_text()
        assert text.get_rotation() == 0, text.get_text()
        inside = box.x0 >= -1 and box.x1 <= width + 1 and box.y0 >= -1 and box.y1 <= height + 1
        assert inside, f"{text.get_text()!r} runs out of the picture: {box}"
    for (one, first), (other, second) in itertools.combinations(boxes, 2):
        apart = (
            first.x1 <= second.x0 + 1
            or second.x1 <= first.x0 + 1
            or first.y1 <= second.y0 + 2
            or second.y1 <= first.y0 + 2
        )
        assert apart, f"{one.get_text()!r} stands on {other.get_text()!r}"
